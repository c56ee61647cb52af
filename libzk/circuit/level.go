package circuit

import (
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// Level holds the values of the wires between two layers, in all copies. In a field of
// characteristic two, wires that are zero or one in every copy are kept as bits, at a
// hundredth of the size: most wires of hash functions and parsers are such.
type Level[E comparable] struct {
	Wires, Copies int
	// Planes are the bits: bit c of Planes[k][w] is wire w in copy 64·k + c, zero in copies
	// past the last and for wires that have a row. It is nil in other fields.
	Planes [][]uint64

	number []uint32 // of a wire's row, from 1; 0 if it is kept as bits
	values []E      // row after row
	words  []uint64 // plane after plane
}

// PlaneCopies is the number of copies in a plane.
const PlaneCopies = 64

// NewLevel makes a level of the given values. Value is called by several goroutines.
func NewLevel[E comparable](f field.Field[E], wires, copies int, value func(wire, copy int) E) Level[E] {
	l := newLevel(f, wires, copies)
	isBit := make([]bool, wires)
	if l.Planes != nil {
		l.pack(f.One(), value, isBit)
	}
	l.makeRows(isBit)
	cores.Each(wires, func(w int) {
		row := l.Row(w)
		for c := range row {
			row[c] = value(w, c)
		}
	})
	return l
}

// newLevel makes a level without rows, whose bits are zero.
func newLevel[E comparable](f field.Field[E], wires, copies int) Level[E] {
	l := Level[E]{Wires: wires, Copies: copies}
	if _, ok := f.(field.Bits[E]); ok {
		l.Planes = make([][]uint64, (copies+PlaneCopies-1)/PlaneCopies)
		words := buffers.Make[uint64](len(l.Planes) * wires)
		l.words = words
		for k := range l.Planes {
			l.Planes[k], words = words[:wires:wires], words[wires:]
		}
	}
	return l
}

// pack fills the planes and says which wires are bits in every copy.
func (l *Level[E]) pack(one E, value func(wire, copy int) E, isBit []bool) {
	var zero E
	others := make([][]bool, len(l.Planes))
	cores.Each(len(l.Planes), func(k int) {
		plane, other := l.Planes[k], make([]bool, l.Wires)
		for c := range min(PlaneCopies, l.Copies-PlaneCopies*k) {
			for w := range plane {
				if other[w] {
					continue
				}
				switch value(w, PlaneCopies*k+c) {
				case zero:
				case one:
					plane[w] |= 1 << c
				default:
					other[w] = true
				}
			}
		}
		others[k] = other
	})
	for w := range isBit {
		isBit[w] = true
		for _, other := range others {
			isBit[w] = isBit[w] && !other[w]
		}
		if !isBit[w] {
			for _, plane := range l.Planes {
				plane[w] = 0
			}
		}
	}
}

// makeRows makes rows of zeros for the wires that are not bits.
func (l *Level[E]) makeRows(isBit []bool) {
	l.number = buffers.Make[uint32](l.Wires)
	n := 0
	for w, bit := range isBit {
		if !bit {
			n++
			l.number[w] = uint32(n)
		}
	}
	l.values = buffers.Make[E](n * l.Copies)
}

// FreeRows gives the memory of the rows back; At and Row may not be used any more.
func (l *Level[E]) FreeRows() {
	buffers.Free(l.values)
	l.values = nil
}

// Free gives back all memory of the level, which may not be used any more.
func (l *Level[E]) Free() {
	l.FreeRows()
	buffers.Free(l.words)
	buffers.Free(l.number)
	*l = Level[E]{}
}

// IsBit reports whether a wire is kept as bits.
func (l *Level[E]) IsBit(wire int) bool { return l.number[wire] == 0 }

// Row is the values of a wire by copy, nil if it is kept as bits.
func (l *Level[E]) Row(wire int) []E {
	if n := l.number[wire]; n > 0 {
		lo, hi := (int(n)-1)*l.Copies, int(n)*l.Copies
		return l.values[lo:hi:hi]
	}
	return nil
}

// At is the value of a wire in a copy.
func (l *Level[E]) At(f field.Field[E], wire, copy int) (e E) {
	if row := l.Row(wire); row != nil {
		return row[copy]
	}
	if l.Planes[copy/PlaneCopies][wire]>>(copy%PlaneCopies)&1 == 1 {
		e = f.One()
	}
	return e
}

// AddWhere adds k to the elements of dst whose bit in word is set.
func AddWhere[E comparable](f field.Field[E], dst []E, k E, word uint64) {
	for ; word != 0; word &= word - 1 {
		c := bits.TrailingZeros64(word)
		dst[c] = f.Add(dst[c], k)
	}
}
