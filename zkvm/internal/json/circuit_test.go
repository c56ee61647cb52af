package json

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// layout places the inputs of copies as circuit.Evaluate wants them.
func layout(c *circuit.Circuit[gf128.Elem], copies [][]gf128.Elem) []gf128.Elem {
	stride := 1 << circuit.LogWidth(len(copies))
	inputs := make([]gf128.Elem, c.Inputs()*stride)
	for i, copied := range copies {
		inputs[i] = gf128.Elem{Lo: 1}
		for w, e := range copied {
			inputs[(w+1)*stride+i] = e
		}
	}
	return inputs
}

// evaluate runs the circuit and returns the violated label and its copy.
func evaluate(t testing.TB, values []Values) (label string, at int) {
	t.Helper()
	copies := make([][]gf128.Elem, len(values))
	for i := range values {
		copies[i] = values[i].Append(nil)
		if len(copies[i]) != Inputs {
			t.Fatalf("%d inputs, want %d", len(copies[i]), Inputs)
		}
	}
	_, err := Circuit().Evaluate(layout(Circuit(), copies), len(copies))
	if err == nil {
		return "", -1
	}
	v, ok := errors.AsType[*circuit.Violation](err)
	if !ok {
		t.Fatal(err)
	}
	return v.Label, v.Copy
}

// probe returns the values of an expression of the circuit for given copies.
func probe(t *testing.T, make func(builder, *wires) expr, values []Values) []gf128.Elem {
	t.Helper()
	b := newBuilder("probe")
	in := b.inputs()
	zero := b.Input()
	b.AssertZero(b.Mul(zero, b.Wire(make(b, in))), "probe")
	c := b.Build()
	if got := c.Layers[0].Inputs; got != 3 {
		t.Fatalf("%d wires below the output, want the one, the zero and the sum", got)
	}
	copies := [][]gf128.Elem{}
	for i := range values {
		copies = append(copies, append(values[i].Append(nil), gf128.Elem{}))
	}
	w, err := c.Evaluate(layout(c, copies), len(copies))
	if err != nil {
		t.Fatal(err)
	}
	var out []gf128.Elem
	for i := range values {
		out = append(out, w.Levels[0].At(c.Field, 2, i))
	}
	return out
}

// TestTransitionExhaustive reads off the circuit the outcome of every mode code,
// byte and neighbourhood, and compares it with the plain recogniser. It shows
// that what the recogniser refuses is refused for all values of the next state
// and the flags, and that what it accepts has one outcome only.
func TestTransitionExhaustive(t *testing.T) {
	outcome := func(b builder, w *wires) expr { return b.Add(b.outcome(w), b.transition(w)) }
	valid := 0
	for mode := range Mode(64) {
		var states []local
		var values []Values
		for i := range 8 * 256 {
			s := local{mode: mode, name: i&256 != 0, nested: i&512 != 0, object: i&1024 != 0}
			states = append(states, s)
			v := Values{Row: Row{X: byte(i), State: State{Mode: mode, Name: s.name}}}
			if s.nested {
				v.State.Depth = 1
			}
			if s.object {
				v.State.Objects = 1
			}
			values = append(values, v)
		}
		sums := probe(t, outcome, values)
		works := false
		for i, s := range states {
			x := byte(i)
			got := sums[i]
			next, flags, ok := advance(s, x)
			switch {
			case ok:
				works = true
				want := uint64(next) | active
				for _, f := range []struct {
					set  bool
					flag uint64
				}{{flags.Open, opens}, {flags.Close, closer}, {flags.Name, nameStart}, {flags.Value, valueStart}, {flags.Token, token}} {
					if f.set {
						want |= f.flag
					}
				}
				if got != (gf128.Elem{Lo: want}) {
					t.Fatalf("mode %d byte %#x %+v: outcome %#x, want %#x", mode, x, s, got, want)
				}
			case mode == afterValue && x == 0:
				if got != (gf128.Elem{}) {
					t.Fatalf("past the end, %+v: outcome %#x, want 0", s, got)
				}
			case got.Hi != 0 || got.Lo>>12 == 0:
				t.Fatalf("mode %d byte %#x %+v is not refused: outcome %#x", mode, x, s, got)
			}
		}
		if works {
			valid++
		}
	}
	if valid != 44 {
		t.Errorf("%d modes accept something, want 44", valid)
	}
}

