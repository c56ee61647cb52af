package p256

import (
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

// transform multiplies real polynomials modulo X^(2n) + 1.
//
// Over the extension X^(2n) + 1 = (X^n - i)(X^n + i), and the two factors are
// conjugates: a real polynomial is known by its remainder modulo X^n - i, which is
// a[j] + i·a[j+n] at X^j. So n points carry 2n real coefficients, without the extra
// pass that a real transform over a cyclic group needs.
//
// The remainder goes down a tree: modulo X^m - c, with r a square root of c, it
// splits into those modulo X^(m/2) - r and X^(m/2) + r, until only values at
// roots are left. Two levels are done at a time; their three multipliers are
// constant over a node. Values come out in the order of the tree, which products
// do not mind.
type transform struct {
	n      int
	half   *factor  // multiplier of the root where the number of levels is odd
	levels [][]node // from the root down, two levels of the tree each
}

// node has r, r², r³ for r⁴ = c.
type node struct{ r, r2, r3 factor }

// newTransform is the transform for n points, a power of two, n >= 1.
func newTransform(n int) *transform {
	t := &transform{n: n}
	log := bits.TrailingZeros(uint(n))
	powers := make([]pair, max(n, 1)) // of the root w of order 4n; w^n = i
	root := rootOfUnity(log + 2)
	var w factor
	w.set(&root)
	powers[0].re = fp.One()
	for j := 1; j < n; j++ {
		powers[j].mul(&powers[j-1], &w)
	}

	depth := 0
	if log%2 == 1 {
		t.half = new(factor)
		t.half.set(&powers[n/2])
		depth = 1
	}
	for ; depth < log; depth += 2 {
		nodes := make([]node, 1<<depth)
		for b := range nodes {
			// At the node, c = w^e with e = n/2^depth · (1 + 4·reverse(b)).
			reverse := 0
			if depth > 0 {
				reverse = int(bits.Reverse64(uint64(b)) >> (64 - depth))
			}
			r := powers[n>>(depth+2)*(1+4*reverse)]
			nd := &nodes[b]
			nd.r.set(&r)
			r2, r3 := r, r
			r2.mul(&r, &nd.r)
			nd.r2.set(&r2)
			r3.mul(&r2, &nd.r)
			nd.r3.set(&r3)
		}
		t.levels = append(t.levels, nodes)
	}
	return t
}

// forward takes coefficients to values.
func (t *transform) forward(a []pair) {
	if t.half != nil {
		m := t.n / 2
		lo, hi := a[:m], a[m:t.n]
		var s pair
		for j := range lo {
			s.mul(&hi[j], t.half)
			hi[j].sub(&lo[j], &s)
			lo[j].add(&lo[j], &s)
		}
	}
	for _, nodes := range t.levels {
		m := t.n / len(nodes) / 4
		for b := range nodes {
			nodes[b].split(a[4*m*b:4*m*(b+1)], m)
		}
	}
}

// split does two levels of the tree below one node.
func (nd *node) split(a []pair, m int) {
	a0, a1, a2, a3 := a[:m], a[m:2*m], a[2*m:3*m], a[3*m:4*m]
	var s1, s2, s3, even, odd pair
	for j := range a0 {
		s1.mul(&a1[j], &nd.r)
		s2.mul(&a2[j], &nd.r2)
		s3.mul(&a3[j], &nd.r3)

		even.add(&a0[j], &s2)
		odd.add(&s1, &s3)
		s3.sub(&s1, &s3)
		s2.sub(&a0[j], &s2)
		a0[j].add(&even, &odd)
		a1[j].sub(&even, &odd)
		a2[j].addI(&s2, &s3)
		a3[j].subI(&s2, &s3)
	}
}

// inverse takes values to n times the coefficients.
func (t *transform) inverse(a []pair) {
	for l := len(t.levels) - 1; l >= 0; l-- {
		nodes := t.levels[l]
		m := t.n / len(nodes) / 4
		for b := range nodes {
			nodes[b].join(a[4*m*b:4*m*(b+1)], m)
		}
	}
	if t.half != nil {
		m := t.n / 2
		lo, hi := a[:m], a[m:t.n]
		var s pair
		for j := range lo {
			s.sub(&lo[j], &hi[j])
			lo[j].add(&lo[j], &hi[j])
			hi[j].mulConj(&s, t.half)
		}
	}
}

// join undoes split, four times: roots have norm 1, so conjugates invert them.
func (nd *node) join(a []pair, m int) {
	a0, a1, a2, a3 := a[:m], a[m:2*m], a[2*m:3*m], a[3*m:4*m]
	var even, odd, s2, s3, u pair
	for j := range a0 {
		even.add(&a0[j], &a1[j])
		odd.sub(&a0[j], &a1[j])
		s2.add(&a2[j], &a3[j])
		s3.sub(&a2[j], &a3[j])

		a0[j].add(&even, &s2)
		u.sub(&even, &s2)
		a2[j].mulConj(&u, &nd.r2)
		u.subI(&odd, &s3)
		a1[j].mulConj(&u, &nd.r)
		u.addI(&odd, &s3)
		a3[j].mulConj(&u, &nd.r3)
	}
}
