package sumcheck

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// reference is a verifier written from the equations, for tests: it knows the
// pads and the inputs and follows the claims as numbers.
type reference[E comparable] struct {
	subject[E]
	copies int
	pads   []E
	clear  bool
	proof  *Proof[E]
}

// eq is Π_b of point_b or 1 - point_b.
func eq[E comparable](f field.Field[E], point []E, x int) E {
	p := f.One()
	for b, e := range point {
		if x>>b&1 == 0 {
			e = f.Sub(f.One(), e)
		}
		p = f.Mul(p, e)
	}
	return p
}

// above is the copy point in which layer j's claim is made: that of the layer
// above it.
func (r *reference[E]) above(j int) []E {
	if j == 0 {
		return r.proof.challenges.copyPoint
	}
	return r.proof.challenges.layers[j-1].copyPoint
}

// first is the C++ library's latent mistake: the initial point in every layer.
func (r *reference[E]) first(int) []E { return r.proof.challenges.copyPoint }

// failing names the first equation that does not hold.
func (r *reference[E]) failing(copyPoint func(layer int) []E) string {
	f, ch := r.f, r.proof.challenges
	pads := r.pads
	next := func() E { p := pads[0]; pads = pads[1:]; return p }
	points := [2][]E{ch.outPoint, ch.outPoint}
	var cl [2]E
	for j := range r.c.Layers {
		l, m := &ch.layers[j], r.proof.Messages[j]
		claim := f.Add(cl[0], f.Mul(l.alpha, cl[1]))
		kappa := circuit.LogWidth(r.copies)
		for i, round := range m.Rounds {
			q0 := f.Add(round[0], next())
			q2 := f.Add(round[1], next())
			var q1, x E
			if i < kappa {
				q := copyPoint(j)[i]
				q1 = f.Mul(f.Sub(claim, f.Mul(f.Sub(f.One(), q), q0)), f.Inv(q))
				x = l.copyPoint[i]
			} else {
				q1 = f.Sub(claim, q0)
				x = l.hands[(i-kappa)%2][(i-kappa)/2]
			}
			claim = interpolate(f, q0, q1, q2, x)
		}
		wl, wr := m.Claims[0], m.Claims[1]
		if !r.clear {
			pl, pr, product := next(), next(), next()
			if f.Mul(pl, pr) != product {
				return fmt.Sprintf("layer %d: product of pads", j)
			}
			wl, wr = f.Add(wl, pl), f.Add(wr, pr)
		}
		var quad E
		for _, t := range r.c.Layers[j].Terms {
			k := f.Add(eq(f, points[0], int(t.G)), f.Mul(l.alpha, eq(f, points[1], int(t.G))))
			if t.Assert {
				k = f.Mul(k, l.beta)
			}
			k = f.Mul(k, r.c.Constants[t.K])
			quad = f.Add(quad, f.Mul(k, f.Mul(eq(f, l.hands[0], int(t.L)), eq(f, l.hands[1], int(t.R)))))
		}
		if claim != f.Mul(quad, f.Mul(wl, wr)) {
			return fmt.Sprintf("layer %d", j)
		}
		cl, points = [2]E{wl, wr}, l.hands
	}
	var sum E
	last := ch.layers[len(ch.layers)-1].copyPoint
	for c := range r.copies {
		for i, e := range r.inputs(c) {
			k := f.Add(eq(f, points[0], i), f.Mul(ch.gamma, eq(f, points[1], i)))
			sum = f.Add(sum, f.Mul(eq(f, last, c), f.Mul(k, e)))
		}
	}
	if sum != f.Add(cl[0], f.Mul(ch.gamma, cl[1])) {
		return "inputs"
	}
	return ""
}

// interpolate is the quadratic through (0, q0), (1, q1), (P2, q2) at x, in
// Newton's form.
func interpolate[E comparable](f field.Field[E], q0, q1, q2, x E) E {
	p2 := f.SumcheckPoint()
	d01 := f.Sub(q1, q0)
	d12 := f.Mul(f.Sub(q2, q1), f.Inv(f.Sub(p2, f.One())))
	d012 := f.Mul(f.Sub(d12, d01), f.Inv(p2))
	return f.Add(q0, f.Mul(x, f.Add(d01, f.Mul(f.Sub(x, f.One()), d012))))
}

