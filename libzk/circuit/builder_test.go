package circuit

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// program is a random circuit together with its values, computed without it:
// each assertion says that an expression equals an input of its own.
type program[E comparable] struct {
	f      field.Field[E]
	c      *Circuit[E]
	inputs [][]E // [wire][copy], the constant one first
	labels []string
	free   int // inputs before those that hold expected values
}

// value is an expression with its value in each copy.
type value[E comparable] struct {
	x Expr[E]
	v []E
}

func newProgram[E comparable](f field.Field[E], rng *rand.Rand, copies int) *program[E] {
	p := &program[E]{f: f, free: 2 + rng.IntN(4)}
	checks := 1 + rng.IntN(4)
	b := NewBuilder(f, "random")
	elem := func() E { return f.CodePoint(rng.IntN(1 << 16)) }
	column := func(draw func() E) []E {
		v := make([]E, copies)
		for c := range v {
			v[c] = draw()
		}
		return v
	}
	p.inputs = append(p.inputs, column(f.One))
	pool := []value[E]{{b.One(), p.inputs[0]}}
	for range p.free {
		v := column(elem)
		p.inputs = append(p.inputs, v)
		pool = append(pool, value[E]{b.Input(), v})
	}
	expected := b.InputVector(checks)
	pick := func() value[E] { return pool[rng.IntN(len(pool))] }
	combine := func(v, w []E, op func(a, b E) E) []E {
		out := make([]E, copies)
		for c := range out {
			out[c] = op(v[c], w[c])
		}
		return out
	}
	for range 5 + rng.IntN(25) {
		x, y, k := pick(), pick(), elem()
		var out value[E]
		switch rng.IntN(10) {
		case 0:
			out = value[E]{b.Add(x.x, y.x), combine(x.v, y.v, f.Add)}
		case 1:
			out = value[E]{b.Sub(x.x, y.x), combine(x.v, y.v, f.Sub)}
		case 2:
			out = value[E]{b.Scale(k, x.x), combine(x.v, y.v, func(a, _ E) E { return f.Mul(k, a) })}
		case 3:
			z := pick()
			out = value[E]{b.Add(x.x, y.x, z.x), combine(combine(x.v, y.v, f.Add), z.v, f.Add)}
		case 4:
			out = value[E]{b.Not(x.x), combine(x.v, y.v, func(a, _ E) E { return f.Sub(f.One(), a) })}
		case 5:
			s := pick()
			out = value[E]{b.Mux(s.x, x.x, y.x), combine(y.v, combine(s.v, combine(x.v, y.v, f.Sub), f.Mul), f.Add)}
		case 6:
			out = value[E]{b.Wire(x.x), x.v}
		case 7:
			out = value[E]{b.Or(x.x, y.x), combine(combine(x.v, y.v, f.Add), combine(x.v, y.v, f.Mul), f.Sub)}
		default:
			out = value[E]{b.Mul(x.x, y.x), combine(x.v, y.v, f.Mul)}
		}
		pool = append(pool, out)
	}
	for i, e := range expected {
		x := pool[len(pool)-1-rng.IntN(min(len(pool), 12))]
		label := fmt.Sprint("check ", i)
		b.AssertEqual(x.x, e, "check %d", i)
		p.labels = append(p.labels, label)
		p.inputs = append(p.inputs, x.v)
	}
	p.c = b.Build()
	return p
}

// wires lays inputs out for a number of copies.
func (p *program[E]) wires(copies int) []E {
	stride := 1 << LogWidth(copies)
	w := make([]E, len(p.inputs)*stride)
	for i, v := range p.inputs {
		copy(w[i*stride:], v)
	}
	return w
}

// wellFormed checks the structure that the provers and verifiers rely on.
func wellFormed[E comparable](t *testing.T, c *Circuit[E]) {
	t.Helper()
	for j := range c.Layers {
		l := &c.Layers[j]
		if j > 0 && l.Outputs != c.Layers[j-1].Inputs {
			t.Fatalf("layer %d makes %d wires, the layer above reads %d", j, l.Outputs, c.Layers[j-1].Inputs)
		}
		seen := map[string]bool{}
		for _, m := range l.Terms {
			if int(m.G) >= l.Outputs || int(m.L) >= l.Inputs || int(m.R) >= l.Inputs || int(m.K) >= len(c.Constants) {
				t.Fatalf("layer %d: term %+v out of range", j, m)
			}
			if m.Assert && j == 0 {
				t.Fatalf("assertion among the outputs")
			}
			key := fmt.Sprint(m.G, m.L, m.R, m.Assert)
			if seen[key] {
				t.Fatalf("layer %d: term %+v twice", j, m)
			}
			seen[key] = true
		}
	}
}

