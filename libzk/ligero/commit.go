package ligero

import (
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// Quad is the constraint W[X]·W[Y] = W[Z].
type Quad struct{ X, Y, Z int }

// Tableau is the prover's encoded matrix. It is read-only after Commit. A row is
// either in rows or, where it holds subfield elements and the field has a short
// form for them, in symbols.
type Tableau[E comparable] struct {
	f       field.Field[E]
	short   field.Symbols[E] // nil if rows are never stored as symbols
	g       Geometry
	quads   []Quad
	rows    [][]E
	symbols [][]uint16
}

// Commit lays the witness out in rows with fresh randomness from rng and encodes
// them. The first boundary witness elements must lie in the subfield: rows that
// hold only such elements get subfield randomness. The order in which rng is
// read is the draft's.
func Commit[E comparable](f field.Field[E], g Geometry, witness []E, boundary int, quads []Quad, rng io.Reader) (*Tableau[E], error) {
	if len(witness) != g.Witness || len(quads) != g.Quads {
		panic(fmt.Sprintf("ligero: %d witness elements and %d products, geometry has %d and %d", len(witness), len(quads), g.Witness, g.Quads))
	}
	t := &Tableau[E]{f: f, g: g, quads: quads, rows: make([][]E, g.Rows()), symbols: make([][]uint16, g.Rows())}
	t.short, _ = any(f).(field.Symbols[E])
	full, short := 0, 0
	for i := range t.rows {
		if t.isShort(i, boundary) {
			short++
		} else {
			full++
		}
	}
	elems, symbols := make([]E, full*g.Encoded), make([]uint16, short*g.Encoded)
	for i := range t.rows {
		if t.isShort(i, boundary) {
			t.symbols[i], symbols = symbols[:g.Encoded:g.Encoded], symbols[g.Encoded:]
		} else {
			t.rows[i], elems = elems[:g.Encoded:g.Encoded], elems[g.Encoded:]
		}
	}
	if err := t.layout(witness, boundary, rng); err != nil {
		return nil, fmt.Errorf("drawing commitment randomness: %w", err)
	}
	t.encode()
	return t, nil
}

func (t *Tableau[E]) isShort(row, boundary int) bool {
	return t.short != nil && t.g.SubfieldRow(row, boundary)
}

// layout fills the message part of each row.
func (t *Tableau[E]) layout(witness []E, boundary int, rng io.Reader) error {
	f, g := t.f, t.g
	random := func(dst []E) (err error) {
		for i := range dst {
			if dst[i], err = f.Sample(rng); err != nil {
				return err
			}
		}
		return nil
	}
	if err := random(t.rows[0][:g.Block]); err != nil {
		return err
	}
	// The linear test's blinding row sums to zero over the witness positions.
	dot := t.rows[1][:g.DBlock]
	if err := random(dot); err != nil {
		return err
	}
	var sum E
	for _, e := range dot[g.Queries:g.Block] {
		sum = f.Add(sum, e)
	}
	dot[g.Queries] = f.Sub(dot[g.Queries], sum)
	if g.Products {
		quad := t.rows[2][:g.DBlock]
		if err := random(quad); err != nil {
			return err
		}
		clear(quad[g.Queries:g.Block])
	}
	at := g.blinding()
	message := make([]E, g.Block)
	for i := range g.WitnessRows() {
		clear(message)
		if g.SubfieldRow(at+i, boundary) {
			for k := range g.Queries {
				e, err := f.SampleSubfield(rng)
				if err != nil {
					return err
				}
				message[k] = e
			}
		} else if err := random(message[:g.Queries]); err != nil {
			return err
		}
		copy(message[g.Queries:], witness[i*g.Width():])
		if err := t.set(at+i, message); err != nil {
			return err
		}
	}
	at += g.WitnessRows()
	for i := range g.QuadRows() {
		for part := range 3 {
			row := t.rows[at+part*g.QuadRows()+i]
			if err := random(row[:g.Queries]); err != nil {
				return err
			}
			for j := 0; j < g.Width() && i*g.Width()+j < len(t.quads); j++ {
				q := t.quads[i*g.Width()+j]
				row[g.Queries+j] = witness[[3]int{q.X, q.Y, q.Z}[part]]
			}
		}
	}
	return nil
}

// set stores a row's message.
func (t *Tableau[E]) set(row int, message []E) error {
	if t.symbols[row] == nil {
		copy(t.rows[row], message)
		return nil
	}
	for i, e := range message {
		s, ok := t.short.Symbol(e)
		if !ok {
			return fmt.Errorf("witness element declared to lie in the subfield does not")
		}
		t.symbols[row][i] = s
	}
	return nil
}

// prefix is the first n symbols of a row, in buf if they have to be converted.
func (t *Tableau[E]) prefix(row, n int, buf []E) []E {
	if t.symbols[row] == nil {
		return t.rows[row][:n]
	}
	buf = buf[:n]
	for i, s := range t.symbols[row][:n] {
		buf[i] = t.short.FromSymbol(s)
	}
	return buf
}

// at is one symbol of a row.
func (t *Tableau[E]) at(row, i int) E {
	if t.symbols[row] == nil {
		return t.rows[row][i]
	}
	return t.short.FromSymbol(t.symbols[row][i])
}

func (t *Tableau[E]) encode() {
	g := t.g
	block, double := encoder(t.f, g.Block, g.Encoded), encoder(t.f, g.DBlock, g.Encoded)
	cores.Each(len(t.rows), func(i int) {
		switch {
		case t.symbols[i] != nil:
			block.(field.SymbolEncoder).EncodeSymbols(t.symbols[i])
		case i > 0 && i < g.blinding():
			double.Encode(t.rows[i])
		default:
			block.Encode(t.rows[i])
		}
	})
}

// Geometry is the tableau's geometry.
func (t *Tableau[E]) Geometry() Geometry { return t.g }

// AppendColumns appends the canonical bytes of columns lo, lo+1, ... of those
// that can be opened to the buffers, one column each, from the first row to the
// last. With short, subfield rows take the size of the subfield.
func (t *Tableau[E]) AppendColumns(buffers [][]byte, lo int, short func(row int) bool) {
	lo += t.g.DBlock
	for r := range t.rows {
		switch {
		case t.symbols[r] != nil && short(r):
			for c, s := range t.symbols[r][lo : lo+len(buffers)] {
				buffers[c] = append(buffers[c], byte(s), byte(s>>8))
			}
		case short(r):
			for c := range buffers {
				buffers[c] = t.f.AppendSubfield(buffers[c], t.at(r, lo+c))
			}
		default:
			for c := range buffers {
				buffers[c] = t.f.Append(buffers[c], t.at(r, lo+c))
			}
		}
	}
}

// Open is the opened part of the tableau: element [row·Queries + i] is the row's
// symbol in column columns[i].
func (t *Tableau[E]) Open(columns []int) []E {
	out := make([]E, 0, len(t.rows)*len(columns))
	for r := range t.rows {
		for _, c := range columns {
			out = append(out, t.at(r, t.g.DBlock+c))
		}
	}
	return out
}
