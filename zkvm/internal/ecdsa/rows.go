package ecdsa

import (
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// RowSink takes constraints on affine forms of the witness.
type RowSink interface {
	// Row requires a·b = c.
	Row(label string, a, b, c affine.Ref)
	// Zero requires a = 0.
	Zero(label string, a affine.Ref)
}

// Labels of rows. Those of sums are followed by the name of A.
const (
	rowSquareX  = "square of R.x"
	rowSquareY  = "square of R.y"
	rowCurve    = "R is on the curve"
	rowDistinct = "R.x differs from A.x for A = "
	rowSlope    = "slope for A = "
	rowPlusX    = "x of R + A for A = "
	rowPlusY    = "y of R + A for A = "
	rowMinusX   = "x of R - A for A = "
	rowMinusY   = "y of R - A for A = "
	rowTop      = "r below n: top word"
	rowSecond   = "r below n: second word"
	rowThird    = "r below n: third and fourth word"
	rowNotZero  = "r is not 0"
	rowSigma    = "s is not 0: σ"
	rowSigmaN   = "s is not 0: σ - n"
)

// sumNames name A in labels, in the order of Layout.Sums.
var sumNames = [2]string{"G + Q", "G - Q"}

// Rows is the number of rows that Constrain makes.
const Rows = 21

// Constrain makes the rows of one signature: what the circuit's copies leave open.
func (in *Inputs) Constrain(s *affine.Space[p256.Elem], rows RowSink) {
	in.Key.mustBeChecked()
	one := fld.One()
	term := func(k p256.Elem, r affine.Ref) affine.Term[p256.Elem] {
		return affine.Term[p256.Elem]{K: k, Ref: r}
	}
	plus := func(r affine.Ref, c p256.Elem) affine.Ref { return s.Affine(c, term(one, r)) }
	w := func(k int) affine.Ref { return s.W(in.Block + k) }
	// number is the integer of bits from..to-1 of a scalar, counted from its top.
	number := func(scalar, from, to int) affine.Ref {
		terms := make([]affine.Term[p256.Elem], 0, to-from)
		for i := from; i < to; i++ {
			terms = append(terms, term(element(new(big.Int).Lsh(big.NewInt(1), uint(to-1-i))), w(scalar+i)))
		}
		return s.Sum(terms...)
	}

	// R is on the curve: x·(x² - 3) = y² - b. Its x is r, so nothing ties them.
	x, y := number(Block.R, 0, Steps), w(Block.RY)
	xx, yy := w(Block.Square), w(Block.Square+1)
	rows.Row(rowSquareX, x, x, xx)
	rows.Row(rowSquareY, y, y, yy)
	rows.Row(rowCurve, x, plus(xx, fld.Neg(three)), plus(yy, fld.Neg(curveB)))

	// R ± A by chords. The inverse keeps R away from ±A, where a slope would be free.
	for i, a := range [2]point{in.Key.sum, in.Key.difference} {
		at := func(k int) affine.Ref { return w(Block.Sums[i] + k) }
		inverse, slope := at(sumInverse), at(sumSlope)
		rows.Row(rowDistinct+sumNames[i], inverse, plus(x, fld.Neg(a.x)), s.One())
		rows.Row(rowSlope+sumNames[i], inverse, y, slope)
		for _, sum := range []struct {
			ay             p256.Elem
			x, y           affine.Ref
			labelX, labelY string
		}{
			{a.y, at(sumPlusX), at(sumPlusY), rowPlusX, rowPlusY},
			{fld.Neg(a.y), at(sumMinusX), at(sumMinusY), rowMinusX, rowMinusY},
		} {
			lambda := s.Sum(term(one, slope), term(fld.Neg(sum.ay), inverse))
			rows.Row(sum.labelX+sumNames[i], lambda, lambda, s.Affine(a.x, term(one, sum.x), term(one, x)))
			rows.Row(sum.labelY+sumNames[i], lambda, s.Sub(x, sum.x), s.Add(sum.y, y))
		}
	}

	// r < 2^256 - 2^224 + 2^192 - 2^128 <= n. D = 0 iff the top 32 bits are all ones;
	// flag is 1 then, and else as the prover likes. If it is 1, the next 32 bits are
	// zero, and of the 64 bits after them one is zero.
	allOnes := func(bits uint) p256.Elem {
		v := new(big.Int).Lsh(big.NewInt(1), bits)
		return element(v.Sub(v, big.NewInt(1)))
	}
	flag := w(Block.Range + 1)
	rows.Row(rowTop, plus(number(Block.R, 0, 32), fld.Neg(allOnes(32))), w(Block.Range), s.Not(flag))
	rows.Row(rowSecond, number(Block.R, 32, 64), flag, s.Zero())
	rows.Row(rowThird, plus(number(Block.R, 64, 128), fld.Neg(allOnes(64))), w(Block.Range+2), flag)

	// r and s are not zero modulo n: of the numbers below 2^256 < 2n, only σ0 and
	// σ0 + n stand for s = 0.
	sigma := number(Block.Sigma, 0, Steps)
	rows.Row(rowNotZero, x, w(Block.Zero), s.One())
	rows.Row(rowSigma, plus(sigma, fld.Neg(element(sigmaZero))), w(Block.Zero+1), s.One())
	rows.Row(rowSigmaN, plus(sigma, fld.Neg(element(sigmaZeroN))), w(Block.Zero+2), s.One())
}
