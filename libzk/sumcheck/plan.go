// Package sumcheck proves that layered circuits evaluate to zero, each over
// several copies of it, with every message hidden by a committed one-time pad.
//
// It is the sumcheck of draft-google-cfrg-libzk with two extensions: rounds that
// bind the copy index come before the draft's rounds in every layer, and a Batch
// proves several circuits at once, level by level. Prove is for one circuit; with
// one copy it is the draft, byte for byte. The equations, and the soundness and
// zero-knowledge arguments, are in docs/protocol.md.
//
// Prove makes the messages, Replay derives the verifier's challenges from
// messages, and Claims, which both sides run, turns messages and challenges
// into linear constraints on the committed pads and inputs.
package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// plan is a layer's terms grouped by their pair of input wires, in the order in
// which binding one bit of each index in turn brings equal pairs together.
type plan struct {
	logOut, logIn int
	left, right   []uint32 // the pairs
	ends          []uint32 // end of each pair's terms in the lists below
	out           []uint32 // output wire, or assertion
	constant      []uint32
	assert        []bool
}

func plans[E comparable](c *circuit.Circuit[E]) []plan {
	return c.Plan(func() any {
		ps := make([]plan, len(c.Layers))
		cores.Each(len(ps), func(j int) { ps[j] = newPlan(&c.Layers[j]) })
		return ps
	}).([]plan)
}

// Prepare makes what is derived from the circuits and kept with them, if nothing has yet: both
// sides need it, after much else that leaves a processor idle.
func (b *Batch[E]) Prepare() {
	for _, u := range b.uses {
		plans(u.Circuit)
	}
}

func newPlan(l *circuit.Layer) plan {
	p := plan{logOut: circuit.LogWidth(l.Outputs), logIn: circuit.LogWidth(l.Inputs)}
	order := make([]entry, len(l.Terms))
	for i, t := range l.Terms {
		order[i] = entry{spread(t.L) | spread(t.R)<<1, uint32(i)}
	}
	order = sortEntries(order, 2*p.logIn)
	list := func() []uint32 { return make([]uint32, 0, len(order)) }
	p.out, p.constant, p.assert = list(), list(), make([]bool, 0, len(order))
	p.left, p.right, p.ends = list(), list(), list()
	for i, e := range order {
		t := l.Terms[e.term]
		p.out = append(p.out, t.G)
		p.constant = append(p.constant, t.K)
		p.assert = append(p.assert, t.Assert)
		if i > 0 && order[i-1].key == e.key {
			p.ends[len(p.ends)-1]++
			continue
		}
		p.left = append(p.left, t.L)
		p.right = append(p.right, t.R)
		p.ends = append(p.ends, uint32(i)+1)
	}
	return p
}

// entry is a term and what it is sorted by.
type entry struct {
	key  uint64
	term uint32
}

// sortEntries sorts by keys of so many bits, equal ones staying in order.
func sortEntries(order []entry, bits int) []entry {
	const digit = 11
	other := make([]entry, len(order))
	for shift := 0; shift < bits; shift += digit {
		var next [1<<digit + 1]int
		for i := range order {
			next[order[i].key>>shift&(1<<digit-1)+1]++
		}
		for d := range 1 << digit {
			next[d+1] += next[d]
		}
		for _, e := range order {
			d := e.key >> shift & (1<<digit - 1)
			other[next[d]] = e
			next[d]++
		}
		order, other = other, order
	}
	return order
}

// spread puts the bits of x at the even positions.
func spread(x uint32) uint64 {
	v := uint64(x)
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

// bind gives each pair its coefficient for the weights of the outputs: the sum
// over its terms of constant·weight, assertions weighing beta times as much.
func bind[E comparable](c *circuit.Circuit[E], p *plan, weights []E, beta E) []E {
	f, one := c.Field, c.Field.One()
	out := buffers.Make[E](len(p.ends))
	t := uint32(0)
	for i, end := range p.ends {
		var sum E
		for ; t < end; t++ {
			w := weights[p.out[t]]
			if p.assert[t] {
				w = f.Mul(w, beta)
			}
			if k := c.Constants[p.constant[t]]; k != one {
				w = f.Mul(w, k)
			}
			sum = f.Add(sum, w)
		}
		out[i] = sum
	}
	return out
}

// Equality is the table of eq(point, x) for x in 0..n-1: Π_b of point_b where
// bit b of x is set and of 1 - point_b where it is not. Bit 0 belongs to
// point[0]. Whoever wants to may give the table back to package buffers.
func Equality[E comparable](f field.Field[E], point []E, n int) []E {
	table := buffers.Make[E](n)
	if n == 0 {
		return table
	}
	table[0] = f.One()
	// Each bit, from the lowest, doubles the entries.
	size := 1
	for _, x := range point {
		upper := table[size:min(2*size, n)]
		f.Axpy(upper, x, table[:len(upper)])
		f.Axpy(table[:size], f.Neg(x), table[:size])
		size += len(upper)
	}
	return table
}
