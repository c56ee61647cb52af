package circuit

import (
	"fmt"
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// Violation says which assertion a witness breaks, in which copy.
type Violation struct {
	Circuit string
	Label   string // the assertion's label
	Copy    int
}

func (v *Violation) Error() string {
	return fmt.Sprintf("circuit %s: assertion %q fails in copy %d", v.Circuit, v.Label, v.Copy)
}

// Wires are the values of all wires of all copies: Levels[j] is the input of layer j.
type Wires[E comparable] struct {
	Copies int
	Levels []Level[E]
}

// Evaluate computes all wires for inputs by wire and copy, wire w of copy c at
// w·stride + c with the number of copies rounded up to a power of two as stride, and
// checks every assertion. It returns a *Violation if one fails.
func (c *Circuit[E]) Evaluate(inputs []E, copies int) (*Wires[E], error) {
	return c.EvaluateLevel(c.level(inputs, copies), true)
}

// EvaluateUnchecked computes all wires and checks nothing: what a cheating
// prover does.
func (c *Circuit[E]) EvaluateUnchecked(inputs []E, copies int) *Wires[E] {
	w, _ := c.EvaluateLevel(c.level(inputs, copies), false)
	return w
}

func (c *Circuit[E]) level(inputs []E, copies int) Level[E] {
	stride := 1 << LogWidth(copies)
	if copies < 1 || len(inputs) != c.Inputs()*stride {
		panic(fmt.Sprintf("circuit: %s: %d inputs for %d copies, want %d", c.Name, len(inputs), copies, c.Inputs()*stride))
	}
	return NewLevel(c.Field, c.Inputs(), copies, func(dst []E, copy int) {
		for w := range dst {
			dst[w] = inputs[w*stride+copy]
		}
	})
}

// EvaluateLevel computes all wires for the level of the inputs, and with check returns a
// *Violation if an assertion fails.
func (c *Circuit[E]) EvaluateLevel(inputs Level[E], check bool) (*Wires[E], error) {
	copies, last := inputs.Copies, len(c.Layers)-1
	if inputs.Wires != c.Inputs() {
		panic(fmt.Sprintf("circuit: %s: %d inputs, want %d", c.Name, inputs.Wires, c.Inputs()))
	}
	w := &Wires[E]{Copies: copies, Levels: make([]Level[E], len(c.Layers))}
	w.Levels[last] = inputs
	packed := make([][]bool, len(c.Layers))
	for j := last; j >= 0; j-- {
		packed[j] = c.packed(j, &w.Levels[j])
		if j > 0 {
			w.Levels[j-1] = c.outputs(j, copies, packed[j])
		}
	}
	workers, planes := cores.Worth(cores.Count(), c.Terms()*copies), (copies+PlaneCopies-1)/PlaneCopies
	if planes >= workers {
		// Each worker takes some copies through all layers.
		return w, split(workers, func(i int) error {
			for k := planes * i / workers; k < planes*(i+1)/workers; k++ {
				for j := last; j >= 0; j-- {
					if err := c.evaluate(w, j, c.groups()[j], packed[j], k, check); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	// Of few copies, each worker takes all, and some wires of each layer.
	for j := last; j >= 0; j-- {
		groups, n := c.groups()[j], cores.Worth(workers, len(c.Layers[j].Terms)*copies)
		if err := split(n, func(i int) error {
			lo, hi := len(groups)*i/n, len(groups)*(i+1)/n
			for k := range planes {
				if err := c.evaluate(w, j, groups[lo:hi], packed[j][lo:hi], k, check); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return w, err
		}
	}
	return w, nil
}

// split runs work(0..n-1) at once and returns the first error in this order.
func split(n int, work func(i int) error) error {
	if n == 1 {
		return work(0)
	}
	var wg cores.Group
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = work(i) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// group is the terms start..end-1 of a layer: those of one wire or assertion.
type group struct {
	start, end uint32
	wire       uint32
	plain      bool // every constant is one
	asserted   bool // the sum must be zero
}

// groups are those of each layer, made once.
func (c *Circuit[E]) groups() [][]group {
	c.groupsOnce.Do(func() {
		one := c.Field.One()
		c.groupsOf = make([][]group, len(c.Layers))
		for j := range c.Layers {
			terms := c.Layers[j].Terms
			for i, t := range terms {
				if i == 0 || t.G != terms[i-1].G || t.Assert != terms[i-1].Assert {
					c.groupsOf[j] = append(c.groupsOf[j], group{start: uint32(i), wire: t.G, plain: true, asserted: t.Assert || j == 0})
				}
				g := &c.groupsOf[j][len(c.groupsOf[j])-1]
				g.end = uint32(i + 1)
				g.plain = g.plain && c.Constants[t.K] == one
			}
		}
	})
	return c.groupsOf
}

// packed says which groups of layer j are sums of products of bits, which are bits.
func (c *Circuit[E]) packed(j int, in *Level[E]) []bool {
	groups, terms := c.groups()[j], c.Layers[j].Terms
	packed := make([]bool, len(groups))
	if in.Planes == nil {
		return packed
	}
	for i, g := range groups {
		packed[i] = g.plain
		for _, t := range terms[g.start:g.end] {
			packed[i] = packed[i] && in.IsBit(int(t.L)) && in.IsBit(int(t.R))
		}
	}
	return packed
}

// outputs makes the level that layer j > 0 fills.
func (c *Circuit[E]) outputs(j, copies int, packed []bool) Level[E] {
	l := newLevel(c.Field, c.Layers[j].Outputs, copies)
	isBit := make([]bool, l.Wires)
	if l.Planes != nil {
		for w := range isBit {
			isBit[w] = true // zero, if it has no terms
		}
	}
	for i, g := range c.groups()[j] {
		if !g.asserted {
			isBit[g.wire] = packed[i]
		}
	}
	l.makeRows(isBit)
	return l
}

// evaluate adds up groups of layer j for the copies of plane k.
func (c *Circuit[E]) evaluate(w *Wires[E], j int, groups []group, packed []bool, k int, check bool) error {
	in, terms := &w.Levels[j], c.Layers[j].Terms
	s := &summation[E]{c: c, in: in, lo: PlaneCopies * k, hi: min(PlaneCopies*(k+1), w.Copies)}
	if in.Planes != nil {
		s.plane = in.Planes[k]
	}
	var zero E
	for i := range groups {
		g := &groups[i]
		if g.asserted && !check {
			continue
		}
		if packed[i] {
			var word uint64
			for _, t := range terms[g.start:g.end] {
				word ^= s.plane[t.L] & s.plane[t.R]
			}
			if !g.asserted {
				w.Levels[j-1].Planes[k][g.wire] = word
			} else if word != 0 {
				return &Violation{c.Name, c.Label(j, int(g.wire)), s.lo + bits.TrailingZeros64(word)}
			}
			continue
		}
		dst := s.sum[:s.hi-s.lo]
		if g.asserted {
			clear(dst)
		} else {
			dst = w.Levels[j-1].Row(int(g.wire))[s.lo:s.hi]
		}
		for _, t := range terms[g.start:g.end] {
			s.add(dst, t)
		}
		if g.asserted {
			for i, e := range dst {
				if e != zero {
					return &Violation{c.Name, c.Label(j, int(g.wire)), s.lo + i}
				}
			}
		}
	}
	return nil
}

// summation adds terms up over copies lo..hi-1, which are those of a plane.
type summation[E comparable] struct {
	c      *Circuit[E]
	in     *Level[E]
	plane  []uint64
	lo, hi int
	sum    [PlaneCopies]E
	chosen [PlaneCopies]E
}

// add adds a term to dst.
func (s *summation[E]) add(dst []E, t Term) {
	f, k := s.c.Field, s.c.Constants[t.K]
	one := f.One()
	x, y := s.in.Row(int(t.L)), s.in.Row(int(t.R))
	switch {
	case x == nil && y == nil:
		AddWhere(f, dst, k, s.plane[t.L]&s.plane[t.R])
		return
	case x == nil:
		x = s.where(s.plane[t.L], y)
	case y == nil:
		x = s.where(s.plane[t.R], x)
	case s.c.OneWire && t.L == 0:
		x = y[s.lo:s.hi]
	default:
		if x, y = x[s.lo:s.hi], y[s.lo:s.hi]; k == one {
			f.MulAcc(dst, x, y)
		} else {
			f.MulAccScaled(dst, k, x, y)
		}
		return
	}
	if k == one {
		f.AddVec(dst, x)
	} else {
		f.Axpy(dst, k, x)
	}
}

// where is the copies of a row whose bit in word is set, and zero in the others.
func (s *summation[E]) where(word uint64, row []E) []E {
	row = row[s.lo:s.hi]
	if bits.OnesCount64(word) == len(row) {
		return row
	}
	chosen := s.chosen[:len(row)]
	clear(chosen)
	for ; word != 0; word &= word - 1 {
		c := bits.TrailingZeros64(word)
		chosen[c] = row[c]
	}
	return chosen
}