// TestLine23CopyPointOfTheLayerAbove: a verifier that takes the initial copy
// point in every layer agrees for one copy and one layer only. With the point of
// the layer above, which Claims takes, honest proofs pass.
func TestLine23CopyPointOfTheLayerAbove(t *testing.T) {
	s := ladder(gf128.Field{})
	for _, n := range copyCounts {
		pads := s.pads(n, false, rand.New(rand.NewPCG(uint64(n), 20)))
		p := s.prove(t, s.layout(n, n), n, pads, false)
		r := reference[gf128.Elem]{subject: s, copies: n, pads: pads, proof: Replay(fresh(), s.c, n, p.Messages)}
		if where := r.failing(r.above); where != "" {
			t.Errorf("%d copies: point of the layer above: %s fails", n, where)
		}
		if where := r.failing(r.first); (where == "") != (n == 1) {
			t.Errorf("%d copies: initial point in every layer: fails at %q", n, where)
		}
		// The verifier under test given the initial point for layer 1.
		if n > 1 {
			wrong := Replay(fresh(), s.c, n, p.Messages)
			wrong.challenges.layers[0].copyPoint = wrong.challenges.copyPoint
			claims, err := wrong.Claims(s.c, n, false)
			if err != nil {
				t.Fatal(err)
			}
			if s.failing(claims, pads, n) == "" {
				t.Errorf("%d copies: Claims does not look at the copy point of layer 0", n)
			}
		}
	}
}

// TestLine23SamePointForBothHands: the copy point of the inputs' claim is that of
// the last layer, whole.
func TestLine23SamePointForBothHands(t *testing.T) {
	s := ladder(p256.Field{})
	const n = 6
	pads := s.pads(n, false, rand.New(rand.NewPCG(3, 21)))
	p := s.prove(t, s.layout(n, n), n, pads, false)
	for bit := range circuit.LogWidth(n) {
		replayed := Replay(fresh(), s.c, n, p.Messages)
		claims, err := replayed.Claims(s.c, n, false)
		if err != nil {
			t.Fatal(err)
		}
		point := append([]p256.Elem(nil), replayed.challenges.layers[len(s.c.Layers)-1].copyPoint...)
		if got, want := claims.Input.Copy, Equality(s.f, point, n); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatal("input claim is not made at the last layer's copy point")
		}
		point[bit] = s.f.Add(point[bit], s.f.One())
		claims.Input.Copy = Equality(s.f, point, n)
		if s.failing(claims, pads, n) != "inputs" {
			t.Errorf("inputs at a point with another coordinate %d pass", bit)
		}
	}
}

func TestEquality(t *testing.T) {
	testEquality(t, gf128.Field{})
	testEquality(t, p256.Field{})
}

func testEquality[E comparable](t *testing.T, f field.Field[E]) {
	for log := range 6 {
		point := make([]E, log)
		for b := range point {
			point[b] = f.CodePoint(1000*b + 17)
		}
		for n := 1; n <= 1<<log; n++ {
			table := Equality(f, point, n)
			if len(table) != n {
				t.Fatalf("%d entries, want %d", len(table), n)
			}
			for x, e := range table {
				if e != eq(f, point, x) {
					t.Fatalf("eq at %d of %d differs", x, n)
				}
			}
		}
	}
}

func TestLagrange(t *testing.T) {
	testLagrange(t, gf128.Field{})
	testLagrange(t, p256.Field{})
}

func testLagrange[E comparable](t *testing.T, f field.Field[E]) {
	third := newThird(f)
	a, b, c := f.CodePoint(11), f.CodePoint(222), f.CodePoint(3333)
	at := func(x E) E { return f.Add(a, f.Mul(x, f.Add(b, f.Mul(x, c)))) }
	q0, q1, q2 := at(f.FromUint64(0)), at(f.One()), at(f.SumcheckPoint())
	for i := range 20 {
		x := f.CodePoint(i * i * 31)
		l0, l1, l2 := third.lagrange(x)
		got := f.Add(f.Mul(l0, q0), f.Add(f.Mul(l1, q1), f.Mul(l2, q2)))
		if got != at(x) || got != interpolate(f, q0, q1, q2, x) {
			t.Errorf("%s: at %v: %v, want %v", f.Name(), x, got, at(x))
		}
	}
}
