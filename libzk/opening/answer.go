package opening

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// errChallenge means that a challenge would undo a mask. The prover must start
// again with a fresh commitment; a verifier refuses.
var errChallenge = fmt.Errorf("opening: %w", sumcheck.ErrChallenge)

// Claim is Σ Short[i]·v.Short[i] + Σ Full[i]·v.Full[i] = Value for a vector v.
type Claim[E comparable] struct {
	Short, Full []E
	Value       E
}

// Answer is the prover's side of an opening.
type Answer[E comparable] struct {
	Sum    E      // of the mask columns
	Rounds [][2]E // for each bit of the row index: the values at 0 and at the third point
	Mask   E      // the functional of the mask row
	Row    []E    // the mask row plus the combined rows
}

// NewAnswer makes an answer with room for all elements of a geometry.
func NewAnswer[E comparable](g Geometry) *Answer[E] {
	return &Answer[E]{Rounds: make([][2]E, g.Log), Row: make([]E, g.Block)}
}

// Elems lists the answer's elements in the order of the transcript and the proof.
func (a *Answer[E]) Elems() []*E {
	out := []*E{&a.Sum}
	for i := range a.Rounds {
		out = append(out, &a.Rounds[i][0], &a.Rounds[i][1])
	}
	out = append(out, &a.Mask)
	for i := range a.Row {
		out = append(out, &a.Row[i])
	}
	return out
}

// channel carries an answer's messages and the challenges between them. Tests
// choose challenges with one of their own.
type channel[E comparable] interface {
	elem(E)
	array([]E)
	challenge() E
}

type wire[E comparable] struct {
	t *transcript.Transcript
	f field.Field[E]
}

func (w wire[E]) elem(e E)     { transcript.WriteElem(w.t, w.f, e) }
func (w wire[E]) array(es []E) { transcript.WriteElems(w.t, w.f, es) }
func (w wire[E]) challenge() E { return transcript.Challenge(w.t, w.f) }

// coins are an opening's challenges, each drawn after what it has to follow.
type coins[E comparable] struct {
	join  E   // ζ: weight of the claim beside the sum of the mask columns, after that sum
	point []E // ξ: the row index, each after its round
	scale E   // λ: weight of the combined rows, after the functional of the mask row
}

// usable refuses the challenges for which masks do not hide: a point of the row
// index at 0 or 1 drops one of the two rows with mask columns, and a scale of
// zero drops all rows.
func (c *coins[E]) usable(f field.Field[E]) error {
	var zero E
	for _, x := range c.point {
		if x == zero || x == f.One() {
			return errChallenge
		}
	}
	if c.scale == zero {
		return errChallenge
	}
	return nil
}

// Answer opens a claim. It returns sumcheck.ErrChallenge for a degenerate
// challenge. It does not check the claim: the answer to a false one is refused.
func (m *Matrix[E]) Answer(t *transcript.Transcript, claim Claim[E]) (*Answer[E], error) {
	a, _, err := m.answer(wire[E]{t, m.f}, claim)
	return a, err
}

func (m *Matrix[E]) answer(ch channel[E], claim Claim[E]) (*Answer[E], *coins[E], error) {
	f, g := m.f, m.g
	a, c := NewAnswer[E](g), &coins[E]{}
	masks, data := m.maskTable(), m.dataTable(claim)
	for n, z := range masks.z {
		if z != nil {
			a.Sum = f.Add(a.Sum, f.Dot(masks.a[n], z))
		}
	}
	ch.elem(a.Sum)
	c.join = ch.challenge()
	value := f.Add(f.Mul(c.join, claim.Value), a.Sum)
	third := f.SumcheckPoint()
	for l := range g.Log {
		q0, lead := data.round()
		m0, mLead := masks.round()
		q0, lead = f.Add(f.Mul(c.join, q0), m0), f.Add(f.Mul(c.join, lead), mLead)
		slope := f.Sub(f.Sub(f.Sub(value, q0), q0), lead) // q(1) - q(0) - lead
		at := func(x E) E { return f.Add(q0, f.Mul(x, f.Add(slope, f.Mul(lead, x)))) }
		a.Rounds[l] = [2]E{q0, at(third)}
		ch.elem(q0)
		ch.elem(a.Rounds[l][1])
		x := ch.challenge()
		c.point = append(c.point, x)
		value = at(x)
		data.bind(x)
		masks.bind(x)
	}
	// The functional at the point: on mask columns and on data columns.
	a.Mask = f.Add(
		f.Dot(masks.a[0], m.mask[g.Random():g.data()]),
		f.Mul(c.join, f.Dot(data.a[0], m.mask[g.data():g.Block])))
	ch.elem(a.Mask)
	c.scale = ch.challenge()
	if err := c.usable(f); err != nil {
		return nil, nil, err
	}
	m.combine(a.Row, c)
	ch.array(a.Row)
	return a, c, nil
}

// weights are λ·eq(ξ, number) of the rows.
func weights[E comparable](f field.Field[E], g Geometry, c *coins[E]) []E {
	eq := sumcheck.Equality(f, c.point, 1<<g.Log)
	f.Scale(eq, c.scale)
	return append(eq[:g.Rows()-1:g.Rows()-1], eq[len(eq)-1])
}

// combine fills row with the mask row plus the combined rows.
func (m *Matrix[E]) combine(row []E, c *coins[E]) {
	f, g := m.f, m.g
	ws := weights(f, g, c)
	workers := cores.Count()
	sums := make([][]E, workers)
	cores.Each(workers, func(w int) {
		sum, buf := make([]E, g.Block), make([]E, g.Block)
		for i := w; i < g.Rows(); i += workers {
			f.Axpy(sum, ws[i], m.message(i, 0, g.Block, buf))
		}
		sums[w] = sum
	})
	copy(row, m.mask[:g.Block])
	for _, s := range sums {
		f.AddVec(row, s)
	}
}
