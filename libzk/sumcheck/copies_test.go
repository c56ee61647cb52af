package sumcheck

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// randomElem is an element without structure.
func randomElem[E comparable](f field.Field[E], rng *rand.Rand) E {
	return f.Mul(f.CodePoint(1+rng.IntN(1<<16-1)), f.FromUint64(rng.Uint64()|1))
}

// sumsOf are a copy round's by definition, over values by wire and copy: copies without
// a neighbour have zeros beside them.
func sumsOf[E comparable](f field.Field[E], pl *plan, coef []E, point []E, v [][]E) (q0, lead E) {
	for c := 0; c < len(v[0]); c += 2 {
		weight := eq(f, point[1:], c/2)
		for i, k := range coef {
			k = f.Mul(k, weight)
			l, r := v[pl.left[i]], v[pl.right[i]]
			q0 = f.Add(q0, f.Mul(k, f.Mul(l[c], r[c])))
			dl, dr := f.Neg(l[c]), f.Neg(r[c])
			if c+1 < len(l) {
				dl, dr = f.Add(dl, l[c+1]), f.Add(dr, r[c+1])
			}
			lead = f.Add(lead, f.Mul(k, f.Mul(dl, dr)))
		}
	}
	return q0, lead
}

// bound is v with the lowest bit of the copy's index at x.
func bound[E comparable](f field.Field[E], v []E, x E) (out []E) {
	for c := 0; c < len(v); c += 2 {
		e := f.Mul(v[c], f.Sub(f.One(), x))
		if c+1 < len(v) {
			e = f.Add(e, f.Mul(v[c+1], x))
		}
		out = append(out, e)
	}
	return out
}

// TestCopyRounds: every round over wires that are bits, elements, or bits in all copies
// but one, is what its definition says, and so are the wires' values at the end.
func TestCopyRounds(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testCopyRounds(t, gf128.Field{}) })
	t.Run("p256", func(t *testing.T) { testCopyRounds(t, p256.Field{}) })
}

// TestCopyRoundsInParts: the same where several processors share a round.
func TestCopyRoundsInParts(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	testCopyRoundsOf(t, gf128.Field{}, []int{1100}, 1000)
	testCopyRoundsOf(t, p256.Field{}, []int{1100}, 40)
}

func testCopyRounds[E comparable](t *testing.T, f field.Field[E]) {
	testCopyRoundsOf(t, f, []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200, 343}, 40)
}

func testCopyRoundsOf[E comparable](t *testing.T, f field.Field[E], numbers []int, pairs int) {
	rng := rand.New(rand.NewPCG(7, 7))
	kinds := map[string]func(wire, copies, copy int) E{
		"bits":     func(_, _, _ int) E { return f.FromUint64(rng.Uint64() & 1) },
		"elements": func(_, _, _ int) E { return randomElem(f, rng) },
		"mixed": func(wire, copies, copy int) E {
			if wire%3 == 1 || wire%3 == 2 && copy == copies-1 {
				return randomElem(f, rng)
			}
			return f.FromUint64(rng.Uint64() & 1)
		},
	}
	for _, copies := range numbers {
		for name, value := range kinds {
			wires := max(11, pairs/10)
			layer := &circuit.Layer{Inputs: wires, Outputs: pairs}
			for i := range pairs {
				layer.Terms = append(layer.Terms, circuit.Term{G: uint32(i), L: rng.Uint32N(uint32(wires)), R: rng.Uint32N(uint32(wires))})
			}
			pl := newPlan(layer)
			coef := make([]E, len(pl.left))
			for i := range coef {
				coef[i] = randomElem(f, rng)
			}
			v := make([][]E, wires)
			for w := range v {
				for c := range copies {
					v[w] = append(v[w], value(w, copies, c))
				}
			}
			var point []E
			for range circuit.LogWidth(copies) {
				point = append(point, randomElem(f, rng))
			}
			level := circuit.NewLevel(f, wires, copies, func(dst []E, c int) {
				for w := range dst {
					dst[w] = v[w][c]
				}
			})
			p := newCopyRounds(f, &pl, &level, coef, point)
			if (p.bits != nil) != (f.Name() == "gf2_128" && name != "elements" && copies > 1) {
				t.Fatalf("%s, %d copies of %s: rounds over bits: %v", f.Name(), copies, name, p.bits != nil)
			}
			for round := range point {
				what := fmt.Sprintf("%d copies of %s, round %d", copies, name, round)
				q0, lead := p.sums()
				want0, wantLead := sumsOf(f, &pl, coef, point[round:], v)
				if q0 != want0 || lead != wantLead {
					t.Fatalf("%s: %v and %v, want %v and %v", what, q0, lead, want0, wantLead)
				}
				x := randomElem(f, rng)
				p.bind(x)
				for w := range v {
					v[w] = bound(f, v[w], x)
				}
			}
			for w, e := range p.values() {
				if e != v[w][0] {
					t.Fatalf("%d copies of %s: wire %d is %v, want %v", copies, name, w, e, v[w][0])
				}
			}
		}
	}
}

// BenchmarkCopyRounds is a layer as large as one of SHA-256, with different numbers of
// rounds over bits.
func BenchmarkCopyRounds(b *testing.B) {
	f, rng := gf128.Field{}, rand.New(rand.NewPCG(8, 8))
	const wires, pairs = 24_781, 37_583
	layer := &circuit.Layer{Inputs: wires, Outputs: pairs}
	for i := range pairs {
		layer.Terms = append(layer.Terms, circuit.Term{G: uint32(i), L: uint32(max(0, rng.IntN(wires)-wires/3)), R: uint32(i * wires / pairs)})
	}
	pl := newPlan(layer)
	coef := make([]gf128.Elem, len(pl.left))
	for i := range coef {
		coef[i] = randomElem(f, rng)
	}
	for _, copies := range []int{9, 30, 343} {
		level := circuit.NewLevel(f, wires, copies, func(dst []gf128.Elem, c int) {
			for w := range dst {
				dst[w] = f.FromUint64(uint64(bits.OnesCount(uint(w*2654435761^c*40503)) & 1))
			}
		})
		var point []gf128.Elem
		for range circuit.LogWidth(copies) {
			point = append(point, randomElem(f, rng))
		}
		for rounds := range 4 {
			b.Run(fmt.Sprintf("copies=%d/rounds=%d", copies, rounds+1), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p := newCopyRounds(f, &pl, &level, coef, point)
					p.bits.rounds = rounds + 1
					for range point {
						p.sums()
						p.bind(point[0])
					}
					p.values()
				}
			})
		}
	}
}