func TestRandomExpressions(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testRandomExpressions(t, gf128.Field{}) })
	t.Run("p256", func(t *testing.T) { testRandomExpressions(t, p256.Field{}) })
}

func testRandomExpressions[E comparable](t *testing.T, f field.Field[E]) {
	rounds := uint64(20)
	if testing.Short() {
		rounds = 3
	}
	for seed := range rounds {
		for copies := 1; copies <= 17; copies++ {
			rng := rand.New(rand.NewPCG(seed, uint64(copies)))
			p := newProgram(f, rng, copies)
			wellFormed(t, p.c)
			w, err := p.c.Evaluate(p.wires(copies), copies)
			if err != nil {
				t.Fatalf("seed %d, %d copies: %v", seed, copies, err)
			}
			checkCopies(t, p.c, w, copies)
			// Each assertion trips by its own label, in the copy that breaks it.
			for i, label := range p.labels {
				bad := rng.IntN(copies)
				in := p.wires(copies)
				at := (1+p.free+i)<<LogWidth(copies) + bad
				in[at] = f.Add(in[at], f.One())
				_, err := p.c.Evaluate(in, copies)
				var v *Violation
				if !errors.As(err, &v) || v.Label != label || v.Copy != bad || v.Circuit != "random" {
					t.Fatalf("seed %d, %d copies: breaking %q in copy %d: %v", seed, copies, label, bad, err)
				}
			}
		}
	}
}

// checkCopies: there is nothing in the bits past the last copy, and the constant one is
// one in each copy of every level.
func checkCopies[E comparable](t *testing.T, c *Circuit[E], w *Wires[E], copies int) {
	t.Helper()
	for j := range w.Levels {
		l := &w.Levels[j]
		if l.Wires != c.Layers[j].Inputs || l.Copies != copies {
			t.Fatalf("level %d has %d wires in %d copies, want %d in %d", j, l.Wires, l.Copies, c.Layers[j].Inputs, copies)
		}
		for i := range l.Wires {
			for k, plane := range l.Planes {
				if past := copies - 64*k; plane[i]>>1>>(min(past, 64)-1) != 0 || !l.IsBit(i) && plane[i] != 0 {
					t.Fatalf("level %d: wire %d of plane %d is %x", j, i, k, plane[i])
				}
			}
		}
		for k := range copies {
			if l.At(c.Field, 0, k) != c.Field.One() {
				t.Fatalf("level %d: wire 0 of copy %d is not one", j, k)
			}
		}
	}
}

// TestLine25EveryAssertionTrips: assertions at every depth, several terms each,
// are all in the circuit.
func TestLine25EveryAssertionTrips(t *testing.T) {
	f := gf128.Field{}
	b := NewBuilder(f, "deep")
	const depth = 6
	x := b.Input()
	expected := b.InputVector(depth)
	y, powers := x, []gf128.Elem{}
	v := f.CodePoint(12345)
	value := v
	for i := range depth {
		y = b.Wire(b.Mul(y, y))
		value = f.Mul(value, value)
		powers = append(powers, value)
		b.AssertEqual(y, expected[i], "power %d", i)
	}
	c := b.Build()
	wellFormed(t, c)
	in := append([]gf128.Elem{f.One(), v}, powers...)
	if _, err := c.Evaluate(append([]gf128.Elem(nil), in...), 1); err != nil {
		t.Fatal(err)
	}
	layers := map[int]int{}
	for j := range c.Layers {
		for g := range c.Layers[j].Outputs {
			if c.Label(j, g) != "" {
				layers[j]++
			}
		}
	}
	if len(layers) != len(c.Layers)-1 {
		t.Errorf("assertions in %d of %d layers: %v; each should be made as early as possible", len(layers), len(c.Layers), layers)
	}
	for i := range depth {
		bad := append([]gf128.Elem(nil), in...)
		bad[2+i] = f.Add(bad[2+i], f.One())
		_, err := c.Evaluate(bad, 1)
		var v *Violation
		if !errors.As(err, &v) || v.Label != fmt.Sprint("power ", i) {
			t.Errorf("power %d wrong: %v", i, err)
		}
	}
}

