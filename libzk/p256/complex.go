package p256

import (
	"math/big"
	"sync"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

// pair is re + im·i with i² = -1: an element of the quadratic extension, which
// -1 defines because p = 3 mod 4. The extension is only the encoder's tool.
//
// The field itself has no roots of unity of use, as p-1 is twice an odd number.
// The elements of norm 1 in the extension are a group of order p+1, which 2^96
// divides. In it, the inverse is the conjugate.
type pair struct{ re, im Elem }

// factor is a multiplier c + d·i prepared for products: c, d-c, c+d.
type factor struct{ c, diff, sum Elem }

func (w *factor) set(x *pair) {
	w.c = x.re
	sub(&w.diff, &x.im, &x.re)
	add(&w.sum, &x.im, &x.re)
}

// mul sets z = x·w in three products (Knuth, TAOCP vol. 2, exercise 4.6.4-41).
func (z *pair) mul(x *pair, w *factor) {
	var t, u Elem
	add(&t, &x.re, &x.im)
	mul(&t, &t, &w.c)
	mul(&u, &x.re, &w.diff)
	mul(&z.re, &x.im, &w.sum)
	sub(&z.re, &t, &z.re)
	add(&z.im, &t, &u)
}

// mulConj sets z = x times the conjugate of w.
func (z *pair) mulConj(x *pair, w *factor) {
	var t, u Elem
	add(&t, &x.re, &x.im)
	mul(&t, &t, &w.c)
	mul(&u, &x.re, &w.sum)
	mul(&z.re, &x.im, &w.diff)
	add(&z.re, &t, &z.re)
	sub(&z.im, &t, &u)
}

func (z *pair) add(x, y *pair) {
	add(&z.re, &x.re, &y.re)
	add(&z.im, &x.im, &y.im)
}

func (z *pair) sub(x, y *pair) {
	sub(&z.re, &x.re, &y.re)
	sub(&z.im, &x.im, &y.im)
}

// addI sets z = x + i·y; z is neither of them.
func (z *pair) addI(x, y *pair) {
	sub(&z.re, &x.re, &y.im)
	add(&z.im, &x.im, &y.re)
}

// subI sets z = x - i·y; z is neither of them.
func (z *pair) subI(x, y *pair) {
	add(&z.re, &x.re, &y.im)
	sub(&z.im, &x.im, &y.re)
}

func (z *pair) square() {
	var w factor
	w.set(z)
	z.mul(z, &w)
}

// maxRootLog bounds the orders of roots of unity in use: 4N for transforms of N
// points, 2N <= maxCode.
const maxRootLog = 17

// maxRoot is a root of unity of order 2^maxRootLog.
var maxRoot = sync.OnceValue(func() pair {
	// (c-i)/(c+i) has norm 1. It is no square in the group of norm 1, as its image
	// must be to have the full order, for about every second c.
	exponent := new(big.Int).Add(fp.Modulus(), big.NewInt(1))
	exponent.Rsh(exponent, maxRootLog)
	minusOne := pair{re: Field{}.Neg(fp.One())}
	for c := uint64(1); c < 64; c++ {
		numerator := pair{re: fp.NewElement(c), im: minusOne.re}
		norm := fp.NewElement(c*c + 1)
		norm.Inverse(&norm)
		numerator.square()
		mul(&numerator.re, &numerator.re, &norm)
		mul(&numerator.im, &numerator.im, &norm)

		root := pair{re: fp.One()}
		var base factor
		base.set(&numerator)
		for i := exponent.BitLen() - 1; i >= 0; i-- {
			root.square()
			if exponent.Bit(i) == 1 {
				root.mul(&root, &base)
			}
		}
		half := root
		for range maxRootLog - 1 {
			half.square()
		}
		if half == minusOne {
			return root
		}
	}
	panic("p256: no root of unity found: arithmetic is broken on this machine")
})

// rootOfUnity is a root of unity of order 2^log, 2 <= log <= maxRootLog, of which
// the power of order 4 is i.
func rootOfUnity(log int) pair {
	root := maxRoot()
	for range maxRootLog - log {
		root.square()
	}
	quarter := root
	for range log - 2 {
		quarter.square()
	}
	if quarter.im != fp.One() {
		sub(&root.im, new(Elem), &root.im)
	}
	return root
}
