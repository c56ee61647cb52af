package opening

import (
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/internal/derived"
)

// Vector is what is committed: the short part as symbols, then full elements.
type Vector[E comparable] struct {
	Short []uint16
	Full  []E
}

// Matrix is a prover's encoded matrix. It is read-only after Commit.
type Matrix[E comparable] struct {
	f     field.Field[E]
	short field.Symbols[E] // nil if the field has no short form
	g     Geometry
	mask  []E
	// A row, by number, is in one of these.
	symbols [][]uint16
	rows    [][]E

	allSymbols []uint16 // of these
	all        []E      // and of the mask
}

// Commit lays a vector out in rows with fresh randomness from rng and encodes
// them. rng must be crypto/rand.Reader outside of tests.
func Commit[E comparable](f field.Field[E], g Geometry, v Vector[E], rng io.Reader) (*Matrix[E], error) {
	m := newMatrix(f, g)
	if err := m.layout(v, rng); err != nil {
		return nil, fmt.Errorf("drawing commitment randomness: %w", err)
	}
	m.encode()
	return m, nil
}

func newMatrix[E comparable](f field.Field[E], g Geometry) *Matrix[E] {
	word := g.Block + g.Columns
	m := &Matrix[E]{f: f, g: g, symbols: make([][]uint16, g.Rows()), rows: make([][]E, g.Rows())}
	m.short, _ = any(f).(field.Symbols[E])
	m.all, m.allSymbols = buffers.Make[E]((g.FullRows+1)*word), buffers.Make[uint16](g.ShortRows*word)
	elems, symbols := m.all, m.allSymbols
	m.mask, elems = elems[:word:word], elems[word:]
	for i := range g.Rows() {
		if g.ShortRow(i) {
			m.symbols[i], symbols = symbols[:word:word], symbols[word:]
		} else {
			m.rows[i], elems = elems[:word:word], elems[word:]
		}
	}
	return m
}

// Free gives the memory of the matrix back, which may not be used any more.
func (m *Matrix[E]) Free() {
	buffers.Free(m.all)
	buffers.Free(m.allSymbols)
	*m = Matrix[E]{}
}

// layout fills the messages.
func (m *Matrix[E]) layout(v Vector[E], rng io.Reader) error {
	f, g := m.f, m.g
	if len(v.Short) != g.Short || len(v.Full) != g.Full || g.Short > 0 && m.short == nil {
		panic(fmt.Sprintf("opening: vector of %d and %d elements over %s, the geometry has %d and %d", len(v.Short), len(v.Full), f.Name(), g.Short, g.Full))
	}
	random := func(dst []E) (err error) {
		for i := range dst {
			if dst[i], err = f.Sample(rng); err != nil {
				return err
			}
		}
		return nil
	}
	if err := random(m.mask[:g.Block]); err != nil {
		return err
	}
	for i := range g.Rows() {
		if row := m.symbols[i]; row != nil {
			b := make([]byte, 2*g.Random())
			if _, err := io.ReadFull(rng, b); err != nil {
				return err
			}
			for c := range g.Random() {
				row[c] = uint16(b[2*c]) | uint16(b[2*c+1])<<8
			}
			copy(row[g.data():], slice(g, v.Short, i))
			continue
		}
		n := g.Random()
		if i == 0 || i == g.Rows()-1 { // the rows whose mask columns are not zero
			n = g.data()
		}
		if err := random(m.rows[i][:n]); err != nil {
			return err
		}
		copy(m.rows[i][g.data():], slice(g, v.Full, i))
	}
	return nil
}

func (m *Matrix[E]) encode() {
	enc := derived.Encoder(m.f, m.g.Block, m.g.Block+m.g.Columns)
	cores.Each(len(m.rows)+1, func(i int) {
		switch {
		case i == len(m.rows):
			enc.Encode(m.mask)
		case m.symbols[i] != nil:
			enc.(field.SymbolEncoder).EncodeSymbols(m.symbols[i])
		default:
			enc.Encode(m.rows[i])
		}
	})
}

// message is symbols lo..hi-1 of a row's code word, in buf if they have to be
// converted.
func (m *Matrix[E]) message(row, lo, hi int, buf []E) []E {
	if m.symbols[row] == nil {
		return m.rows[row][lo:hi]
	}
	buf = buf[:hi-lo]
	for i, s := range m.symbols[row][lo:hi] {
		buf[i] = m.short.FromSymbol(s)
	}
	return buf
}

// AppendColumns appends columns lo, lo+1, ... to the buffers, one column each: the
// mask's symbol, then those of the rows by number, short rows in the short form.
func (m *Matrix[E]) AppendColumns(buffers [][]byte, lo int) {
	lo += m.g.Block
	appendRow := func(row []E) {
		for c := range buffers {
			buffers[c] = m.f.Append(buffers[c], row[lo+c])
		}
	}
	appendRow(m.mask)
	for r := range m.rows {
		if m.symbols[r] == nil {
			appendRow(m.rows[r])
			continue
		}
		for c, s := range m.symbols[r][lo : lo+len(buffers)] {
			buffers[c] = append(buffers[c], byte(s), byte(s>>8))
		}
	}
}

// AppendOpened appends opened symbols, the mask's first, then row by row, each in
// the order of the columns.
func (m *Matrix[E]) AppendOpened(b []byte, columns []int) []byte {
	for _, c := range columns {
		b = m.f.Append(b, m.mask[m.g.Block+c])
	}
	for r := range m.rows {
		for _, c := range columns {
			if m.symbols[r] != nil {
				s := m.symbols[r][m.g.Block+c]
				b = append(b, byte(s), byte(s>>8))
			} else {
				b = m.f.Append(b, m.rows[r][m.g.Block+c])
			}
		}
	}
	return b
}
