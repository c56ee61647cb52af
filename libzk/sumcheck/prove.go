package sumcheck

import (
	"errors"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
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
	ps := plans(c)
	copyPoint := ch.copyPoint
	points := [2][]E{ch.outPoint, ch.outPoint}
	var claims [2]E
	for j := range c.Layers {
		l := &ch.layers[j]
		l.alpha, l.beta = transcript.Challenge(t, f), transcript.Challenge(t, f)
		n := layerPads(c, j, w.Copies, clear)
		lp := layerProver[E]{
			t: t, f: f, pads: pads[:n], messages: &p.Messages[j], challenges: l,
			claim: f.Add(claims[0], f.Mul(l.alpha, claims[1])),
			third: newThird(f),
		}
		pads = pads[n:]
		weights := outputWeights(f, points, l.alpha, c.Layers[j].Outputs)
		lp.coef = bind(c, &ps[j], weights, l.beta)
		lp.left = append([]uint32(nil), ps[j].left...)
		lp.right = append([]uint32(nil), ps[j].right...)
		lp.byLeft = ps[j].byLeft
		v, err := lp.copyRounds(w.Levels[j], w.Stride, w.Copies, copyPoint)
		if err != nil {
			return nil, err
		}
		w.Levels[j] = nil
		claims = lp.handRounds(v, ps[j].logIn)
		sent := claims
		if !clear {
			sent[0] = f.Sub(sent[0], fromEnd(lp.pads, 3))
			sent[1] = f.Sub(sent[1], fromEnd(lp.pads, 2))
		}
		p.Messages[j].Claims = sent
		transcript.WriteElems(t, f, sent[:])
		copyPoint, points = l.copyPoint, l.hands
	}
	ch.gamma = transcript.Challenge(t, f)
	return p, nil
}

// fromEnd is the k-th pad from the end.
func fromEnd[E comparable](pads []E, k int) E { return pads[len(pads)-k] }

// outputWeights is eq(points[0], g) + alpha·eq(points[1], g) for g < n.
func outputWeights[E comparable](f field.Field[E], points [2][]E, alpha E, n int) []E {
	w := Equality(f, points[0], n)
	f.Axpy(w, alpha, Equality(f, points[1], n))
	return w
}

type layerProver[E comparable] struct {
	t           *transcript.Transcript
	f           field.Field[E]
	pads        []E
	messages    *Layer[E]
	challenges  *layerChallenges[E]
	round       int
	claim       E
	third       third[E]
	coef        []E
	left, right []uint32
	byLeft      []uint32
	partial     []E // Σ_r coef·V[r] for each left wire, when the copy rounds leave it
}

// send takes a round's quadratic q(0), q(1) and leading coefficient, sends it,
// draws the challenge and moves the claim.
func (p *layerProver[E]) send(q0, q1, lead E) E {
	f := p.f
	slope := f.Sub(f.Sub(q1, q0), lead)
	at := func(x E) E { return f.Add(q0, f.Mul(x, f.Add(slope, f.Mul(lead, x)))) }
	m := [2]E{f.Sub(q0, p.pads[2*p.round]), f.Sub(at(p.third.x), p.pads[2*p.round+1])}
	p.messages.Rounds[p.round] = m
	p.round++
	x := exchange(p.t, f, m)
	p.claim = at(x)
	return x
}

// copyRounds binds the copy index and returns the wires of the single copy left.
func (p *layerProver[E]) copyRounds(v []E, stride, copies int, point []E) ([]E, error) {
	if stride == 1 {
		return v, nil
	}
	f := p.f
	width := len(v) / stride
	// q[l][c] = Σ_r coef·V[r][c] is linear in V, so it is bound like V: each copy
	// round reads wires, not terms.
	q := make([]E, len(v))
	p.inRows(func(pairs []uint32) {
		for _, i := range pairs {
			a, b := int(p.left[i])*stride, int(p.right[i])*stride
			f.Axpy(q[a:a+copies], p.coef[i], v[b:b+copies])
		}
	})
	var zero E
	weights := Equality(f, point, stride)
	for t := range point {
		// weights becomes eq(point[t+1..], c).
		for c := range len(weights) / 2 {
			weights[c] = f.Add(weights[2*c], weights[2*c+1])
		}
		weights = weights[:len(weights)/2]
		q0, lead := p.pairSums(q, v, stride, width, (copies+1)/2, weights)
		if point[t] == zero {
			return nil, ErrChallenge
		}
		// The claim is (1-X)·q(0) + X·q(1).
		x := point[t]
		q1 := f.Mul(f.Sub(p.claim, f.Mul(f.Sub(f.One(), x), q0)), f.Inv(x))
		r := p.send(q0, q1, lead)
		p.challenges.copyPoint = append(p.challenges.copyPoint, r)
		fold(f, v, r)
		fold(f, q, r)
		v, q = v[:len(v)/2], q[:len(q)/2]
		stride /= 2
		copies = (copies + 1) / 2
	}
	p.partial = q
	return v, nil
}

