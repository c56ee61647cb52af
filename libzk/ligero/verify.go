package ligero

import (
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// Errors of Verify.
var (
	ErrLowDegree = errors.New("low degree test fails")
	ErrLinear    = errors.New("linear constraints fail")
	ErrQuadratic = errors.New("product constraints fail")
)

func workerCount() int { return cores.Count() }

// Verify checks a response against opened columns, in the form of Open. The
// linear constraints are constant + Σ coefficients[k]·W[k] = 0, combined with
// the Linear challenges. Slices must have the lengths that the geometry gives:
// the parser's duty.
func Verify[E comparable](f field.Field[E], g Geometry, quads []Quad, constant E, coefficients []E, c *Challenges[E], r *Response[E], columns []int, opened []E) error {
	if len(opened) != g.Rows()*g.Queries || len(columns) != g.Queries || len(coefficients) != g.Witness {
		return fmt.Errorf("ligero: %d opened elements in %d columns and %d coefficients, want %d, %d and %d", len(opened), len(columns), len(coefficients), g.Rows()*g.Queries, g.Queries, g.Witness)
	}
	if !r.fits(g) {
		return errors.New("ligero: response of another geometry")
	}
	row := func(i int) []E { return opened[i*g.Queries : (i+1)*g.Queries] }
	first := g.blinding()

	got := append([]E(nil), row(0)...)
	for i := range g.dataRows() {
		f.Axpy(got, c.LowDegree[i], row(first+i))
	}
	if !equal(got, interpolate(f, g, r.LowDegree, columns)) {
		return ErrLowDegree
	}

	// The sum over the witness positions is what the constraints say it is.
	sum := constant
	for _, e := range r.Linear[g.Queries:g.Block] {
		sum = f.Add(sum, e)
	}
	var zero E
	if sum != zero {
		return ErrLinear
	}
	got = append(got[:0], row(1)...)
	f.AddVec(got, linearAt(f, g, expand(f, g, quads, coefficients, c), columns, func(i int) []E { return row(first + i) }))
	if !equal(got, interpolate(f, g, r.Linear, columns)) {
		return ErrLinear
	}

	if g.Products {
		got = append(got[:0], row(2)...)
		x0, n := first+g.WitnessRows(), g.QuadRows()
		tmp := make([]E, g.Queries)
		for i := range n {
			clear(tmp)
			f.MulAcc(tmp, row(x0+i), row(x0+n+i))
			f.Axpy(got, c.Quadratic[i], row(x0+2*n+i))
			f.Axpy(got, f.Neg(c.Quadratic[i]), tmp)
		}
		y := make([]E, g.DBlock)
		copy(y, r.QuadraticLow)
		copy(y[g.Block:], r.QuadraticHigh)
		if !equal(got, interpolate(f, g, y, columns)) {
			return ErrQuadratic
		}
	}
	return nil
}

func equal[E comparable](a, b []E) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// interpolate extends message y and picks the columns.
func interpolate[E comparable](f field.Field[E], g Geometry, y []E, columns []int) []E {
	word := make([]E, g.Encoded)
	copy(word, y)
	encoder(f, len(y), g.Encoded).Encode(word)
	out := make([]E, len(columns))
	for i, c := range columns {
		out[i] = word[g.DBlock+c]
	}
	return out
}

// linearAt is, for each opened column x, Σ_i A_i(x)·T_i(x), where A_i is the
// polynomial of row i of the coefficients and T_i the opened symbol. It extends
// no row: with Lagrange's basis L_w(x) it is Σ_w L_w(x)·Σ_i T_i(x)·A[i][w].
func linearAt[E comparable](f field.Field[E], g Geometry, full []E, columns []int, opened func(i int) []E) []E {
	basis := basisOf(f, g.Block)
	out := make([]E, len(columns))
	workers := workerCount()
	cores.Each(workers, func(w int) {
		acc := make([]E, g.Width())
		lagrange := make([]E, g.Block)
		for j := w; j < len(columns); j += workers {
			clear(acc)
			for i := range g.dataRows() {
				f.Axpy(acc, opened(i)[j], full[i*g.Width():(i+1)*g.Width()])
			}
			basis.at(lagrange, f.CodePoint(g.DBlock+columns[j]))
			out[j] = f.Dot(acc, lagrange[g.Queries:])
		}
	})
	return out
}
