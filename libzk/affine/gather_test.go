package affine

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// TestConsecutive: a run ends where a reference does not follow. Both sides take runs for what they are of, so one
// that is too long would have them agree on another relation.
func TestConsecutive(t *testing.T) {
	for _, c := range []struct{ first, step Ref }{{0, 1}, {1000, 1}, {-1, -1}, {-1000, -1}, {firstInBlock, -1}, {firstInBlock - 1000, -1}} {
		for n := 1; n <= 14; n++ {
			refs := make([]Ref, n)
			for i := range refs {
				refs[i] = c.first + Ref(i)*c.step
			}
			if got := consecutive(refs); got != n {
				t.Errorf("from %d: a run of %d has %d", c.first, n, got)
			}
			for at := 1; at < n; at++ {
				for _, off := range []Ref{-c.step, c.step, 2 * c.step, 1 << 20} {
					broken := slices.Clone(refs)
					broken[at] += off
					if got := consecutive(broken); got != at {
						t.Errorf("from %d: a run of %d that reference %d leaves by %d has %d", c.first, n, at, off, got)
					}
				}
			}
		}
	}
}

// TestGather: values of references of all kinds, alone and in runs, are those of At; with several
// processors, of so many blocks that all take part.
func TestGather(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	f, rng := gf128.Field{}, rand.New(rand.NewPCG(4, 5))
	random := func(n int) []gf128.Elem {
		v := make([]gf128.Elem, n)
		for i := range v {
			v[i] = gf128.Elem{Lo: rng.Uint64(), Hi: rng.Uint64()}
		}
		return v
	}
	const elements, length, blocks = 600, 500, 300
	s, w := NewSpace(f, elements), random(elements)
	s.Attach(w)
	var all []Ref
	want := map[Ref]gf128.Elem{}
	add := func(r Ref, v gf128.Elem) { all, want[r] = append(all, r), v }
	for k := range elements {
		add(s.W(k), w[k])
	}
	for range elements {
		i, j, k := rng.IntN(elements), rng.IntN(elements), random(2)
		r := s.Affine(k[0], Term[gf128.Elem]{K: k[1], Ref: s.W(i)}, Term[gf128.Elem]{K: f.One(), Ref: s.W(j)})
		add(r, f.Add(f.Add(k[0], f.Mul(k[1], w[i])), w[j]))
	}
	for i := range blocks {
		refs, first, constant, k := make([]Ref, length), rng.IntN(elements-length), random(1)[0], random(length)
		if i%2 == 0 {
			s.Block(refs, constant, k, first)
			for j, r := range refs {
				add(r, f.Add(constant, f.Mul(k[j], w[first+j])))
			}
			continue
		}
		own := random(length)
		s.BlockWith(refs, own, k, first)
		for j, r := range refs {
			add(r, f.Add(own[j], f.Mul(k[j], w[first+j])))
		}
		if i == 9 { // what has come so far is asked for
			if got := s.Value(refs[3]); got != want[refs[3]] {
				t.Fatalf("value %v, want %v", got, want[refs[3]])
			}
		}
	}
	refused := func() (refused bool) {
		defer func() { refused = recover() != nil }()
		s.Values().Gather(make([]gf128.Elem, 1), all[:1])
		return
	}
	if !refused() {
		t.Error("gathers what is not complete")
	}
	v := s.Detach(w)
	check := func(refs []Ref) {
		dst := make([]gf128.Elem, len(refs))
		v.Gather(dst, refs)
		for i, r := range refs {
			if dst[i] != want[r] || v.At(r) != want[r] {
				t.Fatalf("reference %d, %d of %d: gathered %v, at %v, want %v", r, i, len(refs), dst[i], v.At(r), want[r])
			}
		}
	}
	check(all)
	for range 300 {
		var refs []Ref
		for len(refs) < 50 {
			at := rng.IntN(len(all))
			refs = append(refs, all[at:min(len(all), at+1+rng.IntN(9))]...)
		}
		check(refs)
	}
	for _, last := range []Ref{Ref(elements - 1), -Ref(len(s.ends)), firstInBlock - Ref(s.inBlock) + 1} {
		beyond := []Ref{last, last + 1, last + 2, last + 3, last + 4}
		if last < 0 {
			beyond = []Ref{last, last - 1, last - 2, last - 3, last - 4}
		}
		if func() (refused bool) {
			defer func() { refused = recover() != nil }()
			v.Gather(make([]gf128.Elem, 5), beyond)
			return
		}() == false {
			t.Errorf("gathers beyond %d", last)
		}
	}
}
