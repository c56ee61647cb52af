package gf128

import "math/bits"

// A product is an unreduced sum of carry-less products of elements, kept in
// Karatsuba's form: low + (mid - low - high)·x^64 + high·x^128, each 128 bits.
type product struct {
	low, mid, high [2]uint64
}

// accumulate adds a·b.
func (p *product) accumulate(a, b Elem) {
	h, l := clmul(a.Lo, b.Lo)
	p.low[0] ^= l
	p.low[1] ^= h
	h, l = clmul(a.Lo^a.Hi, b.Lo^b.Hi)
	p.mid[0] ^= l
	p.mid[1] ^= h
	h, l = clmul(a.Hi, b.Hi)
	p.high[0] ^= l
	p.high[1] ^= h
}

// reduce is the sum modulo x^128 + x^7 + x^2 + x + 1.
func (p *product) reduce() Elem {
	m0 := p.mid[0] ^ p.low[0] ^ p.high[0]
	m1 := p.mid[1] ^ p.low[1] ^ p.high[1]
	return reduce(p.low[0], p.low[1]^m0, p.high[0]^m1, p.high[1])
}

// reduce reduces w0 + w1·x^64 + w2·x^128 + w3·x^192.
func reduce(w0, w1, w2, w3 uint64) Elem {
	w1 ^= w3 ^ w3<<1 ^ w3<<2 ^ w3<<7
	w2 ^= w3>>63 ^ w3>>62 ^ w3>>57
	w0 ^= w2 ^ w2<<1 ^ w2<<2 ^ w2<<7
	w1 ^= w2>>63 ^ w2>>62 ^ w2>>57
	return Elem{w0, w1}
}

// clmul is the carry-less product of a and b.
//
// Integer multiplication of operands with three zero bits between any two
// coefficients leaves room for the carries: of at most 15 summands per position,
// the lowest bit is the wanted coefficient. So that there are no more than 15, the
// top nibble of a is dealt with apart.
func clmul(a, b uint64) (hi, lo uint64) {
	const (
		m0 = 0x1111111111111111
		m1 = m0 << 1
		m2 = m0 << 2
		m3 = m0 << 3
	)
	top := a >> 60
	a &= 1<<60 - 1
	a0, a1, a2, a3 := a&m0, a&m1, a&m2, a&m3
	b0, b1, b2, b3 := b&m0, b&m1, b&m2, b&m3

	h00, l00 := bits.Mul64(a0, b0)
	h13, l13 := bits.Mul64(a1, b3)
	h22, l22 := bits.Mul64(a2, b2)
	h31, l31 := bits.Mul64(a3, b1)
	hi = (h00 ^ h13 ^ h22 ^ h31) & m0
	lo = (l00 ^ l13 ^ l22 ^ l31) & m0

	h01, l01 := bits.Mul64(a0, b1)
	h10, l10 := bits.Mul64(a1, b0)
	h23, l23 := bits.Mul64(a2, b3)
	h32, l32 := bits.Mul64(a3, b2)
	hi |= (h01 ^ h10 ^ h23 ^ h32) & m1
	lo |= (l01 ^ l10 ^ l23 ^ l32) & m1

	h02, l02 := bits.Mul64(a0, b2)
	h11, l11 := bits.Mul64(a1, b1)
	h20, l20 := bits.Mul64(a2, b0)
	h33, l33 := bits.Mul64(a3, b3)
	hi |= (h02 ^ h11 ^ h20 ^ h33) & m2
	lo |= (l02 ^ l11 ^ l20 ^ l33) & m2

	h03, l03 := bits.Mul64(a0, b3)
	h12, l12 := bits.Mul64(a1, b2)
	h21, l21 := bits.Mul64(a2, b1)
	h30, l30 := bits.Mul64(a3, b0)
	hi |= (h03 ^ h12 ^ h21 ^ h30) & m3
	lo |= (l03 ^ l12 ^ l21 ^ l30) & m3

	t0, t1, t2, t3 := -(top & 1), -(top >> 1 & 1), -(top >> 2 & 1), -(top >> 3)
	hi ^= b>>4&t0 ^ b>>3&t1 ^ b>>2&t2 ^ b>>1&t3
	lo ^= b<<60&t0 ^ b<<61&t1 ^ b<<62&t2 ^ b<<63&t3
	return hi, lo
}

// spread puts a zero above every bit of the 32-bit v: its carry-less square.
func spread(v uint64) uint64 {
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

// square is a².
func square(a Elem) Elem {
	return reduce(
		spread(a.Lo&(1<<32-1)), spread(a.Lo>>32),
		spread(a.Hi&(1<<32-1)), spread(a.Hi>>32))
}

// mulGeneric is a · b.
func mulGeneric(a, b Elem) Elem {
	var p product
	p.accumulate(a, b)
	return p.reduce()
}
