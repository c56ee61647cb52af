package zkvm

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/zkpass-go/zkpass/zkvm/internal/ecdsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
)

// Algorithm is a signature algorithm of RFC 7518 whose signatures can be proven.
type Algorithm int

const (
	ES256 Algorithm = iota // ECDSA on P-256 with SHA-256
	RS256                  // RSASSA-PKCS1-v1_5 with SHA-256
	PS256                  // RSASSA-PSS with SHA-256 and a salt of 32 bytes
)

// String is the name in RFC 7518.
func (a Algorithm) String() string {
	switch a {
	case ES256:
		return "ES256"
	case RS256:
		return "RS256"
	case PS256:
		return "PS256"
	}
	return fmt.Sprintf("Algorithm(%d)", int(a))
}

// Key is an issuer's public key. It is for one algorithm: with RSA the same modulus makes
// different keys.
type Key struct {
	Algorithm Algorithm
	X, Y      [32]byte // with ES256: big-endian affine coordinates
	// Modulus is big-endian, of 256, 384 or 512 bytes, with RS256 and PS256. The exponent is
	// 65537.
	Modulus []byte
}

// checkedKey is a key that a statement can be about.
type checkedKey struct {
	ecdsa ecdsa.PublicKey
	rsa   rsa.Modulus
}

// check refuses what is no key of the algorithm.
func (k *Key) check() (c checkedKey, err error) {
	switch k.Algorithm {
	case ES256:
		if k.Modulus != nil {
			return c, errors.New("a key for ES256 has no modulus")
		}
		c.ecdsa, err = ecdsa.CheckPublicKey(new(big.Int).SetBytes(k.X[:]), new(big.Int).SetBytes(k.Y[:]))
	case RS256, PS256:
		if k.X != [32]byte{} || k.Y != [32]byte{} {
			return c, fmt.Errorf("a key for %s has no coordinates", k.Algorithm)
		}
		c.rsa, err = rsa.CheckModulus(k.Modulus)
	default:
		err = fmt.Errorf("%w: %s", ErrUnsupported, k.Algorithm)
	}
	return c, err
}

// encode is what identifies the key beside its algorithm.
func (k *Key) encode() []byte {
	if k.Algorithm == ES256 {
		return slices.Concat(k.X[:], k.Y[:])
	}
	return k.Modulus
}
