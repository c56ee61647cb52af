package gf128

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// vector is n random elements, some of them special, followed by three within the
// capacity. Half of all vectors begin at an address that is no multiple of 16.
func vector(rng *rand.Rand, n int) []Elem {
	words := make([]uint64, 2*(n+3)+1)
	v := unsafe.Slice((*Elem)(unsafe.Pointer(&words[rng.IntN(2)])), n+3)
	for i := range v {
		v[i] = randomElem(rng)
		if rng.IntN(8) == 0 {
			v[i] = edgeElems[rng.IntN(len(edgeElems))]
		}
	}
	return v[:n]
}

// checkVector compares a kernel's result, and that it left what follows alone.
func checkVector(t *testing.T, what string, got, want []Elem) {
	t.Helper()
	got, want = got[:cap(got)], want[:cap(want)]
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s, %d elements: element %d is %x, want %x", what, len(want)-3, i, got[i], want[i])
		}
	}
}

// clone keeps the three elements behind v, and mostly the alignment.
func clone(v []Elem) []Elem {
	words := make([]uint64, 2*cap(v)+1)
	odd := int(uintptr(unsafe.Pointer(unsafe.SliceData(v)))/8) % 2
	c := unsafe.Slice((*Elem)(unsafe.Pointer(&words[odd])), cap(v))
	copy(c, v[:cap(v)])
	return c[:len(v)]
}

// TestKernels compares every kernel with its plain Go twin.
func TestKernels(t *testing.T) {
	forEachInstructionSet(t, func(t *testing.T) {
		var f Field
		rng := rand.New(rand.NewPCG(17, 18))
		for n := range 71 {
			dst, x, y, src := vector(rng, n), vector(rng, n), vector(rng, n), vector(rng, 2*n)
			k := vector(rng, 1)[0]

			got, want := clone(dst), clone(dst)
			f.AddVec(got, x)
			addVecGeneric(want, x)
			checkVector(t, "AddVec", got, want)

			got, want = clone(dst), clone(dst)
			sparse := clone(x)
			for i := range sparse {
				sparse[i] = [...]Elem{{}, {Lo: sparse[i].Lo}, {Hi: sparse[i].Hi}, sparse[i]}[rng.IntN(4)]
			}
			table := newTraceFold(vector(rng, degree))
			fold(got, table, sparse)
			foldGeneric(want, table, sparse)
			checkVector(t, "fold", got, want)

			got, want = clone(dst), clone(dst)
			f.Axpy(got, k, x)
			axpyGeneric(want, k, x)
			checkVector(t, "Axpy", got, want)

			got, want = clone(dst), clone(dst)
			f.Axpy(got, k, got)
			axpyGeneric(want, k, want)
			checkVector(t, "Axpy in place", got, want)

			got, want = clone(dst), clone(dst)
			f.Scale(got, k)
			scaleGeneric(want, k)
			checkVector(t, "Scale", got, want)

			got, want = clone(dst), clone(dst)
			f.MulAcc(got, x, y)
			mulAccGeneric(want, x, y)
			checkVector(t, "MulAcc", got, want)

			got, want = clone(dst), clone(dst)
			f.MulAcc(got, got, y)
			mulAccGeneric(want, want, y)
			checkVector(t, "MulAcc in place", got, want)

			got, want = clone(dst), clone(dst)
			f.MulAccScaled(got, k, x, y)
			mulAccScaledGeneric(want, k, x, y)
			checkVector(t, "MulAccScaled", got, want)

			got, want = clone(dst), clone(dst)
			f.Bind(got, src, k)
			bindGeneric(want, src, k)
			checkVector(t, "Bind", got, want)

			got, want = clone(src), clone(src)
			f.Bind(got[:n], got, k)
			bindGeneric(want[:n], want, k)
			checkVector(t, "Bind in place", got, want)

			if got, want := f.Dot(x, y), dotGeneric(x, y); got != want {
				t.Fatalf("Dot, %d elements: %x, want %x", n, got, want)
			}

			idx := make([]uint32, n)
			for i := range idx {
				idx[i] = uint32(rng.IntN(2 * n))
			}
			if got, want := f.GatherDot(x, src, idx), gatherDotGeneric(x, src, idx); got != want {
				t.Fatalf("GatherDot, %d elements: %x, want %x", n, got, want)
			}

			for _, stride := range []int{2, 3, 4, 16} {
				length := max(0, n*stride-rng.IntN(stride-1))
				if n == 0 {
					length = 0
				}
				q, v := vector(rng, length), vector(rng, length)
				got0, gotInf := f.PairDots(q, v, stride)
				want0, wantInf := pairDotsGeneric(q, v, stride, n)
				if got0 != want0 || gotInf != wantInf {
					t.Fatalf("PairDots, %d rows of %d: %x, %x, want %x, %x", n, stride, got0, gotInf, want0, wantInf)
				}
			}

			for h := 1; h <= 64; h *= 2 {
				blocks := n % 7
				twiddles := vector(rng, blocks)
				a := vector(rng, 2*h*blocks)
				got, want := clone(a), clone(a)
				forwardLevel(got, h, twiddles)
				forwardLevelGeneric(want, h, twiddles)
				checkVector(t, "forwardLevel", got, want)
				inverseLevel(got, h, twiddles)
				checkVector(t, "inverseLevel", got, a)
			}
		}
	})
}

