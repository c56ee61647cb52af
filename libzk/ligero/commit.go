package ligero

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Quad is the constraint W[X]·W[Y] = W[Z].
type Quad struct{ X, Y, Z int }

// Tableau is the prover's encoded matrix. It is read-only after Commit.
type Tableau[E comparable] struct {
	f     field.Field[E]
	g     Geometry
	quads []Quad
	rows  [][]E
}

// Commit lays the witness out in rows with fresh randomness from rng and encodes
// them. The first boundary witness elements must lie in the subfield: rows that
// hold only such elements get subfield randomness. The order in which rng is
// read is the draft's.
func Commit[E comparable](f field.Field[E], g Geometry, witness []E, boundary int, quads []Quad, rng io.Reader) (*Tableau[E], error) {
	if len(witness) != g.Witness || len(quads) != g.Quads {
		panic(fmt.Sprintf("ligero: %d witness elements and %d products, geometry has %d and %d", len(witness), len(quads), g.Witness, g.Quads))
	}
	t := &Tableau[E]{f: f, g: g, quads: quads, rows: make([][]E, g.Rows())}
	backing := make([]E, g.Rows()*g.Encoded)
	for i := range t.rows {
		t.rows[i] = backing[i*g.Encoded : (i+1)*g.Encoded : (i+1)*g.Encoded]
	}
	if err := t.layout(witness, boundary, rng); err != nil {
		return nil, fmt.Errorf("drawing commitment randomness: %w", err)
	}
	t.encode()
	return t, nil
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
	for i := range g.WitnessRows() {
		row := t.rows[at+i]
		if g.SubfieldRow(at+i, boundary) {
			for k := range g.Queries {
				e, err := f.SampleSubfield(rng)
				if err != nil {
					return err
				}
				row[k] = e
			}
		} else if err := random(row[:g.Queries]); err != nil {
			return err
		}
		copy(row[g.Queries:g.Block], witness[i*g.Width():])
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

func (t *Tableau[E]) encode() {
	g := t.g
	block, double := encoder(t.f, g.Block, g.Encoded), encoder(t.f, g.DBlock, g.Encoded)
	parallel(len(t.rows), func(i int) {
		if i > 0 && i < g.blinding() {
			double.Encode(t.rows[i])
		} else {
			block.Encode(t.rows[i])
		}
	})
}

// parallel runs work(0..n-1) on all processors.
func parallel(n int, work func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	wg.Wait()
}

// Geometry is the tableau's geometry.
func (t *Tableau[E]) Geometry() Geometry { return t.g }

// Columns copies columns lo..hi-1 of those that can be opened, one after the
// other, each from the first row to the last.
func (t *Tableau[E]) Columns(dst []E, lo, hi int) []E {
	rows := len(t.rows)
	need := (hi - lo) * rows
	if cap(dst) < need {
		dst = make([]E, need)
	}
	dst = dst[:need]
	for r, row := range t.rows {
		for c, e := range row[t.g.DBlock+lo : t.g.DBlock+hi] {
			dst[c*rows+r] = e
		}
	}
	return dst
}

// Open is the opened part of the tableau: element [row·Queries + i] is the row's
// symbol in column columns[i].
func (t *Tableau[E]) Open(columns []int) []E {
	out := make([]E, 0, len(t.rows)*len(columns))
	for _, row := range t.rows {
		for _, c := range columns {
			out = append(out, row[t.g.DBlock+c])
		}
	}
	return out
}
