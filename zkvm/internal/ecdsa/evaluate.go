package ecdsa

import "github.com/zkpass-go/zkpass/libzk/p256"

// Values are the inputs of one step in plain form: the specification that the
// circuit is tested against.
type Values struct {
	E, R, Sigma bool // bits
	Point, Next point
	Sums        [2][2]point // R + A and R - A for A = G + Q, then for A = G - Q
}

// Append appends the values of the inputs of a copy, in the order of Copy.
func (v *Values) Append(dst []p256.Elem) []p256.Elem {
	digit := func(b bool) p256.Elem {
		if b {
			return fld.One()
		}
		return fld.Neg(fld.One())
	}
	bit := p256.Elem{}
	if v.E {
		bit = fld.One()
	}
	dst = append(dst, bit, digit(v.R), digit(v.Sigma), v.Point.x, v.Point.y, v.Next.x, v.Next.y)
	quarter := fld.Inv(fld.FromUint64(4))
	for _, coordinate := range []func(point) p256.Elem{
		func(p point) p256.Elem { return p.x },
		func(p point) p256.Elem { return p.y },
	} {
		for _, signs := range tableSigns {
			var c p256.Elem
			for j, negative := range signs {
				k := coordinate(v.Sums[j/2][j%2])
				if negative {
					k = fld.Neg(k)
				}
				c = fld.Add(c, k)
			}
			dst = append(dst, fld.Mul(quarter, c))
		}
	}
	return dst
}

// Evaluate returns the labels of the assertions that the values break. Of Next it
// assumes that it is on the curve, as the circuit does: the copy whose Point it
// is asserts it.
func (v *Values) Evaluate() []string {
	var broken []string
	if !v.Point.onCurve() {
		broken = append(broken, labelCurve)
	}
	// W = Next - 2·Point is the entry of the table.
	w := v.Next.lift().add(v.Point.neg().lift().double())
	t := entry(v.E, v.R, v.Sigma, v.Sums)
	if w.x != fld.Mul(t.x, w.z) {
		broken = append(broken, labelNextX)
	}
	if w.y != fld.Mul(t.y, w.z) {
		broken = append(broken, labelNextY)
	}
	return broken
}
