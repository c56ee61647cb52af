package rsa

import (
	"errors"
	"fmt"
)

var (
	// ErrModulus says that a modulus cannot be one of this proof.
	ErrModulus = errors.New("unusable RSA modulus")
	// ErrSignature says that a signature is not valid for a key and a digest.
	ErrSignature = errors.New("RSA signature is not valid for the key and the digest")
	// ErrExceptional says that a signature is valid, but one of the few that the
	// proof refuses; doc.go counts them. A signature of other data will do.
	ErrExceptional = errors.New("RSA signature is valid but has no proof: have other data signed, with another time of issue")
)

func wrap(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", sentinel, fmt.Sprintf(format, args...))
}
