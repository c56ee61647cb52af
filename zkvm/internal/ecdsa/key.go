package ecdsa

import (
	"errors"
	"math/big"
)

// ErrPublicKey says that a public key cannot be one of this proof.
var ErrPublicKey = errors.New("unusable P-256 public key")

// PublicKey is a checked public key, made by CheckPublicKey. The zero value is
// not usable.
type PublicKey struct {
	q          point
	sum        point // G + Q
	difference point // G - Q
}

// CheckPublicKey accepts the coordinates of a point of the curve, in 0..p-1 (SP
// 800-56A section 5.6.2.3.3; infinity has no coordinates, and the cofactor is 1).
// It refuses ±G, whose private keys are 1 and n-1: their sum or difference with G
// has no coordinates. The error is, or wraps, ErrPublicKey.
func CheckPublicKey(x, y *big.Int) (PublicKey, error) {
	for _, v := range []*big.Int{x, y} {
		if v == nil || v.Sign() < 0 || v.Cmp(prime) >= 0 {
			return PublicKey{}, wrap(ErrPublicKey, "a coordinate is not in 0..p-1")
		}
	}
	q := point{element(x), element(y)}
	if !q.onCurve() {
		return PublicKey{}, wrap(ErrPublicKey, "the point is not on the curve")
	}
	if q.x == generator.x {
		return PublicKey{}, wrap(ErrPublicKey, "the point is the generator or its negative; its private key is known to everyone")
	}
	g := generator.lift()
	ps, _ := affinePoints([]projective{g.add(q.lift()), g.add(q.neg().lift())}) // neither is infinity
	return PublicKey{q: q, sum: ps[0], difference: ps[1]}, nil
}

// mustBeChecked stops statements about a key that nobody checked.
func (k PublicKey) mustBeChecked() {
	if k == (PublicKey{}) {
		panic("ecdsa: public key was not made by CheckPublicKey")
	}
}
