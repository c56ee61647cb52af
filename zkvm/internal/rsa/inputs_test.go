package rsa

import (
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// TestReferencesFollow: what stands for a block or for masks is read by its first element alone. References that
// are not as many witness elements in order would stand for other ones, and are stopped.
func TestReferencesFollow(t *testing.T) {
	const length = 8
	space := affine.NewSpace[elem](fld, length)
	space.Add(space.W(0), space.W(1))
	for _, c := range []struct {
		name string
		refs []affine.Ref
		good bool
	}{
		{"all", []affine.Ref{0, 1, 2, 3, 4, 5, 6, 7}, true},
		{"the last", []affine.Ref{5, 6, 7}, true},
		{"one", []affine.Ref{7}, true},
		{"a gap", []affine.Ref{1, 2, 4}, false},
		{"another order", []affine.Ref{3, 2, 1}, false},
		{"twice the same", []affine.Ref{1, 1}, false},
		{"past the witness", []affine.Ref{6, 7, 8}, false},
		{"forms", []affine.Ref{-3, -2, -1}, false},
		{"a form before the witness", []affine.Ref{-1, 0, 1}, false},
	} {
		stopped := func() (stopped bool) {
			defer func() { stopped = recover() != nil }()
			(&wiring{s: space}).mustFollow(c.refs)
			return false
		}()
		if stopped == c.good {
			t.Errorf("%s: stopped: %v", c.name, stopped)
		}
	}
}

// TestCopiesRefuse: Copies stops a block and masks that are no witness elements in order, and those of
// another length.
func TestCopiesRefuse(t *testing.T) {
	f := newForger(t, 2048)
	f.commit(f.v.Digest, f.chain())
	published := f.publish(f.residues(f.chain(), f.drawn))
	stopped := func(in Inputs, published []byte) (stopped bool) {
		defer func() { stopped = recover() != nil }()
		_, err := in.Copies(affine.NewSpace[elem](fld, len(f.w)), f.drawn, published)
		return err != nil
	}
	if stopped(f.in, published) {
		t.Fatal("stops what is in order")
	}
	swapped := func(refs []affine.Ref) []affine.Ref {
		out := slices.Clone(refs)
		out[5], out[6] = out[6], out[5]
		return out
	}
	for what, change := range map[string]func(*Inputs){
		"a block in another order": func(in *Inputs) { in.Block = swapped(in.Block) },
		"a shorter block":          func(in *Inputs) { in.Block = in.Block[1:] },
		"masks in another order":   func(in *Inputs) { in.Masks[1].Bits = swapped(in.Masks[1].Bits) },
		"fewer masks":              func(in *Inputs) { in.Masks[2].Bits = in.Masks[2].Bits[1:] },
	} {
		in := f.in
		change(&in)
		if !stopped(in, published) {
			t.Errorf("does not stop %s", what)
		}
	}
	if !stopped(f.in, published[1:]) {
		t.Error("does not stop fewer published bytes")
	}
}
