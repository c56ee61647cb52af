package fq

import "math/bits"

// Elem is an element of the field. Its words mean nothing to a caller: read and
// write elements as integers with SetBytes and Bytes.
type Elem [4]uint64

// The words of q, and -1/q modulo 2^64. Word 2 is 1.
const (
	q0     = 0x93135661b1c4b117
	q1     = 0x7e72b42b30e73177
	q3     = 0xffffffff00000001
	qPrime = 0xe0a2f6a60f646959
)

// one is R mod q, the integer 1; rSquared is R² mod q, and mul by it brings an
// integer into Montgomery form.
var (
	one      = Elem{0x6ceca99e4e3b4ee9, 0x818d4bd4cf18ce88, 0xfffffffffffffffe, 0xfffffffe}
	rSquared = Elem{0xbc7ba9fc910d33ec, 0xd848834407eae97f, 0x362b66e6a0ed6777, 0xa057002a21d30291}
)

// One is the integer 1.
func One() Elem { return one }

// Add sets z = x + y. It has no branch on the values: these are unpredictable.
func Add(z, x, y *Elem) {
	t0, c := bits.Add64(x[0], y[0], 0)
	t1, c := bits.Add64(x[1], y[1], c)
	t2, c := bits.Add64(x[2], y[2], c)
	t3, c := bits.Add64(x[3], y[3], c)

	// Subtract q, and add it back if that borrowed.
	t0, b := bits.Sub64(t0, q0, 0)
	t1, b = bits.Sub64(t1, q1, b)
	t2, b = bits.Sub64(t2, 1, b)
	t3, b = bits.Sub64(t3, q3, b)
	_, b = bits.Sub64(c, 0, b)
	m := -b
	z[0], c = bits.Add64(t0, m&q0, 0)
	z[1], c = bits.Add64(t1, m&q1, c)
	z[2], c = bits.Add64(t2, m&1, c)
	z[3], _ = bits.Add64(t3, m&q3, c)
}

// Sub sets z = x - y.
func Sub(z, x, y *Elem) {
	t0, b := bits.Sub64(x[0], y[0], 0)
	t1, b := bits.Sub64(x[1], y[1], b)
	t2, b := bits.Sub64(x[2], y[2], b)
	t3, b := bits.Sub64(x[3], y[3], b)
	m := -b
	var c uint64
	z[0], c = bits.Add64(t0, m&q0, 0)
	z[1], c = bits.Add64(t1, m&q1, c)
	z[2], c = bits.Add64(t2, m&1, c)
	z[3], _ = bits.Add64(t3, m&q3, c)
}

// Neg sets z = -x.
func Neg(z, x *Elem) { Sub(z, &Elem{}, x) }

// mulGeneric sets z = x·y/R by adding rows and clearing the lowest word in turn
// (Koç, Acar, Kaliski 1996, CIOS). What is left after each word of x is below 2q,
// and t4 its fifth word.
func mulGeneric(z, x, y *Elem) {
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	var t0, t1, t2, t3, t4, c, d uint64
	for _, a := range *x {
		h0, l0 := bits.Mul64(a, y0)
		h1, l1 := bits.Mul64(a, y1)
		h2, l2 := bits.Mul64(a, y2)
		h3, l3 := bits.Mul64(a, y3)
		t0, c = bits.Add64(t0, l0, 0)
		t1, c = bits.Add64(t1, l1, c)
		t2, c = bits.Add64(t2, l2, c)
		t3, c = bits.Add64(t3, l3, c)
		t4 += c
		t1, c = bits.Add64(t1, h0, 0)
		t2, c = bits.Add64(t2, h1, c)
		t3, c = bits.Add64(t3, h2, c)
		t4, _ = bits.Add64(t4, h3, c) // below 2q + (2^64 - 1)·q: five words

		m := t0 * qPrime
		h0, l0 = bits.Mul64(m, q0)
		h1, l1 = bits.Mul64(m, q1)
		h3, l3 = bits.Mul64(m, q3)
		_, c = bits.Add64(t0, l0, 0)
		t1, c = bits.Add64(t1, l1, c)
		t2, c = bits.Add64(t2, m, c)
		t3, c = bits.Add64(t3, l3, c)
		t4, d = bits.Add64(t4, h3, c)
		t0, c = bits.Add64(t1, h0, 0)
		t1, c = bits.Add64(t2, h1, c)
		t2, c = bits.Add64(t3, 0, c)
		t3, c = bits.Add64(t4, 0, c)
		t4 = c + d
	}
	t0, b := bits.Sub64(t0, q0, 0)
	t1, b = bits.Sub64(t1, q1, b)
	t2, b = bits.Sub64(t2, 1, b)
	t3, b = bits.Sub64(t3, q3, b)
	_, b = bits.Sub64(t4, 0, b)
	m := -b
	z[0], c = bits.Add64(t0, m&q0, 0)
	z[1], c = bits.Add64(t1, m&q1, c)
	z[2], c = bits.Add64(t2, m&1, c)
	z[3], _ = bits.Add64(t3, m&q3, c)
}
