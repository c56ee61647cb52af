package sumcheck

import (
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// layerProver proves one layer of one circuit, round by round: message returns a
// round's polynomial, bind fixes its variable. The rounds are those of the copy
// index, then for each bit of a wire's index the left hand's and the right
// hand's. After the last one values holds the layer's inputs at the two points.
type layerProver[E comparable] struct {
	f     field.Field[E]
	claim E            // what the next message must add up to
	sent  quadratic[E] // the last message

	// copy rounds
	point   []E // the coordinates that are left, of the point that the claim is made in
	weights []E // eq(point, c)
	v, q    []E // wires; for each left wire Σ_r coef·V[r]
	width   int
	stride  int
	copies  int

	// hand rounds
	coef        []E
	left, right []uint32
	byLeft      []uint32
	hand        int // the next hand
	values      [2][]E
	owned       [2]bool
	partial     []E // q, when the copy rounds leave it
}

// newLayerProver starts on layer j for claim. weights are those of the layer's
// outputs, beta that of its assertions, point the copy point in which the claim
// is made, none of its coordinates zero. It consumes the level's wires.
func newLayerProver[E comparable](c *circuit.Circuit[E], j int, w *circuit.Wires[E], weights []E, beta E, point []E, claim E) *layerProver[E] {
	pl := &plans(c)[j]
	p := &layerProver[E]{
		f: c.Field, claim: claim,
		point: point, v: w.Levels[j], width: c.Layers[j].Inputs, stride: w.Stride, copies: w.Copies,
		coef:   bind(c, pl, weights, beta),
		left:   append([]uint32(nil), pl.left...),
		right:  append([]uint32(nil), pl.right...),
		byLeft: pl.byLeft,
	}
	w.Levels[j] = nil
	var packed *circuit.Bits
	if w.Bits != nil {
		packed = &w.Bits[j]
	}
	if p.stride == 1 {
		p.startHands()
		return p
	}
	// q[l][c] = Σ_r coef·V[r][c] is linear in V, so it is bound like V: each copy
	// round reads wires, not terms.
	p.q = make([]E, len(p.v))
	p.inRows(func(pairs []uint32) {
		for _, i := range pairs {
			a, b := int(p.left[i])*p.stride, int(p.right[i])*p.stride
			if packed != nil && packed.Is[p.right[i]] {
				addWhere(p.f, p.q[a:a+p.copies], p.coef[i], packed.Words[p.right[i]])
				continue
			}
			p.f.Axpy(p.q[a:a+p.copies], p.coef[i], p.v[b:b+p.copies])
		}
	})
	p.weights = Equality(p.f, point, p.stride)
	return p
}

// addWhere adds k to the elements of dst whose bit in word is set.
func addWhere[E comparable](f field.Field[E], dst []E, k E, word uint64) {
	for ; word != 0; word &= word - 1 {
		c := bits.TrailingZeros64(word)
		dst[c] = f.Add(dst[c], k)
	}
}

// startHands begins the hand rounds with the wires of the single copy left.
func (p *layerProver[E]) startHands() {
	p.values = [2][]E{even(p.v), even(p.v)}
	p.partial = p.q
	p.v, p.q = nil, nil
}

// message is the polynomial of the next round.
func (p *layerProver[E]) message() quadratic[E] {
	if len(p.point) > 0 {
		p.sent = p.copyMessage()
	} else {
		p.sent = p.handMessage()
	}
	return p.sent
}

// bind sets the variable of the last message to x.
func (p *layerProver[E]) bind(x E) {
	p.claim = p.sent.at(p.f, x)
	if len(p.point) > 0 {
		p.bindCopies(x)
	} else {
		p.bindHand(x)
	}
}

func (p *layerProver[E]) copyMessage() quadratic[E] {
	f := p.f
	// weights becomes eq(point[1..], c).
	half := p.weights[:len(p.weights)/2]
	for c := range half {
		half[c] = f.Add(p.weights[2*c], p.weights[2*c+1])
	}
	p.weights = half
	q0, lead := p.pairSums((p.copies + 1) / 2)
	// The claim is (1-X)·q(0) + X·q(1) at the point's coordinate.
	x := p.point[0]
	q1 := f.Mul(f.Sub(p.claim, f.Mul(f.Sub(f.One(), x), q0)), f.Inv(x))
	return newQuadratic(f, q0, q1, lead)
}

func (p *layerProver[E]) bindCopies(x E) {
	fold(p.f, p.v, x)
	fold(p.f, p.q, x)
	p.v, p.q = p.v[:len(p.v)/2], p.q[:len(p.q)/2]
	p.stride /= 2
	p.copies = (p.copies + 1) / 2
	if p.point = p.point[1:]; len(p.point) == 0 {
		p.startHands()
	}
}

// pairSums is Σ_c weights[c]·Σ_w of q(2c)·v(2c), and the same of the differences
// between copies 2c+1 and 2c.
func (p *layerProver[E]) pairSums(pairs int) (q0, lead E) {
	f := p.f
	workers := min(cores.Count(), p.width)
	s0, s1 := make([]E, workers), make([]E, workers)
	var wg cores.Group
	for w := range workers {
		wg.Go(func() {
			lo, hi := p.width*w/workers*p.stride, p.width*(w+1)/workers*p.stride
			for c := range pairs {
				a, b := f.PairDots(p.q[lo+2*c:hi], p.v[lo+2*c:hi], p.stride)
				s0[w] = f.Add(s0[w], f.Mul(p.weights[c], a))
				s1[w] = f.Add(s1[w], f.Mul(p.weights[c], b))
			}
		})
	}
	wg.Wait()
	for w := range workers {
		q0, lead = f.Add(q0, s0[w]), f.Add(lead, s1[w])
	}
	return q0, lead
}

func (p *layerProver[E]) handMessage() quadratic[E] {
	f := p.f
	mine, other := p.left, p.right
	if p.hand == 1 {
		mine, other = other, mine
	}
	var a []E
	if p.partial != nil {
		a, p.partial = even(p.partial), nil
	} else {
		a = make([]E, len(p.values[p.hand]))
		for i, k := range p.coef {
			m := mine[i]
			a[m] = f.Add(a[m], f.Mul(k, p.values[1-p.hand][other[i]]))
		}
	}
	q0, lead := f.PairDots(a, p.values[p.hand], 2)
	return newQuadratic(f, q0, f.Sub(p.claim, q0), lead)
}

func (p *layerProver[E]) bindHand(x E) {
	// The two hands start from the same wires: the first fold copies.
	half := len(p.values[p.hand]) / 2
	dst := p.values[p.hand][:half]
	if !p.owned[p.hand] {
		dst, p.owned[p.hand] = make([]E, half, half+1), true
	}
	p.f.Bind(dst, p.values[p.hand], x)
	p.values[p.hand] = even(dst)
	p.fold(p.hand, x)
	p.hand = 1 - p.hand
}

// quad is the layer's quadratic form at all challenges: the one coefficient left
// after all rounds.
func (p *layerProver[E]) quad() E {
	var s E
	for _, k := range p.coef {
		s = p.f.Add(s, k)
	}
	return s
}

// inputs are the values of the layer's inputs at the left and the right point,
// after all rounds.
func (p *layerProver[E]) inputs() [2]E { return [2]E{p.values[0][0], p.values[1][0]} }

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
