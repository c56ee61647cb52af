package tom256

import "github.com/zkpass-go/zkpass/libzk/tom256/internal/fq"

// Point is a point of the curve. The zero value is infinity, the neutral element;
// == compares points.
type Point struct {
	x, y fq.Elem // (0, 0) is infinity: it is not on the curve, as b is not zero
}

// curveB is b; three and two are the integers.
var (
	curveB     fq.Elem
	two, three fq.Elem
)

func init() {
	fq.SetBytes(&curveB, &[fq.Size]byte{
		0xb4, 0x41, 0x07, 0x1b, 0x12, 0xf4, 0xa0, 0x36, 0x6f, 0xb5, 0x52, 0xf8, 0xe2, 0x1e, 0xd4, 0xac,
		0x36, 0xb0, 0x6a, 0xce, 0xeb, 0x35, 0x42, 0x24, 0x86, 0x3e, 0x60, 0xf2, 0x02, 0x19, 0xfc, 0x56,
	})
	one := fq.One()
	fq.Add(&two, &one, &one)
	fq.Add(&three, &two, &one)
}

// IsInfinity reports whether p is the neutral element.
func (p *Point) IsInfinity() bool { return *p == Point{} }

// Neg is -p.
func (p Point) Neg() Point {
	fq.Neg(&p.y, &p.y)
	return p
}

// Add is p + o.
func (p Point) Add(o Point) Point {
	var j jacobian
	j.addPoint(&p)
	j.addPoint(&o)
	return j.point()
}

// atX is the point with an even y at x, if the curve has one there.
func atX(x *fq.Elem) (p Point, ok bool) {
	var t fq.Elem
	fq.Mul(&t, x, x)
	fq.Sub(&t, &t, &three)
	fq.Mul(&t, &t, x)
	fq.Add(&t, &t, &curveB)
	if !fq.Sqrt(&p.y, &t) {
		return Point{}, false
	}
	p.x = *x
	if fq.IsOdd(&p.y) {
		fq.Neg(&p.y, &p.y)
	}
	return p, true
}
