package ecdsa

import (
	"errors"
	"fmt"
)

var (
	// ErrSignature says that a signature is not valid for a key and a digest.
	ErrSignature = errors.New("ECDSA signature is not valid for the key and the digest")
	// ErrExceptional says that a signature is valid, but one of the few that the
	// proof refuses; doc.go counts them. Another signature of the same data will do.
	ErrExceptional = errors.New("ECDSA signature is valid but has no proof: have the data signed again")
)

func wrap(sentinel error, detail string) error { return fmt.Errorf("%w: %s", sentinel, detail) }
