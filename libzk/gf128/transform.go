package gf128

// The additive Fourier transform of Lin, Chung and Han.
//
// Let W_i be the polynomial that vanishes on the span of 1, g, ..., g^(i-1), and
// w_i = W_i / W_i(g^i), a GF(2)-linear map. The novel basis has the polynomials
// X_j = Π w_i over the bits i of j, of degree j. A polynomial P = U + w_i·V with U
// and V in the span of X_0..X_(2^i - 1) takes on the coset c + span(1..g^(i-1)) the
// values of U + w_i(c)·V, and on that coset shifted by g^i those of
// U + (w_i(c) + 1)·V. So one butterfly per pair of coefficients halves the problem;
// its twiddle w_i(c) depends on the block only.

// butterflies are the steps of the transform over elements of type S, with
// twiddles of the same type.
type butterflies[S any] interface {
	// forward replaces each block (u, v) of two halves of h elements by
	// (u + t·v, u + (t+1)·v), with one twiddle t a block.
	forward(a []S, h int, twiddles []S)
	// inverse undoes forward.
	inverse(a []S, h int, twiddles []S)
	// mix replaces (u, v) by (u + t·v, u + v).
	mix(u, v []S, t S)
	// forwardPair is forward on one block whose halves are u and v.
	forwardPair(u, v []S, t S)
	// inversePair undoes forwardPair.
	inversePair(u, v []S, t S)
}

// plan is a transform over elements of type S at the code points.
type plan[S any, B butterflies[S]] struct {
	b B
	// twiddles[i][j] is w_i at code point j·2^(i+1).
	twiddles [][]S
}

// forward evaluates a polynomial with len(a) = 2^levels coefficients at the code
// points offset, offset+1, ..., where offset is a multiple of len(a). Only the
// first need values are right.
func (p *plan[S, B]) forward(a []S, levels, offset, need int) {
	for i := levels - 1; i >= 0; i-- {
		blocks := (need-1)>>(i+1) + 1
		first := offset >> (i + 1)
		p.b.forward(a[:blocks<<(i+1)], 1<<i, p.twiddles[i][first:first+blocks])
	}
}

// inverse interpolates: it undoes forward with need = len(a).
func (p *plan[S, B]) inverse(a []S, levels, offset int) {
	for i := range levels {
		first := offset >> (i + 1)
		p.b.inverse(a, 1<<i, p.twiddles[i][first:first+len(a)>>(i+1)])
	}
}

// exchange takes the first k values of a polynomial at the code points offset,
// offset+1, ... and its coefficients from the k-th on, and replaces the values by
// the missing coefficients and the coefficients by the missing values. It costs
// about one transform.
func (p *plan[S, B]) exchange(a []S, levels, offset, k int) {
	switch k {
	case 0:
		p.forward(a, levels, offset, len(a))
		return
	case len(a):
		p.inverse(a, levels, offset)
		return
	}
	i := levels - 1 // levels > 0: a has more than one element here
	h := 1 << i
	t := p.twiddles[i][offset>>levels]
	left, right := a[:h], a[h:]
	// P = u + w_i·v is l = u + t·v on the left half and r = l + v on the right.
	if k >= h {
		k -= h
		p.inverse(left, i, offset)              // l
		p.b.mix(left[k:], right[k:], t)         // u, r from l, v
		p.exchange(right, i, offset+h, k)       // r
		p.b.inversePair(left[:k], right[:k], t) // u, v from l, r
		return
	}
	p.b.forwardPair(left[k:], right[k:], t) // l, r from u, v
	p.exchange(left, i, offset, k)          // l
	p.b.mix(left[:k], right[:k], t)         // u, r from l, v
	p.forward(right, i, offset+h, h)        // values of r
}

