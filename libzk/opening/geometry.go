package opening

import (
	"fmt"
	"math"
	"math/bits"
)

// Geometry places a vector in a matrix and fixes the code. All counts are in
// elements. The vector has a short part, elements of the subfield that are kept
// and opened in their short form, and a full part.
//
// A row's message is Queries+1 random elements, Log+1 elements of mask columns,
// and Width elements of the vector, zeros after the last. Short rows hold the
// short part, and their random elements lie in the subfield. One more row, the
// mask, is random throughout.
//
// Rows are numbered by the points of {0,1}^Log: the first full row is number 0,
// then come the short rows and the other full ones, but for the last full row,
// which is number 2^Log-1. Numbers without a row count as zero rows.
type Geometry struct {
	Short, Full int // elements of the vector

	Block   int // length of a message
	Columns int // of the code words, beside those of the message
	Queries int // opened columns

	// These follow:
	Log                 int // bits of a row's number
	ShortRows, FullRows int
}

// minWidth is the least number of elements of the vector in a row.
const minWidth = 14

// MaxLog bounds the bits of a row's number: no statement comes near.
const MaxLog = 24

// NewGeometry completes a geometry: Log is the least with as many points as there
// are rows. It fails where the block leaves too little room in its rows, or the
// code word is too long for the fields.
func NewGeometry(short, full, block, columns, queries int) (Geometry, error) {
	g := Geometry{Short: short, Full: full, Block: block, Columns: columns, Queries: queries}
	if short < 0 || full < 0 || queries < 1 || columns < queries || block < 1 || columns+block > 1<<16 {
		return g, fmt.Errorf("opening: no geometry with %d and %d elements, block %d, %d columns and %d queries", short, full, block, columns, queries)
	}
	for g.Log = 1; g.Log <= MaxLog; g.Log++ {
		w := g.Width()
		if w < minWidth {
			break
		}
		g.ShortRows, g.FullRows = (short+w-1)/w, max(2, (full+w-1)/w)
		if g.Rows() <= 1<<g.Log {
			return g, nil
		}
	}
	return g, fmt.Errorf("opening: block %d leaves no room in rows for %d and %d elements", block, short, full)
}

// NewPointGeometry is the geometry of a vector of full elements whose rows are
// committed by points, see Points: without code, columns and random elements. It has
// the number of rows, two at least, for which commitments of point bytes each and an
// answer with elements of size bytes are shortest, and of equal ones fewer rows.
func NewPointGeometry(full, point, size int) (Geometry, error) {
	var best Geometry
	least := 0
	for rows := 2; full > 0 && (rows == 2 || rows <= full); rows++ {
		if least > 0 && point*(rows+1) > least {
			break
		}
		g := Geometry{Full: full, FullRows: rows, Log: bits.Len(uint(rows - 1))}
		g.Block = g.data() + (full+rows-1)/rows
		if max(2, (full+g.Width()-1)/g.Width()) != rows || g.Log > MaxLog {
			continue // the last rows would be empty
		}
		n := point*(rows+1) + size*(1+g.AnswerElems())
		if least == 0 || n < least {
			best, least = g, n
		}
	}
	if least == 0 {
		return best, fmt.Errorf("opening: no rows for %d elements", full)
	}
	return best, nil
}

// coded reports whether rows are messages of code words.
func (g Geometry) coded() bool { return g.Columns > 0 }

// Random is the number of random elements in each row.
func (g Geometry) Random() int {
	if !g.coded() {
		return 0
	}
	return g.Queries + 1
}

// Width is the number of elements of the vector in a row.
func (g Geometry) Width() int { return g.Block - g.data() }

// data is where a row's elements of the vector begin.
func (g Geometry) data() int { return g.Random() + g.Log + 1 }

// Rows is the number of rows without the mask.
func (g Geometry) Rows() int { return g.ShortRows + g.FullRows }

// ShortRow reports whether the i-th row, by number, is a short one.
func (g Geometry) ShortRow(i int) bool { return i >= 1 && i <= g.ShortRows }

// number is the number of the i-th row.
func (g Geometry) number(i int) int {
	if i == g.Rows()-1 {
		return 1<<g.Log - 1
	}
	return i
}

// start is where the elements of the i-th row begin in their part of the vector.
func (g Geometry) start(i int) int {
	switch {
	case i == 0:
		return 0
	case g.ShortRow(i):
		return (i - 1) * g.Width()
	}
	return (i - g.ShortRows) * g.Width()
}

// slice is what the i-th row has of a vector's parts, at most Width elements.
func slice[E any](g Geometry, part []E, i int) []E {
	lo := min(g.start(i), len(part))
	return part[lo:min(lo+g.Width(), len(part))]
}

// AnswerElems is the number of elements of an answer.
func (g Geometry) AnswerElems() int { return 2*g.Log + 2 + g.Block }

// OpenedSize is the size in bytes of the opened columns.
func (g Geometry) OpenedSize(symbol, elem int) int {
	return g.Queries * (g.ShortRows*symbol + (g.FullRows+1)*elem)
}

// Error is what a prover can gain in one field of 2^fieldBits elements, as a
// probability: to answer for a table that is far from every matrix of code words
// or with another row than the committed ones, and to open a functional to
// another value. With n columns, k the block, t queries and L the log it is
//
//	C(⌊(n+k)/2⌋, t)/C(n, t) + (L+1)·n/|F| + (2L+2)/|F|.
//
// Rows that are committed by points leave only the last term. docs/soundness.md has
// the proofs.
func (g Geometry) Error(fieldBits float64) float64 {
	n, k, t := g.Columns, g.Block, g.Queries
	if !g.coded() {
		return float64(2*g.Log+2) * math.Exp2(-fieldBits)
	}
	return math.Exp2(chooseRatio((n+k)/2, n, t)) + float64((g.Log+1)*n+2*g.Log+2)*math.Exp2(-fieldBits)
}

// chooseRatio is log2 of C(a, t)/C(n, t).
func chooseRatio(a, n, t int) float64 {
	s := 0.0
	for i := range t {
		if a-i <= 0 {
			return math.Inf(-1)
		}
		s += math.Log2(float64(a-i)) - math.Log2(float64(n-i))
	}
	return s
}
