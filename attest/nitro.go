package attest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/veraison/go-cose"
)

// nitroReport is an attestation document of the Nitro hypervisor.
type nitroReport struct {
	*nitroDocument
	now time.Time
}

// verifyNitro checks that AWS signed a document, by the process that
// https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html describes. The
// certificates are valid for hours only; they must be at the time of the document,
// and validate compares that with the clock.
func verifyNitro(data []byte, p *NitroPolicy, now time.Time) (report, error) {
	message, err := parseSign1(data)
	if err != nil {
		return nil, err
	}
	doc, err := parseNitroDocument(message.Payload)
	if err != nil {
		return nil, err
	}
	key, err := doc.verifyChain(p.Roots)
	if err != nil {
		return nil, err
	}
	verifier, err := cose.NewVerifier(cose.AlgorithmES384, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrSignature, brief(err))
	}
	if err := message.Verify(nil, verifier); err != nil {
		return nil, fmt.Errorf("%w: the signature of the document does not hold", ErrSignature)
	}
	return &nitroReport{doc, now}, nil
}

// sign1Tag is the CBOR tag 18 of a COSE_Sign1 (RFC 9052), which may be left out.
const sign1Tag = 0xd2

// parseSign1 reads a COSE_Sign1 with no header beside the algorithm, which must turn
// out to be that of the verifier.
func parseSign1(data []byte) (*cose.UntaggedSign1Message, error) {
	data = bytes.TrimPrefix(data, []byte{sign1Tag})
	message := &cose.UntaggedSign1Message{}
	if err := guarded(func() error { return message.UnmarshalCBOR(data) }); err != nil {
		return nil, malformed("report: no COSE_Sign1")
	}
	if len(message.Headers.Protected) != 1 || len(message.Headers.Unprotected) != 0 {
		return nil, malformed("report: want no header but the algorithm")
	}
	return message, nil
}

// verifyChain checks the certificates at the time of the document and returns the
// key that must have signed it.
func (d *nitroDocument) verifyChain(roots []*x509.Certificate) (*ecdsa.PublicKey, error) {
	certs := make([]*x509.Certificate, 0, len(d.CABundle)+1)
	for _, der := range append(d.CABundle[:len(d.CABundle):len(d.CABundle)], d.Certificate) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, malformed("report: a certificate: %s", brief(err))
		}
		certs = append(certs, cert)
	}
	root, leaf := certs[0], certs[len(certs)-1]
	if err := checkRoot(root, roots, awsRoot); err != nil {
		return nil, err
	}
	opts := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: d.time(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	opts.Roots.AddCert(root)
	for _, cert := range certs[1 : len(certs)-1] {
		opts.Intermediates.AddCert(cert)
	}
	if _, err := leaf.Verify(opts); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrSignature, brief(err))
	}
	key, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P384() {
		return nil, fmt.Errorf("%w: want the document signed by a P-384 key", ErrSignature)
	}
	return key, nil
}

func (r *nitroReport) binds(nonce []byte, data [64]byte) bool {
	return bytes.Equal(r.Nonce, nonce) && bytes.Equal(r.UserData, data[:])
}

func (r *nitroReport) validate(policy *Policy) error {
	p := policy.Nitro
	if r.debug() && !policy.AllowDebug {
		return ErrDebug
	}
	trusted := false
	for _, m := range p.Measurements {
		trusted = trusted || r.PCRs[0] == m.PCR0 &&
			(m.PCR1 == nil || r.PCRs[1] == *m.PCR1) && (m.PCR2 == nil || r.PCRs[2] == *m.PCR2)
	}
	if !trusted {
		return fmt.Errorf("%w: pcr0 is %s, pcr1 %s, pcr2 %s", ErrMeasurement, r.PCRs[0], r.PCRs[1], r.PCRs[2])
	}
	maxAge := p.MaxAge
	if maxAge == 0 {
		maxAge = DefaultMaxAge
	}
	if age := r.now.Sub(r.time()); age > maxAge || age < -maxSkew {
		return fmt.Errorf("%w: the document is %s old, at most %s is accepted", ErrTime, age.Round(time.Second), maxAge)
	}
	return nil
}

// debug reports whether the enclave was started in debug mode, in which the
// hypervisor leaves the registers of the image zero.
func (r *nitroReport) debug() bool { return r.PCRs[0] == Digest{} }

func (r *nitroReport) describe(result *Result) {
	result.Measurements["pcr0"], result.Measurements["pcr1"], result.Measurements["pcr2"] = r.PCRs[0], r.PCRs[1], r.PCRs[2]
	result.Debug = r.debug()
	result.Time = r.time()
}
