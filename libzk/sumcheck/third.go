package sumcheck

import "github.com/zkpass-go/zkpass/libzk/field"

// third holds what interpolation at 0, 1 and the third evaluation point needs.
type third[E comparable] struct {
	f    field.Field[E]
	x    E
	inv1 E // 1/(1-x)
	invx E // 1/x
}

func newThird[E comparable](f field.Field[E]) third[E] {
	x := f.SumcheckPoint()
	return third[E]{f, x, f.Inv(f.Sub(f.One(), x)), f.Inv(x)}
}

// lagrange is the basis at r for the points 0, 1 and x.
func (t third[E]) lagrange(r E) (l0, l1, l2 E) {
	f := t.f
	one := f.One()
	r1, rx := f.Sub(r, one), f.Sub(r, t.x)
	l0 = f.Mul(f.Mul(r1, rx), t.invx)                      // (0-1)(0-x) = x
	l1 = f.Mul(f.Mul(r, rx), t.inv1)                       // (1-0)(1-x)
	l2 = f.Neg(f.Mul(f.Mul(r, r1), f.Mul(t.invx, t.inv1))) // (x-0)(x-1) = -x(1-x)
	return l0, l1, l2
}
