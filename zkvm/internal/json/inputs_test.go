package json

import (
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// TestInputMap commits a trace, names its bits and runs the circuit on the
// forms: every committed bit must be read, and each input must be the evaluator's.
func TestInputMap(t *testing.T) {
	for _, depth := range []int{8, MaxDepth} {
		document := []byte(seeds[4])
		n := len(document) + 5
		rows, err := Trace(document, n, depth)
		if err != nil {
			t.Fatal(err)
		}
		// W: for each position the byte, active, and its bits; the first state is public.
		var witness []gf128.Elem
		each := 9 + Bits(depth)
		commit := func(bits ...bool) {
			for _, bit := range bits {
				var e gf128.Elem
				if bit {
					e.Lo = 1
				}
				witness = append(witness, e)
			}
		}
		for i := range rows[:n] {
			for j := range 8 {
				commit(rows[i].X>>j&1 == 1)
			}
			commit(rows[i].Active)
			bits := rows[i].AppendBits(nil, depth)
			if len(bits) != Bits(depth) {
				t.Fatalf("%d bits, want %d", len(bits), Bits(depth))
			}
			if i == 0 {
				bits = bits[StateBits(depth):]
			}
			commit(bits...)
		}
		s := affine.NewSpace(gf128.Field{}, len(witness))
		positions := make([]*Position, 0, n+1)
		at := 0
		next := func() affine.Ref { at++; return s.W(at - 1) }
		for i := range n {
			var x [8]affine.Ref
			for j := range x {
				x[j] = next()
			}
			active := next()
			var bits []affine.Ref
			if i == 0 {
				bits = Start.Refs(s, depth)
			}
			for len(bits) < Bits(depth) {
				bits = append(bits, next())
			}
			positions = append(positions, NewPosition(s, active, x, bits, depth))
		}
		if at != len(witness) || at != n*each-StateBits(depth) {
			t.Fatalf("%d of %d witness elements named", at, len(witness))
		}
		positions = append(positions, End(s, depth))

		values := s.Evaluate(witness)
		want := ValuesOf(rows)
		var all []affine.Ref
		copies := make([][]gf128.Elem, n)
		for i := range n {
			c := Join(positions[i], positions[i+1])
			refs := c.Append(nil)
			if len(refs) != Inputs {
				t.Fatalf("%d inputs, want %d", len(refs), Inputs)
			}
			for _, r := range refs {
				copies[i] = append(copies[i], values.At(r))
			}
			if !slices.Equal(copies[i], want[i].Append(nil)) {
				t.Fatalf("copy %d: inputs %v, want %v", i, copies[i], want[i].Append(nil))
			}
			all = append(all, refs...)
		}
		if i := slices.Index(s.Used(all), false); i >= 0 {
			t.Errorf("witness element %d (%d of its position) is not read", i, i%each)
		}
		if _, err := Circuit().Evaluate(layout(Circuit(), copies), n); err != nil {
			t.Error(err)
		}
	}
}

func TestProgrammingErrors(t *testing.T) {
	s := affine.NewSpace(gf128.Field{}, 0)
	for name, f := range map[string]func(){
		"too few bits":      func() { NewPosition(s, s.Zero(), [8]affine.Ref{}, make([]affine.Ref, Bits(8)-1), 8) },
		"depth 0":           func() { End(s, 0) },
		"depth 17":          func() { End(s, MaxDepth+1) },
		"levels and types":  func() { StackForm(s, make([]affine.Ref, 3), make([]affine.Ref, 2)) },
		"stack of 17 level": func() { StackForm(s, make([]affine.Ref, 17), make([]affine.Ref, 17)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
