package circuit

import (
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// TestBits: with bits packed, every wire of every copy is what the terms say. Inputs are bits, other elements, and bits in
// all copies but one.
func TestBits(t *testing.T) {
	testBits(t, gf128.Field{})
	testBits(t, p256.Field{})
}

func testBits[E comparable](t *testing.T, f field.Field[E]) {
	b := NewBuilder(f, "mixed")
	p, q, r, x, carry := b.Input(), b.Input(), b.Input(), b.Input(), b.Input()
	pq := b.Wire(b.Mul(p, q))
	sum := b.Wire(b.Add(p, q, r))
	mixed := b.Wire(b.Add(b.Mul(p, x), b.Scale(f.CodePoint(9), b.Mul(q, r))))
	b.AssertEqual(b.Mul(b.Wire(b.Add(pq, b.Mul(sum, r))), b.Wire(b.Mul(mixed, sum))), b.Mul(carry, x), "product")
	b.AssertBit(r, "bit")
	c := b.Build()
	for _, copies := range []int{1, 2, 9, 63, 64, 65, 200} {
		stride := 1 << LogWidth(copies)
		in := make([]E, c.Inputs()*stride)
		for k := range copies {
			set := func(w int, e E) { in[w*stride+k] = e }
			set(0, f.One())
			for w := range 3 {
				set(1+w, f.FromUint64(uint64(k>>w&1)))
			}
			set(4, f.CodePoint(50+k))
			if k == copies-1 {
				set(5, f.CodePoint(77)) // in the other copies zero
			}
		}
		w := c.EvaluateUnchecked(append([]E(nil), in...), copies)
		packed, wires := 0, 0
		for j := len(c.Layers) - 1; j >= 0; j-- {
			l := &c.Layers[j]
			wires += l.Inputs
			for k := range copies {
				want := make([]E, l.Outputs)
				for _, term := range l.Terms {
					if !term.Assert {
						v := f.Mul(w.Levels[j].At(f, int(term.L), k), w.Levels[j].At(f, int(term.R), k))
						want[term.G] = f.Add(want[term.G], f.Mul(c.Constants[term.K], v))
					}
				}
				for g := range want {
					if j > 0 && w.Levels[j-1].At(f, g, k) != want[g] {
						t.Fatalf("%s, %d copies: wire %d below layer %d of copy %d", f.Name(), copies, g, j-1, k)
					}
				}
			}
			for i := range l.Inputs {
				if w.Levels[j].IsBit(i) {
					packed++
				} else if w.Levels[j].Row(i) == nil {
					t.Fatalf("%s, %d copies: wire %d of layer %d has neither bits nor a row", f.Name(), copies, i, j)
				}
			}
		}
		checkCopies(t, c, w, copies)
		if f.Name() != "gf2_128" && packed > 0 {
			t.Errorf("%s, %d copies: %d wires are bits", f.Name(), copies, packed)
		}
		if f.Name() == "gf2_128" && (packed < 6 || packed == wires) {
			t.Errorf("%d copies: %d of %d wires are bits", copies, packed, wires)
		}
	}
}

// TestBitsViolation: an assertion over bits alone names the first copy that
// breaks it.
func TestBitsViolation(t *testing.T) {
	f := gf128.Field{}
	b := NewBuilder(f, "and")
	p, q, r := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Mul(p, q), r, "and")
	c := b.Build()
	for _, copies := range []int{9, 64, 65, 130} {
		stride := 1 << LogWidth(copies)
		for bad := range copies {
			in := make([]gf128.Elem, 4*stride)
			for k := range copies {
				in[k] = f.One()
				in[stride+k] = f.One()
				if k >= bad {
					in[3*stride+k] = f.One() // r without q
				}
			}
			var v *Violation
			if _, err := c.Evaluate(in, copies); !errors.As(err, &v) || v.Copy != bad || v.Label != "and" {
				t.Errorf("%d copies, bad from copy %d: %v", copies, bad, err)
			}
		}
	}
}