// TestStackExhaustive compares circuit and evaluator on all pairs of stacks of
// three levels, well formed or not, with all flags that the transition lets
// through.
func TestStackExhaustive(t *testing.T) {
	const depth = 3
	var values []Values
	for i := range 1 << 12 {
		for _, f := range []Flags{{}, {Open: true}, {Close: true}} {
			for _, x := range []byte("{]") {
				values = append(values, Values{
					Row:  Row{X: x, State: State{Depth: uint16(i & 7), Objects: uint16(i >> 3 & 7)}, Flags: f},
					Next: State{Depth: uint16(i >> 6 & 7), Objects: uint16(i >> 9 & 7)}})
			}
		}
	}
	sums := probe(t, builder.stack, values)
	holds := 0
	for i := range values {
		got, want := sums[i].Lo|sums[i].Hi == 0, values[i].stackHolds(depth)
		if got != want {
			t.Fatalf("%+v: circuit says %v, evaluator %v", values[i], got, want)
		}
		if got {
			holds++
		}
	}
	// Every stack stays; the 4·4 with room may be pushed to, with either type.
	if want := 64*2 + 2*16*2; holds != want {
		t.Errorf("%d cases hold, want %d", holds, want)
	}
}

// TestBitsExhaustive does the same for the name and escape bits.
func TestBitsExhaustive(t *testing.T) {
	var values []Values
	for i := range 1 << 14 {
		v := Values{Row: Row{X: byte(i >> 6), Escape: i&1 != 0, Flags: Flags{Name: i&2 != 0}, State: State{Name: i&4 != 0}},
			Next: State{Name: i&8 != 0}, NextEscape: i&16 != 0}
		if i&32 != 0 {
			v.Next.Mode = stringBit
		}
		values = append(values, v)
	}
	names := probe(t, builder.nameBit, values)
	escapes := probe(t, builder.escapeBit, values)
	for i := range values {
		labels := values[i].Violations(MaxDepth)
		if (names[i] == gf128.Elem{}) == slices.Contains(labels, LabelName) {
			t.Fatalf("%+v: name: circuit has %v", values[i], names[i])
		}
		if (escapes[i] == gf128.Elem{}) == slices.Contains(labels, LabelEscape) {
			t.Fatalf("%+v: escape: circuit has %v", values[i], escapes[i])
		}
	}
}

// TestHonest runs the circuit over the traces of valid documents.
func TestHonest(t *testing.T) {
	for _, seed := range seeds {
		for _, room := range []int{0, 1, 13} {
			rows, err := Trace([]byte(seed), len(seed)+room, MaxDepth)
			if err != nil {
				t.Fatalf("%s: %v", seed, err)
			}
			values := ValuesOf(rows)
			if label, at := evaluate(t, values); label != "" {
				t.Errorf("%s: %s fails at byte %d", seed, label, at)
			}
			for i := range values {
				if labels := values[i].Violations(MaxDepth); labels != nil {
					t.Errorf("%s: byte %d: evaluator finds %v", seed, i, labels)
				}
			}
		}
	}
}

