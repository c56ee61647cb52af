package p256

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

func BenchmarkScalar(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	x := randomVec(r, 256)
	y := randomVec(r, 256)
	b.Run("mul", func(b *testing.B) {
		for i := range b.N {
			mul(&x[i&255], &x[i&255], &y[i&255])
		}
	})
	b.Run("fp.Mul", func(b *testing.B) {
		for i := range b.N {
			x[i&255].Mul(&x[i&255], &y[i&255])
		}
	})
	b.Run("Field.Mul", func(b *testing.B) {
		for i := range b.N {
			x[i&255] = Field{}.Mul(x[i&255], y[i&255])
		}
	})
	b.Run("add", func(b *testing.B) {
		for i := range b.N {
			add(&x[i&255], &x[i&255], &y[i&255])
		}
	})
	b.Run("fp.Add", func(b *testing.B) {
		for i := range b.N {
			x[i&255].Add(&x[i&255], &y[i&255])
		}
	})
	b.Run("sub", func(b *testing.B) {
		for i := range b.N {
			sub(&x[i&255], &x[i&255], &y[i&255])
		}
	})
	b.Run("Inv", func(b *testing.B) {
		for i := range b.N {
			x[i&255] = Field{}.Inv(x[i&255])
		}
	})
}

// Kernel benchmarks report the time of one element (of one pair for PairDots and
// Bind).
func BenchmarkKernels(b *testing.B) {
	const n = 1024
	r := rand.New(rand.NewPCG(3, 4))
	dst, x, y, src := randomVec(r, n), randomVec(r, n), randomVec(r, n), randomVec(r, 2*n)
	k := x[0]
	idx := make([]uint32, n)
	for i := range idx {
		idx[i] = r.Uint32N(n)
	}
	var f Field
	for _, bb := range []struct {
		name string
		run  func()
	}{
		{"AddVec", func() { f.AddVec(dst, x) }},
		{"Axpy", func() { f.Axpy(dst, k, x) }},
		{"Scale", func() { f.Scale(dst, k) }},
		{"MulAcc", func() { f.MulAcc(dst, x, y) }},
		{"MulAccScaled", func() { f.MulAccScaled(dst, k, x, y) }},
		{"Dot", func() { dst[0] = f.Dot(x, y) }},
		{"Bind", func() { f.Bind(dst, src, k) }},
		{"PairDots", func() { dst[0], dst[1] = f.PairDots(src, src, 2) }},
		{"GatherDot", func() { dst[0] = f.GatherDot(x, y, idx) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for range b.N {
				bb.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/elem")
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct {
		name string
		k, n int
	}{
		{"k=42,n=256", 42, 256},
		{"k=128,n=1024", 128, 1024},
		{"k=512,n=4096", 512, 4096},
		{"k=1023,n=4096", 1023, 4096},
	} {
		b.Run(c.name, func(b *testing.B) {
			row := randomVec(rand.New(rand.NewPCG(5, 6)), c.n)
			e := Field{}.NewEncoder(c.k, c.n)
			b.ResetTimer()
			for range b.N {
				e.Encode(row)
			}
		})
	}
}

func BenchmarkNewEncoder(b *testing.B) {
	for range b.N {
		Field{}.NewEncoder(512, 4096)
	}
}

// randomVec is n elements; among them edge values, which make carries.
func randomVec(r *rand.Rand, n int) []Elem {
	v := make([]Elem, n)
	for i := range v {
		switch r.IntN(12) {
		case 0:
			v[i] = Elem{}
		case 1: // p-1 in Montgomery form
			v[i] = Field{}.Neg(fp.One())
		case 2: // the words of p-1
			v[i] = Elem{p0 - 1, p1, 0, p3}
		case 3:
			v[i] = Elem{p0, p1, 0, p3 - 1}
		default:
			for {
				v[i] = Elem{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
				if v[i][3] < p3 {
					break
				}
			}
		}
	}
	return v
}
