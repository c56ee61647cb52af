package p256

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

// lagrange is the value at x of the polynomial with the values ys at 0, 1, ...,
// by the definition and by fp's arithmetic.
func lagrange(ys []Elem, x int) Elem {
	var sum Elem
	at := fp.NewElement(uint64(x))
	num, den := make([]Elem, len(ys)), make([]Elem, len(ys))
	for i := range ys {
		num[i], den[i] = ys[i], fp.One()
		xi := fp.NewElement(uint64(i))
		for j := range ys {
			if j == i {
				continue
			}
			xj := fp.NewElement(uint64(j))
			var d Elem
			num[i].Mul(&num[i], d.Sub(&at, &xj))
			den[i].Mul(&den[i], d.Sub(&xi, &xj))
		}
	}
	den = fp.BatchInvert(den)
	for i := range ys {
		num[i].Mul(&num[i], &den[i])
		sum.Add(&sum, &num[i])
	}
	return sum
}

// Every code up to 40 symbols, by sums and by convolutions of every length.
func TestEncodeSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := 1; n <= 40; n++ {
		for k := 1; k <= n; k++ {
			ys := randomVec(r, k)
			want := make([]Elem, n)
			for x := range want {
				want[x] = lagrange(ys, x)
			}
			lengths := []int{0}
			for length := 2; length < 4*n; length *= 2 {
				if length >= k {
					lengths = append(lengths, length)
				}
			}
			for _, length := range lengths {
				row := randomVec(r, n) // what is in the place of the results must not matter
				copy(row, ys)
				newEncoder(k, n, length).Encode(row)
				if !slices.Equal(row, want) {
					t.Fatalf("k = %d, n = %d, convolutions of length %d: wrong code word", k, n, length)
				}
			}
		}
	}
}

// Real codes, against the definition at some places: both ends and random ones.
func TestEncode(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, c := range []struct{ k, n int }{
		{1, 1}, {1, 256}, {256, 256}, {42, 256}, {51, 256}, {127, 128}, {128, 129},
		{127, 1024}, {128, 1024}, {129, 1024}, {455, 3200}, {512, 4096}, {513, 4096},
		{600, 601}, {997, 1009}, {300, 65536},
	} {
		row := randomVec(r, c.n)
		ys := slices.Clone(row[:c.k])
		Field{}.NewEncoder(c.k, c.n).Encode(row)
		if !slices.Equal(row[:c.k], ys) {
			t.Errorf("k = %d, n = %d: Encode changed the message", c.k, c.n)
		}
		places := []int{0, c.k - 1, min(c.k, c.n-1), c.n - 1}
		for range 4 {
			places = append(places, r.IntN(c.n))
		}
		for _, x := range places {
			if row[x] != lagrange(ys, x) {
				t.Errorf("k = %d, n = %d: wrong symbol at %d", c.k, c.n, x)
			}
		}
	}
}

// A code word of degree below k is one of degree below k+1, and its windows of
// k symbols determine the rest: convolutions agree with sums over all of a long row.
func TestEncodeLongAgreesWithSums(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, c := range []struct{ k, n, length int }{
		{100, 5000, 128}, {100, 5000, 256}, {100, 5000, 8192}, {1000, 2500, 1024}, {1000, 2500, 2048},
	} {
		row := randomVec(r, c.n)
		want := slices.Clone(row)
		newEncoder(c.k, c.n, 0).Encode(want)
		newEncoder(c.k, c.n, c.length).Encode(row)
		if !slices.Equal(row, want) {
			t.Errorf("k = %d, n = %d, convolutions of length %d: differs from sums", c.k, c.n, c.length)
		}
	}
}

func TestEncodeConcurrently(t *testing.T) {
	for _, k := range []int{3, 100} {
		e := Field{}.NewEncoder(k, 400)
		want := randomVec(rand.New(rand.NewPCG(1, uint64(k))), 400)
		e.Encode(want)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 10 {
					row := make([]Elem, 400)
					copy(row, want[:k])
					if e.Encode(row); !slices.Equal(row, want) {
						t.Errorf("k = %d: concurrent encoding gives another code word", k)
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestEncoderPanics(t *testing.T) {
	var f Field
	mustPanic(t, "k = 0", func() { f.NewEncoder(0, 4) })
	mustPanic(t, "k > n", func() { f.NewEncoder(5, 4) })
	mustPanic(t, "n > 2^16", func() { f.NewEncoder(5, 1<<16+1) })
	mustPanic(t, "short row", func() { f.NewEncoder(2, 4).Encode(make([]Elem, 3)) })
	mustPanic(t, "long row", func() { f.NewEncoder(2, 4).Encode(make([]Elem, 5)) })
}

func TestRootOfUnity(t *testing.T) {
	one, i := pair{re: fp.One()}, pair{im: fp.One()}
	for log := 2; log <= maxRootLog; log++ {
		root := rootOfUnity(log)
		var norm, square Elem
		norm.Square(&root.re)
		square.Square(&root.im)
		norm.Add(&norm, &square)
		if norm != fp.One() {
			t.Errorf("order 2^%d: norm is not 1", log)
		}
		for range log - 2 {
			root.square()
		}
		if root != i {
			t.Errorf("order 2^%d: the power of order 4 is not i", log)
		}
		root.square()
		root.square()
		if root != one {
			t.Errorf("order 2^%d: wrong order", log)
		}
	}
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}
