package attest

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/go-tdx-guest/abi"
	"github.com/google/go-tdx-guest/pcs"
	pb "github.com/google/go-tdx-guest/proto/tdx"
	"github.com/google/go-tdx-guest/validate"
	"github.com/google/go-tdx-guest/verify"
)

// tdxReport is a TDX quote of version 4 and the versions in its PCK certificate.
type tdxReport struct {
	*pb.QuoteV4
	pck pcs.PckCertTCB
}

// verifyTDX checks that Intel's quoting enclave on an Intel processor made a quote.
// The data is the quote with its chain of PCK certificates.
func verifyTDX(data []byte, p *TDXPolicy, now time.Time) (report, error) {
	r := &tdxReport{}
	err := guarded(func() error {
		quote, err := abi.QuoteToProto(data)
		r.QuoteV4, _ = quote.(*pb.QuoteV4)
		return err
	})
	if err != nil || r.QuoteV4 == nil {
		return nil, malformed("report: no TDX quote of version 4")
	}
	if !allZero(r.GetExtraBytes()) { // a device may pad its answer
		return nil, malformed("report: bytes after the quote")
	}
	chain, err := r.chain()
	if err != nil {
		return nil, err
	}
	root := chain[len(chain)-1]
	if err := checkRoot(root, p.Roots, intelRoot); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	err = guarded(func() error {
		return verify.TdxQuote(r.QuoteV4, &verify.Options{Now: now, TrustedRoots: pool})
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrSignature, brief(err))
	}
	if err := r.checkEnclave(); err != nil {
		return nil, err
	}
	return r, guarded(func() error {
		extensions, err := pcs.PckCertificateExtensions(chain[0])
		if err != nil {
			return fmt.Errorf("%w: %s", ErrSignature, brief(err))
		}
		r.pck = extensions.TCB
		return nil
	})
}

