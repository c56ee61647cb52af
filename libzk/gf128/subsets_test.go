package gf128

import (
	"math/rand/v2"
	"testing"
)

// Sums of subsets of weights, by their definition. Bytes without weights count for
// nothing, whatever their bits are.
func TestSubsetSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	elem := func() Elem { return Elem{rng.Uint64(), rng.Uint64()} }
	for _, n := range []int{0, 1, 7, 8, 9, 16, 40, 64} {
		weights := make([]Elem, n)
		for i := range weights {
			if i/8%3 != 1 {
				weights[i] = elem()
			}
		}
		sums := Field{}.NewSubsetSums(weights)
		sum := func(x uint64) (s Elem) {
			for i, w := range weights {
				if x>>i&1 == 1 {
					s = add(s, w)
				}
			}
			return s
		}
		for _, pairs := range []int{0, 1, 127, 128, 129, 300} {
			x, y := make([]uint64, 50), make([]uint64, 60)
			for i := range y {
				y[i] = rng.Uint64()
			}
			dst := make([]Elem, len(x))
			for i := range x {
				x[i], dst[i] = rng.Uint64(), elem()
			}
			k, left, right := make([]Elem, pairs), make([]uint32, pairs), make([]uint32, pairs)
			var want Elem
			for i := range k {
				k[i], left[i], right[i] = elem(), rng.Uint32N(uint32(len(x))), rng.Uint32N(uint32(len(y)))
				want = add(want, mulGeneric(k[i], sum(x[left[i]]&y[right[i]])))
			}
			if got := sums.AndDot(k, x, y, left, right); got != want {
				t.Fatalf("%d weights, %d pairs: AndDot is %v, want %v", n, pairs, got, want)
			}
			before, c := append([]Elem(nil), dst...), elem()
			sums.Sums(dst, c, x)
			for i := range dst {
				if want := add(before[i], mulGeneric(c, sum(x[i]))); dst[i] != want {
					t.Fatalf("%d weights: sum %d is %v, want %v", n, i, dst[i], want)
				}
			}
		}
	}
}

func BenchmarkAndDot(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const pairs, wires = 37583, 24781
	weights := make([]Elem, 32)
	for i := range weights {
		weights[i] = Elem{rng.Uint64(), rng.Uint64()}
	}
	x := make([]uint64, wires)
	for i := range x {
		x[i] = rng.Uint64()
	}
	k, left, right := make([]Elem, pairs), make([]uint32, pairs), make([]uint32, pairs)
	for i := range k {
		k[i], left[i], right[i] = weights[i%32], rng.Uint32N(wires), uint32(i*wires/pairs)
	}
	for _, n := range []int{8, 16, 32} {
		sums := Field{}.NewSubsetSums(weights[:n])
		b.Run("", func(b *testing.B) {
			for b.Loop() {
				sums.AndDot(k, x, x, left, right)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/pairs, "ns/pair")
		})
	}
}
