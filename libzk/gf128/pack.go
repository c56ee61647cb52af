package gf128

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// Sixteen bits are packed into a symbol so that linear forms of the bits can be
// proven of the symbols. With δ_j = g^j and Tr the trace from GF(2^16) to GF(2),
// the symbol p of the bits b_j is the one with
//
//	Tr(δ_j·p) = b_j      for j < 16,
//
// that is Σ b_j·δ*_j with the basis δ* that is dual to δ. Every symbol is sixteen
// bits, so packed bits need no proof that they are bits.

var _ field.Packing[Elem] = Field{}

// degree is the field's degree over GF(2).
const degree = 128

var (
	// traceMask has bit j set if Tr(g^j) = 1: the trace of a symbol is the parity of
	// what it has in common with the mask.
	traceMask uint16
	// packing[i][b] is the symbol of the bits b at 8i..8i+7.
	packing [2][256]uint16
)

// initPacking needs minimalPolynomial.
func initPacking() {
	for j := range symbolBits {
		if traceByPowers(1<<j) == 1 {
			traceMask |= 1 << j
		}
	}
	// rows[j] is the symbol whose only bit is bit j: Gauss and Jordan on the map from
	// symbols to bits.
	var image, symbol [symbolBits]uint16
	for j := range symbolBits {
		image[j], symbol[j] = unpack(1<<j), 1<<j
	}
	for bit := range symbolBits {
		pivot := bit
		for image[pivot]>>bit&1 == 0 {
			pivot++ // the trace form is not degenerate, so there is one
		}
		image[bit], image[pivot] = image[pivot], image[bit]
		symbol[bit], symbol[pivot] = symbol[pivot], symbol[bit]
		for j := range symbolBits {
			if j != bit && image[j]>>bit&1 == 1 {
				image[j] ^= image[bit]
				symbol[j] ^= symbol[bit]
			}
		}
	}
	for i := range 2 {
		for b := range 256 {
			for j := range 8 {
				if b>>j&1 == 1 {
					packing[i][b] ^= symbol[8*i+j]
				}
			}
		}
	}
}

// traceByPowers is the trace by its definition, Σ s^(2^i) for i < 16.
func traceByPowers(s uint16) uint16 {
	var sum uint16
	for range symbolBits {
		sum ^= s
		s = mulSymbol(s, s)
	}
	return sum
}

// trace is the trace of a symbol, 0 or 1.
func trace(s uint16) uint16 { return uint16(bits.OnesCount16(s&traceMask)) & 1 }

// unpack are the bits that a symbol holds.
func unpack(s uint16) (b uint16) {
	for j := range symbolBits {
		b |= trace(mulSymbol(s, 1<<j)) << j
	}
	return b
}

// Degree is 128, the degree over GF(2).
func (Field) Degree() int { return degree }

// Pack is the symbol that holds the bits, bit j as Tr(g^j·symbol).
func (Field) Pack(b uint16) uint16 { return packing[0][b&0xff] ^ packing[1][b>>8] }

// PackAll packs elements that are zero or one, and returns the index of the first that is
// neither, or -1.
func (f Field) PackAll(dst []uint16, bits []Elem) int {
	if len(dst) != (len(bits)+symbolBits-1)/symbolBits {
		panic(fmt.Sprintf("gf128: %d symbols for %d bits", len(dst), len(bits)))
	}
	for m := range dst {
		of := bits[symbolBits*m : min(symbolBits*(m+1), len(bits))]
		var word, rest uint64 // without branches: bits are as good as random
		for j, e := range of {
			word |= e.Lo & 1 << j
			rest |= e.Hi | e.Lo>>1
		}
		if rest != 0 {
			return symbolBits*m + slices.IndexFunc(of, func(e Elem) bool { return e.Hi != 0 || e.Lo > 1 })
		}
		dst[m] = f.Pack(uint16(word))
	}
	return -1
}