// chain returns the three certificates in a quote: PCK, intermediate, root.
func (r *tdxReport) chain() ([]*x509.Certificate, error) {
	rest := r.certification().GetPckCertificateChainData().GetPckCertChain()
	var certs []*x509.Certificate
	for range 3 {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, malformed("report: want three certificates in the PCK chain")
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, malformed("report: a certificate of the PCK chain: %s", brief(err))
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

func (r *tdxReport) certification() *pb.QEReportCertificationData {
	return r.GetSignedData().GetCertificationData().GetQeReportCertificationData()
}

// The identity of Intel's quoting enclave for TDX, as in the "enclaveIdentity" that
// https://api.trustedservices.intel.com/tdx/certification/v4/qe/identity returns.
const (
	tdQESigner  = "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5"
	tdQEProduct = 2
)

var (
	tdQEAttributes     = [16]byte{0x11} // initialized, provisioning key; no debugging
	tdQEAttributesMask = [16]byte{0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// checkEnclave checks that the enclave that signed the quote is Intel's. The PCK
// certificate alone does not say so: a host can let an enclave of its own get a
// report signed by the same key, and that enclave could sign any quote. go-tdx-guest
// checks this only together with data fetched from Intel.
func (r *tdxReport) checkEnclave() error {
	qe := r.certification().GetQeReport()
	attributes := slices.Clone(qe.GetAttributes())
	for i := range attributes {
		attributes[i] &= tdQEAttributesMask[i]
	}
	switch {
	case hex.EncodeToString(qe.GetMrSigner()) != tdQESigner, qe.GetIsvProdId() != tdQEProduct:
		return fmt.Errorf("%w: the quoting enclave is not Intel's", ErrSignature)
	case !bytes.Equal(attributes, tdQEAttributes[:]), qe.GetMiscSelect() != 0:
		return fmt.Errorf("%w: the quoting enclave runs with other attributes than Intel's", ErrSignature)
	}
	return nil
}

func (r *tdxReport) binds(_ []byte, data [64]byte) bool {
	return slices.Equal(r.GetTdQuoteBody().GetReportData(), data[:])
}

// tdUntrusted are the bits of TD_ATTRIBUTES that tell that the domain is not to be
// trusted: debugging and what is reserved for its like.
const tdUntrusted = 0xff

// intelVendor is the QE_VENDOR_ID of Intel.
var intelVendor = []byte{0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07}

func (r *tdxReport) validate(policy *Policy) error {
	body := r.GetTdQuoteBody()
	if r.debug() && !policy.AllowDebug {
		return ErrDebug
	}
	if found := r.measurement(); !slices.ContainsFunc(policy.TDX.Measurements, found.matches) {
		return fmt.Errorf("%w: mrtd is %s, rtmr0 %s, rtmr1 %s, rtmr2 %s", ErrMeasurement,
			found.MRTD, found.RTMR0, found.RTMR1, found.RTMR2)
	}
	if !allZero(body.GetMrSignerSeam()) || !allZero(body.GetSeamAttributes()) {
		return fmt.Errorf("%w: the TDX module is not Intel's", ErrTCB)
	}
	// The fixed bits of XFAM and of the attributes; a domain that can be migrated is
	// refused with them.
	err := guarded(func() error {
		return validate.TdxQuote(r.QuoteV4, &validate.Options{HeaderOptions: validate.HeaderOptions{QeVendorID: intelVendor}})
	})
	if err != nil {
		return fmt.Errorf("%w: %s", ErrTCB, brief(err))
	}
	return r.checkTCB(policy.TDX.MinTCB)
}

func (r *tdxReport) checkTCB(minimum *TDXTCB) error {
	tee := r.GetTdQuoteBody().GetTeeTcbSvn()
	for i, least := range minimum.TEE {
		if tee[i] < least || i == 1 && tee[i] != least {
			return fmt.Errorf("%w: byte %d of the TEE TCB is %d, the policy asks for %d", ErrTCB, i, tee[i], least)
		}
	}
	if len(r.pck.CPUSvnComponents) != len(minimum.CPU) {
		return fmt.Errorf("%w: the PCK certificate has %d versions, want %d", ErrTCB, len(r.pck.CPUSvnComponents), len(minimum.CPU))
	}
	for i, least := range minimum.CPU {
		if r.pck.CPUSvnComponents[i] < least {
			return fmt.Errorf("%w: component %d of the PCK certificate is %d, the policy asks for %d", ErrTCB,
				i+1, r.pck.CPUSvnComponents[i], least)
		}
	}
	if r.pck.PCESvn < minimum.PCE {
		return fmt.Errorf("%w: the PCE has version %d, the policy asks for %d", ErrTCB, r.pck.PCESvn, minimum.PCE)
	}
	if qe := r.certification().GetQeReport().GetIsvSvn(); qe < uint32(minimum.QE) {
		return fmt.Errorf("%w: the quoting enclave has version %d, the policy asks for %d", ErrTCB, qe, minimum.QE)
	}
	return nil
}

func (r *tdxReport) debug() bool { return r.GetTdQuoteBody().GetTdAttributes()[0]&tdUntrusted != 0 }

func (r *tdxReport) measurement() TDXMeasurement {
	body := r.GetTdQuoteBody()
	rtmr := func(i int) Digest { return Digest(body.GetRtmrs()[i]) }
	last := rtmr(3)
	return TDXMeasurement{MRTD: Digest(body.GetMrTd()), RTMR0: rtmr(0), RTMR1: rtmr(1), RTMR2: rtmr(2), RTMR3: &last}
}

// matches reports whether m, found in a quote, is what the policy trusts.
func (m TDXMeasurement) matches(trusted TDXMeasurement) bool {
	return m.MRTD == trusted.MRTD && m.RTMR0 == trusted.RTMR0 && m.RTMR1 == trusted.RTMR1 && m.RTMR2 == trusted.RTMR2 &&
		(trusted.RTMR3 == nil || *m.RTMR3 == *trusted.RTMR3)
}

func (r *tdxReport) describe(result *Result) {
	m := r.measurement()
	for name, d := range map[string]Digest{"mrtd": m.MRTD, "rtmr0": m.RTMR0, "rtmr1": m.RTMR1, "rtmr2": m.RTMR2, "rtmr3": *m.RTMR3} {
		result.Measurements[name] = d
	}
	result.Debug = r.debug()
	result.TCB = map[string]string{
		"tee": hex.EncodeToString(r.GetTdQuoteBody().GetTeeTcbSvn()),
		"cpu": hex.EncodeToString(r.pck.CPUSvnComponents),
		"pce": strconv.Itoa(int(r.pck.PCESvn)),
		"qe":  strconv.Itoa(int(r.certification().GetQeReport().GetIsvSvn())),
	}
}

func allZero(data []byte) bool {
	for _, b := range data {
		if b != 0 {
			return false
		}
	}
	return true
}
