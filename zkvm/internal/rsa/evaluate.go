package rsa

import (
	"fmt"
	"math/big"
)

// assignment is what the copies of one signature say in plain form: the specification that
// the circuit, its tables and its forms are tested against.
type assignment struct {
	chain    *Chain
	constant *big.Int // of EM
	drawn    [Primes]uint64
	residues [Primes]*residues
}

// violation is how a broken assertion of a copy is named.
func violation(copy int, label string) string { return fmt.Sprintf("%s: %s", CopyName(copy), label) }

// evaluate returns the assertions that the assignment breaks, in order.
func (a *assignment) evaluate() (broken []string) {
	copy := 0
	check := func(tie bool, left, right elem) {
		if !tie {
			broken = append(broken, violation(copy, labelTie))
		}
		if left != right {
			broken = append(broken, violation(copy, labelCongruence))
		}
		copy++
	}
	c, n := a.chain, a.chain.modulus.bits
	top := c.modulus.top(c.s)
	check(true, powerOf(top.Add(top, c.t)), powerOf(c.modulus.topLimit()))
	for i, m := range a.drawn {
		r := a.residues[i]
		prime := new(big.Int).SetUint64(m)
		// sum is Σ (2^j·by mod M) over the bits of v that are one.
		sum := func(v, by *big.Int) *big.Int {
			total, weight := new(big.Int), new(big.Int).Mod(by, prime)
			for j := range n {
				if v.Bit(j) == 1 {
					total.Add(total, weight)
				}
				if weight.Lsh(weight, 1); weight.Cmp(prime) >= 0 {
					weight.Sub(weight, prime)
				}
			}
			return total
		}
		multiple := func(k uint64) elem { return powerOf(new(big.Int).Mul(prime, new(big.Int).SetUint64(k))) }
		one, minusOne, minusN := big.NewInt(1), big.NewInt(-1), new(big.Int).Neg(c.modulus.n)

		check(true, powerOf(sum(c.s, one)), fld.Mul(r.h[0], multiple(r.kappaS)))
		check(true, powerOf(sum(c.h, one)), fld.Mul(r.h[middle], multiple(r.kappaH)))
		encoded := sum(new(big.Int).Sub(c.em, a.constant), minusOne)
		constant := new(big.Int).Neg(a.constant)
		check(true, powerOf(encoded.Add(encoded, constant.Mod(constant, prime))), r.e)
		for j := range squares + 1 {
			other, e, next := j, fld.One(), fld.One()
			if j < squares {
				next = r.h[j+1]
			} else {
				other, e = 0, r.e
			}
			x := new(big.Int).SetUint64(r.x[j])
			left := fld.Mul(fld.Mul(raise(r.h[other], x), powerOf(sum(c.q[j], minusN))), e)
			check(powerOf(x) == r.h[j], left, fld.Mul(next, multiple(r.kappa[j])))
		}
	}
	return broken
}

// powerOf is g^v.
func powerOf(v *big.Int) elem { return raise(elem{Lo: 2}, v) }

// raise is a^v by squaring and multiplying, v not negative.
func raise(a elem, v *big.Int) elem {
	r := fld.One()
	for i := v.BitLen() - 1; i >= 0; i-- {
		r = fld.Mul(r, r)
		if v.Bit(i) == 1 {
			r = fld.Mul(r, a)
		}
	}
	return r
}
