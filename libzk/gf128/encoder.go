package gf128

import (
	"math/bits"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Encoder extends messages to code words of the systematic Reed-Solomon code at
// the code points, in O(n log k) operations. It is safe for concurrent use.
//
// What depends on k and n only is computed on first use, and kept: some 16 bytes a
// code symbol for rows of elements, some 18 for rows of symbols.
type Encoder struct {
	k, n    int
	levels  int // 2^levels is the least power of two that is at least k
	elems   func() *plan[Elem, elemButterflies]
	symbols func() (extend func(row []uint16))

	elemScratch, symbolScratch sync.Pool
}

var _ field.Encoder[Elem] = (*Encoder)(nil)

// NewEncoder makes the encoder of the code with k message symbols and n code
// symbols. It panics unless 1 <= k <= n <= 2^16.
func (Field) NewEncoder(k, n int) field.Encoder[Elem] { return NewEncoder(k, n) }

// NewEncoder is Field.NewEncoder with the concrete type, which can encode rows of
// symbols as well.
func NewEncoder(k, n int) *Encoder {
	if k < 1 || k > n || n > 1<<symbolBits {
		panic("gf128: Reed-Solomon code without 1 <= k <= n <= 65536")
	}
	e := &Encoder{k: k, n: n, levels: bits.Len(uint(k - 1))}
	size := 1 << e.levels
	// The last coset of 2^levels points may reach beyond n.
	points := (n + size - 1) &^ (size - 1)
	twiddles := sync.OnceValue(func() [][]uint16 { return twiddleSymbols(e.levels, points) })
	e.elems = sync.OnceValue(func() *plan[Elem, elemButterflies] {
		p := &plan[Elem, elemButterflies]{twiddles: make([][]Elem, e.levels)}
		for i, level := range twiddles() {
			p.twiddles[i] = make([]Elem, len(level))
			for j, t := range level {
				p.twiddles[i][j] = FromSymbol(t)
			}
		}
		return p
	})
	e.symbols = sync.OnceValue(func() func(row []uint16) {
		p := &plan[uint16, symbolButterflies]{
			b:        symbolButterflies{symbolLogs()},
			twiddles: twiddles(),
		}
		if fast := laneExtender(p, e.levels, k); fast != nil {
			return fast
		}
		return func(row []uint16) {
			scratch := e.symbolScratch.Get().(*[]uint16)
			p.extend(row, *scratch, e.levels, k)
			e.symbolScratch.Put(scratch)
		}
	})
	e.elemScratch.New = func() any { s := make([]Elem, 2*size); return &s }
	e.symbolScratch.New = func() any { s := make([]uint16, 2*size); return &s }
	return e
}

// Encode takes row of length n whose first k elements are the values of a
// polynomial of degree below k at the code points 0..k-1, and fills the rest with
// its values at the code points k..n-1. It panics if len(row) is not n.
func (e *Encoder) Encode(row []Elem) {
	sameLength(len(row), e.n)
	scratch := e.elemScratch.Get().(*[]Elem)
	e.elems().extend(row, *scratch, e.levels, e.k)
	e.elemScratch.Put(scratch)
}

// EncodeSymbols is Encode for a row of subfield elements, given and filled as
// symbols; their extension lies in the subfield too. It is many times faster on
// amd64 with GFNI and AVX-512.
func (e *Encoder) EncodeSymbols(row []uint16) {
	sameLength(len(row), e.n)
	e.symbols()(row)
}