// Generic kernels against the definitions, by multiplication alone.
func TestKernelDefinitions(t *testing.T) {
	var f Field
	rng := rand.New(rand.NewPCG(19, 20))
	for n := range 20 {
		x, y, src := vector(rng, n), vector(rng, n), vector(rng, 2*n)
		k := randomElem(rng)
		dst := vector(rng, n)
		axpyed, scaled, acc, accScaled := clone(dst), clone(dst), clone(dst), clone(dst)
		f.Axpy(axpyed, k, x)
		f.Scale(scaled, k)
		f.MulAcc(acc, x, y)
		f.MulAccScaled(accScaled, k, x, y)
		bound := make([]Elem, n)
		f.Bind(bound, src, k)
		idx := make([]uint32, n)
		var sum, gathered, s0, sInf Elem
		for i := range n {
			idx[i] = uint32(rng.IntN(2 * n))
			xy := mulBitwise(x[i], y[i])
			sum = add(sum, xy)
			gathered = add(gathered, mulBitwise(x[i], src[idx[i]]))
			a, b := src[2*i], src[2*i+1]
			s0 = add(s0, mulBitwise(a, a))
			sInf = add(sInf, mulBitwise(add(a, b), add(a, b)))
			for name, c := range map[string][2]Elem{
				"Axpy":         {axpyed[i], add(dst[i], mulBitwise(k, x[i]))},
				"Scale":        {scaled[i], mulBitwise(k, dst[i])},
				"MulAcc":       {acc[i], add(dst[i], xy)},
				"MulAccScaled": {accScaled[i], add(dst[i], mulBitwise(k, xy))},
				"Bind":         {bound[i], add(a, mulBitwise(k, add(a, b)))},
			} {
				if c[0] != c[1] {
					t.Fatalf("%s: element %d of %d is %x, want %x", name, i, n, c[0], c[1])
				}
			}
		}
		if got := f.Dot(x, y); got != sum {
			t.Fatalf("Dot of %d elements is %x, want %x", n, got, sum)
		}
		if got := f.GatherDot(x, src, idx); got != gathered {
			t.Fatalf("GatherDot of %d elements is %x, want %x", n, got, gathered)
		}
		got0, gotInf := f.PairDots(src, src, 2)
		if got0 != s0 || gotInf != sInf {
			t.Fatalf("PairDots of %d rows is %x, %x, want %x, %x", n, got0, gotInf, s0, sInf)
		}
	}
}

