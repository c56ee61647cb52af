package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// PadTerm is a coefficient times the pad with the given index.
type PadTerm[E comparable] struct {
	K   E
	Pad int
}

// Constraint requires Constant + Σ Terms = 0.
type Constraint[E comparable] struct {
	Constant E
	Terms    []PadTerm[E]
}

// InputClaim requires
//
//	Constant + Σ Terms + Σ_c Copy[c]·Σ_i Wire[i]·in(c, i) = 0
//
// over the copies c and the inputs i of the circuit.
type InputClaim[E comparable] struct {
	Constraint[E]
	Copy []E
	Wire []E
}

// Claims are the linear constraints to which a circuit's messages come down: one
// for each layer, and one for the inputs.
type Claims[E comparable] struct {
	Layers []Constraint[E]
	Input  InputClaim[E]
}

// Replay is the verifier's side of Prove: it absorbs the messages and draws the
// challenges.
func Replay[E comparable](t *transcript.Transcript, c *circuit.Circuit[E], copies int, m Messages[E]) *Proof[E] {
	return &Proof[E]{m, replay(t, c, copies, m)}
}

// Claims are the constraints to which the messages come down. It returns
// ErrChallenge for a degenerate challenge.
func (p *Proof[E]) Claims(c *circuit.Circuit[E], copies int, clear bool) (*Claims[E], error) {
	return constrain(c, copies, p.Messages, p.challenges, clear)
}

// constrain runs the verifier on claims that are affine in the pads.
//
// A claim is Constant + Σ coefficient·pad. The padded value that was sent plus
// its pad is the value that the prover holds, so each round maps an affine claim
// to an affine claim. At the end of a layer it must equal
// quad·(wl + pad_l)(wr + pad_r), which the pad of the product makes affine.
func constrain[E comparable](c *circuit.Circuit[E], copies int, m Messages[E], ch *challenges[E], clear bool) (*Claims[E], error) {
	f := c.Field
	kappa := circuit.LogWidth(copies)
	ps := plans(c)
	x3 := newThird(f)
	out := &Claims[E]{}
	copyPoint, points := ch.copyPoint, [2][]E{ch.outPoint, ch.outPoint}
	// claims of the layer above: values sent, and their pads if there are any
	var values [2]E
	var claimPads []PadTerm[E]
	base := 0
	for j := range c.Layers {
		l := &ch.layers[j]
		pads := layerPads(c, j, copies, clear)
		cur := Constraint[E]{Constant: f.Add(values[0], f.Mul(l.alpha, values[1]))}
		for i, p := range claimPads {
			k := p.K
			if i == 1 {
				k = f.Mul(l.alpha, k)
			}
			cur.Terms = append(cur.Terms, PadTerm[E]{k, p.Pad})
		}
		for i, r := range m[j].Rounds {
			var q, x E
			if i < kappa {
				q, x = copyPoint[i], l.copyPoint[i]
			} else {
				x = l.hands[(i-kappa)&1][(i-kappa)/2]
			}
			l0, l1, l2 := x3.lagrange(x)
			// q(1) = claim - q(0), or (claim - (1-Q)·q(0))/Q in a copy round.
			scale, back := l1, l1
			if i < kappa {
				var zero E
				if q == zero {
					return nil, ErrChallenge
				}
				scale = f.Mul(l1, f.Inv(q))
				back = f.Mul(scale, f.Sub(f.One(), q))
			}
			for k := range cur.Terms {
				cur.Terms[k].K = f.Mul(cur.Terms[k].K, scale)
			}
			k0 := f.Sub(l0, back)
			cur.Constant = f.Add(f.Mul(cur.Constant, scale), f.Add(f.Mul(k0, r[0]), f.Mul(l2, r[1])))
			cur.Terms = append(cur.Terms, PadTerm[E]{k0, base + 2*i}, PadTerm[E]{l2, base + 2*i + 1})
		}
		quad := l.quad
		if !l.quadKnown {
			quad = bindAll(c, &ps[j], outputWeights(f, points, l.alpha, c.Layers[j].Outputs), l)
		}
		wl, wr := m[j].Claims[0], m[j].Claims[1]
		minus := f.Neg(quad)
		cur.Constant = f.Add(cur.Constant, f.Mul(minus, f.Mul(wl, wr)))
		values = m[j].Claims
		claimPads = nil
		if !clear {
			pl, pr, pp := base+pads-3, base+pads-2, base+pads-1
			cur.Terms = append(cur.Terms,
				PadTerm[E]{f.Mul(minus, wr), pl}, PadTerm[E]{f.Mul(minus, wl), pr}, PadTerm[E]{minus, pp})
			claimPads = []PadTerm[E]{{f.One(), pl}, {f.One(), pr}}
		}
		out.Layers = append(out.Layers, cur)
		base += pads
		copyPoint, points = l.copyPoint, l.hands
	}
	in := InputClaim[E]{
		Copy: Equality(f, copyPoint, copies),
		Wire: outputWeights(f, points, ch.gamma, c.Inputs()),
	}
	in.Constant = f.Neg(f.Add(values[0], f.Mul(ch.gamma, values[1])))
	for i, p := range claimPads {
		k := f.Neg(p.K)
		if i == 1 {
			k = f.Mul(ch.gamma, k)
		}
		in.Terms = append(in.Terms, PadTerm[E]{k, p.Pad})
	}
	out.Input = in
	return out, nil
}

// bindAll is the value of the layer's quadratic form at all challenges:
// Σ_terms constant·weight(g)·eq(left, l)·eq(right, r).
func bindAll[E comparable](c *circuit.Circuit[E], p *plan, weights []E, l *layerChallenges[E]) E {
	f := c.Field
	coef := bind(c, p, weights, l.beta)
	left, right := Equality(f, l.hands[0], 1<<p.logIn), Equality(f, l.hands[1], 1<<p.logIn)
	lr := make([]E, len(coef))
	for i := range coef {
		lr[i] = f.Mul(left[p.left[i]], right[p.right[i]])
	}
	return f.Dot(coef, lr)
}
