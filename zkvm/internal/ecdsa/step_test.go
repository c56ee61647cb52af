package ecdsa

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// randomStep is a step that holds, on random points.
func randomStep(t testing.TB, rng *rand.Rand) Values {
	at := multiple(t, randomScalar(rng), generator)
	v := Values{
		E: rng.IntN(2) == 1, R: rng.IntN(2) == 1, Sigma: rng.IntN(2) == 1,
		Point: multiple(t, randomScalar(rng), generator),
	}
	for i := range v.Sums {
		a := multiple(t, randomScalar(rng), generator)
		v.Sums[i][0] = finite(t, at.lift().add(a.lift()))
		v.Sums[i][1] = finite(t, at.lift().add(a.neg().lift()))
	}
	v.Next = finite(t, v.Point.lift().double().add(entry(v.E, v.R, v.Sigma, v.Sums).lift()))
	return v
}

// accepts is the circuit's verdict on one copy.
func accepts(t testing.TB, v *Values) (bool, string) {
	t.Helper()
	_, err := Circuit().Evaluate(v.Append([]p256.Elem{fld.One()}), 1)
	var violation *circuit.Violation
	if err != nil && !errors.As(err, &violation) {
		t.Fatal(err)
	}
	if violation != nil {
		return false, violation.Label
	}
	return true, ""
}

// The table, by its meaning.
func TestEntry(t *testing.T) {
	g := generator
	q := multiple(t, big.NewInt(1234567), g)
	r := multiple(t, big.NewInt(7654321), g)
	key := checkedKey(t, q)
	var sums [2][2]point
	for i, a := range []point{key.sum, key.difference} {
		sums[i][0] = finite(t, r.lift().add(a.lift()))
		sums[i][1] = finite(t, r.lift().add(a.neg().lift()))
	}
	for i := range 8 {
		want := projective{y: fld.One()}
		for bit, p := range []point{g, q, r} {
			if i>>bit&1 == 0 {
				p = p.neg()
			}
			want = want.add(p.lift())
		}
		if entry(i&1 == 1, i&2 == 2, i&4 == 4, sums) != finite(t, want) {
			t.Errorf("entry %03b is wrong", i)
		}
	}
}

// Thousands of steps: right ones, and ones with an input changed at random. The
// circuit and the evaluator agree on all.
func TestStepAgreesWithEvaluator(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	rejected := 0
	for n := range 300 {
		v := randomStep(t, rng)
		if ok, label := accepts(t, &v); !ok || v.Evaluate() != nil {
			t.Fatalf("right step %d: circuit %q, evaluator %q", n, label, v.Evaluate())
		}
		for range 10 {
			c := v
			points := []*point{&c.Point, &c.Next, &c.Sums[0][0], &c.Sums[0][1], &c.Sums[1][0], &c.Sums[1][1]}
			p := points[rng.IntN(len(points))]
			switch rng.IntN(8) {
			case 0:
				c.E = !c.E
			case 1:
				c.R = !c.R
			case 2:
				c.Sigma = !c.Sigma
			case 3:
				*p = p.neg()
			case 4:
				*p = point{}
			case 5: // a bit of a coordinate
				x := integer(p.x)
				p.x = element(x.Xor(x, pow2(uint(rng.IntN(256)))))
			case 6:
				p.y = fld.Add(p.y, fld.One())
			case 7:
				*p = multiple(t, randomScalar(rng), generator)
			}
			want := c.Evaluate()
			ok, label := accepts(t, &c)
			if ok != (want == nil) || !ok && !slices.Contains(want, label) {
				t.Fatalf("circuit %v %q, evaluator %q", ok, label, want)
			}
			if !ok {
				rejected++
			}
		}
	}
	if rejected < 1500 { // changes of entries that the bits do not select pass
		t.Errorf("only %d of 3000 changed steps were rejected", rejected)
	}
}

// The special cases of affine formulas are none here.
func TestStepSpecialCases(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	base := randomStep(t, rng)
	set := func(v *Values, entryPoint point) {
		// Every entry that the bits may select is this point or its negative.
		if !v.Sigma {
			entryPoint = entryPoint.neg()
		}
		v.Sums = [2][2]point{{entryPoint, entryPoint}, {entryPoint, entryPoint}}
	}
	double := finite(t, base.Point.lift().double())

	v := base // T = 2P: Next = 4P
	set(&v, double)
	v.Next = finite(t, double.lift().double())
	if ok, label := accepts(t, &v); !ok {
		t.Errorf("T = 2P, Next = 4P: %q", label)
	}
	v.Next = double
	if ok, _ := accepts(t, &v); ok {
		t.Error("T = 2P, Next = 2P accepted")
	}

	v = base // T = -4P: Next = -2P, so that Next - 2P doubles
	set(&v, finite(t, double.lift().double()).neg())
	v.Next = double.neg()
	if ok, label := accepts(t, &v); !ok {
		t.Errorf("T = -4P, Next = -2P: %q", label)
	}

	v = base // T = -2P: the sum is infinity, which no Next is
	set(&v, double.neg())
	for _, next := range []point{double, double.neg(), base.Point, base.Next} {
		v.Next = next
		if ok, _ := accepts(t, &v); ok {
			t.Errorf("T = -2P: Next %v accepted", next)
		}
	}

	// Next = 2P would need T = infinity: no T is.
	v = base
	v.Next = double
	for _, e := range []bool{false, true} {
		for _, r := range []bool{false, true} {
			for _, s := range []bool{false, true} {
				v.E, v.R, v.Sigma = e, r, s
				if ok, _ := accepts(t, &v); ok {
					t.Error("Next = 2P accepted")
				}
			}
		}
	}
	// Of the eight values of the bits, one is right.
	v = base
	for i := range 8 {
		v.E, v.R, v.Sigma = i&1 == 1, i&2 == 2, i&4 == 4
		ok, _ := accepts(t, &v)
		if want := v.E == base.E && v.R == base.R && v.Sigma == base.Sigma; ok != want {
			t.Errorf("bits %03b: accepted %v", i, ok)
		}
	}
}

