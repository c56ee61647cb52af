package p256

import "math/bits"

// accumulator sums products of up to 2^64 pairs without reducing them: the
// reduction, a quarter of a product's cost, is paid once a sum.
type accumulator [9]uint64

// mulAddGeneric adds x·y.
func (a *accumulator) mulAddGeneric(x, y *Elem) {
	w0, w1, w2, w3, w4, w5, w6, w7 := mulWide(x, y)
	var c uint64
	a[0], c = bits.Add64(a[0], w0, 0)
	a[1], c = bits.Add64(a[1], w1, c)
	a[2], c = bits.Add64(a[2], w2, c)
	a[3], c = bits.Add64(a[3], w3, c)
	a[4], c = bits.Add64(a[4], w4, c)
	a[5], c = bits.Add64(a[5], w5, c)
	a[6], c = bits.Add64(a[6], w6, c)
	a[7], c = bits.Add64(a[7], w7, c)
	a[8] += c
}

// sum is the value, divided by R: the sum of the products of elements in
// Montgomery form.
func (a *accumulator) sum() Elem {
	var z Elem
	// Below 2^256 + p, which is below 3p: the first subtraction leaves it below 2p.
	t0, t1, t2, t3, t4 := reduce(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7])
	t0, t1, t2, t3, t4 = subtractWide(t0, t1, t2, t3, t4)
	z[0], z[1], z[2], z[3] = subtractOnce(t0, t1, t2, t3, t4)

	// The ninth word stands for a[8]·2^512, which R divides to a[8]·2^512/2^256.
	top := Elem{a[8]}
	mul(&top, &top, &rSquared)
	add(&z, &z, &top)
	return z
}

// subtractWide subtracts p from a value of five words if it is at least p.
func subtractWide(t0, t1, t2, t3, t4 uint64) (z0, z1, z2, z3, z4 uint64) {
	s0, b := bits.Sub64(t0, p0, 0)
	s1, b := bits.Sub64(t1, p1, b)
	s2, b := bits.Sub64(t2, 0, b)
	s3, b := bits.Sub64(t3, p3, b)
	s4, b := bits.Sub64(t4, 0, b)
	if b != 0 {
		return t0, t1, t2, t3, t4
	}
	return s0, s1, s2, s3, s4
}
