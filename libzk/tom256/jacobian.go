package tom256

import "github.com/zkpass-go/zkpass/libzk/tom256/internal/fq"

// jacobian is the point (x/z², y/z³), infinity if z is zero; the zero value is
// infinity.
type jacobian struct{ x, y, z fq.Elem }

// double sets j = 2j. No point has y = 0: the group's order is odd.
//
// Formulas "dbl-2001-b" for a = -3 (Bernstein, Lange, Explicit-Formulas Database):
// eight products. Infinity stays infinity by them.
func (j *jacobian) double() {
	var delta, gamma, beta, alpha, t fq.Elem
	fq.Mul(&delta, &j.z, &j.z)
	fq.Mul(&gamma, &j.y, &j.y)
	fq.Mul(&beta, &j.x, &gamma)
	fq.Sub(&t, &j.x, &delta)
	fq.Add(&alpha, &j.x, &delta)
	fq.Mul(&alpha, &alpha, &t)
	fq.Add(&t, &alpha, &alpha)
	fq.Add(&alpha, &alpha, &t) // 3·(x - δ)·(x + δ)

	fq.Add(&t, &j.y, &j.z)
	fq.Mul(&t, &t, &t)
	fq.Sub(&t, &t, &gamma)
	fq.Sub(&j.z, &t, &delta) // (y + z)² - γ - δ

	fq.Add(&beta, &beta, &beta)
	fq.Add(&beta, &beta, &beta) // 4β
	fq.Mul(&j.x, &alpha, &alpha)
	fq.Sub(&j.x, &j.x, &beta)
	fq.Sub(&j.x, &j.x, &beta) // α² - 8β

	fq.Mul(&gamma, &gamma, &gamma)
	fq.Add(&gamma, &gamma, &gamma)
	fq.Add(&gamma, &gamma, &gamma)
	fq.Add(&gamma, &gamma, &gamma) // 8γ²
	fq.Sub(&t, &beta, &j.x)
	fq.Mul(&t, &t, &alpha)
	fq.Sub(&j.y, &t, &gamma) // α·(4β - x) - 8γ²
}

// addPoint sets j = j + p, whatever the two are: eleven products (Cohen, Miyaji, Ono
// 1998).
func (j *jacobian) addPoint(p *Point) {
	if p.IsInfinity() {
		return
	}
	if j.z == (fq.Elem{}) {
		*j = jacobian{p.x, p.y, fq.One()}
		return
	}
	var zz, h, r fq.Elem
	fq.Mul(&zz, &j.z, &j.z)
	fq.Mul(&h, &p.x, &zz)
	fq.Sub(&h, &h, &j.x) // x2·z² - x1
	fq.Mul(&r, &p.y, &zz)
	fq.Mul(&r, &r, &j.z)
	fq.Sub(&r, &r, &j.y) // y2·z³ - y1
	if h == (fq.Elem{}) {
		if r == (fq.Elem{}) {
			j.double()
			return
		}
		*j = jacobian{}
		return
	}
	var hh, hhh, v fq.Elem
	fq.Mul(&hh, &h, &h)
	fq.Mul(&hhh, &hh, &h)
	fq.Mul(&v, &j.x, &hh)
	fq.Mul(&j.z, &j.z, &h)
	fq.Mul(&j.x, &r, &r)
	fq.Sub(&j.x, &j.x, &hhh)
	fq.Sub(&j.x, &j.x, &v)
	fq.Sub(&j.x, &j.x, &v) // r² - h³ - 2v
	fq.Sub(&v, &v, &j.x)
	fq.Mul(&v, &v, &r)
	fq.Mul(&hhh, &hhh, &j.y)
	fq.Sub(&j.y, &v, &hhh) // r·(v - x) - h³·y1
}

// point is j in affine coordinates, for an inversion.
func (j *jacobian) point() Point {
	if j.z == (fq.Elem{}) {
		return Point{}
	}
	var inv fq.Elem
	fq.Inv(&inv, &j.z)
	return j.scaled(&inv)
}

// scaled is j in affine coordinates, given the inverse of its z.
func (j *jacobian) scaled(inv *fq.Elem) (p Point) {
	var s fq.Elem
	fq.Mul(&s, inv, inv)
	fq.Mul(&p.x, &j.x, &s)
	fq.Mul(&s, &s, inv)
	fq.Mul(&p.y, &j.y, &s)
	return p
}