func TestKernelPanics(t *testing.T) {
	forEachInstructionSet(t, func(t *testing.T) {
		var f Field
		three, four := make([]Elem, 3), make([]Elem, 4)
		for name, call := range map[string]func(){
			"AddVec":               func() { f.AddVec(three, four) },
			"Axpy":                 func() { f.Axpy(four, f.One(), three) },
			"MulAcc x":             func() { f.MulAcc(four, three, four) },
			"MulAcc y":             func() { f.MulAcc(four, four, three) },
			"MulAccScaled x":       func() { f.MulAccScaled(four, f.One(), three, four) },
			"MulAccScaled y":       func() { f.MulAccScaled(four, f.One(), four, three) },
			"Dot":                  func() { f.Dot(three, four) },
			"Bind":                 func() { f.Bind(three, four, f.One()) },
			"PairDots lengths":     func() { f.PairDots(three, four, 2) },
			"PairDots cut":         func() { f.PairDots(three, three, 2) },
			"PairDots stride":      func() { f.PairDots(four, four, 1) },
			"PairDots no stride":   func() { f.PairDots(four, four, 0) },
			"GatherDot lengths":    func() { f.GatherDot(three, four, make([]uint32, 2)) },
			"GatherDot index":      func() { f.GatherDot(three, four, []uint32{0, 4, 0}) },
			"GatherDot high index": func() { f.GatherDot(three, four, []uint32{0, 1, 1<<32 - 1}) },
			"GatherDot of nothing": func() { f.GatherDot(three, nil, make([]uint32, 3)) },
		} {
			t.Run(name, func(t *testing.T) {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				call()
			})
		}
	})
}

// Every index is checked, whichever lane or tail it falls into.
func TestGatherDotChecksEveryIndex(t *testing.T) {
	forEachInstructionSet(t, func(t *testing.T) {
		const n = 11
		k, x := make([]Elem, n), make([]Elem, 5)
		for bad := range n {
			for _, index := range []uint32{5, 6, 1 << 28, 1<<32 - 1} {
				idx := make([]uint32, n)
				idx[bad] = index
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("index %d at position %d: no panic", index, bad)
						}
					}()
					Field{}.GatherDot(k, x, idx)
				}()
			}
		}
	})
}

func BenchmarkKernels(b *testing.B) {
	var f Field
	const n = 1024
	rng := rand.New(rand.NewPCG(21, 22))
	dst, x, y, src := vector(rng, n), vector(rng, n), vector(rng, n), vector(rng, 2*n)
	k := randomElem(rng)
	idx := make([]uint32, n)
	for i := range idx {
		idx[i] = uint32(rng.IntN(2 * n))
	}
	kernels := []struct {
		name string
		call func()
	}{
		{"AddVec", func() { f.AddVec(dst, x) }},
		{"Axpy", func() { f.Axpy(dst, k, x) }},
		{"Scale", func() { f.Scale(dst, k) }},
		{"MulAcc", func() { f.MulAcc(dst, x, y) }},
		{"MulAccScaled", func() { f.MulAccScaled(dst, k, x, y) }},
		{"Dot", func() { f.Dot(x, y) }},
		{"Bind", func() { f.Bind(dst, src, k) }},
		{"PairDots", func() { f.PairDots(src, src, 2) }},
		{"PairDots16", func() { f.PairDots(x, y, 16) }},
		{"GatherDot", func() { f.GatherDot(x, src, idx) }},
		{"ForwardLevel1", func() { forwardLevel(src, 1, x) }},
		{"ForwardLevel2", func() { forwardLevel(src, 2, x[:n/2]) }},
		{"ForwardLevel64", func() { forwardLevel(src, 64, x[:n/64]) }},
		{"Mul", func() {
			for i := range dst {
				dst[i] = f.Mul(x[i], y[i])
			}
		}},
	}
	for _, kernel := range kernels {
		for _, set := range instructionSets() {
			b.Run(kernel.name+"/"+set.name, func(b *testing.B) {
				defer set.use()()
				for b.Loop() {
					kernel.call()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/elem")
			})
		}
	}
}

// Short vectors, as layers with few copies have them.
func BenchmarkShort(b *testing.B) {
	var f Field
	rng := rand.New(rand.NewPCG(25, 26))
	k := randomElem(rng)
	for _, n := range []int{1, 4, 13, 16} {
		dst, x, y := vector(rng, n), vector(rng, n), vector(rng, n)
		b.Run(fmt.Sprintf("Axpy/%d", n), func(b *testing.B) {
			for b.Loop() {
				f.Axpy(dst, k, x)
			}
		})
		b.Run(fmt.Sprintf("MulAccScaled/%d", n), func(b *testing.B) {
			for b.Loop() {
				f.MulAccScaled(dst, k, x, y)
			}
		})
		b.Run(fmt.Sprintf("Dot/%d", n), func(b *testing.B) {
			for b.Loop() {
				f.Dot(x, y)
			}
		})
	}
}

func BenchmarkInv(b *testing.B) {
	var f Field
	a := Elem{Lo: 3}
	for b.Loop() {
		a = f.Inv(a)
	}
}
