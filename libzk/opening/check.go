package opening

import (
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/derived"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Errors of Check.
var (
	ErrValue   = errors.New("opened value does not fit the answer")
	ErrColumns = errors.New("opened columns do not fit the answer")
)

// Check is what a verifier has to check of an answer: the claim's value at once,
// the columns when they are opened.
type Check[E comparable] struct {
	f      field.Field[E]
	g      Geometry
	answer *Answer[E]
	coins  *coins[E]
	// The claim's functional at the point of the row index, and what it must be.
	masks, data []E
	value       E
}

// Replay is the verifier's side of Answer: it absorbs the messages and draws the
// challenges. It returns sumcheck.ErrChallenge for a degenerate one. The answer
// must have the geometry's lengths, as NewAnswer makes it.
func Replay[E comparable](t *transcript.Transcript, f field.Field[E], g Geometry, claim Claim[E], a *Answer[E]) (*Check[E], error) {
	return replay(wire[E]{t, f}, f, g, claim, a)
}

func replay[E comparable](ch channel[E], f field.Field[E], g Geometry, claim Claim[E], a *Answer[E]) (*Check[E], error) {
	c := &coins[E]{}
	ch.elem(a.Sum)
	c.join = ch.challenge()
	value := f.Add(f.Mul(c.join, claim.Value), a.Sum)
	third := f.SumcheckPoint()
	for _, r := range a.Rounds {
		ch.elem(r[0])
		ch.elem(r[1])
		x := ch.challenge()
		c.point = append(c.point, x)
		value = quadratic(f, third, r[0], f.Sub(value, r[0]), r[1], x)
	}
	ch.elem(a.Mask)
	c.scale = ch.challenge()
	if err := c.usable(f); err != nil {
		return nil, err
	}
	ch.array(a.Row)

	k := &Check[E]{f: f, g: g, answer: a, coins: c, value: value}
	k.masks = append([]E{f.One()}, c.point...)
	k.data = make([]E, g.Width())
	eq := sumcheck.Equality(f, c.point, 1<<g.Log)
	for i := range g.Rows() {
		if row := coefficients(g, claim, i); len(row) > 0 {
			f.Axpy(k.data[:len(row)], eq[g.number(i)], row)
		}
	}
	f.Scale(k.data, c.join)
	return k, nil
}

// quadratic is q(x) for the quadratic through q(0), q(1) and q(third).
func quadratic[E comparable](f field.Field[E], third, q0, q1, q2, x E) E {
	// q(x) = q0 + x·(d + lead·(x - 1)), where d = q1 - q0 and
	// lead = ((q2 - q0)/third - d)/(third - 1).
	d := f.Sub(q1, q0)
	lead := f.Sub(f.Mul(f.Sub(q2, q0), f.Inv(third)), d)
	lead = f.Mul(lead, f.Inv(f.Sub(third, f.One())))
	return f.Add(q0, f.Mul(x, f.Add(d, f.Mul(lead, f.Sub(x, f.One())))))
}

// verifyValue checks the functional of the answer's row.
func (k *Check[E]) verifyValue() error {
	f, g, y := k.f, k.g, k.answer.Row
	got := f.Add(f.Dot(k.masks, y[g.Random():g.data()]), f.Dot(k.data, y[g.data():]))
	if got != f.Add(k.answer.Mask, f.Mul(k.coins.scale, k.value)) {
		return ErrValue
	}
	return nil
}

// Opened are opened columns: the mask's symbols, and those of each row, by number,
// all in the order of the columns.
type Opened[E comparable] struct {
	Mask []E
	Rows [][]E
}

// Verify checks the answer against the columns that were opened.
func (k *Check[E]) Verify(columns []int, o Opened[E]) error {
	f, g, y := k.f, k.g, k.answer.Row
	if err := k.verifyValue(); err != nil {
		return err
	}
	if len(columns) != g.Queries || len(o.Mask) != g.Queries || len(o.Rows) != g.Rows() {
		return fmt.Errorf("opening: %d columns opened with %d rows, want %d with %d", len(columns), len(o.Rows), g.Queries, g.Rows())
	}
	word := make([]E, g.Block+g.Columns)
	copy(word, y)
	derived.Encoder(f, g.Block, len(word)).Encode(word)
	sum := append([]E(nil), o.Mask...)
	for i, w := range weights(f, g, k.coins) {
		f.Axpy(sum, w, o.Rows[i])
	}
	for j, c := range columns {
		if sum[j] != word[g.Block+c] {
			return ErrColumns
		}
	}
	return nil
}
