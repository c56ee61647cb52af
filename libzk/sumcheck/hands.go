package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
)

// handRounds are the rounds of the wires' indices, for the wires of the single copy that
// the copy rounds leave: in turn the lowest bit of the left and of the right index.
type handRounds[E comparable] struct {
	f           field.Field[E]
	coef        []E
	left, right []uint32
	hand        int // the next one
	values      [2][]E

	scaled, sum []E // room
}

// handCost is about how many nanoseconds a round takes for each pair.
const handCost = 10

// block is the number of pairs that are multiplied at once.
const block = 256

func newHandRounds[E comparable](f field.Field[E], pl *plan, coef, values []E) *handRounds[E] {
	// An even number of values, of which each hand folds its own.
	values = even(values)
	p := &handRounds[E]{
		f: f, coef: coef,
		left:   buffers.Make[uint32](len(pl.left)),
		right:  buffers.Make[uint32](len(pl.right)),
		values: [2][]E{values, buffers.Make[E](len(values))},
		scaled: buffers.Make[E](max(len(coef), 2*block)),
		sum:    buffers.Make[E](len(values)),
	}
	copy(p.left, pl.left)
	copy(p.right, pl.right)
	copy(p.values[1], values)
	return p
}

// free gives back the memory of all rounds.
func (p *handRounds[E]) free() {
	buffers.Free(p.left)
	buffers.Free(p.right)
	for _, v := range [][]E{p.coef, p.values[0], p.values[1], p.scaled, p.sum} {
		buffers.Free(v)
	}
	*p = handRounds[E]{}
}

// indices are the pairs' indices of the next hand, and of the other one.
func (p *handRounds[E]) indices() (mine, other []uint32) {
	if p.hand == 1 {
		return p.right, p.left
	}
	return p.left, p.right
}

// sums is q(0) of the next round and the leading coefficient.
func (p *handRounds[E]) sums() (q0, lead E) {
	f := p.f
	mine, other := p.indices()
	values := p.values[1-p.hand]
	sum := p.sum[:len(p.values[p.hand])]
	clear(sum)
	for lo := 0; lo < len(mine); lo += block {
		hi := min(lo+block, len(mine))
		read, products := p.scaled[:hi-lo], p.scaled[block:block+hi-lo]
		for i, o := range other[lo:hi] {
			read[i] = values[o]
		}
		clear(products)
		f.MulAcc(products, read, p.coef[lo:hi])
		for i, m := range mine[lo:hi] {
			sum[m] = f.Add(sum[m], products[i])
		}
	}
	return f.PairDots(sum, p.values[p.hand], 2)
}

// bind sets the variable of the round to x.
func (p *handRounds[E]) bind(x E) {
	v := p.values[p.hand]
	p.f.Bind(v[:len(v)/2], v, x)
	p.values[p.hand] = even(v[:len(v)/2])
	p.fold(x)
	p.hand = 1 - p.hand
}

// fold binds the lowest bit of the hand's indices and adds up the pairs that
// become equal: they are neighbours.
func (p *handRounds[E]) fold(x E) {
	f := p.f
	mine, _ := p.indices()
	scaled := p.scaled[:len(p.coef)]
	copy(scaled, p.coef)
	f.Scale(scaled, x)
	n := 0
	for i, kx := range scaled {
		if mine[i]&1 == 0 {
			kx = f.Sub(p.coef[i], kx)
		}
		mine[i] >>= 1
		if n > 0 && p.left[n-1] == p.left[i] && p.right[n-1] == p.right[i] {
			p.coef[n-1] = f.Add(p.coef[n-1], kx)
			continue
		}
		p.coef[n], p.left[n], p.right[n] = kx, p.left[i], p.right[i]
		n++
	}
	p.coef, p.left, p.right = p.coef[:n], p.left[:n], p.right[:n]
}

// even appends a zero to a vector of odd length above one.
func even[E comparable](v []E) []E {
	if len(v) > 1 && len(v)&1 == 1 {
		var zero E
		return append(v, zero)
	}
	return v
}
