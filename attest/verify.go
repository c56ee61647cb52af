package attest

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/zkpass-go/zkpass"
)

// Result says what was verified.
type Result struct {
	Platform Platform `json:"platform"`
	// Measurements by the platform's name for them: "measurement" (SEV-SNP), "mrtd"
	// and "rtmr0" to "rtmr3" (TDX), "pcr0" to "pcr2" (Nitro).
	Measurements map[string]Digest `json:"measurements"`
	// TCB are versions of the platform; Nitro tells none.
	TCB map[string]string `json:"tcb,omitempty"`
	// Debug tells that the host can look into the machine; only if the policy
	// allows that.
	Debug bool `json:"debug"`
	// Keys are those that the hardware vouches for.
	Keys []Key `json:"keys"`
	// Time is when the document was made (Nitro) or verified (others).
	Time time.Time `json:"time"`
}

// report is what hardware signed, its signature verified.
type report interface {
	// binds reports whether it was made over the nonce and data.
	binds(nonce []byte, data [64]byte) bool
	// validate compares it with the policy.
	validate(*Policy) error
	// describe fills in what it says.
	describe(*Result)
}

// Verify checks evidence, as a service answered it, against the nonce that was
// sent to the service, the key set that the caller is going to use, and a policy. A
// caller must make a new random nonce for every request, and use no key but those
// in keys.
//
// Errors match one of the Err... variables, or [zkpass.ErrMalformed] or
// [zkpass.ErrTooLarge]. Verify uses no network and is safe for concurrent use.
func Verify(evidence, nonce []byte, keys *zkpass.KeySet, policy Policy) (*Result, error) {
	if err := policy.valid(); err != nil {
		return nil, err
	}
	e, err := ParseEvidence(evidence)
	if err != nil {
		return nil, err
	}
	data, err := ReportData(nonce, keys)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(e.Nonce, nonce) {
		return nil, fmt.Errorf("%w: the evidence is not for the nonce that was sent", ErrNonce)
	}
	published, err := keysOf(keys)
	if err != nil {
		return nil, err
	}
	if !sameKeys(e.Keys, published) {
		return nil, fmt.Errorf("%w: the evidence is not for the keys in the key set; fetch both again", ErrKeys)
	}
	result := &Result{Platform: e.Platform, Measurements: make(map[string]Digest), Keys: published, Time: policy.now()}
	signed, err := verifyReport(e, &policy, result.Time)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Platform, err)
	}
	if !signed.binds(nonce, data) {
		return nil, fmt.Errorf("%s: %w", e.Platform, ErrBinding)
	}
	if err := signed.validate(&policy); err != nil {
		return nil, fmt.Errorf("%s: %w", e.Platform, err)
	}
	signed.describe(result)
	return result, nil
}

// verifyReport checks the signature of a report of a platform that the policy
// accepts.
func verifyReport(e *Evidence, policy *Policy, now time.Time) (report, error) {
	switch {
	case e.Platform == SEVSNP && policy.SNP != nil:
		return verifySNP(e.Report, policy.SNP, now)
	case e.Platform == TDX && policy.TDX != nil:
		return verifyTDX(e.Report, policy.TDX, now)
	case e.Platform == Nitro && policy.Nitro != nil:
		return verifyNitro(e.Report, policy.Nitro, now)
	}
	if !slices.Contains([]Platform{SEVSNP, TDX, Nitro}, e.Platform) {
		return nil, fmt.Errorf("%w: it is unknown", ErrPlatform)
	}
	return nil, fmt.Errorf("%w: the policy does not name it", ErrPlatform)
}

// untrusted is the error for software that the policy does not name. The value is
// public and needed to find out what runs there.
func untrusted(name string, found Digest) error {
	return fmt.Errorf("%w: %s is %s", ErrMeasurement, name, found)
}
