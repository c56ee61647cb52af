package rsa

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// powersOfMask are the η^(2^k), k below their number, of a mask η = Σ η_(16m+j)·x^m·δ_j that is committed by
// its bits, δ_j in GF(2^16). Squaring is additive, and in GF(2^16) its 16th power is the identity, so they are linear in
// the bits:
//
//	η^(2^k) = Σ_m x^(m·2^k)·(Σ_j η_(16m+j)·δ_j^(2^(k mod 16))).
type powersOfMask int

var _ affine.Map[elem] = powersOfMask(0)

const (
	symbolBits = 16
	symbols    = elementBits / symbolBits // of an element
)

// Size is the number of powers, and that of a mask's bits.
func (p powersOfMask) Size() (forms, elements int) { return int(p), elementBits }

// Apply adds the powers of the mask with bits w.
func (p powersOfMask) Apply(dst, w []elem) {
	b := basis()
	if eta, ok := b.mask(w); ok {
		for k := range dst {
			dst[k] = fld.Add(dst[k], eta)
			eta = fld.Mul(eta, eta)
		}
		return
	}
	var rows [symbolBits][symbols]elem
	for k := range rows {
		for m := range rows[k] {
			rows[k][m] = fld.Dot(b.symbol[k][:], w[symbolBits*m:symbolBits*(m+1)])
		}
	}
	for k := range dst {
		dst[k] = fld.Add(dst[k], fld.Dot(b.high[k][:], rows[k%symbolBits][:]))
	}
}

// mask is the element with bits w, if they are bits.
func (b *bases) mask(w []elem) (eta elem, ok bool) {
	rest := uint64(0)
	for i, bit := range w {
		all := -(bit.Lo & 1)
		eta = fld.Add(eta, elem{Lo: b.bit[i].Lo & all, Hi: b.bit[i].Hi & all})
		rest |= bit.Hi | bit.Lo>>1
	}
	return eta, rest == 0
}

// Transpose adds the coefficients of the bits in Σ_i k[i]·η^(2^i).
func (p powersOfMask) Transpose(dst, k []elem) {
	b := basis()
	var rows, columns [symbolBits][symbols]elem
	for i, c := range k {
		fld.Axpy(rows[i%symbolBits][:], c, b.high[i][:])
	}
	for i := range min(len(k), symbolBits) {
		for j := range columns {
			fld.Axpy(columns[j][:], b.symbol[i][j], rows[i][:])
		}
	}
	for j := range columns {
		for m, c := range columns[j] {
			dst[symbolBits*m+j] = fld.Add(dst[symbolBits*m+j], c)
		}
	}
}

// bases are the powers that the forms of powers need.
type bases struct {
	symbol [symbolBits][symbolBits]elem // [k][j]: δ_j^(2^k)
	high   [primeBits][symbols]elem     // [k][m]: x^(m·2^k)
	bit    [elementBits]elem            // [16m+j]: x^m·δ_j
}

var basis = sync.OnceValue(func() *bases {
	b := new(bases)
	for j := range symbolBits {
		v := gf128.FromSymbol(1 << j)
		for k := range b.symbol {
			b.symbol[k][j] = v
			v = fld.Mul(v, v)
		}
	}
	for m := range symbols {
		v := elem{Lo: 1 << m}
		for k := range b.high {
			b.high[k][m] = v
			v = fld.Mul(v, v)
		}
	}
	for i := range b.bit {
		b.bit[i] = fld.Mul(b.high[0][i/symbolBits], b.symbol[0][i%symbolBits])
	}
	return b
})
