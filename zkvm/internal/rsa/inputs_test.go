package rsa

import (
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