// TraceSums are the 128 symbols
//
//	T_u = Σ_m B_{m,u}·packed[m],      B_{m,u} = Σ_j bit_u(coefs[16m+j])·g^j,
//
// for whose traces bit_u(Σ_i coefs[i]·b_i) = Tr(T_u), with b_i the packed bits.
// Coefficients beyond the last are zero.
func (Field) TraceSums(coefs []Elem, packed []uint16) []uint16 {
	if len(coefs) > symbolBits*len(packed) {
		panic("gf128: more coefficients than packed bits")
	}
	// planes[d] is the sum of the coefficients a_j for every pair of a bit j and a
	// coordinate i of its symbol with i + j = d: bit u of it belongs to g^d in T_u.
	var planes [2*symbolBits - 1]Elem
	workers := min(cores.Count(), 1+len(packed)/1024)
	parts := make([][2*symbolBits - 1]Elem, workers)
	var wg cores.Group
	for w := range workers {
		wg.Go(func() {
			p := &parts[w]
			var last [symbolBits]Elem
			for m := len(packed) * w / workers; m < len(packed)*(w+1)/workers; m++ {
				if symbolBits*m >= len(coefs) {
					break
				}
				a := coefs[symbolBits*m:]
				if len(a) < symbolBits {
					copy(last[:], a)
					a = last[:]
				}
				for s := packed[m]; s != 0; s &= s - 1 {
					i := bits.TrailingZeros16(s)
					addVec(p[i:i+symbolBits], a[:symbolBits])
				}
			}
		})
	}
	wg.Wait()
	for w := range parts {
		addVec(planes[:], parts[w][:])
	}
	for d := len(planes) - 1; d >= symbolBits; d-- {
		for e := range symbolBits {
			if minimalPolynomial>>e&1 == 1 {
				planes[d-symbolBits+e] = add(planes[d-symbolBits+e], planes[d])
			}
		}
	}
	sums := make([]uint16, degree)
	for i, plane := range planes[:symbolBits] {
		for u := range 64 {
			sums[u] |= uint16(plane.Lo>>u&1) << i
			sums[64+u] |= uint16(plane.Hi>>u&1) << i
		}
	}
	return sums
}

// TraceValue is Σ_u x^u·Tr(symbols[u]), over at most 128 symbols.
func (Field) TraceValue(symbols []uint16) (e Elem) {
	for u, s := range symbols {
		if u < 64 {
			e.Lo |= uint64(trace(s)) << u
		} else {
			e.Hi |= uint64(trace(s)) << (u - 64)
		}
	}
	return e
}

// traceFold is Σ_u bit_u(a)·w_u as a sum of table entries, one for each byte of a.
type traceFold [degree / 8][256]Elem

func newTraceFold(w []Elem) *traceFold {
	t := new(traceFold)
	for i := range t {
		for b := 1; b < 256; b++ {
			t[i][b] = add(t[i][b&(b-1)], w[8*i+bits.TrailingZeros8(uint8(b))])
		}
	}
	return t
}

func (t *traceFold) at(a Elem) (e Elem) {
	if a == (Elem{}) { // as many coefficients are
		return e
	}
	for i := range 8 {
		lo, hi := &t[i][a.Lo>>(8*i)&0xff], &t[8+i][a.Hi>>(8*i)&0xff]
		e.Lo ^= lo.Lo ^ hi.Lo
		e.Hi ^= lo.Hi ^ hi.Hi
	}
	return e
}

// TraceWeights are the coefficients A of the packed symbols in Σ_u w[u]·T_u, with
// T of TraceSums: A_m = Σ_j g^j·(Σ_u bit_u(coefs[16m+j])·w[u]). There is one for
// each 16 coefficients or part of them; w has 128.
func (Field) TraceWeights(w, coefs []Elem) []Elem {
	if len(w) != degree {
		panic("gf128: weights of the trace that are not 128")
	}
	out := make([]Elem, (len(coefs)+symbolBits-1)/symbolBits)
	t := newTraceFold(w)
	workers := min(cores.Count(), 1+len(out)/1024)
	var wg cores.Group
	for k := range workers {
		wg.Go(func() {
			var folded [symbolBits]Elem
			for m := len(out) * k / workers; m < len(out)*(k+1)/workers; m++ {
				a := coefs[symbolBits*m : min(symbolBits*(m+1), len(coefs))]
				fold(folded[:len(a)], t, a)
				out[m] = dot(folded[:len(a)], subfieldBasis[:len(a)])
			}
		})
	}
	wg.Wait()
	return out
}
