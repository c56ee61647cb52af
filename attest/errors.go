package attest

import (
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
)

// What [Verify] refuses; test for it with [errors.Is]. Evidence that cannot be
// read matches [zkpass.ErrMalformed] or [zkpass.ErrTooLarge].
var (
	// ErrPolicy tells that the policy itself is wrong: it trusts nothing, or lacks
	// what it must say.
	ErrPolicy = errors.New("attestation policy not usable")
	// ErrPlatform tells that the evidence is of a platform that the policy does not
	// accept.
	ErrPlatform = errors.New("platform not accepted")
	// ErrNonce tells that the evidence is for another nonce. Ask again.
	ErrNonce = errors.New("nonce differs")
	// ErrKeys tells that the evidence is for other keys. The service may have
	// rotated them: fetch its key set and the evidence again.
	ErrKeys = errors.New("keys differ")
	// ErrSignature tells that the report is not signed by the vendor's hardware, or
	// that a certificate has expired.
	ErrSignature = errors.New("report is not from trusted hardware")
	// ErrBinding tells that what the hardware signed is not over this nonce and
	// these keys: the report was made for something else.
	ErrBinding = errors.New("report is not over this nonce and these keys")
	// ErrDebug tells that the machine can be looked into by its host.
	ErrDebug = errors.New("debug mode")
	// ErrMeasurement tells that other software runs than the policy trusts.
	ErrMeasurement = errors.New("measurement not trusted")
	// ErrTCB tells that the platform's firmware is older than the policy asks for,
	// or that the machine was started with abilities that are never accepted, such
	// as migration.
	ErrTCB = errors.New("platform state not accepted")
	// ErrTime tells that a report was made too long ago, or in the future.
	ErrTime = errors.New("time of the report not accepted")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{zkpass.ErrMalformed}, args...)...)
}

func tooLarge(what string, size, limit int) error {
	return fmt.Errorf("%w: %s has %d bytes, at most %d are accepted", zkpass.ErrTooLarge, what, size, limit)
}

// brief bounds the text of an error from a library that prints certificates whole.
func brief(err error) string {
	const most = 200
	text := err.Error()
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// guarded calls a parser of a library, and turns a panic of it into an error: not
// all of them check every length before they slice.
func guarded(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = malformed("report: lengths that do not fit")
		}
	}()
	return call()
}
