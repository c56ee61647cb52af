package ecdsa

import (
	"encoding/binary"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/p256"
)

// Witness is the block of committed elements that proves that (r, s) is a
// signature of a message with the given SHA-256 digest (FIPS 186-5 section 6.4.2).
// High s is accepted. The error wraps ErrSignature or ErrExceptional.
func Witness(key PublicKey, digest [32]byte, r, s *big.Int) ([]p256.Elem, error) {
	key.mustBeChecked()
	for _, v := range []*big.Int{r, s} {
		if v == nil || v.Sign() <= 0 || v.Cmp(order) >= 0 {
			return nil, wrap(ErrSignature, "r or s is not in 1..n-1")
		}
	}
	e := new(big.Int).SetBytes(digest[:])
	inverse := new(big.Int).ModInverse(s, order)
	u := new(big.Int).Mul(e, inverse)
	v := new(big.Int).Mul(r, inverse)
	ps, finite := affinePoints([]projective{combine(u.Mod(u, order), generator, v.Mod(v, order), key.q)})
	if !finite {
		return nil, ErrSignature
	}
	x := integer(ps[0].x)
	if new(big.Int).Mod(x, order).Cmp(r) != 0 {
		return nil, ErrSignature
	}
	if x.Cmp(r) != 0 {
		return nil, wrap(ErrExceptional, "the point R has an x not below the order of the curve")
	}
	sigma := new(big.Int).Sub(sigmaZero, s)
	sigma.Mod(sigma, order)
	block, regular := fill(key, e, r, sigma, ps[0])
	if !regular {
		return nil, ErrExceptional
	}
	return block, nil
}

// The digits of σ sum to 2σ - (2^256 - 1), which is -2s modulo n. So σ = σ0 - s
// modulo n, where 2·σ0 = 2^256 - 1 modulo n.
var (
	sigmaZero = func() *big.Int {
		v := new(big.Int).Lsh(big.NewInt(1), Steps)
		v.Sub(v, big.NewInt(1)).Sub(v, order)
		return v.Rsh(v, 1) // even: both are odd
	}()
	sigmaZeroN = new(big.Int).Add(sigmaZero, order)
)

// fill computes a block from scalars of 256 bits and R, by the formulas that an
// honest prover follows, whether they fit together or not. It reports whether
// every inverse that it needed exists; missing ones are zero.
func fill(key PublicKey, e, r, sigma *big.Int, at point) (block []p256.Elem, regular bool) {
	block = make([]p256.Elem, Block.Len)
	regular = true
	var zero p256.Elem
	invert := func(v p256.Elem) p256.Elem {
		regular = regular && v != zero
		return fld.Inv(v)
	}
	for i := range Steps {
		block[Block.R+i] = fld.FromUint64(uint64(r.Bit(Steps - 1 - i)))
		block[Block.Sigma+i] = fld.FromUint64(uint64(sigma.Bit(Steps - 1 - i)))
	}

	x := element(r)
	block[Block.RY] = at.y
	block[Block.Square] = fld.Mul(x, x)
	block[Block.Square+1] = fld.Mul(at.y, at.y)

	var sums [2][2]point
	for i, a := range [2]point{key.sum, key.difference} {
		b := block[Block.Sums[i]:]
		b[sumInverse] = invert(fld.Sub(x, a.x))
		b[sumSlope] = fld.Mul(b[sumInverse], at.y)
		for j, ay := range [2]p256.Elem{a.y, fld.Neg(a.y)} {
			lambda := fld.Sub(b[sumSlope], fld.Mul(ay, b[sumInverse]))
			s := &sums[i][j]
			s.x = fld.Sub(fld.Sub(fld.Mul(lambda, lambda), a.x), x)
			s.y = fld.Sub(fld.Mul(lambda, fld.Sub(x, s.x)), at.y)
			b[sumPlusX+2*j], b[sumPlusY+2*j] = s.x, s.y
		}
	}

	points, finite := affinePoints(chain(key.sum, e, r, sigma, sums))
	regular = regular && finite
	for i, p := range points {
		block[Block.Points+2*i], block[Block.Points+2*i+1] = p.x, p.y
	}

	var bytes [32]byte
	r.FillBytes(bytes[:])
	top, third := binary.BigEndian.Uint64(bytes[:]), binary.BigEndian.Uint64(bytes[8:])
	if top>>32 != 1<<32-1 {
		block[Block.Range] = fld.Inv(fld.Sub(fld.FromUint64(top>>32), fld.FromUint64(1<<32-1)))
	} else {
		block[Block.Range+1] = fld.One()
		block[Block.Range+2] = invert(fld.Sub(fld.FromUint64(third), fld.FromUint64(1<<64-1)))
		regular = regular && top&(1<<32-1) == 0
	}

	block[Block.Zero] = invert(x)
	block[Block.Zero+1] = invert(fld.Sub(element(sigma), element(sigmaZero)))
	block[Block.Zero+2] = invert(fld.Sub(element(sigma), element(sigmaZeroN)))
	return block, regular
}

// chain is the points after steps 1 to 255, from sums as in Layout: R + A and R - A
// for A = G + Q, then for A = G - Q.
func chain(start point, e, r, sigma *big.Int, sums [2][2]point) []projective {
	out := make([]projective, 0, Steps-1)
	p := start.lift()
	for i := Steps - 1; i > 0; i-- {
		t := entry(e.Bit(i) == 1, r.Bit(i) == 1, sigma.Bit(i) == 1, sums)
		p = p.double().add(t.lift())
		out = append(out, p)
	}
	return out
}

// entry is d·G + r·Q + s·R where the digits are 1 for true and -1 for false.
func entry(d, r, s bool, sums [2][2]point) point {
	a, sign := 0, 0
	if d != r {
		a = 1
	}
	if d != s {
		sign = 1
	}
	if s {
		return sums[a][sign]
	}
	return sums[a][sign].neg()
}
