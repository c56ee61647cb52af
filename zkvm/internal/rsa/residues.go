package rsa

import (
	"math/big"
	"math/bits"
)

// residues are the numbers that a prover publishes, under masks, for one prime.
type residues struct {
	x          [squares + 1]uint64 // X_i = x_i mod M, i = 0..16
	kappa      [squares + 1]uint64 // κ_i at index i-1
	kappaS     uint64
	kappaH     uint64
	h          [squares + 1]elem // H_i = g^X_i
	e          elem              // g^U
	encodedSum number            // U: the weights of EM's bits that are one, and its constant's
}

// residues computes the numbers for one prime from what is committed. Where a chain that
// is not honest has none that fit, its copy will not hold.
func (c *Chain) residues(p prime, constant *big.Int) *residues {
	n := c.modulus.bits
	r := &residues{encodedSum: encodedSum(p, constant, c.em, n)}
	position, quotient := p.position.weights(n), p.quotient.weights(n)
	r.e = r.encodedSum.power()

	x := p.position.mod(c.s)
	for i := range squares + 1 {
		if i == middle {
			x = p.position.mod(c.h)
		}
		r.x[i] = x
		r.h[i] = number{lo: x}.power()
		other, add := x, number{}
		if i == squares {
			other, add = r.x[0], r.encodedSum
		}
		total := multiply(x, other).plus(sumOf(quotient, c.q[i])).plus(add)
		next := uint64(0)
		if i < squares {
			_, next = bits.Div64(total.hi, total.lo, p.m)
			x = next
		}
		if i+1 == middle {
			next = p.position.mod(c.h)
		}
		r.kappa[i] = total.quotient(next, p.m) & (1<<kappaBits - 1)
	}
	r.kappaS = sumOf(position, c.s).quotient(r.x[0], p.m)
	r.kappaH = sumOf(position, c.h).quotient(r.x[middle], p.m)
	return r
}

// encodedSum is Σ (-2^j mod M) over the bits of em - constant that are one, and -constant
// mod M: congruent to -em.
func encodedSum(p prime, constant, em *big.Int, n int) number {
	variable := new(big.Int).Sub(em, constant)
	sum := sumOf(p.block.weights(n), variable)
	return sum.add(remainder(new(big.Int).Neg(constant), p.m))
}

// mod is v mod M.
func (w weighting) mod(v *big.Int) uint64 { return remainder(v, w.prime) }

// quotient is ⌊(a - next)/m⌋, 0 if that is negative. a is below 2^64·m.
func (a number) quotient(next, m uint64) uint64 {
	if a.hi == 0 && a.lo < next {
		return 0
	}
	a = a.sub(next)
	q, _ := bits.Div64(a.hi, a.lo, m)
	return q
}
