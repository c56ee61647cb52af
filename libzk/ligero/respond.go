package ligero

import (
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Challenges are the verifier's coins for the three tests.
type Challenges[E comparable] struct {
	LowDegree []E    // one for each row under test
	Linear    []E    // one for each linear constraint
	Copy      [][3]E // for each product, one for each of its copied factors
	Quadratic []E    // one for each row of products
}

// Draw draws the challenges for the given number of linear constraints, in the
// draft's order.
func Draw[E comparable](t *transcript.Transcript, f field.Field[E], g Geometry, linear int) *Challenges[E] {
	c := &Challenges[E]{
		LowDegree: transcript.Challenges(t, f, g.dataRows()),
		Linear:    transcript.Challenges(t, f, linear),
		Copy:      make([][3]E, g.Quads),
	}
	for i := range c.Copy {
		for j := range 3 {
			c.Copy[i][j] = transcript.Challenge(t, f)
		}
	}
	c.Quadratic = transcript.Challenges(t, f, g.QuadRows())
	return c
}

// Response is the prover's answer to the challenges: the combined rows.
type Response[E comparable] struct {
	LowDegree     []E // Block values
	Linear        []E // DBlock values
	QuadraticLow  []E // the first Queries values; the next Width are zero
	QuadraticHigh []E // the last DBlock - Block values
}

// NewResponse makes a response with room for every value.
func NewResponse[E comparable](g Geometry) *Response[E] {
	r := &Response[E]{LowDegree: make([]E, g.Block), Linear: make([]E, g.DBlock)}
	if g.Products {
		r.QuadraticLow, r.QuadraticHigh = make([]E, g.Queries), make([]E, g.DBlock-g.Block)
	}
	return r
}

// fits reports whether the vectors have the geometry's lengths.
func (r *Response[E]) fits(g Geometry) bool {
	low, high := 0, 0
	if g.Products {
		low, high = g.Queries, g.DBlock-g.Block
	}
	return len(r.LowDegree) == g.Block && len(r.Linear) == g.DBlock && len(r.QuadraticLow) == low && len(r.QuadraticHigh) == high
}

// Parts lists the response's vectors in the order of the transcript and the
// proof.
func (r *Response[E]) Parts() [][]E {
	if r.QuadraticLow == nil {
		return [][]E{r.LowDegree, r.Linear}
	}
	return [][]E{r.LowDegree, r.Linear, r.QuadraticLow, r.QuadraticHigh}
}

// Write absorbs the response.
func (r *Response[E]) Write(t *transcript.Transcript, f field.Field[E]) {
	for _, p := range r.Parts() {
		transcript.WriteElems(t, f, p)
	}
}

// expand adds the copy constraints of products to the coefficients of the
// witness: the functional over all rows under test.
func expand[E comparable](f field.Field[E], g Geometry, quads []Quad, coefficients []E, c *Challenges[E]) []E {
	full := make([]E, g.dataRows()*g.Width())
	copy(full, coefficients)
	x := g.WitnessRows() * g.Width()
	step := g.QuadRows() * g.Width()
	for i, q := range quads {
		for part, w := range [3]int{q.X, q.Y, q.Z} {
			k := c.Copy[i][part]
			full[x+part*step+i] = k
			full[w] = f.Sub(full[w], k)
		}
	}
	return full
}

// Respond answers the challenges. coefficients, one for each witness element,
// are Σ_i Linear[i]·A[i]: the linear constraints already combined.
func (t *Tableau[E]) Respond(coefficients []E, c *Challenges[E]) *Response[E] {
	f, g := t.f, t.g
	r := NewResponse[E](g)
	first := g.blinding()
	full := expand(f, g, t.quads, coefficients, c)

	copy(r.LowDegree, t.rows[0])
	copy(r.Linear, t.rows[1])
	buf := make([]E, g.Block)
	for i := range g.dataRows() {
		f.Axpy(r.LowDegree, c.LowDegree[i], t.prefix(first+i, g.Block, buf))
	}
	// Each row of coefficients is encoded and multiplied with its row of data.
	enc := encoder(f, g.Block, g.DBlock)
	workers := workerCount()
	sums := make([][]E, workers)
	cores.Each(workers, func(w int) {
		sum, row, buf := make([]E, g.DBlock), make([]E, g.DBlock), make([]E, g.DBlock)
		for i := w; i < g.dataRows(); i += workers {
			clear(row[:g.Queries])
			copy(row[g.Queries:g.Block], full[i*g.Width():(i+1)*g.Width()])
			enc.Encode(row)
			f.MulAcc(sum, row, t.prefix(first+i, g.DBlock, buf))
		}
		sums[w] = sum
	})
	for _, s := range sums {
		f.AddVec(r.Linear, s)
	}
	if g.Products {
		y := append([]E(nil), t.rows[2][:g.DBlock]...)
		x0 := first + g.WitnessRows()
		tmp := make([]E, g.DBlock)
		for i := range g.QuadRows() {
			clear(tmp)
			f.MulAcc(tmp, t.rows[x0+i][:g.DBlock], t.rows[x0+g.QuadRows()+i][:g.DBlock])
			u := c.Quadratic[i]
			f.Axpy(y, u, t.rows[x0+2*g.QuadRows()+i][:g.DBlock])
			f.Axpy(y, f.Neg(u), tmp)
		}
		copy(r.QuadraticLow, y[:g.Queries])
		copy(r.QuadraticHigh, y[g.Block:])
	}
	return r
}
