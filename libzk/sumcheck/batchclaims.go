package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// BatchClaims are the linear constraints to which a batch's messages come down:
// one for each level from the highest, and one for the inputs of each circuit.
type BatchClaims[E comparable] struct {
	Levels []Constraint[E]
	Inputs []InputClaim[E]
}

// Free gives the memory of large claims back.
func (c *BatchClaims[E]) Free() {
	for _, in := range c.Inputs {
		buffers.Free(in.Copy)
		buffers.Free(in.Wire)
	}
	c.Inputs = nil
}

// recorded speaks the messages of a proof.
type recorded[E comparable] []LevelMessages[E]

func (recorded[E]) begin(int)               {}
func (m recorded[E]) say(d, round int) [2]E { return m[d].Rounds[round] }
func (recorded[E]) hear(int, E)             {}
func (m recorded[E]) claim(d int) [][2]E    { return m[d].Claims }

// Replay is the verifier's side of Prove: it absorbs the messages, which must
// have the lengths of NewMessages, and draws the challenges. It returns
// ErrChallenge for a degenerate challenge.
func (b *Batch[E]) Replay(t *transcript.Transcript, m []LevelMessages[E]) (*BatchProof[E], error) {
	p := &BatchProof[E]{Messages: m, batch: b}
	if err := b.converse(t, &p.challenges, recorded[E](m)); err != nil {
		return nil, err
	}
	return p, nil
}

// Claims are the constraints to which the messages come down. It runs the
// verifier on claims that are affine in the pads, see Constraint.
func (p *BatchProof[E]) Claims() *BatchClaims[E] {
	b, f := p.batch, p.batch.f
	p.bindQuads()
	x3, one := newThird(f), f.One()
	out := &BatchClaims[E]{Inputs: make([]InputClaim[E], len(b.uses))}
	for d := range b.levels {
		l, c, m := &b.levels[d], &p.challenges.levels[d], &p.Messages[d]
		var cur Constraint[E]
		for i, a := range l.active {
			if a.above >= 0 {
				above, pads := p.Messages[d-1].Claims[a.above], b.levels[d-1].active[a.above].pads
				cur.value(f, c.weights[i], above[0], pads, false)
				cur.value(f, f.Mul(c.weights[i], c.alpha), above[1], pads+1, false)
			}
		}
		for i, r := range m.Rounds {
			pad := l.pads + 2*i
			if i < l.copies {
				cur.copyRound(f, x3, c.above[i], c.copyPoint[i], r, pad)
			} else {
				cur.handRound(f, x3, c.hands[(i-l.copies)&1][(i-l.copies)/2], r, pad)
			}
		}
		for i, a := range l.active {
			// The weight, times what hand rounds waited in have left of the circuit.
			k := c.weights[i]
			for bit := range l.wires - a.wires {
				k = f.Mul(k, f.Mul(f.Sub(one, c.hands[0][bit]), f.Sub(one, c.hands[1][bit])))
			}
			cur.product(f, f.Mul(k, c.quads[i]), m.Claims[i], a.pads, b.uses[a.use].Clear)
		}
		out.Levels = append(out.Levels, cur)
	}
	last := len(b.levels) - 1
	l, c := &b.levels[last], &p.challenges.levels[last]
	for i, a := range l.active {
		u := b.uses[a.use]
		in := InputClaim[E]{
			Copy: Equality(f, suffix(c.copyPoint, a.copies), u.Copies),
			Wire: outputWeights(f, [2][]E{suffix(c.hands[0], a.wires), suffix(c.hands[1], a.wires)}, p.challenges.gamma, u.Circuit.Inputs()),
		}
		sent := p.Messages[last].Claims[i]
		in.value(f, f.Neg(one), sent[0], a.pads, u.Clear)
		in.value(f, f.Neg(p.challenges.gamma), sent[1], a.pads+1, u.Clear)
		out.Inputs[a.use] = in
	}
	return out
}

// bindQuads computes the quads that a verifier does not know from proving.
func (p *BatchProof[E]) bindQuads() {
	b, f := p.batch, p.batch.f
	var wg cores.Group
	for d := range b.levels {
		l, c := &b.levels[d], &p.challenges.levels[d]
		if c.quads != nil {
			continue
		}
		c.quads = make([]E, len(l.active))
		for i := range l.active {
			wg.Go(func() {
				a := &l.active[i]
				u := b.uses[a.use].Circuit
				c.quads[i] = bindAll(u, a.layer, outputWeights(f, p.challenges.points(d, a), c.alpha, u.Layers[a.layer].Outputs),
					c.beta, [2][]E{suffix(c.hands[0], a.wires), suffix(c.hands[1], a.wires)})
			})
		}
	}
	wg.Wait()
}
