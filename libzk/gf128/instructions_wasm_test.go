//go:build js && wasm && !purego

package gf128

import (
	"math/rand/v2"
	"testing"
)

func instructionSets() []instructionSet {
	use := func(simd bool) func() func() {
		return func() func() {
			old := hasSIMD
			hasSIMD = simd
			return func() { hasSIMD = old }
		}
	}
	sets := []instructionSet{{"generic", use(false)}}
	if hasSIMD {
		sets = append(sets, instructionSet{"simd", use(true)})
	}
	return sets
}

// Millions of products of random and special elements, by the kernels with tables
// and by those without, are those of plain Go.
func TestMillionsOfProducts(t *testing.T) {
	if !hasSIMD {
		t.Skip("no kernels: no SIMD, or not run by js/test/run.mjs")
	}
	rounds := 20
	if testing.Short() {
		rounds = 2
	}
	rng := rand.New(rand.NewPCG(19, 20))
	const n = 1 << 14
	idx := make([]uint32, n)
	for range rounds {
		dst, x, y, src, k := vector(rng, n), vector(rng, n), vector(rng, n), vector(rng, 2*n), vector(rng, 1)[0]
		for i := range idx {
			idx[i] = rng.Uint32N(n)
			if got, want := mul(x[i], y[i]), mulGeneric(x[i], y[i]); got != want {
				t.Fatalf("%x · %x = %x, want %x", x[i], y[i], got, want)
			}
		}
		for _, kernel := range []struct {
			name       string
			simd, want func(dst []Elem)
		}{
			{"Axpy", func(dst []Elem) { axpy(dst, k, x) }, func(dst []Elem) { axpyGeneric(dst, k, x) }},
			{"Scale", func(dst []Elem) { scale(dst, k) }, func(dst []Elem) { scaleGeneric(dst, k) }},
			{"Bind", func(dst []Elem) { bind(dst, src, k) }, func(dst []Elem) { bindGeneric(dst, src, k) }},
			{"MulAcc", func(dst []Elem) { mulAcc(dst, x, y) }, func(dst []Elem) { mulAccGeneric(dst, x, y) }},
			{"MulAccScaled", func(dst []Elem) { mulAccScaled(dst, k, x, y) }, func(dst []Elem) { mulAccScaledGeneric(dst, k, x, y) }},
			{"Dot", func(dst []Elem) { dst[0] = dot(x, y) }, func(dst []Elem) { dst[0] = dotGeneric(x, y) }},
			{"GatherDot", func(dst []Elem) { dst[0] = gatherDot(x, y, idx) }, func(dst []Elem) { dst[0] = gatherDotGeneric(x, y, idx) }},
			{"PairDots", func(dst []Elem) { dst[0], dst[1] = pairDots(src, src, 2, n) }, func(dst []Elem) { dst[0], dst[1] = pairDotsGeneric(src, src, 2, n) }},
		} {
			got, want := clone(dst), clone(dst)
			kernel.simd(got)
			kernel.want(want)
			checkVector(t, kernel.name, got, want)
		}
	}
}