// TestFlips changes single bits of honest copies: circuit and evaluator must
// agree on every one, copy by copy.
func TestFlips(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, depth := range []int{1, 3, 8, MaxDepth} {
		refused, passed := 0, 0
		for range 3000 {
			rows, err := Trace([]byte(seeds[r.IntN(len(seeds))]), 1024, depth)
			if err != nil {
				continue // nested more deeply
			}
			length := slices.IndexFunc(rows, func(row Row) bool { return !row.Active })
			i := r.IntN(min(length+2, len(rows)-1))
			v := ValuesOf(rows[i : i+2])[0]
			for range 1 + r.IntN(2) {
				flip(&v, r.IntN(8+1+2*Bits(depth)), depth)
			}
			labels := v.Violations(depth)
			label, _ := evaluate(t, []Values{v})
			if (label == "") != (len(labels) == 0) || label != "" && !slices.Contains(labels, label) && v.Flags.Open == v.Flags.Close {
				t.Fatalf("depth %d: %+v: circuit says %q, evaluator %q", depth, v, label, labels)
			}
			if label == "" {
				passed++
			} else {
				refused++
			}
		}
		if refused < 1000 || passed == 0 {
			t.Errorf("depth %d: %d refused, %d passed", depth, refused, passed)
		}
	}
}

// flip changes the k-th bit of a copy; the flags of the next position are not
// part of it and stand for no change.
func flip(v *Values, k, depth int) {
	state := func(s *State, k int) bool {
		switch {
		case k < 6:
			s.Mode ^= 1 << k
		case k == 6:
			s.Name = !s.Name
		case k < 7+depth:
			s.Depth ^= 1 << (k - 7)
		case k < 7+2*depth:
			s.Objects ^= 1 << (k - 7 - depth)
		default:
			return false
		}
		return true
	}
	if k < 8 {
		v.X ^= 1 << k
		return
	}
	if k -= 8; k == 0 {
		v.Active = !v.Active
		return
	}
	if k--; k >= Bits(depth) {
		if k -= Bits(depth); !state(&v.Next, k) && k == StateBits(depth) {
			v.NextEscape = !v.NextEscape
		}
		return
	}
	if !state(&v.State, k) {
		f := []*bool{&v.Escape, &v.Flags.Open, &v.Flags.Close, &v.Flags.Name, &v.Flags.Value, &v.Flags.Token}[k-StateBits(depth)]
		*f = !*f
	}
}

// TestRandomCopies compares circuit and evaluator on copies made of unrelated
// parts, biased to values that occur.
func TestRandomCopies(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var values []Values
	for range 20000 {
		state := func() State {
			k := r.IntN(5)
			return State{Mode: Mode(r.IntN(64)), Name: r.IntN(2) == 0, Depth: 1<<k - 1, Objects: uint16(r.IntN(1 << k))}
		}
		v := Values{Row: Row{Active: r.IntN(8) > 0, X: byte(r.IntN(256)), State: state(), Escape: r.IntN(2) == 0}, Next: state(), NextEscape: r.IntN(2) == 0}
		next, flags, err := Step(v.State, v.X, MaxDepth)
		if err == nil && r.IntN(4) > 0 {
			v.Next, v.Flags = next, flags
		}
		values = append(values, v)
	}
	passed := 0
	for i := range values {
		labels := values[i].Violations(MaxDepth)
		label, _ := evaluate(t, values[i:i+1])
		if (label == "") != (len(labels) == 0) || label != "" && !slices.Contains(labels, label) {
			t.Fatalf("%+v: circuit says %q, evaluator %q", values[i], label, labels)
		}
		if label == "" {
			passed++
		}
	}
	if passed < 100 {
		t.Errorf("only %d copies pass", passed)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	const n = 1024
	var document []byte
	document = append(document, seeds[0]...)
	rows, err := Trace(document, n, MaxDepth)
	if err != nil {
		b.Fatal(err)
	}
	values := ValuesOf(rows)
	copies := make([][]gf128.Elem, n)
	for i := range values {
		copies[i] = values[i].Append(nil)
	}
	inputs := layout(Circuit(), copies)
	for b.Loop() {
		if _, err := Circuit().Evaluate(inputs, n); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/byte")
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		Compile()
	}
}

func BenchmarkTrace(b *testing.B) {
	document := []byte(seeds[0])
	b.SetBytes(int64(len(document)))
	for b.Loop() {
		if _, err := Trace(document, 1024, MaxDepth); err != nil {
			b.Fatal(err)
		}
	}
}
