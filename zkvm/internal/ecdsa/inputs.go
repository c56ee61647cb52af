package ecdsa

import (
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// Copy names the inputs of one step, in order, after the constant one.
//
// The table holds T(d, r, s) = d·G + r·Q + s·R for digits d, r, s = ±1, with Q the
// public key. Its eight points are ±(R ± A) with A = G + Q or A = G - Q:
// T = s·(R + sd·A), A = G + rd·Q. So as functions of the digits
//
//	T.x = TableX[0] + TableX[1]·dr + TableX[2]·ds + TableX[3]·rs
//	T.y = TableY[0]·s + TableY[1]·drs + TableY[2]·d + TableY[3]·r,
//
// with coefficients that are sums and differences of four committed points.
type Copy struct {
	E              affine.Ref // a bit of the digest; d = 2E - 1
	R, Sigma       affine.Ref // digits: 2b - 1 for a bit b
	Point, Next    [2]affine.Ref
	TableX, TableY [4]affine.Ref
}

// CopyInputs is the number of inputs of a copy, the constant one not counted.
const CopyInputs = 15

// Append appends the inputs in order, without the constant one.
func (c *Copy) Append(dst []affine.Ref) []affine.Ref {
	dst = append(dst, c.E, c.R, c.Sigma, c.Point[0], c.Point[1], c.Next[0], c.Next[1])
	dst = append(dst, c.TableX[:]...)
	return append(dst, c.TableY[:]...)
}

// Layout says where the committed elements of one signature lie in their block:
// contiguous elements of the witness, bits first. Sizes are in elements.
type Layout struct {
	Len    int    // of the block
	Bits   int    // the first Bits elements are bits; the caller proves that they are
	R      int    // 256 bits of r, most significant first
	Sigma  int    // 256 bits of σ, most significant first; see doc.go
	Points int    // the points after steps 1 to 255, x and y in turn
	RY     int    // R.y; R.x is r
	Square int    // R.x², R.y²
	Sums   [2]int // what each holds: sumInverse and the constants after it
	Range  int    // r < n: 1/D, [D = 0], 1/D' (see Constrain)
	Zero   int    // 1/r, 1/(σ-σ0), 1/(σ-σ0-n)
}

// Offsets in each of Layout.Sums: for A = G + Q and A = G - Q, the inverse of
// R.x - A.x, R.y times it, and R + A and R - A.
const (
	sumInverse = iota
	sumSlope
	sumPlusX
	sumPlusY
	sumMinusX
	sumMinusY
	sumLen
)

// Block is the layout of every signature's block.
var Block = func() Layout {
	l := Layout{Bits: 2 * Steps, R: 0, Sigma: Steps, Points: 2 * Steps}
	l.RY = l.Points + 2*(Steps-1)
	l.Square = l.RY + 1
	l.Sums = [2]int{l.Square + 2, l.Square + 2 + sumLen}
	l.Range = l.Sums[1] + sumLen
	l.Zero = l.Range + 3
	l.Len = l.Zero + 3
	return l
}()

// Inputs is what a statement about one signature refers to.
type Inputs struct {
	Key    PublicKey
	Digest [Steps]affine.Ref // bits of SHA-256's output, most significant first, proved to be bits
	Block  int               // index in the witness of the block's first element
}

// Copies are the inputs of the circuit's Steps copies, in order.
func (in *Inputs) Copies(s *affine.Space[p256.Elem]) []Copy {
	in.Key.mustBeChecked()
	one := fld.One()
	minus := fld.Neg(one)
	quarter := fld.Inv(fld.FromUint64(4))
	// coefficients for the values of a coordinate at R+A, R-A, R+A', R-A', A' = G - Q.
	coefficients := func(offsetPlus, offsetMinus int) (c [4]affine.Ref) {
		var refs [4]affine.Ref
		for i, sum := range Block.Sums {
			refs[2*i] = s.W(in.Block + sum + offsetPlus)
			refs[2*i+1] = s.W(in.Block + sum + offsetMinus)
		}
		for i, signs := range tableSigns {
			var terms []affine.Term[p256.Elem]
			for j, negative := range signs {
				k := quarter
				if negative {
					k = fld.Mul(k, minus)
				}
				terms = append(terms, affine.Term[p256.Elem]{K: k, Ref: refs[j]})
			}
			c[i] = s.Sum(terms...)
		}
		return c
	}
	tx := coefficients(sumPlusX, sumMinusX)
	ty := coefficients(sumPlusY, sumMinusY)

	two := fld.FromUint64(2)
	digit := func(k int) affine.Ref {
		return s.Affine(minus, affine.Term[p256.Elem]{K: two, Ref: s.W(in.Block + k)})
	}
	end := [2]affine.Ref{s.Const(in.Key.sum.x), s.Const(in.Key.sum.y)}
	at := func(i int) [2]affine.Ref {
		if i == 0 || i == Steps {
			return end
		}
		k := Block.Points + 2*(i-1)
		return [2]affine.Ref{s.W(in.Block + k), s.W(in.Block + k + 1)}
	}
	copies := make([]Copy, Steps)
	for i := range copies {
		copies[i] = Copy{
			E: in.Digest[i], R: digit(Block.R + i), Sigma: digit(Block.Sigma + i),
			Point: at(i), Next: at(i + 1),
			TableX: tx, TableY: ty,
		}
	}
	return copies
}

// tableSigns says for each coefficient which of the values at R+A, R-A, R+A', R-A'
// enter negatively: the characters of (rd, sd), in the order 1, rd, sd, rs.
var tableSigns = [4][4]bool{
	{false, false, false, false},
	{false, false, true, true},
	{false, true, false, true},
	{false, true, true, false},
}
