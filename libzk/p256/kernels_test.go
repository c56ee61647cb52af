package p256

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Kernels against their definitions in terms of fp's scalar arithmetic.
func TestKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	var f Field
	mulFp := func(a, b Elem) Elem { return *new(Elem).Mul(&a, &b) }
	addFp := func(a, b Elem) Elem { return *new(Elem).Add(&a, &b) }
	subFp := func(a, b Elem) Elem { return *new(Elem).Sub(&a, &b) }

	for n := range 70 {
		dst, x, y, src := randomVec(r, n), randomVec(r, n), randomVec(r, n), randomVec(r, 2*n)
		k := randomVec(r, 1)[0]
		idx := make([]uint32, n)
		for i := range idx {
			idx[i] = r.Uint32N(uint32(n))
		}

		elementwise := []struct {
			name string
			run  func(dst []Elem)
			want func(i int) Elem
		}{
			{"AddVec", func(d []Elem) { f.AddVec(d, x) }, func(i int) Elem { return addFp(dst[i], x[i]) }},
			{"AddVec to itself", func(d []Elem) { f.AddVec(d, d) }, func(i int) Elem { return addFp(dst[i], dst[i]) }},
			{"Axpy", func(d []Elem) { f.Axpy(d, k, x) }, func(i int) Elem { return addFp(dst[i], mulFp(k, x[i])) }},
			{"Axpy to itself", func(d []Elem) { f.Axpy(d, k, d) }, func(i int) Elem { return addFp(dst[i], mulFp(k, dst[i])) }},
			{"Scale", func(d []Elem) { f.Scale(d, k) }, func(i int) Elem { return mulFp(k, dst[i]) }},
			{"MulAcc", func(d []Elem) { f.MulAcc(d, x, y) }, func(i int) Elem { return addFp(dst[i], mulFp(x[i], y[i])) }},
			{"MulAcc to itself", func(d []Elem) { f.MulAcc(d, d, d) }, func(i int) Elem { return addFp(dst[i], mulFp(dst[i], dst[i])) }},
			{"MulAccScaled", func(d []Elem) { f.MulAccScaled(d, k, x, y) }, func(i int) Elem { return addFp(dst[i], mulFp(k, mulFp(x[i], y[i]))) }},
			{"Bind", func(d []Elem) { f.Bind(d, src, k) }, func(i int) Elem {
				return addFp(src[2*i], mulFp(k, subFp(src[2*i+1], src[2*i])))
			}},
			{"Bind in place", func(d []Elem) {
				s := slices.Clone(src)
				f.Bind(s[:n], s, k)
				copy(d, s)
			}, func(i int) Elem {
				return addFp(src[2*i], mulFp(k, subFp(src[2*i+1], src[2*i])))
			}},
		}
		for _, c := range elementwise {
			got := slices.Clone(dst)
			c.run(got)
			for i := range got {
				if got[i] != c.want(i) {
					t.Fatalf("%s, length %d: wrong at %d", c.name, n, i)
				}
			}
		}

		var dot, gather Elem
		for i := range x {
			dot = addFp(dot, mulFp(x[i], y[i]))
			gather = addFp(gather, mulFp(x[i], y[idx[i]]))
		}
		if f.Dot(x, y) != dot {
			t.Fatalf("Dot, length %d: wrong", n)
		}
		if f.GatherDot(x, y, idx) != gather {
			t.Fatalf("GatherDot, length %d: wrong", n)
		}
	}
}

func TestPairDots(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	var f Field
	for rows := range 9 {
		for stride := 2; stride <= 9; stride++ {
			for offset := 0; offset+1 < stride; offset++ {
				q, v := randomVec(r, rows*stride), randomVec(r, rows*stride)
				var s0, sInf Elem
				for w := range rows {
					i := w*stride + offset
					s0 = f.Add(s0, f.Mul(q[i], v[i]))
					sInf = f.Add(sInf, f.Mul(f.Sub(q[i+1], q[i]), f.Sub(v[i+1], v[i])))
				}
				start := min(offset, len(q))
				cut := max(start, (rows-1)*stride+offset+2) // the last row ends after its pair
				for _, end := range []int{len(q), cut} {
					got0, gotInf := f.PairDots(q[start:end], v[start:end], stride)
					if got0 != s0 || gotInf != sInf {
						t.Fatalf("%d rows of %d, pair at %d, end at %d: wrong", rows, stride, offset, end)
					}
				}
			}
		}
	}
}

func TestKernelPanics(t *testing.T) {
	var f Field
	v := func(n int) []Elem { return make([]Elem, n) }
	for name, run := range map[string]func(){
		"AddVec":                func() { f.AddVec(v(2), v(3)) },
		"Axpy":                  func() { f.Axpy(v(2), f.One(), v(3)) },
		"MulAcc first":          func() { f.MulAcc(v(2), v(3), v(2)) },
		"MulAcc second":         func() { f.MulAcc(v(2), v(2), v(1)) },
		"MulAccScaled":          func() { f.MulAccScaled(v(2), f.One(), v(2), v(3)) },
		"Dot":                   func() { f.Dot(v(2), v(3)) },
		"Bind":                  func() { f.Bind(v(2), v(3), f.One()) },
		"PairDots":              func() { f.PairDots(v(2), v(4), 2) },
		"PairDots stride 1":     func() { f.PairDots(v(2), v(2), 1) },
		"PairDots stride 0":     func() { f.PairDots(v(2), v(2), 0) },
		"GatherDot":             func() { f.GatherDot(v(2), v(2), make([]uint32, 1)) },
		"GatherDot index range": func() { f.GatherDot(v(1), v(2), []uint32{2}) },
	} {
		mustPanic(t, name, run)
	}
}
