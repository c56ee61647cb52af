package gf128

import (
	"math/rand/v2"
	"testing"
)

func TestGeneratorPow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	check := func(hi, lo uint64) {
		if got, want := GeneratorPow(hi, lo), Pow(Generator(), hi, lo); got != want {
			t.Errorf("power %x %x: %v, want %v", hi, lo, got, want)
		}
	}
	for k := range 64 {
		check(0, 1<<k)
		check(1<<k, 0)
	}
	check(0, 0)
	check(^uint64(0), ^uint64(0))
	for range 100 {
		check(rnd.Uint64(), rnd.Uint64())
	}
}
