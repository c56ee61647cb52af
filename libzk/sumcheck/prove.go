package sumcheck

import (
	"errors"
	"slices"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// ErrChallenge means that a challenge fell on one of the few values for which
// the protocol is undefined (probability below 2^-100). The prover must start
// again with a fresh commitment.
var ErrChallenge = errors.New("degenerate challenge")

// Proof is what the prover's side of the sumcheck leaves behind: the messages,
// and the challenges that Constrain needs.
type Proof[E comparable] struct {
	Messages   Messages[E]
	challenges *challenges[E]
}

// Prove runs the prover on evaluated wires. It consumes the wires. pads are the
// committed pads in the order of Pads. In a clear circuit, which has one layer,
// the claims are sent as they are.
func Prove[E comparable](t *transcript.Transcript, c *circuit.Circuit[E], w *circuit.Wires[E], pads []E, clear bool) (*Proof[E], error) {
	f := c.Field
	ch := begin(t, c, w.Copies)
	p := &Proof[E]{Messages: NewMessages(c, w.Copies), challenges: ch}
	third := f.SumcheckPoint()
	copyPoint := ch.copyPoint
	points := [2][]E{ch.outPoint, ch.outPoint}
	var claims [2]E
	for j := range c.Layers {
		l := &ch.layers[j]
		l.alpha, l.beta = transcript.Challenge(t, f), transcript.Challenge(t, f)
		if err := usable(copyPoint); err != nil {
			return nil, err
		}
		n := layerPads(c, j, w.Copies, clear)
		layer := newLayerProver(c, j, w, outputWeights(f, points, l.alpha, c.Layers[j].Outputs), l.beta,
			copyPoint, f.Add(claims[0], f.Mul(l.alpha, claims[1])))
		for i := range p.Messages[j].Rounds {
			q := layer.message()
			m := [2]E{f.Sub(q.c0, pads[2*i]), f.Sub(q.at(f, third), pads[2*i+1])}
			p.Messages[j].Rounds[i] = m
			x := exchange(t, f, m)
			l.add(x, i, len(copyPoint))
			layer.bind(x)
		}
		l.quad, l.quadKnown = layer.quad(), true
		claims = layer.inputs()
		layer.free()
		sent := claims
		if !clear {
			sent[0] = f.Sub(sent[0], pads[n-3])
			sent[1] = f.Sub(sent[1], pads[n-2])
		}
		p.Messages[j].Claims = sent
		transcript.WriteElems(t, f, sent[:])
		pads = pads[n:]
		copyPoint, points = l.copyPoint, l.hands
	}
	ch.gamma = transcript.Challenge(t, f)
	return p, nil
}

// outputWeights is eq(points[0], g) + alpha·eq(points[1], g) for g < n.
func outputWeights[E comparable](f field.Field[E], points [2][]E, alpha E, n int) []E {
	w, other := Equality(f, points[0], n), Equality(f, points[1], n)
	f.Axpy(w, alpha, other)
	buffers.Free(other)
	return w
}

// usable refuses a copy point that a claim cannot be made in: the value at 1 of a
// copy round's polynomial is divided by the point's coordinate.
func usable[E comparable](copyPoint []E) error {
	var zero E
	if slices.Contains(copyPoint, zero) {
		return ErrChallenge
	}
	return nil
}
