package attest

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/zkpass-go/zkpass"
)

// Platform names a kind of hardware.
type Platform string

// The platforms.
const (
	SEVSNP Platform = "sev-snp" // AMD SEV-SNP
	TDX    Platform = "tdx"     // Intel TDX
	Nitro  Platform = "nitro"   // AWS Nitro Enclaves
)

// Limits, in bytes.
const (
	// MaxEvidence bounds the text of an [Evidence].
	MaxEvidence = 128 << 10
	// MaxReport bounds the report in it, with its certificates.
	MaxReport = 32 << 10
)

const maxKeys = 128 // as many as a key set has

// Evidence is what a service answers. In JSON:
//
//	{"platform":"sev-snp","nonce":"...","keys":[{"kid":"...","alg":"ECDH-ES","thumbprint":"..."}],"evidence":"..."}
//
// with nonce and evidence in base64url without padding. Keys are there to tell what
// differs; what counts is the hash of them that the hardware signed.
type Evidence struct {
	Platform Platform
	Nonce    []byte
	Keys     []Key
	// Report is what the hardware signed, with certificates. SEV-SNP: the report
	// and the certificate table of an extended guest request, with the VCEK or
	// VLEK. TDX: a quote of version 4 with its PCK chain. Nitro: the COSE_Sign1
	// of an attestation document.
	Report []byte
}

// NewEvidence makes evidence of a report over [ReportData] of nonce and keys.
func NewEvidence(platform Platform, nonce []byte, keys *zkpass.KeySet, report []byte) (*Evidence, error) {
	if err := checkNonce(nonce); err != nil {
		return nil, err
	}
	if len(report) > MaxReport {
		return nil, tooLarge("the report", len(report), MaxReport)
	}
	published, err := keysOf(keys)
	if err != nil {
		return nil, err
	}
	return &Evidence{Platform: platform, Nonce: nonce, Keys: published, Report: report}, nil
}

// MarshalJSON returns the form shown at [Evidence].
func (e *Evidence) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Platform Platform `json:"platform"`
		Nonce    string   `json:"nonce"`
		Keys     []Key    `json:"keys"`
		Evidence string   `json:"evidence"`
	}{e.Platform, encode(e.Nonce), e.Keys, encode(e.Report)})
}

// ParseEvidence reads evidence of at most [MaxEvidence] bytes. It checks the form
// alone.
func ParseEvidence(text []byte) (*Evidence, error) {
	o := openObject("attestation evidence", text, MaxEvidence)
	e := &Evidence{Platform: Platform(o.str("platform"))}
	e.Nonce = o.bytes("nonce")
	for _, node := range o.list("keys", maxKeys) {
		inner := o.within(o.doc, node, "attestation evidence: key")
		e.Keys = append(e.Keys, Key{ID: inner.str("kid"), Algorithm: inner.str("alg"), Thumbprint: inner.str("thumbprint")})
		if err := inner.end(); err != nil {
			return nil, err
		}
	}
	e.Report = o.bytes("evidence")
	if err := o.end(); err != nil {
		return nil, err
	}
	if len(e.Report) > MaxReport {
		return nil, tooLarge("the report", len(e.Report), MaxReport)
	}
	return e, checkNonce(e.Nonce)
}

// bytes takes a string in base64url that must be there.
func (o *object) bytes(name string) []byte {
	text := o.str(name)
	// The decoder skips line ends even when it is strict.
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		o.fail("member %s: want base64url without padding", name)
	}
	return data
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// sameKeys reports whether two lists name the same keys, in any order.
func sameKeys(a, b []Key) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, compareKeys)
	slices.SortFunc(b, compareKeys)
	return slices.Equal(a, b)
}

func compareKeys(a, b Key) int {
	if c := strings.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	if c := strings.Compare(a.Algorithm, b.Algorithm); c != 0 {
		return c
	}
	return strings.Compare(a.Thumbprint, b.Thumbprint)
}
