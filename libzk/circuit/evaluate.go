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

// Wires are the values of all wires of all copies, by level: Levels[j] is the
// input of layer j. Wire w of copy c is at w·Stride + c. Stride is the number of
// copies rounded up to a power of two; copies past the last one are zero
// throughout, the constant one included, and satisfy every assertion.
type Wires[E comparable] struct {
	Copies int
	Stride int
	Levels [][]E
	// Bits holds, by level, what wires are bits. It is nil where they are not packed:
	// in a field of odd characteristic, and for many copies.
	Bits []Bits
}

// Evaluate computes all wires for inputs laid out as in Wires, and checks every
// assertion. It returns a *Violation if one fails.
func (c *Circuit[E]) Evaluate(inputs []E, copies int) (*Wires[E], error) {
	return c.evaluateAll(inputs, copies, true)
}

// EvaluateUnchecked computes all wires and checks nothing: what a cheating
// prover does.
func (c *Circuit[E]) EvaluateUnchecked(inputs []E, copies int) *Wires[E] {
	w, _ := c.evaluateAll(inputs, copies, false)
	return w
}

func (c *Circuit[E]) evaluateAll(inputs []E, copies int, check bool) (*Wires[E], error) {
	stride := 1 << LogWidth(copies)
	if copies < 1 || len(inputs) != c.Inputs()*stride {
		panic(fmt.Sprintf("circuit: %s: %d inputs for %d copies, want %d", c.Name, len(inputs), copies, c.Inputs()*stride))
	}
	w := &Wires[E]{Copies: copies, Stride: stride, Levels: make([][]E, len(c.Layers))}
	w.Levels[len(c.Layers)-1] = inputs
	var outputs []E
	for j := len(c.Layers) - 1; j >= 0; j-- {
		out := make([]E, c.Layers[j].Outputs*stride)
		if j > 0 {
			w.Levels[j-1] = out
		} else {
			outputs = out
		}
	}
	workers := cores.Count()
	if copies >= manyCopies*workers {
		// Each worker takes some copies through all layers.
		if err := split(workers, func(i int) error {
			lo, hi := copies*i/workers, copies*(i+1)/workers
			for j := len(c.Layers) - 1; j >= 0; j-- {
				if err := c.evaluate(w, outputs, j, c.Layers[j].Terms, lo, hi, check); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
		return w, nil
	}
	if copies <= maxPacked && c.binary() {
		c.packInputs(w)
	}
	// Of few copies, each worker takes all, and some wires of each layer.
	for j := len(c.Layers) - 1; j >= 0; j-- {
		terms := c.Layers[j].Terms
		n := workers
		if len(terms)*copies < 1<<12 {
			n = 1
		}
		if err := split(n, func(i int) error {
			part := terms[wireStart(terms, len(terms)*i/n):wireStart(terms, len(terms)*(i+1)/n)]
			return c.evaluate(w, outputs, j, part, 0, copies, check)
		}); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// manyCopies is the number of copies for each worker from which on they are
// divided among the workers.
const manyCopies = 32

// wireStart is the first index from i on at which another wire's terms start.
func wireStart(terms []Term, i int) int {
	for i > 0 && i < len(terms) && terms[i].G == terms[i-1].G && terms[i].Assert == terms[i-1].Assert {
		i++
	}
	return i
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

// evaluate adds up terms of layer j, all those of their wires, for copies
// lo..hi-1.
func (c *Circuit[E]) evaluate(w *Wires[E], outputs []E, j int, terms []Term, lo, hi int, check bool) error {
	f, one := c.Field, c.Field.One()
	var zero E
	sum := make([]E, hi-lo)
	in, out := w.Levels[j], outputs
	if j > 0 {
		out = w.Levels[j-1]
	}
	for i := 0; i < len(terms); {
		t := terms[i]
		end := i
		for end < len(terms) && terms[end].G == t.G && terms[end].Assert == t.Assert {
			end++
		}
		if w.Bits != nil {
			if word, ok := c.sumBits(&w.Bits[j], terms[i:end]); ok {
				if check && (t.Assert || j == 0) && word != 0 {
					return &Violation{c.Name, c.Label(j, int(t.G)), bits.TrailingZeros64(word)}
				}
				if !t.Assert && j > 0 {
					w.Bits[j-1].Words[t.G], w.Bits[j-1].Is[t.G] = word, true
					row := out[int(t.G)*w.Stride:]
					for ; word != 0; word &= word - 1 {
						row[bits.TrailingZeros64(word)] = one
					}
				}
				i = end
				continue
			}
		}
		dst := out[int(t.G)*w.Stride+lo : int(t.G)*w.Stride+hi]
		if t.Assert {
			clear(sum)
			dst = sum
		}
		for _, u := range terms[i:end] {
			x := in[int(u.L)*w.Stride+lo : int(u.L)*w.Stride+hi]
			y := in[int(u.R)*w.Stride+lo : int(u.R)*w.Stride+hi]
			k := c.Constants[u.K]
			switch {
			case c.OneWire && u.L == 0 && k == one:
				f.AddVec(dst, y)
			case c.OneWire && u.L == 0:
				f.Axpy(dst, k, y)
			case k == one:
				f.MulAcc(dst, x, y)
			default:
				f.MulAccScaled(dst, k, x, y)
			}
		}
		if check && (t.Assert || j == 0) {
			for x := range dst {
				if dst[x] != zero {
					return &Violation{c.Name, c.Label(j, int(t.G)), lo + x}
				}
			}
		}
		i = end
	}
	return nil
}