// TestLine25AssertionsThatCheckNothing are mistakes of the program.
func TestLine25AssertionsThatCheckNothing(t *testing.T) {
	f := p256.Field{}
	for name, use := range map[string]func(b *Builder[p256.Elem], x Expr[p256.Elem]){
		"zero":              func(b *Builder[p256.Elem], x Expr[p256.Elem]) { b.AssertZero(Expr[p256.Elem]{}, "l") },
		"x - x":             func(b *Builder[p256.Elem], x Expr[p256.Elem]) { b.AssertEqual(x, x, "l") },
		"constant":          func(b *Builder[p256.Elem], x Expr[p256.Elem]) { b.AssertZero(b.Const(f.FromUint64(3)), "l") },
		"bit of one":        func(b *Builder[p256.Elem], x Expr[p256.Elem]) { b.AssertBit(b.One(), "l") },
		"nothing asserted":  func(b *Builder[p256.Elem], x Expr[p256.Elem]) { b.Build() },
		"input after wires": func(b *Builder[p256.Elem], x Expr[p256.Elem]) { b.Wire(b.Mul(x, x)); b.Input() },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			b := NewBuilder(f, "test")
			use(b, b.Input())
		})
	}
}

func TestAssertBit(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testAssertBit(t, gf128.Field{}) })
	t.Run("p256", func(t *testing.T) { testAssertBit(t, p256.Field{}) })
}

func testAssertBit[E comparable](t *testing.T, f field.Field[E]) {
	b := NewBuilder(f, "gates")
	x, y, z := b.Input(), b.Input(), b.Input()
	b.AssertBit(x, "x")
	b.AssertBit(y, "y")
	b.AssertEqual(b.Xor(x, y), z, "xor")
	c := b.Build()
	bit := func(i int) E { return f.FromUint64(uint64(i & 1)) }
	for i := range 8 {
		_, err := c.Evaluate([]E{f.One(), bit(i), bit(i >> 1), bit(i >> 2)}, 1)
		if good := i&1^i>>1&1 == i>>2; good != (err == nil) {
			t.Errorf("%03b: %v", i, err)
		}
	}
	for _, e := range []E{f.FromUint64(2), f.Neg(f.FromUint64(3)), f.CodePoint(999)} {
		var v *Violation
		if _, err := c.Evaluate([]E{f.One(), e, bit(0), e}, 1); !errors.As(err, &v) || v.Label != "x" {
			t.Errorf("%v as a bit: %v", e, err)
		}
	}
}

func TestSharing(t *testing.T) {
	f := gf128.Field{}
	build := func(twice bool) *Circuit[gf128.Elem] {
		b := NewBuilder(f, "shared")
		x, y, z := b.Input(), b.Input(), b.Input()
		p := b.Wire(b.Mul(x, y))
		q := p
		if twice {
			q = b.Wire(b.Mul(y, x))
		}
		b.Wire(b.Mul(b.Wire(b.Mul(z, z)), z)) // asserted by nobody
		b.AssertEqual(b.Mul(p, q), z, "square")
		return b.Build()
	}
	once, twice := build(false), build(true)
	if once.ID != twice.ID {
		t.Errorf("the same product made twice has %d terms, made once %d", twice.Terms(), once.Terms())
	}
	// one·one, x·y and z carried, then p·p - z: 3 + 2 terms.
	if once.Terms() != 5 || len(once.Layers) != 2 {
		t.Errorf("%d terms in %d layers, want 5 in 2", once.Terms(), len(once.Layers))
	}
}

func TestDepth(t *testing.T) {
	f := gf128.Field{}
	b := NewBuilder(f, "depth")
	x := b.Input()
	y := x
	for d := range 9 {
		if got := b.Depth(y); got != d {
			t.Errorf("depth %d, want %d", got, d)
		}
		y = b.Wire(b.Mul(y, y))
	}
	b.AssertEqual(y, x, "power")
	if c := b.Build(); len(c.Layers) != 10 {
		t.Errorf("%d layers, want 10", len(c.Layers))
	}
}

