package sumcheck

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

var copyCounts = []int{1, 2, 3, 4, 5, 8, 9, 16, 17}

// subject is a circuit with a satisfying input for each copy.
type subject[E comparable] struct {
	f field.Field[E]
	c *circuit.Circuit[E]
	// inputs makes the input wires of copy i, the constant one included.
	inputs func(i int) []E
}

// ladder has assertions in every layer and widths that are no powers of two.
func ladder[E comparable](f field.Field[E]) subject[E] {
	b := circuit.NewBuilder(f, "ladder")
	x, y, bit, cube, fourth, sum := b.Input(), b.Input(), b.Input(), b.Input(), b.Input(), b.Input()
	b.AssertBit(bit, "bit")
	square := b.Wire(b.Mul(x, x))
	b.AssertEqual(b.Mul(square, x), cube, "cube")
	b.AssertEqual(b.Mul(square, square), fourth, "fourth")
	b.AssertEqual(b.Add(b.Mul(b.Wire(b.Mul(b.Wire(b.Mul(square, y)), square)), y), b.Mul(bit, x)), sum, "sum")
	b.AssertEqual(b.Mul(bit, b.Sub(bit, b.Const(f.One()))), b.Sub(b.Mul(x, x), square), "again")
	return subject[E]{f, b.Build(), func(i int) []E {
		x, y, bit := f.CodePoint(1000+i), f.CodePoint(77+3*i), f.FromUint64(uint64(i%2))
		x2 := f.Mul(x, x)
		sum := f.Add(f.Mul(f.Mul(f.Mul(x2, y), x2), y), f.Mul(bit, x))
		return []E{f.One(), x, y, bit, f.Mul(x2, x), f.Mul(x2, x2), sum}
	}}
}

// rows is one layer, a·b = c: the shape of clear circuits.
func rows[E comparable](f field.Field[E]) subject[E] {
	b := circuit.NewBuilder(f, "rows")
	x, y, z := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Mul(x, y), z, "row")
	return subject[E]{f, b.Build(), func(i int) []E {
		x, y := f.CodePoint(5+i), f.CodePoint(900+i*i)
		return []E{f.One(), x, y, f.Mul(x, y)}
	}}
}

// narrow has a single wire in every layer: no hand rounds at all.
func narrow[E comparable](f field.Field[E]) subject[E] {
	layer := circuit.Layer{Outputs: 1, Inputs: 1, Terms: []circuit.Term{{}}}
	c := &circuit.Circuit[E]{Field: f, Name: "narrow", Constants: []E{f.CodePoint(9)}, Layers: []circuit.Layer{layer, layer}}
	return subject[E]{f, c, func(int) []E { return make([]E, 1) }}
}

// layout puts the inputs of copies 0..n-1 into vectors of the stride of copies.
func (s *subject[E]) layout(n, copies int) []E {
	stride := 1 << circuit.LogWidth(copies)
	out := make([]E, s.c.Inputs()*stride)
	for i := range n {
		for w, e := range s.inputs(i) {
			out[w*stride+i] = e
		}
	}
	return out
}

// pads draws the pads of a circuit, products completed.
func (s *subject[E]) pads(copies int, clear bool, rng *rand.Rand) []E {
	pads := make([]E, Pads(s.c, copies, clear))
	for i := range pads {
		pads[i] = s.f.Mul(s.f.CodePoint(1+rng.IntN(1<<16-1)), s.f.FromUint64(rng.Uint64()|1))
	}
	if !clear {
		for _, p := range PadProducts(s.c, copies) {
			pads[p.Z] = s.f.Mul(pads[p.X], pads[p.Y])
		}
	}
	return pads
}

func fresh() *transcript.Transcript { return transcript.New([]byte("sumcheck test")) }

// failing names the first constraint that pads and inputs do not satisfy, or is
// empty. Inputs are those of every copy that the claim speaks of.
func (s *subject[E]) failing(claims *Claims[E], pads []E, copies int) string {
	var zero E
	sum := func(c *Constraint[E]) E {
		v := c.Constant
		for _, t := range c.Terms {
			v = s.f.Add(v, s.f.Mul(t.K, pads[t.Pad]))
		}
		return v
	}
	for j := range claims.Layers {
		if sum(&claims.Layers[j]) != zero {
			return fmt.Sprint("layer ", j)
		}
	}
	v := sum(&claims.Input.Constraint)
	for c := range copies {
		v = s.f.Add(v, s.f.Mul(claims.Input.Copy[c], s.f.Dot(claims.Input.Wire, s.inputs(c))))
	}
	if v != zero {
		return "inputs"
	}
	return ""
}

