package p256

import "math/bits"

// The words of p. The lowest one is -1 mod 2^64, so that the Montgomery quotient
// of a word is the word itself, and a multiple m·p is shifts and one product.
const (
	p0 = 1<<64 - 1
	p1 = 1<<32 - 1
	p3 = 0xffffffff00000001
)

// rSquared is 2^512 mod p as plain words: mul by it brings an integer into
// Montgomery form.
var rSquared = Elem{0x3, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x4fffffffd}

// add sets z = x + y. It has no branch on the values: these are unpredictable.
func add(z, x, y *Elem) {
	t0, c := bits.Add64(x[0], y[0], 0)
	t1, c := bits.Add64(x[1], y[1], c)
	t2, c := bits.Add64(x[2], y[2], c)
	t3, c := bits.Add64(x[3], y[3], c)

	// Subtract p, and add it back if that borrowed.
	t0, b := bits.Sub64(t0, p0, 0)
	t1, b = bits.Sub64(t1, p1, b)
	t2, b = bits.Sub64(t2, 0, b)
	t3, b = bits.Sub64(t3, p3, b)
	_, b = bits.Sub64(c, 0, b)
	m := -b
	z[0], c = bits.Add64(t0, m, 0)
	z[1], c = bits.Add64(t1, m>>32, c)
	z[2], c = bits.Add64(t2, 0, c)
	z[3], _ = bits.Add64(t3, m&p3, c)
}

// sub sets z = x - y.
func sub(z, x, y *Elem) {
	t0, b := bits.Sub64(x[0], y[0], 0)
	t1, b := bits.Sub64(x[1], y[1], b)
	t2, b := bits.Sub64(x[2], y[2], b)
	t3, b := bits.Sub64(x[3], y[3], b)
	m := -b
	var c uint64
	z[0], c = bits.Add64(t0, m, 0)
	z[1], c = bits.Add64(t1, m>>32, c)
	z[2], c = bits.Add64(t2, 0, c)
	z[3], _ = bits.Add64(t3, m&p3, c)
}

// subtractOnce reduces a value of five words below 2p.
func subtractOnce(t0, t1, t2, t3, t4 uint64) (z0, z1, z2, z3 uint64) {
	t0, b := bits.Sub64(t0, p0, 0)
	t1, b = bits.Sub64(t1, p1, b)
	t2, b = bits.Sub64(t2, 0, b)
	t3, b = bits.Sub64(t3, p3, b)
	_, b = bits.Sub64(t4, 0, b)
	m := -b
	t0, c := bits.Add64(t0, m, 0)
	t1, c = bits.Add64(t1, m>>32, c)
	t2, c = bits.Add64(t2, 0, c)
	t3, _ = bits.Add64(t3, m&p3, c)
	return t0, t1, t2, t3
}

// mulGeneric sets z = x·y/R by adding rows and clearing the lowest word in turn
// (Koç, Acar, Kaliski 1996, CIOS). Written out, so that every word stays in a
// register.
func mulGeneric(z, x, y *Elem) {
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]

	a := x[0]
	h0, t0 := bits.Mul64(a, y0)
	h1, l1 := bits.Mul64(a, y1)
	h2, l2 := bits.Mul64(a, y2)
	h3, l3 := bits.Mul64(a, y3)
	t1, c := bits.Add64(h0, l1, 0)
	t2, c := bits.Add64(h1, l2, c)
	t3, c := bits.Add64(h2, l3, c)
	t4 := h3 + c
	u, v := t0<<32, t0>>32
	l, c := bits.Sub64(t0, u, 0)
	h, _ := bits.Sub64(t0, v, c)
	t1, c = bits.Add64(t1, u, 0)
	t2, c = bits.Add64(t2, v, c)
	t3, c = bits.Add64(t3, l, c)
	t4, t5 := bits.Add64(t4, h, c)

	a = x[1]
	h0, l0 := bits.Mul64(a, y0)
	h1, l1 = bits.Mul64(a, y1)
	h2, l2 = bits.Mul64(a, y2)
	h3, l3 = bits.Mul64(a, y3)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3 += c
	t1, c = bits.Add64(t1, l0, 0)
	t2, c = bits.Add64(t2, l1, c)
	t3, c = bits.Add64(t3, l2, c)
	t4, c = bits.Add64(t4, l3, c)
	t5, t6 := bits.Add64(t5, h3, c)
	u, v = t1<<32, t1>>32
	l, c = bits.Sub64(t1, u, 0)
	h, _ = bits.Sub64(t1, v, c)
	t2, c = bits.Add64(t2, u, 0)
	t3, c = bits.Add64(t3, v, c)
	t4, c = bits.Add64(t4, l, c)
	t5, c = bits.Add64(t5, h, c)
	t6 += c

	a = x[2]
	h0, l0 = bits.Mul64(a, y0)
	h1, l1 = bits.Mul64(a, y1)
	h2, l2 = bits.Mul64(a, y2)
	h3, l3 = bits.Mul64(a, y3)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3 += c
	t2, c = bits.Add64(t2, l0, 0)
	t3, c = bits.Add64(t3, l1, c)
	t4, c = bits.Add64(t4, l2, c)
	t5, c = bits.Add64(t5, l3, c)
	t6, t7 := bits.Add64(t6, h3, c)
	u, v = t2<<32, t2>>32
	l, c = bits.Sub64(t2, u, 0)
	h, _ = bits.Sub64(t2, v, c)
	t3, c = bits.Add64(t3, u, 0)
	t4, c = bits.Add64(t4, v, c)
	t5, c = bits.Add64(t5, l, c)
	t6, c = bits.Add64(t6, h, c)
	t7 += c

	a = x[3]
	h0, l0 = bits.Mul64(a, y0)
	h1, l1 = bits.Mul64(a, y1)
	h2, l2 = bits.Mul64(a, y2)
	h3, l3 = bits.Mul64(a, y3)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3 += c
	t3, c = bits.Add64(t3, l0, 0)
	t4, c = bits.Add64(t4, l1, c)
	t5, c = bits.Add64(t5, l2, c)
	t6, c = bits.Add64(t6, l3, c)
	t7, t8 := bits.Add64(t7, h3, c)
	u, v = t3<<32, t3>>32
	l, c = bits.Sub64(t3, u, 0)
	h, _ = bits.Sub64(t3, v, c)
	t4, c = bits.Add64(t4, u, 0)
	t5, c = bits.Add64(t5, v, c)
	t6, c = bits.Add64(t6, l, c)
	t7, c = bits.Add64(t7, h, c)
	t8 += c
	z[0], z[1], z[2], z[3] = subtractOnce(t4, t5, t6, t7, t8)
}