// extend is the systematic encoder: row[:k] are the values of a polynomial of
// degree below k at the first code points, and the rest of row is filled with its
// further values. scratch has 2^(levels+1) elements, where k <= 2^levels.
func (p *plan[S, B]) extend(row, scratch []S, levels, k int) {
	size := 1 << levels
	coeffs, last := scratch[:size], scratch[size:2*size]
	copy(coeffs, row[:k])
	clear(coeffs[k:])
	p.exchange(coeffs, levels, 0, k)
	copy(row[k:], coeffs[k:])
	clear(coeffs[k:])
	for offset := size; offset < len(row); offset += size {
		part := row[offset:]
		if len(part) >= size {
			part = part[:size]
			copy(part, coeffs)
			p.forward(part, levels, offset, size)
			continue
		}
		copy(last, coeffs)
		p.forward(last, levels, offset, len(part))
		copy(part, last)
	}
}

// twiddleSymbols computes w_i(β) for every level i below levels at the code points
// that are multiples of 2^(i+1) and below points.
func twiddleSymbols(levels, points int) [][]uint16 {
	all := make([][]uint16, levels)
	// w[j] is W_i(g^j), for the current i; W_(i+1)(x) = W_i(x)·(W_i(x) + W_i(g^i)).
	var w [symbolBits]uint16
	for j := range w {
		w[j] = 1 << j
	}
	for i := range all {
		scale := inverseSymbol(w[i])
		blocks := (points-1)>>(i+1) + 1
		level := make([]uint16, blocks)
		for bit := 0; 1<<bit < blocks; bit++ {
			at := mulSymbol(w[i+1+bit], scale)
			for j := 1 << bit; j < min(2<<bit, blocks); j++ {
				level[j] = level[j-1<<bit] ^ at
			}
		}
		all[i] = level
		for j := symbolBits - 1; j >= i; j-- {
			w[j] = mulSymbol(w[j], w[j]^w[i])
		}
	}
	return all
}

// elemButterflies are the butterflies over GF(2^128).
type elemButterflies struct{}

func (elemButterflies) forward(a []Elem, h int, twiddles []Elem) { forwardLevel(a, h, twiddles) }
func (elemButterflies) inverse(a []Elem, h int, twiddles []Elem) { inverseLevel(a, h, twiddles) }

func (elemButterflies) mix(u, v []Elem, t Elem) {
	for i := range u {
		u[i], v[i] = add(u[i], mul(t, v[i])), add(u[i], v[i])
	}
}

func (elemButterflies) forwardPair(u, v []Elem, t Elem) {
	for i := range u {
		u[i] = add(u[i], mul(t, v[i]))
		v[i] = add(v[i], u[i])
	}
}

func (elemButterflies) inversePair(u, v []Elem, t Elem) {
	for i := range u {
		v[i] = add(v[i], u[i])
		u[i] = add(u[i], mul(t, v[i]))
	}
}

// symbolButterflies are the butterflies over GF(2^16), by logarithms.
type symbolButterflies struct{ logs *logTables }

func (s symbolButterflies) forward(a []uint16, h int, twiddles []uint16) {
	for b, t := range twiddles {
		block := a[2*h*b : 2*h*(b+1)]
		s.forwardPair(block[:h], block[h:], t)
	}
}

func (s symbolButterflies) inverse(a []uint16, h int, twiddles []uint16) {
	for b, t := range twiddles {
		block := a[2*h*b : 2*h*(b+1)]
		s.inversePair(block[:h], block[h:], t)
	}
}

func (s symbolButterflies) mix(u, v []uint16, t uint16) {
	v = v[:len(u)]
	for i := range u {
		u[i], v[i] = u[i]^s.logs.mul(t, v[i]), u[i]^v[i]
	}
}

func (s symbolButterflies) forwardPair(u, v []uint16, t uint16) {
	v = v[:len(u)]
	for i := range u {
		u[i] ^= s.logs.mul(t, v[i])
		v[i] ^= u[i]
	}
}

func (s symbolButterflies) inversePair(u, v []uint16, t uint16) {
	v = v[:len(u)]
	for i := range u {
		v[i] ^= u[i]
		u[i] ^= s.logs.mul(t, v[i])
	}
}
