package attest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-tdx-guest/abi"
	"github.com/google/go-tdx-guest/pcs"
	pb "github.com/google/go-tdx-guest/proto/tdx"
	"github.com/google/go-tdx-guest/testing/testdata"

	"github.com/zkpass-go/zkpass/attest"
)

// tdxMachine takes the published sample quote and signs it anew, with a chain made
// on the spot that has the names and the SGX extension of the real one.
type tdxMachine struct {
	root     *x509.Certificate
	chain    []byte // PEM: PCK, intermediate, root
	pck, key *ecdsa.PrivateKey
	edit     func(*pb.QuoteV4) // before signing
}

func newTDX(t testing.TB) *tdxMachine {
	t.Helper()
	m := &tdxMachine{key: p256(t)}
	sgx := sgxExtension(t)
	rootKey, root := certifyIntel(t, "Intel SGX Root CA", nil, nil, pkix.Extension{})
	middleKey, middle := certifyIntel(t, "Intel SGX PCK Platform CA", root, rootKey, pkix.Extension{})
	pckKey, pck := certifyIntel(t, "Intel SGX PCK Certificate", middle, middleKey, sgx)
	m.root, m.pck = root, pckKey
	for _, cert := range []*x509.Certificate{pck, middle, root} {
		m.chain = append(m.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return m
}

func p256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// certifyIntel makes a certificate of the kind that Intel makes; with an extension it
// is a leaf's.
func certifyIntel(t testing.TB, name string, parent *x509.Certificate, by *ecdsa.PrivateKey, sgx pkix.Extension) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key := p256(t)
	leaf := sgx.Id != nil
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{"Intel Corporation"}},
		NotBefore: testTime.Add(-time.Hour), NotAfter: testTime.Add(24 * time.Hour), SignatureAlgorithm: x509.ECDSAWithSHA256,
		BasicConstraintsValid: true, IsCA: !leaf, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte(name),
		CRLDistributionPoints: []string{"https://certificates.trustedservices.intel.com/"},
	}
	if leaf {
		template.KeyUsage, template.ExtraExtensions = x509.KeyUsageDigitalSignature, []pkix.Extension{sgx}
	}
	if parent == nil {
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

func sampleQuote(t testing.TB) *pb.QuoteV4 {
	t.Helper()
	quote, err := abi.QuoteToProto(testdata.RawQuote)
	if err != nil {
		t.Fatal(err)
	}
	return quote.(*pb.QuoteV4)
}

// sgxExtension returns the extension with the platform's versions from the sample.
func sgxExtension(t testing.TB) pkix.Extension {
	t.Helper()
	block, _ := pem.Decode(certified(sampleQuote(t)).GetPckCertificateChainData().GetPckCertChain())
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, extension := range cert.Extensions {
		if extension.Id.Equal(pcs.OidSgxExtension) {
			return extension
		}
	}
	t.Fatal("the sample has no SGX extension")
	return pkix.Extension{}
}

func certified(quote *pb.QuoteV4) *pb.QEReportCertificationData {
	return quote.GetSignedData().GetCertificationData().GetQeReportCertificationData()
}

func (m *tdxMachine) platform() attest.Platform { return attest.TDX }

func (m *tdxMachine) report(t testing.TB, data [64]byte, _ []byte, debug bool) []byte {
	t.Helper()
	quote := sampleQuote(t)
	quote.ExtraBytes = nil // a note in the sample
	quote.TdQuoteBody.ReportData = data[:]
	quote.TdQuoteBody.MrTd = bytes.Repeat([]byte{0x7d}, 48)
	if debug {
		quote.TdQuoteBody.TdAttributes[0] |= 1
	}
	if m.edit != nil {
		m.edit(quote)
	}
	signed, certified := quote.SignedData, certified(quote)
	point, err := m.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	signed.EcdsaAttestationKey = point[1:]
	sum := sha256.Sum256(append(point[1:len(point):len(point)], certified.GetQeAuthData().GetData()...))
	certified.QeReport.ReportData = append(sum[:], make([]byte, 32)...)
	enclave, err := abi.EnclaveReportToAbiBytes(certified.QeReport)
	if err != nil {
		t.Fatal(err)
	}
	certified.QeReportSignature = sign(t, m.pck, enclave)
	chain := certified.PckCertificateChainData
	grown := uint32(len(m.chain)) - chain.Size
	chain.PckCertChain, chain.Size = m.chain, uint32(len(m.chain))
	signed.CertificationData.Size += grown
	quote.SignedDataSize += grown
	header, err := abi.HeaderToAbiBytes(quote.Header)
	if err != nil {
		t.Fatal(err)
	}
	body, err := abi.TdQuoteBodyToAbiBytes(quote.TdQuoteBody)
	if err != nil {
		t.Fatal(err)
	}
	signed.Signature = sign(t, m.key, append(header, body...))
	raw, err := abi.QuoteToAbiBytes(quote)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// sign returns an ECDSA signature as two numbers of 32 bytes.
func sign(t testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature
}

func (m *tdxMachine) policy() attest.Policy {
	return attest.Policy{Now: testTime, TDX: &attest.TDXPolicy{
		Measurements: []attest.TDXMeasurement{{
			MRTD: attest.Digest(bytes.Repeat([]byte{0x7d}, 48)), RTMR0: sampleRTMR(0), RTMR1: sampleRTMR(1), RTMR2: sampleRTMR(2),
		}},
		MinTCB: &attest.TDXTCB{},
		Roots:  []*x509.Certificate{m.root},
	}}
}

// sampleRTMR returns a register of the sample quote.
func sampleRTMR(i int) attest.Digest {
	const first = 0x30 + 0x148
	return attest.Digest(testdata.RawQuote[first+48*i : first+48*i+48])
}

func (m *tdxMachine) measured(t *testing.T, report []byte) int {
	return find(t, report, bytes.Repeat([]byte{0x7d}, 48))
}
