package circuit

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// TestNewLevel: wires that are bits, elements, or bits in all copies but one, and what is kept of them.
func TestNewLevel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	t.Run("gf2_128", func(t *testing.T) {
		noBits := []gf128.Elem{{Lo: 2}, {Lo: 3}, {Hi: 1}, {Lo: 1, Hi: 1 << 63}, {Lo: 1 << 63}}
		testNewLevel(t, gf128.Field{}, func(r *rand.Rand) gf128.Elem { return noBits[r.IntN(len(noBits))] })
	})
	t.Run("p256", func(t *testing.T) {
		testNewLevel(t, p256.Field{}, func(r *rand.Rand) p256.Elem { return p256.Field{}.FromUint64(2 + r.Uint64()>>1) })
	})
}

func testNewLevel[E comparable](t *testing.T, f field.Field[E], noBit func(*rand.Rand) E) {
	_, hasBits := f.(field.Bits[E])
	for copies := 1; copies <= 200; copies++ {
		rng := rand.New(rand.NewPCG(uint64(copies), 3))
		for _, wires := range []int{1, 2, 7, 40} {
			v, isBit := make([][]E, wires), make([]bool, wires)
			for w := range v {
				v[w], isBit[w] = make([]E, copies), hasBits
				for c := range v[w] {
					if rng.IntN(2) == 0 {
						v[w][c] = f.One()
					}
				}
				switch rng.IntN(4) {
				case 0:
					v[w][rng.IntN(copies)], isBit[w] = noBit(rng), false
				case 1:
					for c := range v[w] {
						v[w][c] = noBit(rng)
					}
					isBit[w] = false
				}
			}
			l := NewLevel(f, wires, copies, func(dst []E, c int) {
				for w := range dst {
					dst[w] = v[w][c]
				}
			})
			if hasBits && len(l.Planes) != (copies+PlaneCopies-1)/PlaneCopies || !hasBits && l.Planes != nil {
				t.Fatalf("%d copies: %d planes", copies, len(l.Planes))
			}
			for w := range v {
				if l.IsBit(w) != isBit[w] {
					t.Fatalf("%d copies of %d wires: wire %d is kept as bits: %t", copies, wires, w, l.IsBit(w))
				}
				for c, want := range v[w] {
					if got := l.At(f, w, c); got != want {
						t.Fatalf("%d copies of %d wires: wire %d of copy %d is %v, want %v", copies, wires, w, c, got, want)
					}
				}
				for k, plane := range l.Planes {
					var want uint64
					for c := PlaneCopies * k; isBit[w] && c < min(PlaneCopies*(k+1), copies); c++ {
						if v[w][c] == f.One() {
							want |= 1 << (c % PlaneCopies)
						}
					}
					if plane[w] != want {
						t.Fatalf("%d copies of %d wires: wire %d has %#x in plane %d, want %#x", copies, wires, w, plane[w], k, want)
					}
				}
			}
			l.Free()
		}
	}
}