// pairSums is Σ_c weights[c]·Σ_w of q(2c)·v(2c), and the same of the differences
// between copies 2c+1 and 2c.
func (p *layerProver[E]) pairSums(q, v []E, stride, width, pairs int, weights []E) (q0, lead E) {
	f := p.f
	workers := min(cores.Count(), width)
	s0, s1 := make([]E, workers), make([]E, workers)
	var wg cores.Group
	for w := range workers {
		wg.Go(func() {
			lo, hi := width*w/workers*stride, width*(w+1)/workers*stride
			for c := range pairs {
				a, b := f.PairDots(q[lo+2*c:hi], v[lo+2*c:hi], stride)
				s0[w] = f.Add(s0[w], f.Mul(weights[c], a))
				s1[w] = f.Add(s1[w], f.Mul(weights[c], b))
			}
		})
	}
	wg.Wait()
	for w := range workers {
		q0, lead = f.Add(q0, s0[w]), f.Add(lead, s1[w])
	}
	return q0, lead
}

// handRounds binds the left and right wire indices in turn and returns the
// values of the layer's inputs at the two points.
func (p *layerProver[E]) handRounds(v []E, logIn int) [2]E {
	f := p.f
	values := [2][]E{even(v), even(v)}
	owned := [2]bool{}
	for range logIn {
		for hand := range 2 {
			mine, other := p.left, p.right
			if hand == 1 {
				mine, other = other, mine
			}
			var a []E
			if p.partial != nil {
				a, p.partial = even(p.partial), nil
			} else {
				a = make([]E, len(values[hand]))
				for i, k := range p.coef {
					m := mine[i]
					a[m] = f.Add(a[m], f.Mul(k, values[1-hand][other[i]]))
				}
			}
			q0, lead := f.PairDots(a, values[hand], 2)
			r := p.send(q0, f.Sub(p.claim, q0), lead)
			p.challenges.hands[hand] = append(p.challenges.hands[hand], r)
			// The two hands start from the same wires: the first fold copies.
			half := len(values[hand]) / 2
			dst := values[hand][:half]
			if !owned[hand] {
				dst, owned[hand] = make([]E, half, half+1), true
			}
			f.Bind(dst, values[hand], r)
			values[hand] = even(dst)
			p.fold(hand, r)
		}
	}
	p.challenges.quad, p.challenges.quadKnown = p.coefSum(), true
	return [2]E{values[0][0], values[1][0]}
}

// coefSum is the one coefficient left after all rounds.
func (p *layerProver[E]) coefSum() E {
	var s E
	for _, k := range p.coef {
		s = p.f.Add(s, k)
	}
	return s
}

// fold binds the lowest bit of one index of the pairs and adds up the pairs that
// become equal: they are neighbours.
func (p *layerProver[E]) fold(hand int, r E) {
	f := p.f
	mine := p.left
	if hand == 1 {
		mine = p.right
	}
	n := 0
	for i, k := range p.coef {
		kr := f.Mul(k, r)
		if mine[i]&1 == 0 {
			kr = f.Sub(k, kr)
		}
		mine[i] >>= 1
		if n > 0 && p.left[n-1] == p.left[i] && p.right[n-1] == p.right[i] {
			p.coef[n-1] = f.Add(p.coef[n-1], kr)
			continue
		}
		p.coef[n], p.left[n], p.right[n] = kr, p.left[i], p.right[i]
		n++
	}
	p.coef, p.left, p.right = p.coef[:n], p.left[:n], p.right[:n]
}

// even appends a zero to a vector of odd length above one.
func even[E comparable](v []E) []E {
	if len(v) > 1 && len(v)&1 == 1 {
		var zero E
		return append(v[:len(v):len(v)], zero)
	}
	return v
}

// fold binds pairs of neighbours in place: the result is the first half of v.
func fold[E comparable](f field.Field[E], v []E, r E) {
	f.Bind(v[:len(v)/2], v, r)
}

// inRows splits the pairs over the processors, all pairs of a left wire on one.
func (p *layerProver[E]) inRows(work func(pairs []uint32)) {
	workers := cores.Count()
	var wg cores.Group
	lo := 0
	for w := range workers {
		hi := max(lo, len(p.byLeft)*(w+1)/workers)
		for hi > lo && hi < len(p.byLeft) && p.left[p.byLeft[hi]] == p.left[p.byLeft[hi-1]] {
			hi++
		}
		pairs := p.byLeft[lo:hi]
		lo = hi
		wg.Go(func() { work(pairs) })
	}
	wg.Wait()
}
