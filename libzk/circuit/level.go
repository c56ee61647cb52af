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

// NewLevel makes a level. Fill sets dst to the values of all wires in a copy; it is called by several
// goroutines, and up to twice for a copy.
func NewLevel[E comparable](f field.Field[E], wires, copies int, fill func(dst []E, copy int)) Level[E] {
	l := newLevel(f, wires, copies)
	isBit := make([]bool, wires)
	if bits, ok := f.(field.Bits[E]); ok {
		l.pack(bits, fill, isBit)
	}
	l.makeRows(isBit)
	if len(l.values) > 0 {
		l.fillRows(fill)
	}
	return l
}

// together is the number of copies whose values of a wire are written at once: a line of the
// processor's cache.
const together = 4

// fillRows sets the rows.
func (l *Level[E]) fillRows(fill func(dst []E, copy int)) {
	const least = 1 << 12 // values that are filled with one buffer
	size := together * max(1, least/(together*l.Wires))
	cores.Each((l.Copies+size-1)/size, func(i int) {
		of := buffers.Make[E](together * l.Wires)
		defer buffers.Free(of)
		for lo := size * i; lo < min(size*(i+1), l.Copies); lo += together {
			hi := min(lo+together, l.Copies)
			for c := lo; c < hi; c++ {
				fill(of[(c-lo)*l.Wires:(c-lo+1)*l.Wires], c)
			}
			for w, n := range l.number {
				if n == 0 {
					continue
				}
				row := l.values[(int(n)-1)*l.Copies:]
				for c := lo; c < hi; c++ {
					row[c] = of[(c-lo)*l.Wires+w]
				}
			}
		}
	})
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
func (l *Level[E]) pack(f field.Bits[E], fill func(dst []E, copy int), isBit []bool) {
	const piece = PlaneCopies / 2 // of copies: two goroutines share a plane
	pieces := (l.Copies + piece - 1) / piece
	all, rests, rows := buffers.Make[uint64](pieces*l.Wires), buffers.Make[uint64](pieces*l.Wires), buffers.Make[E](pieces*l.Wires)
	cores.Each(pieces, func(i int) {
		lo, hi := i*l.Wires, (i+1)*l.Wires
		for c := piece * i; c < min(piece*(i+1), l.Copies); c++ {
			fill(rows[lo:hi], c)
			f.SetBits(all[lo:hi], rests[lo:hi], rows[lo:hi], c%PlaneCopies)
		}
	})
	for w := range isBit {
		rest := uint64(0)
		for i := range pieces {
			rest |= rests[i*l.Wires+w]
		}
		if isBit[w] = rest == 0; isBit[w] {
			for i := range pieces {
				l.Planes[i*piece/PlaneCopies][w] |= all[i*l.Wires+w]
			}
		}
	}
	buffers.Free(all)
	buffers.Free(rests)
	buffers.Free(rows)
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