// Each assertion alone.
func TestStepLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	v := randomStep(t, rng)
	only := func(what, label string, v *Values) {
		t.Helper()
		if got := v.Evaluate(); !slices.Equal(got, []string{label}) {
			t.Errorf("%s: evaluator %q, want %q", what, got, label)
		}
		if ok, got := accepts(t, v); ok || got != label {
			t.Errorf("%s: circuit %q, want %q", what, got, label)
		}
	}
	// Entries of the table off the curve with one coordinate right.
	for _, c := range []struct {
		label  string
		change func(p *point)
	}{
		{labelNextX, func(p *point) { p.x = fld.Add(p.x, fld.One()) }},
		{labelNextY, func(p *point) { p.y = fld.Add(p.y, fld.One()) }},
	} {
		c2 := v
		for i := range c2.Sums {
			for j := range c2.Sums[i] {
				c.change(&c2.Sums[i][j])
			}
		}
		only("entry", c.label, &c2)
	}
	// A point off the curve, with the Next and the entry that its formulas give.
	off := v
	off.Point.y = fld.Add(off.Point.y, fld.One())
	for range 8 { // solve for the entry, W = Next - 2·Point, so that the step itself holds
		off.Next = multiple(t, randomScalar(rng), generator)
		w := finite(t, off.Next.lift().add(circuitDouble(off.Point.neg())))
		if !off.Sigma {
			w = w.neg()
		}
		off.Sums = [2][2]point{{w, w}, {w, w}}
		if ok, got := accepts(t, &off); ok || got != labelCurve {
			t.Errorf("point off the curve: circuit %q", got)
		}
	}
}

// circuitDouble is twice a point by the circuit's polynomials, which differ from
// others off the curve.
func circuitDouble(p point) projective {
	m := fld.Mul
	n := fld.FromUint64
	xx, xy, yy := m(p.x, p.x), m(p.x, p.y), m(p.y, p.y)
	b18 := m(n(18), curveB)
	x := fld.Add(m(n(2), m(xy, yy)), m(n(18), fld.Add(m(p.y, xx), p.y)))
	x = fld.Sub(x, m(b18, xy))
	y := fld.Add(m(yy, yy), m(b18, fld.Add(m(xx, p.x), p.x)))
	y = fld.Add(y, fld.Sub(n(27), m(n(9), m(curveB, curveB))))
	y = fld.Sub(y, fld.Add(m(n(9), m(xx, xx)), m(n(54), xx)))
	return projective{x, y, m(n(8), m(yy, p.y))}
}

// The multiplied-out doubling is the general complete one, on the curve.
func TestDouble(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	for range 100 {
		p := multiple(t, randomScalar(rng), generator)
		if finite(t, circuitDouble(p)) != finite(t, p.lift().double()) {
			t.Fatal("circuit's doubling is wrong")
		}
	}
}

// A padded copy is all zero, the constant one included, and breaks nothing.
func TestStepZeroCopy(t *testing.T) {
	if _, err := Circuit().Evaluate(make([]p256.Elem, CopyInputs+1), 1); err != nil {
		t.Error(err)
	}
}

// The golden counts of doc.go.
func TestCost(t *testing.T) {
	c := Circuit()
	widths := []int{}
	for _, l := range c.Layers {
		widths = append(widths, l.Inputs)
	}
	if want := []int{15, 24, 16, 16}; !slices.Equal(widths, want) {
		t.Errorf("widths %v, want %v", widths, want)
	}
	if c.Terms() != 121 {
		t.Errorf("%d terms", c.Terms())
	}
	if c.Inputs() != CopyInputs+1 {
		t.Errorf("%d inputs", c.Inputs())
	}
	if Block.Len != 1043 || Block.Bits != 512 {
		t.Errorf("block of %d elements, %d bits", Block.Len, Block.Bits)
	}
	if s := newSystem(checkedKey(t, multiple(t, big.NewInt(3), generator))); len(s.rows) != Rows {
		t.Errorf("%d rows, want %d", len(s.rows), Rows)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	rng := rand.New(rand.NewPCG(29, 30))
	inputs := make([]p256.Elem, (CopyInputs+1)*Steps)
	v := randomStep(b, rng)
	for i, x := range v.Append([]p256.Elem{fld.One()}) {
		for c := range Steps {
			inputs[i*Steps+c] = x
		}
	}
	Circuit()
	for b.Loop() {
		if _, err := Circuit().Evaluate(inputs, Steps); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWitness(b *testing.B) {
	key, digest, r, s := signed(b, "a payload")
	for b.Loop() {
		if _, err := Witness(key, digest, r, s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInputs(b *testing.B) {
	key, _, _, _ := signed(b, "a payload")
	for b.Loop() {
		newSystem(key)
	}
}
