package rsa

import "math/big"

// Modulus is a checked modulus, made by CheckModulus. The zero value is not usable.
type Modulus struct {
	n    *big.Int
	bits int
}

// CheckModulus accepts the modulus of a key as big-endian bytes: odd, with the top bit set, of a
// length in Sizes exactly. Nothing can be checked of its factors: it is the issuer's. The
// error wraps ErrModulus.
func CheckModulus(n []byte) (Modulus, error) {
	bits := 8 * len(n)
	if _, ok := shapes[bits]; !ok {
		return Modulus{}, wrap(ErrModulus, "it has %d bytes, want 256, 384 or 512", len(n))
	}
	if n[0]>>7 == 0 {
		return Modulus{}, wrap(ErrModulus, "its first bit is zero, so it has fewer than %d bits", bits)
	}
	if n[len(n)-1]&1 == 0 {
		return Modulus{}, wrap(ErrModulus, "it is even")
	}
	return Modulus{n: new(big.Int).SetBytes(n), bits: bits}, nil
}

// Bits is the length of the modulus: one of Sizes.
func (m Modulus) Bits() int { return m.bits }

// mustBeChecked stops statements about a modulus that nobody checked.
func (m Modulus) mustBeChecked() {
	if m.n == nil {
		panic("rsa: modulus was not made by CheckModulus")
	}
}

// top is the first topBits bits of a number below 2^bits.
func (m Modulus) top(v *big.Int) *big.Int { return new(big.Int).Rsh(v, uint(m.bits-topBits)) }

// topLimit is the largest top of s that is accepted: one less than that of N.
func (m Modulus) topLimit() *big.Int {
	v := m.top(m.n)
	return v.Sub(v, big.NewInt(1))
}
