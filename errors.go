package zkpass

import (
	"errors"
	"fmt"
)

// Errors that callers branch on; test for them with [errors.Is].
var (
	// ErrMalformed tells that a token, key or request is not in the form that
	// the specification asks for. Sending it again cannot help.
	ErrMalformed = errors.New("malformed")
	// ErrTooLarge tells that an input is past one of the size limits.
	ErrTooLarge = errors.New("too large")
	// ErrAlgorithm tells that a token names another algorithm than its key has,
	// or one that is never accepted, or that a key cannot serve the purpose.
	ErrAlgorithm = errors.New("algorithm not accepted")
	// ErrSignature tells that a signature does not hold under the key.
	ErrSignature = errors.New("signature does not hold")
	// ErrNotSigned tells that a signature is required of a proof made locally.
	ErrNotSigned = errors.New("not signed")
	// ErrExpired tells that a DVR has expired.
	ErrExpired = errors.New("expired")
	// ErrDigestMismatch tells that a proof was made for another DVR.
	ErrDigestMismatch = errors.New("digest of the request differs")
	// ErrKeyMismatch tells that a key is not the one expected.
	ErrKeyMismatch = errors.New("key differs from the one expected")
	// ErrUnknownKey tells that no key has the id asked for. The key set may
	// have changed: fetch it again, or ask the sender to.
	ErrUnknownKey = errors.New("unknown key")
	// ErrNotAllowed tells that policy forbids to fetch a key set from a URL.
	ErrNotAllowed = errors.New("not allowed")
	// ErrFetch tells that a key set could not be fetched. It may work later.
	ErrFetch = errors.New("key set not available")
	// ErrDecrypt is the one error for every failed decryption; it tells nothing
	// about the cause.
	ErrDecrypt = errors.New("decryption failed")
	// ErrUnsupportedZKVM tells that a DVR asks for a zkVM that is not here.
	ErrUnsupportedZKVM = errors.New("zkvm not supported")
	// ErrKeyFile tells that a private key file exists already or that others
	// than its owner may read it.
	ErrKeyFile = errors.New("private key file refused")
)

// malformed makes an error that wraps [ErrMalformed].
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}

// tooLarge makes an error that wraps [ErrTooLarge].
func tooLarge(what string, size, limit int) error {
	return fmt.Errorf("%w: %s has %d bytes, at most %d are accepted", ErrTooLarge, what, size, limit)
}
