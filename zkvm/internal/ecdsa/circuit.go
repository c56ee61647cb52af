package ecdsa

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// Steps is the number of copies of the circuit: one for each bit of the scalars.
const Steps = 256

// Labels of the circuit's assertions.
const (
	labelCurve = "point is on the curve"
	labelNextX = "next point, x"
	labelNextY = "next point, y"
)

type expr = circuit.Expr[p256.Elem]

// Circuit is one step of the scalar multiplication. Its inputs are those of Copy.
var Circuit = sync.OnceValue(Compile)

// Compile builds the circuit anew; Circuit does so once.
func Compile() *circuit.Circuit[p256.Elem] {
	b := circuit.NewBuilder[p256.Elem](fld, "ecdsa-p256-step")
	c := builder{b}
	e, r, sigma := b.Input(), b.Input(), b.Input()
	x, y := b.Input(), b.Input()
	nextX, nextY := b.Input(), b.Input()
	tx, ty := b.InputVector(4), b.InputVector(4)

	// Level 1. The entry of the table is (d·u + w·tx[3], v + w·f): see Copy for the
	// coefficients. The digit d = ±1 is made from the bit here, not in the
	// input map, to keep its products with the next point off this level.
	digit := b.Sub(c.times(2, e), b.One())
	d := b.Wire(digit)
	w := b.Wire(b.Mul(r, sigma))
	u := b.Wire(b.Add(b.Mul(tx[0], digit), b.Mul(tx[1], r), b.Mul(tx[2], sigma)))
	v := b.Wire(b.Add(b.Mul(ty[0], sigma), b.Mul(ty[2], digit), b.Mul(ty[3], r)))
	f := b.Wire(b.Mul(ty[1], digit))
	xx, xy, yy := b.Wire(b.Mul(x, x)), b.Wire(b.Mul(x, y)), b.Wire(b.Mul(y, y))

	b.AssertZero(b.Sub(b.Add(yy, c.times(3, x)), b.Add(b.Mul(xx, x), b.Const(curveB))), labelCurve)

	// Level 2: twice the point, by the complete formulas with z = 1, multiplied out.
	b18 := fld.Mul(fld.FromUint64(18), curveB)
	constant := fld.Sub(fld.FromUint64(27), fld.Mul(fld.FromUint64(9), fld.Mul(curveB, curveB)))
	double := coordinates{
		x: b.Wire(b.Sub(
			b.Add(c.times(2, b.Mul(xy, yy)), c.times(18, b.Mul(y, xx)), c.times(18, y)),
			b.Scale(b18, xy))),
		y: b.Wire(b.Sub(
			b.Add(b.Mul(yy, yy), b.Scale(b18, b.Mul(xx, x)), b.Scale(b18, x), b.Const(constant)),
			b.Add(c.times(9, b.Mul(xx, xx)), c.times(54, xx)))),
		z: b.Wire(c.times(8, b.Mul(yy, y))),
	}
	next := func(k expr) coordinates {
		return coordinates{x: b.Wire(b.Mul(nextX, k)), y: b.Wire(b.Mul(nextY, k)), z: k}
	}

	// Level 3: the intermediate products of W = next - double, times the factors of
	// the entry.
	var (
		plain = c.difference(double, next(b.One()))
		byD   = c.difference(double, next(d))
		byU   = c.difference(double, next(u))
		byW   = c.difference(double, next(w))
		byT   = c.difference(double, next(tx[3]))
		byV   = c.difference(double, next(v))
		byF   = c.difference(double, next(f))
	)
	wire := func(x expr) expr { return b.Wire(x) }

	// Level 4: W.x = T.x·W.z and W.y = T.y·W.z. W.z = 0 would make all three zero,
	// which the complete formulas exclude.
	product := func(x, y expr) expr { return b.Mul(wire(x), wire(y)) }
	b.AssertZero(b.Sub(
		b.Sub(product(byD.xy, b.Sub(byD.minus, byU.d)), product(byD.yz, b.Add(byD.c, byU.plus))),
		b.Add(product(byW.xy, byT.d), product(byW.yz, byT.plus))), labelNextX)
	b.AssertZero(b.Sub(
		b.Add(product(plain.plus, b.Sub(plain.minus, byV.yz)), product(plain.d, b.Sub(plain.c, byV.xy))),
		b.Add(product(byF.plus, byW.yz), product(byF.d, byW.xy))), labelNextY)
	return b.Build()
}

// coordinates are those of a projective point, or multiples of them.
type coordinates struct{ x, y, z expr }

// sums are the intermediate products of a complete addition, named as in
// projective.add.
type sums struct{ xy, yz, minus, plus, c, d expr }

type builder struct {
	*circuit.Builder[p256.Elem]
}

func (b builder) times(k uint64, x expr) expr { return b.Scale(fld.FromUint64(k), x) }

// difference is the intermediate products of q - p, where q.z is 1 times a factor
// and q.x and q.y carry it too: the results are multiples by that factor.
func (b builder) difference(p, q coordinates) sums {
	negY := b.Scale(fld.Neg(fld.One()), p.y)
	xx, yy := b.Mul(p.x, q.x), b.Mul(negY, q.y)
	xz := b.Add(b.Mul(p.x, q.z), b.Mul(q.x, p.z))
	zz := b.Mul(p.z, q.z)
	v := b.Sub(b.Scale(threeB, zz), b.times(3, xz))
	return sums{
		xy:    b.Add(b.Mul(p.x, q.y), b.Mul(q.x, negY)),
		yz:    b.Add(b.Mul(negY, q.z), b.Mul(q.y, p.z)),
		minus: b.Sub(yy, v),
		plus:  b.Add(yy, v),
		c:     b.Sub(b.Scale(threeB, xz), b.Add(b.times(3, xx), b.times(9, zz))),
		d:     b.times(3, b.Sub(xx, zz)),
	}
}