// prove runs the prover on unchecked wires.
func (s *subject[E]) prove(t testing.TB, inputs []E, copies int, pads []E, clear bool) *Proof[E] {
	t.Helper()
	p, err := Prove(fresh(), s.c, s.c.EvaluateUnchecked(inputs, copies), pads, clear)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *subject[E]) replay(t testing.TB, copies int, m Messages[E], clear bool) *Claims[E] {
	t.Helper()
	claims, err := Replay(fresh(), s.c, copies, m).Claims(s.c, copies, clear)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// each runs a test on every subject over both fields.
func each(t *testing.T, gf func(*testing.T, subject[gf128.Elem], bool), p func(*testing.T, subject[p256.Elem], bool)) {
	for i, name := range []string{"ladder", "narrow", "rows", "clear rows"} {
		g := []subject[gf128.Elem]{ladder(gf128.Field{}), narrow(gf128.Field{}), rows(gf128.Field{}), rows(gf128.Field{})}[i]
		q := []subject[p256.Elem]{ladder(p256.Field{}), narrow(p256.Field{}), rows(p256.Field{}), rows(p256.Field{})}[i]
		t.Run(name+" gf2_128", func(t *testing.T) { gf(t, g, i == 3) })
		t.Run(name+" p256", func(t *testing.T) { p(t, q, i == 3) })
	}
}

func TestAcceptsHonestProofs(t *testing.T) {
	each(t, testAccepts[gf128.Elem], testAccepts[p256.Elem])
}

func testAccepts[E comparable](t *testing.T, s subject[E], clear bool) {
	for _, n := range copyCounts {
		rng := rand.New(rand.NewPCG(uint64(n), 1))
		pads := s.pads(n, clear, rng)
		in := s.layout(n, n)
		if _, err := s.c.Evaluate(append([]E(nil), in...), n); err != nil {
			t.Fatal(err)
		}
		p := s.prove(t, in, n, pads, clear)
		claims := s.replay(t, n, p.Messages, clear)
		if where := s.failing(claims, pads, n); where != "" {
			t.Errorf("%d copies: %s fails", n, where)
		}
		// The prover, who knows the bound layers early, gets the same constraints.
		own, err := p.Claims(s.c, n, clear)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(*own) != fmt.Sprint(*claims) {
			t.Errorf("%d copies: prover's and verifier's constraints differ", n)
		}
		ref := reference[E]{subject: s, copies: n, pads: pads, clear: clear, proof: Replay(fresh(), s.c, n, p.Messages)}
		if where := ref.failing(ref.above); where != "" {
			t.Errorf("%d copies: reference verifier: %s", n, where)
		}
	}
}

// TestEveryMessageElementMatters alters each element of the messages.
func TestEveryMessageElementMatters(t *testing.T) {
	each(t, testEveryElement[gf128.Elem], testEveryElement[p256.Elem])
}

func testEveryElement[E comparable](t *testing.T, s subject[E], clear bool) {
	for _, n := range []int{1, 3, 4} {
		pads := s.pads(n, clear, rand.New(rand.NewPCG(uint64(n), 2)))
		p := s.prove(t, s.layout(n, n), n, pads, clear)
		alter := func(name string, e *E) {
			old := *e
			*e = s.f.Add(old, s.f.One())
			if s.failing(s.replay(t, n, p.Messages, clear), pads, n) == "" {
				t.Errorf("%d copies: %s altered and accepted", n, name)
			}
			*e = old
		}
		count := 0
		for j := range p.Messages {
			for i := range p.Messages[j].Rounds {
				for k := range 2 {
					alter(fmt.Sprintf("layer %d, round %d, element %d", j, i, k), &p.Messages[j].Rounds[i][k])
					count++
				}
			}
			for k := range 2 {
				alter(fmt.Sprintf("layer %d, claim %d", j, k), &p.Messages[j].Claims[k])
				count++
			}
		}
		// 2κ + 4·lw + 2 elements a layer.
		want := 0
		for j := range s.c.Layers {
			want += 2*circuit.LogWidth(n) + 4*circuit.LogWidth(s.c.Layers[j].Inputs) + 2
		}
		if count != want {
			t.Errorf("%d copies: %d elements, want %d", n, count, want)
		}
		for i := range pads {
			alter(fmt.Sprint("pad ", i), &pads[i])
		}
	}
}

// TestRefusesFalseInputs: each input wire of each copy changed alone breaks the
// circuit, and the constraints.
func TestRefusesFalseInputs(t *testing.T) {
	testFalseInputs(t, ladder(gf128.Field{}))
	testFalseInputs(t, ladder(p256.Field{}))
}

func testFalseInputs[E comparable](t *testing.T, s subject[E]) {
	honest := s.inputs
	for _, n := range []int{1, 2, 3, 5} {
		pads := s.pads(n, false, rand.New(rand.NewPCG(uint64(n), 3)))
		for bad := range n {
			for w := 1; w < s.c.Inputs(); w++ {
				// The prover commits to the false inputs: the map is right for them.
				s.inputs = func(i int) []E {
					in := honest(i)
					if i == bad {
						in[w] = s.f.Add(in[w], s.f.CodePoint(5))
					}
					return in
				}
				p := s.prove(t, s.layout(n, n), n, pads, false)
				if s.failing(s.replay(t, n, p.Messages, false), pads, n) == "" {
					t.Errorf("%s: %d copies: input %d of copy %d is false and accepted", s.f.Name(), n, w, bad)
				}
			}
		}
	}
}

// TestLine23OneInAPaddedCopy: a prover whose padded copies have the constant one,
// alone or with a whole satisfying input, is refused.
func TestLine23OneInAPaddedCopy(t *testing.T) {
	testPaddedCopy(t, ladder(gf128.Field{}), false)
	testPaddedCopy(t, ladder(p256.Field{}), false)
	testPaddedCopy(t, rows(gf128.Field{}), true)
}

func testPaddedCopy[E comparable](t *testing.T, s subject[E], clear bool) {
	for _, n := range []int{3, 5, 9, 17} {
		stride := 1 << circuit.LogWidth(n)
		pads := s.pads(n, clear, rand.New(rand.NewPCG(uint64(n), 4)))
		for name, in := range map[string][]E{
			"one":            s.layout(n, n),
			"a further copy": s.layout(n+1, n),
		} {
			if name == "one" {
				in[n] = s.f.One()
			}
			// Evaluated and proven as if all copies were real.
			p := s.prove(t, in, stride, pads, clear)
			if s.failing(s.replay(t, n, p.Messages, clear), pads, n) == "" {
				t.Errorf("%d copies: %s in copy %d is accepted", n, name, n)
			}
		}
		// The same prover with zeros there is the honest one.
		p := s.prove(t, s.layout(n, n), stride, pads, clear)
		if where := s.failing(s.replay(t, n, p.Messages, clear), pads, n); where != "" {
			t.Errorf("%d copies: zeros in padded copies: %s fails", n, where)
		}
	}
}

// TestLine23OtherNumberOfCopies: messages for N copies are no proof for another
// number with equally many rounds.
func TestLine23OtherNumberOfCopies(t *testing.T) {
	s := ladder(gf128.Field{})
	for _, v := range [][2]int{{5, 6}, {5, 8}, {8, 5}, {9, 16}, {3, 4}, {4, 3}} {
		pads := s.pads(v[0], false, rand.New(rand.NewPCG(7, 7)))
		p := s.prove(t, s.layout(v[0], v[0]), v[0], pads, false)
		if s.failing(s.replay(t, v[1], p.Messages, false), pads, v[1]) == "" {
			t.Errorf("proof for %d copies passes for %d", v[0], v[1])
		}
	}
}

// TestLine23OtherCircuit: a circuit that differs in one constant.
func TestLine23OtherCircuit(t *testing.T) {
	f := gf128.Field{}
	build := func(k uint64) *circuit.Circuit[gf128.Elem] {
		b := circuit.NewBuilder(f, "scaled")
		x, y := b.Input(), b.Input()
		b.AssertEqual(b.Scale(f.FromUint64(k), b.Mul(x, x)), y, "scaled square")
		return b.Build()
	}
	s := subject[gf128.Elem]{f, build(2), func(i int) []gf128.Elem {
		x := f.CodePoint(3 + i)
		return []gf128.Elem{f.One(), x, f.Mul(f.FromUint64(2), f.Mul(x, x))}
	}}
	pads := s.pads(5, false, rand.New(rand.NewPCG(8, 8)))
	p := s.prove(t, s.layout(5, 5), 5, pads, false)
	if where := s.failing(s.replay(t, 5, p.Messages, false), pads, 5); where != "" {
		t.Fatal(where)
	}
	s.c = build(3)
	if s.failing(s.replay(t, 5, p.Messages, false), pads, 5) == "" {
		t.Error("proof of another circuit passes")
	}
}

func TestPads(t *testing.T) {
	s := ladder(gf128.Field{})
	for _, n := range copyCounts {
		want, products := 0, PadProducts(s.c, n)
		used := map[int]bool{}
		for j := range s.c.Layers {
			want += 2*circuit.LogWidth(n) + 4*circuit.LogWidth(s.c.Layers[j].Inputs) + 3
			if p := products[j]; p.Z != want-1 || p.Y != want-2 || p.X != want-3 {
				t.Errorf("%d copies: layer %d: product %+v, want the last three of %d", n, j, p, want)
			}
		}
		if got := Pads(s.c, n, false); got != want || len(products) != len(s.c.Layers) {
			t.Errorf("%d copies: %d pads and %d products, want %d and %d", n, got, len(products), want, len(s.c.Layers))
		}
		if got := Pads(s.c, n, true); got != want-3*len(s.c.Layers) {
			t.Errorf("%d copies: %d pads in a clear circuit, want %d", n, got, want-3*len(s.c.Layers))
		}
		// Every pad is in the constraints: one that is not would hide nothing.
		pads := s.pads(n, false, rand.New(rand.NewPCG(9, 9)))
		claims := s.replay(t, n, s.prove(t, s.layout(n, n), n, pads, false).Messages, false)
		for _, c := range append(claims.Layers, claims.Input.Constraint) {
			for _, term := range c.Terms {
				used[term.Pad] = true
			}
		}
		if len(used) != want {
			t.Errorf("%d copies: %d of %d pads are in the constraints", n, len(used), want)
		}
	}
}

// TestLine21MessagesHidden: with other pads every message element is another,
// though the wires are the same; with the same challenges the difference of the
// first message is the difference of the pads.
func TestLine21MessagesHidden(t *testing.T) {
	s := ladder(gf128.Field{})
	const n = 5
	var proofs [2]Messages[gf128.Elem]
	var pads [2][]gf128.Elem
	for i := range proofs {
		pads[i] = s.pads(n, false, rand.New(rand.NewPCG(uint64(i), 10)))
		proofs[i] = s.prove(t, s.layout(n, n), n, pads[i], false).Messages
	}
	for j := range proofs[0] {
		a, b := proofs[0][j], proofs[1][j]
		for i := range a.Rounds {
			if a.Rounds[i][0] == b.Rounds[i][0] || a.Rounds[i][1] == b.Rounds[i][1] {
				t.Errorf("layer %d, round %d: the same element in two proofs", j, i)
			}
		}
		if a.Claims[0] == b.Claims[0] || a.Claims[1] == b.Claims[1] {
			t.Errorf("layer %d: the same claim in two proofs", j)
		}
	}
	for k := range 2 {
		if s.f.Sub(proofs[0][0].Rounds[0][k], proofs[1][0].Rounds[0][k]) != s.f.Sub(pads[1][k], pads[0][k]) {
			t.Errorf("first message, element %d: the difference is not that of the pads", k)
		}
	}
}

// TestDegenerateChallenge: a copy point with a zero coordinate is refused by
// both sides.
func TestDegenerateChallenge(t *testing.T) {
	s := ladder(gf128.Field{})
	pads := s.pads(4, false, rand.New(rand.NewPCG(11, 11)))
	p := s.prove(t, s.layout(4, 4), 4, pads, false)
	replayed := Replay(fresh(), s.c, 4, p.Messages)
	replayed.challenges.copyPoint[1] = gf128.Elem{}
	if _, err := replayed.Claims(s.c, 4, false); !errors.Is(err, ErrChallenge) {
		t.Errorf("initial point with a zero: %v", err)
	}
	replayed = Replay(fresh(), s.c, 4, p.Messages)
	replayed.challenges.layers[0].copyPoint[0] = gf128.Elem{}
	if _, err := replayed.Claims(s.c, 4, false); !errors.Is(err, ErrChallenge) {
		t.Errorf("point of layer 0 with a zero: %v", err)
	}
	point := transcript.Challenges(fresh(), s.f, 3)
	if err := usable(point); err != nil {
		t.Errorf("prover: a point without a zero: %v", err)
	}
	for i := range point {
		bad := slices.Clone(point)
		bad[i] = gf128.Elem{}
		if err := usable(bad); !errors.Is(err, ErrChallenge) {
			t.Errorf("prover: zero at %d: %v", i, err)
		}
	}
}

// zeros draws nothing but zeros.
type zeros struct{ gf128.Field }

func (zeros) Sample(r io.Reader) (e gf128.Elem, err error) { return e, nil }

// TestProverStopsAtADegenerateChallenge: the prover looks at the point before each layer.
func TestProverStopsAtADegenerateChallenge(t *testing.T) {
	s := ladder[gf128.Elem](zeros{})
	pads := s.pads(4, false, rand.New(rand.NewPCG(12, 12)))
	if _, err := Prove(fresh(), s.c, s.c.EvaluateUnchecked(s.layout(4, 4), 4), pads, false); !errors.Is(err, ErrChallenge) {
		t.Errorf("all challenges are zero: %v", err)
	}
}

// TestInitialPointsAreDrawn: both points of a circuit are the transcript's, so that an output that
// is not zero shows whichever it is.
func TestInitialPointsAreDrawn(t *testing.T) {
	f := gf128.Field{}
	c := &circuit.Circuit[gf128.Elem]{Field: f, Layers: []circuit.Layer{{Outputs: 8, Inputs: 2}}}
	drawn := transcript.Challenges(fresh(), f, 2*maxLog)
	ch := begin(fresh(), c, 4)
	if !slices.Equal(ch.copyPoint, drawn[:2]) || !slices.Equal(ch.outPoint, drawn[maxLog:maxLog+3]) {
		t.Errorf("points %v and %v", ch.copyPoint, ch.outPoint)
	}
}

// TestManyTerms: a layer with more pairs of wires than are bound at once.
func TestManyTerms(t *testing.T) {
	f := gf128.Field{}
	b := circuit.NewBuilder[gf128.Elem](f, "many")
	x, sum := b.InputVector(1500), b.Input()
	total := sum
	for _, e := range x {
		total = b.Add(total, b.Mul(e, e))
	}
	b.AssertZero(total, "sum of squares")
	s := subject[gf128.Elem]{f, b.Build(), func(i int) []gf128.Elem {
		in := []gf128.Elem{f.One()}
		var sum gf128.Elem
		for k := range x {
			e := f.CodePoint(3 + i + k)
			in, sum = append(in, e), f.Add(sum, f.Mul(e, e))
		}
		return append(in, sum)
	}}
	pads := s.pads(2, false, rand.New(rand.NewPCG(13, 13)))
	p := s.prove(t, s.layout(2, 2), 2, pads, false)
	if bad := s.failing(s.replay(t, 2, p.Messages, false), pads, 2); bad != "" {
		t.Errorf("%s does not hold", bad)
	}
}

func BenchmarkProve(b *testing.B) {
	s := ladder(gf128.Field{})
	const n = 1024
	pads := s.pads(n, false, rand.New(rand.NewPCG(1, 1)))
	in := s.layout(n, n)
	var m Messages[gf128.Elem]
	b.Run("prove", func(b *testing.B) {
		for b.Loop() {
			m = s.prove(b, append([]gf128.Elem(nil), in...), n, pads, false).Messages
		}
	})
	b.Run("replay", func(b *testing.B) {
		for b.Loop() {
			s.replay(b, n, m, false)
		}
	})
}

// TestExchangeAbsorbs: a round's challenge depends on each of its two elements.
func TestExchangeAbsorbs(t *testing.T) {
	f := gf128.Field{}
	draw := func(r [2]gf128.Elem) gf128.Elem { return exchange(transcript.New([]byte("round")), f, r) }
	a, b := f.CodePoint(3), f.CodePoint(5)
	first := draw([2]gf128.Elem{a, b})
	for _, r := range [][2]gf128.Elem{{b, b}, {a, a}, {b, a}} {
		if draw(r) == first {
			t.Errorf("messages %v and %v have one challenge", r, [2]gf128.Elem{a, b})
		}
	}
}
