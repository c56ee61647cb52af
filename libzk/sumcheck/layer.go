package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
)

// layerProver proves one layer of one circuit, round by round: message returns a
// round's polynomial, bind fixes its variable. The rounds are those of the copy
// index, then for each bit of a wire's index the left hand's and the right
// hand's.
type layerProver[E comparable] struct {
	f     field.Field[E]
	claim E            // what the next message must add up to
	sent  quadratic[E] // the last message

	byCopy *copyRounds[E] // nil when they are over
	byHand *handRounds[E]
}

// newLayerProver starts on layer j for claim.
func newLayerProver[E comparable](c *circuit.Circuit[E], j int, w *circuit.Wires[E], weights []E, beta E, point []E, claim E) *layerProver[E] {
	p := &layerProver[E]{f: c.Field, claim: claim}
	p.start(c, j, w, weights, beta, point)
	return p
}

// start gets ready for layer j. weights are those of the layer's outputs, beta that of its
// assertions, point the copy point in which the claim is made, none of its coordinates zero. It
// consumes the level's wires and the weights, and does not touch the claim.
func (p *layerProver[E]) start(c *circuit.Circuit[E], j int, w *circuit.Wires[E], weights []E, beta E, point []E) {
	pl := &plans(c)[j]
	coef := bind(c, pl, weights, beta)
	buffers.Free(weights)
	level := w.Levels[j]
	w.Levels[j] = circuit.Level[E]{}
	p.byCopy = newCopyRounds(c.Field, pl, &level, coef, point)
	p.endCopies()
}

// endCopies goes on to the hands when no round of the copy index is left.
func (p *layerProver[E]) endCopies() {
	if len(p.byCopy.point) == 0 {
		p.byHand = newHandRounds(p.f, p.byCopy.plan, p.byCopy.coef, p.byCopy.values())
		p.byCopy.free()
		p.byCopy = nil
	}
}

// message is the polynomial of the next round.
func (p *layerProver[E]) message() quadratic[E] {
	f := p.f
	if p.byCopy != nil {
		// The claim is (1-X)·q(0) + X·q(1) at the point's coordinate.
		x := p.byCopy.point[0]
		q0, lead := p.byCopy.sums()
		q1 := f.Mul(f.Sub(p.claim, f.Mul(f.Sub(f.One(), x), q0)), f.Inv(x))
		p.sent = newQuadratic(f, q0, q1, lead)
	} else {
		q0, lead := p.byHand.sums()
		p.sent = newQuadratic(f, q0, f.Sub(p.claim, q0), lead)
	}
	return p.sent
}

// bind sets the variable of the last message to x.
func (p *layerProver[E]) bind(x E) {
	p.claim = p.sent.at(p.f, x)
	if p.byCopy != nil {
		p.byCopy.bind(x)
		p.endCopies()
	} else {
		p.byHand.bind(x)
	}
}

// cost is about how many nanoseconds the next round takes.
func (p *layerProver[E]) cost() int {
	if p.byCopy != nil {
		return p.byCopy.cost()
	}
	return handCost * len(p.byHand.coef)
}

// quad is the layer's quadratic form at all challenges: the one coefficient left
// after all rounds.
func (p *layerProver[E]) quad() E {
	var s E
	for _, k := range p.byHand.coef {
		s = p.f.Add(s, k)
	}
	return s
}

// inputs are the values of the layer's inputs at the left and the right point,
// after all rounds.
func (p *layerProver[E]) inputs() [2]E {
	return [2]E{p.byHand.values[0][0], p.byHand.values[1][0]}
}

// free gives back the memory of a layer that is proven.
func (p *layerProver[E]) free() { p.byHand.free() }