// mulWide is the product of two integers of four words.
func mulWide(x, y *Elem) (w0, w1, w2, w3, w4, w5, w6, w7 uint64) {
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	var c uint64

	a := x[0]
	h0, w0 := bits.Mul64(a, y0)
	h1, l1 := bits.Mul64(a, y1)
	h2, l2 := bits.Mul64(a, y2)
	h3, l3 := bits.Mul64(a, y3)
	w1, c = bits.Add64(h0, l1, 0)
	w2, c = bits.Add64(h1, l2, c)
	w3, c = bits.Add64(h2, l3, c)
	w4 = h3 + c

	a = x[1]
	h0, l0 := bits.Mul64(a, y0)
	h1, l1 = bits.Mul64(a, y1)
	h2, l2 = bits.Mul64(a, y2)
	h3, l3 = bits.Mul64(a, y3)
	w1, c = bits.Add64(w1, l0, 0)
	w2, c = bits.Add64(w2, l1, c)
	w3, c = bits.Add64(w3, l2, c)
	w4, c = bits.Add64(w4, l3, c)
	h3 += c
	w2, c = bits.Add64(w2, h0, 0)
	w3, c = bits.Add64(w3, h1, c)
	w4, c = bits.Add64(w4, h2, c)
	w5 = h3 + c

	a = x[2]
	h0, l0 = bits.Mul64(a, y0)
	h1, l1 = bits.Mul64(a, y1)
	h2, l2 = bits.Mul64(a, y2)
	h3, l3 = bits.Mul64(a, y3)
	w2, c = bits.Add64(w2, l0, 0)
	w3, c = bits.Add64(w3, l1, c)
	w4, c = bits.Add64(w4, l2, c)
	w5, c = bits.Add64(w5, l3, c)
	h3 += c
	w3, c = bits.Add64(w3, h0, 0)
	w4, c = bits.Add64(w4, h1, c)
	w5, c = bits.Add64(w5, h2, c)
	w6 = h3 + c

	a = x[3]
	h0, l0 = bits.Mul64(a, y0)
	h1, l1 = bits.Mul64(a, y1)
	h2, l2 = bits.Mul64(a, y2)
	h3, l3 = bits.Mul64(a, y3)
	w3, c = bits.Add64(w3, l0, 0)
	w4, c = bits.Add64(w4, l1, c)
	w5, c = bits.Add64(w5, l2, c)
	w6, c = bits.Add64(w6, l3, c)
	h3 += c
	w4, c = bits.Add64(w4, h0, 0)
	w5, c = bits.Add64(w5, h1, c)
	w6, c = bits.Add64(w6, h2, c)
	w7 = h3 + c
	return
}

// reduce divides an integer of eight words by R modulo p; what it leaves is below
// 2^256 + p. Each of the four low words w in turn is cleared by adding
// w·p = w·2^96 - w + w·p3·2^192 (Montgomery 1985).
func reduce(w0, w1, w2, w3, w4, w5, w6, w7 uint64) (z0, z1, z2, z3, z4 uint64) {
	var c, e uint64
	h, l := bits.Mul64(w0, p3)
	w1, c = bits.Add64(w1, w0<<32, 0)
	w2, c = bits.Add64(w2, w0>>32, c)
	w3, c = bits.Add64(w3, l, c)
	w4, e = bits.Add64(w4, h, c)

	h, l = bits.Mul64(w1, p3)
	w2, c = bits.Add64(w2, w1<<32, 0)
	w3, c = bits.Add64(w3, w1>>32, c)
	w4, c = bits.Add64(w4, l, c)
	w5, c = bits.Add64(w5, h, c)
	w5, e = bits.Add64(w5, e, 0)
	e += c

	h, l = bits.Mul64(w2, p3)
	w3, c = bits.Add64(w3, w2<<32, 0)
	w4, c = bits.Add64(w4, w2>>32, c)
	w5, c = bits.Add64(w5, l, c)
	w6, c = bits.Add64(w6, h, c)
	w6, e = bits.Add64(w6, e, 0)
	e += c

	h, l = bits.Mul64(w3, p3)
	w4, c = bits.Add64(w4, w3<<32, 0)
	w5, c = bits.Add64(w5, w3>>32, c)
	w6, c = bits.Add64(w6, l, c)
	w7, c = bits.Add64(w7, h, c)
	w7, e = bits.Add64(w7, e, 0)
	e += c
	return w4, w5, w6, w7, e
}
