package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
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
	x3 := newThird(f)
	out := &Claims[E]{}
	copyPoint, points := ch.copyPoint, [2][]E{ch.outPoint, ch.outPoint}
	base := 0
	for j := range c.Layers {
		l := &ch.layers[j]
		pads := layerPads(c, j, copies, clear)
		var cur Constraint[E]
		if j > 0 {
			cur.value(f, f.One(), m[j-1].Claims[0], base-3, clear)
			cur.value(f, l.alpha, m[j-1].Claims[1], base-2, clear)
		}
		if err := usable(copyPoint); err != nil {
			return nil, err
		}
		for i, r := range m[j].Rounds {
			if i < kappa {
				cur.copyRound(f, x3, copyPoint[i], l.copyPoint[i], r, base+2*i)
			} else {
				cur.handRound(f, x3, l.hands[(i-kappa)&1][(i-kappa)/2], r, base+2*i)
			}
		}
		quad := l.quad
		if !l.quadKnown {
			quad = bindAll(c, j, outputWeights(f, points, l.alpha, c.Layers[j].Outputs), l.beta, l.hands)
		}
		cur.product(f, quad, m[j].Claims, base+pads-3, clear)
		out.Layers = append(out.Layers, cur)
		base += pads
		copyPoint, points = l.copyPoint, l.hands
	}
	in := InputClaim[E]{
		Copy: Equality(f, copyPoint, copies),
		Wire: outputWeights(f, points, ch.gamma, c.Inputs()),
	}
	last := m[len(m)-1].Claims
	in.value(f, f.Neg(f.One()), last[0], base-3, clear)
	in.value(f, f.Neg(ch.gamma), last[1], base-2, clear)
	out.Input = in
	return out, nil
}

// copyRound takes the claim s that the constraint stands for, affine in the pads,
// to the value at x of a copy round's polynomial: q(0) and q(P2) are sent + pads,
// q(1) = (s - (1-at)·q(0))/at.
func (c *Constraint[E]) copyRound(f field.Field[E], t third[E], at, x E, sent [2]E, pad int) {
	l0, l1, l2 := t.lagrange(x)
	scale := f.Mul(l1, f.Inv(at))
	c.round(f, scale, f.Sub(l0, f.Mul(scale, f.Sub(f.One(), at))), l2, sent, pad)
}

// handRound is the same for a hand round, q(1) = s - q(0).
func (c *Constraint[E]) handRound(f field.Field[E], t third[E], x E, sent [2]E, pad int) {
	l0, l1, l2 := t.lagrange(x)
	c.round(f, l1, f.Sub(l0, l1), l2, sent, pad)
}

// round makes the claim scale·claim + k0·q(0) + k2·q(P2).
func (c *Constraint[E]) round(f field.Field[E], scale, k0, k2 E, sent [2]E, pad int) {
	for i := range c.Terms {
		c.Terms[i].K = f.Mul(c.Terms[i].K, scale)
	}
	c.Constant = f.Add(f.Mul(c.Constant, scale), f.Add(f.Mul(k0, sent[0]), f.Mul(k2, sent[1])))
	c.Terms = append(c.Terms, PadTerm[E]{k0, pad}, PadTerm[E]{k2, pad + 1})
}

// product takes k·(wl + pad)·(wr + pad of its own) from the claim; the pads of a
// pair of values and of their product follow each other.
func (c *Constraint[E]) product(f field.Field[E], k E, sent [2]E, pad int, clear bool) {
	minus := f.Neg(k)
	c.Constant = f.Add(c.Constant, f.Mul(minus, f.Mul(sent[0], sent[1])))
	if clear {
		return
	}
	c.Terms = append(c.Terms,
		PadTerm[E]{f.Mul(minus, sent[1]), pad}, PadTerm[E]{f.Mul(minus, sent[0]), pad + 1}, PadTerm[E]{minus, pad + 2})
}

// value adds k·(sent + pad).
func (c *Constraint[E]) value(f field.Field[E], k, sent E, pad int, clear bool) {
	c.Constant = f.Add(c.Constant, f.Mul(k, sent))
	if !clear {
		c.Terms = append(c.Terms, PadTerm[E]{k, pad})
	}
}

// bindAll is the value of a layer's quadratic form at all challenges:
// Σ_terms constant·weight(g)·eq(left, l)·eq(right, r). It consumes the weights.
func bindAll[E comparable](c *circuit.Circuit[E], j int, weights []E, beta E, hands [2][]E) E {
	f, p := c.Field, &plans(c)[j]
	coef := bind(c, p, weights, beta)
	left, right := Equality(f, hands[0], 1<<p.logIn), Equality(f, hands[1], 1<<p.logIn)
	// A part at a time, which stays in the cache.
	const part = 512
	l, r, lr := make([]E, part), make([]E, part), make([]E, part)
	var sum E
	for lo := 0; lo < len(coef); lo += part {
		n := min(part, len(coef)-lo)
		for i := range n {
			l[i], r[i] = left[p.left[lo+i]], right[p.right[lo+i]]
		}
		clear(lr)
		f.MulAcc(lr[:n], l[:n], r[:n])
		sum = f.Add(sum, f.Dot(coef[lo:lo+n], lr[:n]))
	}
	for _, v := range [][]E{weights, coef, left, right} {
		buffers.Free(v)
	}
	return sum
}
