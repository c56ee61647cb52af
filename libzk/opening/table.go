package opening

import (
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// table is coefficients a and values z of rows under the sumcheck over their
// number, lowest bit first. A missing row is zero.
type table[E comparable] struct {
	f     field.Field[E]
	width int
	a, z  [][]E
}

// maskTable is the part of the mask columns: column l of a row counts bit l-1 of
// its number, column 0 always counts. Rows without values keep coefficients, as
// these are multilinear functions over all of the cube.
func (m *Matrix[E]) maskTable() *table[E] {
	g := m.g
	t := &table[E]{f: m.f, width: g.Log + 1, a: make([][]E, 1<<g.Log), z: make([][]E, 1<<g.Log)}
	for x := range t.a {
		t.a[x] = make([]E, t.width)
		t.a[x][0] = m.f.One()
		for l := range g.Log {
			if x>>l&1 == 1 {
				t.a[x][l+1] = m.f.One()
			}
		}
	}
	for _, i := range [2]int{0, g.Rows() - 1} {
		t.z[g.number(i)] = m.rows[i][g.Random():g.data()]
	}
	return t
}

// dataTable is the part of the vector.
func (m *Matrix[E]) dataTable(claim Claim[E]) *table[E] {
	g := m.g
	t := &table[E]{f: m.f, width: g.Width(), a: make([][]E, 1<<g.Log), z: make([][]E, 1<<g.Log)}
	for i := range g.Rows() {
		n := g.number(i)
		t.a[n] = padded(coefficients(g, claim, i), t.width)
		t.z[n] = m.message(i, g.data(), g.Block, make([]E, t.width))
	}
	return t
}

// coefficients are a claim's for the i-th row.
func coefficients[E comparable](g Geometry, claim Claim[E], i int) []E {
	if g.ShortRow(i) {
		return slice(g, claim.Short, i)
	}
	return slice(g, claim.Full, i)
}

func padded[E comparable](row []E, n int) []E {
	if len(row) == n {
		return row
	}
	return append(make([]E, 0, n), row...)[:n]
}

// round is q(0) and the leading coefficient of the sum over all pairs of rows.
func (t *table[E]) round() (q0, lead E) {
	f := t.f
	pairs := len(t.a) / 2
	workers := min(cores.Count(), pairs)
	sums := make([][2]E, workers)
	cores.Each(workers, func(w int) {
		a, z := make([]E, t.width), make([]E, t.width)
		var s [2]E
		for j := w; j < pairs; j += workers {
			if t.a[2*j] != nil && t.z[2*j] != nil {
				s[0] = f.Add(s[0], f.Dot(t.a[2*j], t.z[2*j]))
			}
			if t.difference(a, t.a, j) && t.difference(z, t.z, j) {
				s[1] = f.Add(s[1], f.Dot(a, z))
			}
		}
		sums[w] = s
	})
	for _, s := range sums {
		q0, lead = f.Add(q0, s[0]), f.Add(lead, s[1])
	}
	return q0, lead
}

// difference is that of the rows of pair j, false if both are missing.
func (t *table[E]) difference(dst []E, rows [][]E, j int) bool {
	lo, hi := rows[2*j], rows[2*j+1]
	if lo == nil && hi == nil {
		return false
	}
	clear(dst)
	if hi != nil {
		copy(dst, hi)
	}
	if lo != nil {
		t.f.Axpy(dst, t.f.Neg(t.f.One()), lo)
	}
	return true
}

// bind sets the lowest bit of the number to x.
func (t *table[E]) bind(x E) {
	t.a, t.z = t.folded(t.a, x), t.folded(t.z, x)
}

func (t *table[E]) folded(rows [][]E, x E) [][]E {
	f, out := t.f, make([][]E, len(rows)/2)
	cores.Each(len(out), func(j int) {
		lo, hi := rows[2*j], rows[2*j+1]
		if lo == nil && hi == nil {
			return
		}
		out[j] = make([]E, t.width)
		if lo != nil {
			f.Axpy(out[j], f.Sub(f.One(), x), lo)
		}
		if hi != nil {
			f.Axpy(out[j], x, hi)
		}
	})
	return out
}
