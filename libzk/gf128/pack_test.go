package gf128

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPack: every value of sixteen bits round-trips, and each bit is the trace of
// the symbol times a power of g, by the trace's definition.
func TestPack(t *testing.T) {
	f := Field{}
	seen := make([]bool, 1<<symbolBits)
	for b := range 1 << symbolBits {
		s := f.Pack(uint16(b))
		if seen[s] {
			t.Fatalf("symbol %#x holds two values", s)
		}
		seen[s] = true
		if got := unpack(s); got != uint16(b) {
			t.Fatalf("%#x is read back as %#x", b, got)
		}
		if b%251 == 0 || b&(b-1) == 0 {
			for j := range symbolBits {
				if tr := traceByPowers(mulSymbol(s, 1<<j)); tr != uint16(b)>>j&1 {
					t.Fatalf("%#x: Tr(g^%d·p) = %d", b, j, tr)
				}
			}
		}
	}
}

// TestTrace: the trace is onto GF(2), invariant under squaring, and the same in
// GF(2^128): the sum of the conjugates of the embedded element.
func TestTrace(t *testing.T) {
	ones := 0
	for s := range 1 << symbolBits {
		ones += int(trace(uint16(s)))
		if s%97 != 0 {
			continue
		}
		if trace(uint16(s)) != trace(mulSymbol(uint16(s), uint16(s))) {
			t.Errorf("trace of %#x is not that of its square", s)
		}
		var sum Elem
		e := FromSymbol(uint16(s))
		for range symbolBits {
			sum = add(sum, e)
			e = square(e)
		}
		if sum != (Elem{Lo: uint64(trace(uint16(s)))}) {
			t.Errorf("trace of %#x is %v in the large field", s, sum)
		}
	}
	if ones != 1<<(symbolBits-1) {
		t.Errorf("%d symbols have trace 1", ones)
	}
}

// TestTraceEquations are (2) and (3) of docs/protocol.md on random data: the bits
// of a linear form of bits are the traces of T, and T weighted is a linear form
// of the packed symbols. Among the lengths are one of a large statement, and
// those at which work is divided.
func TestTraceEquations(t *testing.T) {
	f := Field{}
	for _, n := range []int{0, 1, 15, 16, 17, 31, 32, 333, 16*1024 - 1, 16*2048 + 5, 700_001} {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		coefs, packed := make([]Elem, n), make([]uint16, (n+15)/16)
		var want Elem
		for i := range coefs {
			coefs[i] = randomElem(r)
			switch r.IntN(4) {
			case 0:
				coefs[i] = Elem{}
			case 1:
				coefs[i] = Elem{Lo: 1 << r.IntN(64)}
			}
		}
		for m := range packed {
			b := uint16(r.Uint32())
			packed[m] = f.Pack(b)
			for j := range symbolBits {
				if i := symbolBits*m + j; i < n && b>>j&1 == 1 {
					want = add(want, coefs[i])
				}
			}
		}
		sums := f.TraceSums(coefs, packed)
		if got := f.TraceValue(sums); got != want {
			t.Errorf("%d bits: traces give %v, want %v", n, got, want)
		}
		w := make([]Elem, degree)
		var left, right Elem
		for u := range w {
			w[u] = randomElem(r)
			left = add(left, mul(w[u], FromSymbol(sums[u])))
		}
		for m, a := range f.TraceWeights(w, coefs) {
			right = add(right, mul(a, FromSymbol(packed[m])))
		}
		if left != right {
			t.Errorf("%d bits: Σ w·T is %v and %v", n, left, right)
		}
		// T by its definition, for the short ones.
		if n > 400 {
			continue
		}
		for u := range degree {
			var sum uint16
			for m := range packed {
				var b uint16
				for j := range symbolBits {
					if i := symbolBits*m + j; i < n {
						c := coefs[i].Lo
						if u >= 64 {
							c = coefs[i].Hi
						}
						b |= uint16(c>>(u%64)&1) << j
					}
				}
				sum ^= mulSymbol(b, packed[m])
			}
			if sum != sums[u] {
				t.Fatalf("%d bits: T_%d is %#x, want %#x", n, u, sums[u], sum)
			}
		}
	}
}

// TestPackAll: like Pack for sixteen elements each; what is no bit is found wherever it is.
func TestPackAll(t *testing.T) {
	f, r := Field{}, rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 15, 16, 17, 100} {
		all, want, dst := make([]Elem, n), make([]uint16, (n+15)/16), make([]uint16, (n+15)/16)
		for i := range all {
			all[i].Lo = r.Uint64() & 1
			want[i/16] |= uint16(all[i].Lo) << (i % 16)
		}
		for m, b := range want {
			want[m] = f.Pack(b)
		}
		if i := f.PackAll(dst, all); i != -1 || !slices.Equal(dst, want) {
			t.Errorf("%d bits: %v and %d, want %v", n, dst, i, want)
		}
		for i := range all {
			for _, no := range []Elem{{Lo: 2}, {Lo: 1 << 63}, {Hi: 1}, {Lo: 1, Hi: 1 << 63}, {Lo: 3}} {
				bit := all[i]
				all[i] = no
				if got := f.PackAll(dst, all); got != i {
					t.Errorf("%v at %d: found at %d", no, i, got)
				}
				all[i] = bit
			}
		}
	}
}

// TestSetBits: a bit of each word, and which elements are no bits.
func TestSetBits(t *testing.T) {
	row := []Elem{{}, {Lo: 1}, {Lo: 2}, {Lo: 3}, {Hi: 1}, {Lo: 1, Hi: 1 << 63}, {Lo: 1 << 63}}
	for c := range 64 {
		words, rest := make([]uint64, len(row)), make([]uint64, len(row))
		words[0], words[1], rest[1] = 1<<c^5, 8, 0
		before := words[1]
		Field{}.SetBits(words, rest, row, c)
		if words[0] != 1<<c^5 || words[1] != before|1<<c {
			t.Errorf("bit %d: words %v", c, words)
		}
		for i, r := range rest {
			if (r != 0) != (i > 1) {
				t.Errorf("bit %d: element %v has the rest %d", c, row[i], r)
			}
		}
	}
}

// TestTraceSumsRefuse: more coefficients than there are bits, and weights that
// are not 128, are a defect of the caller.
func TestTraceSumsRefuse(t *testing.T) {
	for name, call := range map[string]func(){
		"coefficients": func() { Field{}.TraceSums(make([]Elem, 17), make([]uint16, 1)) },
		"weights":      func() { Field{}.TraceWeights(make([]Elem, 127), nil) },
		"symbols":      func() { Field{}.PackAll(make([]uint16, 2), make([]Elem, 16)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func BenchmarkTrace(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	coefs, packed, w := make([]Elem, 78_224), make([]uint16, 4_889), make([]Elem, degree)
	for i := range coefs {
		coefs[i] = randomElem(r)
	}
	for i := range packed {
		packed[i] = uint16(r.Uint32())
	}
	for i := range w {
		w[i] = randomElem(r)
	}
	b.Run("sums", func(b *testing.B) {
		for b.Loop() {
			Field{}.TraceSums(coefs, packed)
		}
	})
	b.Run("weights", func(b *testing.B) {
		for b.Loop() {
			Field{}.TraceWeights(w, coefs)
		}
	})
}