// TestLine19Identifier: everything that changes what a circuit checks changes
// its identifier; building it again does not.
func TestLine19Identifier(t *testing.T) {
	build := func(f field.Field[gf128.Elem], k uint64, swap, late bool, inputs int) [32]byte {
		b := NewBuilder(f, "id")
		v := b.InputVector(inputs)
		x, y := v[0], v[1]
		if swap {
			x, y = y, x
		}
		p := b.Mul(x, x)
		if late {
			p = b.Wire(p)
		}
		b.AssertEqual(p, b.Scale(f.FromUint64(k), y), "check")
		return b.Build().ID
	}
	f := gf128.Field{}
	base := build(f, 5, false, false, 2)
	if build(f, 5, false, false, 2) != base {
		t.Error("the same circuit has two identifiers")
	}
	for name, id := range map[string][32]byte{
		"constant":      build(f, 6, false, false, 2),
		"wires":         build(f, 5, true, false, 2),
		"layers":        build(f, 5, false, true, 2),
		"unread inputs": build(f, 5, false, false, 3),
	} {
		if id == base {
			t.Errorf("identifier does not cover %s", name)
		}
	}
	b := NewBuilder(p256.Field{}, "id")
	x, y := b.Input(), b.Input()
	b.AssertEqual(b.Mul(x, x), b.Scale(p256.Field{}.FromUint64(5), y), "check")
	if b.Build().ID == base {
		t.Error("identifier does not cover the field")
	}
}

func TestLogWidth(t *testing.T) {
	for n := range 70 {
		want := 0
		for 1<<want < n {
			want++
		}
		if got := LogWidth(n); got != want {
			t.Errorf("LogWidth(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestViolationNamesNoValue(t *testing.T) {
	v := &Violation{Circuit: "c", Label: "l", Copy: 3}
	if s := v.Error(); !strings.Contains(s, `"l"`) || !strings.Contains(s, "copy 3") {
		t.Error(s)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	p := newProgram(gf128.Field{}, rand.New(rand.NewPCG(1, 1)), 1024)
	in := p.wires(1024)
	b.ReportMetric(float64(p.c.Terms()*1024), "terms/op")
	for b.Loop() {
		p.c.EvaluateUnchecked(in, 1024)
	}
}

// TestEvaluateInParts: of a large circuit with few copies each processor takes some wires, and what one
// of them finds violated is reported, whichever it is.
func TestEvaluateInParts(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	f := gf128.Field{}
	b := NewBuilder[gf128.Elem](f, "wide")
	const n = 8000
	x, y := b.InputVector(n), b.InputVector(n)
	for i := range x {
		b.AssertEqual(b.Mul(x[i], x[(i+1)%n]), y[i], "product %d", i)
	}
	c := b.Build()
	value := func(wire, copy int) gf128.Elem { return f.FromUint64(uint64(wire%n+2) << copy) }
	level := func(bad int) Level[gf128.Elem] {
		return NewLevel(f, c.Inputs(), 2, func(dst []gf128.Elem, copy int) {
			for wire := range dst {
				switch i := wire - 1 - n; {
				case wire == 0:
					dst[wire] = f.One()
				case i == bad && copy == 1:
					dst[wire] = f.FromUint64(5)
				case i >= 0:
					dst[wire] = f.Mul(value(i, copy), value((i+1)%n, copy))
				default:
					dst[wire] = value(wire-1, copy)
				}
			}
		})
	}
	if _, err := c.EvaluateLevel(level(-1-n), true); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []int{0, n / 3, n / 2, n - 1} {
		var v *Violation
		_, err := c.EvaluateLevel(level(bad), true)
		if !errors.As(err, &v) || v.Label != fmt.Sprint("product ", bad) || v.Copy != 1 {
			t.Errorf("product %d: %v", bad, err)
		}
		if _, err := c.EvaluateLevel(level(bad), false); err != nil {
			t.Errorf("product %d, unchecked: %v", bad, err)
		}
	}
}
