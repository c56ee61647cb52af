package tom256

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"sync"
	"testing"
)

// bigGenerator is the definition over big integers.
func bigGenerator(c uint32) *bigPoint {
	for try := uint32(0); ; try++ {
		h := sha256.New()
		h.Write([]byte("zkpass libzk-v2 generator"))
		for _, v := range []uint32{c, try} {
			h.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)})
		}
		x := new(big.Int).SetBytes(h.Sum(nil))
		if x.Cmp(bigQ) >= 0 {
			continue
		}
		if y := new(big.Int).ModSqrt(bigRight(x), bigQ); y != nil {
			if y.Bit(0) == 1 {
				y.Sub(bigQ, y)
			}
			return &bigPoint{x, y}
		}
	}
}

// The generators are what their definition says, distinct, and none is a multiple or
// the opposite of a multiple of another by a number up to 64, nor the sum or
// difference of two others.
func TestGenerators(t *testing.T) {
	const n = 96
	points := append([]Point{Blinder()}, Generators(n)...)
	for i, p := range points {
		number := uint32(i - 1)
		if i == 0 {
			number = 1 << 31
		}
		if want := bigGenerator(number).point(); p != want {
			t.Fatalf("generator %d is %x, want %x", number, p, want)
		}
		if p != Generator(number) {
			t.Fatalf("generator %d of the list is not Generator(%d)", number, number)
		}
	}
	seen := make(map[string]int) // by x: a point and its opposite are one
	key := func(p Point) string { return hex.EncodeToString(p.Append(nil)[1:]) }
	for i, p := range points {
		multiple := p
		for k := 1; k <= 64; k++ {
			if other, ok := seen[key(multiple)]; ok && k == 1 {
				t.Fatalf("generators %d and %d are small multiples of each other", i-1, other-1)
			}
			seen[key(multiple)] = i
			multiple = multiple.Add(p)
		}
	}
	if len(seen) != 64*len(points) {
		t.Errorf("%d distinct small multiples, want %d", len(seen), 64*len(points))
	}
	for i := range points {
		for j := range i {
			for _, sum := range []Point{points[i].Add(points[j]), points[i].Add(points[j].Neg())} {
				if other, ok := seen[key(sum)]; ok {
					t.Fatalf("generators %d, %d and %d are related", i-1, j-1, other-1)
				}
			}
		}
	}
}

// The first ones, for ever: a proof made today must verify later.
func TestGeneratorsGolden(t *testing.T) {
	for _, c := range []struct {
		number uint32
		want   string
	}{
		{0, "0253b8bc5f331e8ef2c3a68205cd5c85302a508c386feb10f93edd9568fe50c8f0"},
		{1, "0292159f21f8054eb0907aa226098077cdc262179d2950278f50a2f982ee56f45b"},
		{1 << 31, "02845861692886c9fdce67a91e413d2f75134c150ce365c3083812ca5e9cfe7938"},
	} {
		if got := hex.EncodeToString(Generator(c.number).Append(nil)); got != c.want {
			t.Errorf("generator %d is %s, want %s", c.number, got, c.want)
		}
	}
}

func TestGeneratorsConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			n := 10 + 30*i
			if points := Generators(n); len(points) != n || points[n-1] != Generator(uint32(n-1)) {
				t.Errorf("Generators(%d): wrong", n)
			}
		})
	}
	wg.Wait()
}
