// Package attesttest makes attestation evidence for tests of apps and services: it
// plays a Nitro enclave whose certificates lead to a root made up on the spot. What
// it makes is accepted only under a policy that names that root.
//
// It is for tests alone; nothing that it makes says anything about real hardware.
package attesttest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

// Enclave plays a Nitro enclave. Change its fields only before its use; its methods
// are then safe for concurrent use.
type Enclave struct {
	// PCRs are the registers of the image: PCR0 to PCR2.
	PCRs [3]attest.Digest
	// Now is the enclave's clock.
	Now func() time.Time
	// Edit changes a document before it is signed, if it is not nil: the names are
	// those of the specification of AWS.
	Edit func(document map[string]any)

	root  *x509.Certificate
	chain [][]byte // root, intermediate
	leaf  []byte
	key   *ecdsa.PrivateKey // of the leaf
}

// New makes an enclave with registers that are not zero, the system's clock, and
// certificates that are valid from an hour before now to three hours after.
func New(now time.Time) (*Enclave, error) {
	e := &Enclave{Now: time.Now}
	for i := range e.PCRs {
		for j := range e.PCRs[i] {
			e.PCRs[i][j] = byte(0xa0 + i)
		}
	}
	rootKey, root, err := certify("test.nitro-enclaves", nil, nil, now)
	if err != nil {
		return nil, err
	}
	middleKey, middle, err := certify("test intermediate", root, rootKey, now)
	if err != nil {
		return nil, err
	}
	key, leaf, err := certify("", middle, middleKey, now)
	if err != nil {
		return nil, err
	}
	e.root, e.chain, e.leaf, e.key = root, [][]byte{root.Raw, middle.Raw}, leaf.Raw, key
	return e, nil
}

// certify makes a key and its certificate: an authority's, its own if there is no
// parent, or with an empty name a leaf's.
func certify(name string, parent *x509.Certificate, by *ecdsa.PrivateKey, now time.Time) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(3 * time.Hour),
		BasicConstraintsValid: true, IsCA: name != "", KeyUsage: x509.KeyUsageCertSign,
	}
	if !template.IsCA {
		template.Subject.CommonName, template.KeyUsage = "test enclave", x509.KeyUsageDigitalSignature
	}
	if parent == nil {
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return key, cert, err
}

// Root returns the root certificate.
func (e *Enclave) Root() *x509.Certificate { return e.root }

// Policy returns a policy that trusts the enclave as it is, at the time of its clock.
func (e *Enclave) Policy() attest.Policy {
	return attest.Policy{
		Now: e.Now(),
		Nitro: &attest.NitroPolicy{
			Measurements: []attest.NitroMeasurement{{PCR0: e.PCRs[0], PCR1: &e.PCRs[1], PCR2: &e.PCRs[2]}},
			Roots:        []*x509.Certificate{e.root},
		},
	}
}

// Platform returns [attest.Nitro].
func (e *Enclave) Platform() attest.Platform { return attest.Nitro }

// Report returns a document signed over data and nonce.
func (e *Enclave) Report(_ context.Context, data [64]byte, nonce []byte) ([]byte, error) {
	pcrs := make(map[uint64][]byte)
	for i := range e.PCRs {
		pcrs[uint64(i)] = e.PCRs[i][:]
	}
	document := map[string]any{
		"module_id": "i-0123456789abcdef0-enc0123456789abcdef", "digest": "SHA384",
		"timestamp": uint64(e.Now().UnixMilli()), "pcrs": pcrs,
		"certificate": e.leaf, "cabundle": e.chain,
		"public_key": nil, "user_data": data[:], "nonce": nonce,
	}
	if e.Edit != nil {
		e.Edit(document)
	}
	payload, err := cbor.Marshal(document)
	if err != nil {
		return nil, err
	}
	signer, err := cose.NewSigner(cose.AlgorithmES384, e.key)
	if err != nil {
		return nil, err
	}
	headers := cose.Headers{Protected: cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmES384}}
	return cose.Sign1Untagged(rand.Reader, signer, headers, payload, nil)
}

// Evidence returns what a service in the enclave answers for a nonce if it publishes
// the keys.
func (e *Enclave) Evidence(ctx context.Context, nonce []byte, keys *zkpass.KeySet) ([]byte, error) {
	data, err := attest.ReportData(nonce, keys)
	if err != nil {
		return nil, err
	}
	report, err := e.Report(ctx, data, nonce)
	if err != nil {
		return nil, err
	}
	evidence, err := attest.NewEvidence(attest.Nitro, nonce, keys, report)
	if err != nil {
		return nil, err
	}
	return json.Marshal(evidence)
}
