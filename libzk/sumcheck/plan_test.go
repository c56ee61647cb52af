package sumcheck

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortEntries(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for bits := range 34 {
		order := make([]entry, 300)
		for i := range order {
			order[i] = entry{rnd.Uint64() & (1<<bits - 1), uint32(i)}
		}
		want := slices.Clone(order)
		slices.SortStableFunc(want, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		if got := sortEntries(order, bits); !slices.Equal(got, want) {
			t.Errorf("keys of %d bits are not in order", bits)
		}
	}
}
