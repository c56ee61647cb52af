package gf128

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// lagrange evaluates the polynomial of degree below len(values) with the given
// values at the first code points, at code point x, by the definition.
func lagrange(values []Elem, x int) Elem {
	var f Field
	var sum Elem
	for i, y := range values {
		num, den := f.One(), f.One()
		for j := range values {
			if j != i {
				num = mulGeneric(num, add(f.CodePoint(x), f.CodePoint(j)))
				den = mulGeneric(den, add(f.CodePoint(i), f.CodePoint(j)))
			}
		}
		sum = add(sum, mulGeneric(y, mulGeneric(num, f.Inv(den))))
	}
	return sum
}

// codes are pairs (k, n): powers of two, primes and their neighbours.
var codes = [][2]int{
	{1, 1}, {1, 2}, {1, 9}, {2, 2}, {2, 3}, {2, 8}, {3, 3}, {3, 4}, {3, 5}, {3, 17},
	{4, 5}, {5, 5}, {5, 8}, {5, 9}, {6, 13}, {7, 7}, {7, 8}, {7, 64}, {8, 9}, {9, 16},
	{9, 31}, {13, 101}, {15, 16}, {16, 17}, {16, 33}, {17, 17}, {17, 40}, {31, 97},
	{32, 32}, {32, 40}, {33, 34}, {33, 130}, {51, 256}, {63, 127}, {64, 65}, {65, 131},
	{97, 389},
}

func TestEncodeIsLagrangeExtension(t *testing.T) {
	forEachInstructionSet(t, testEncodeIsLagrangeExtension)
}

func testEncodeIsLagrangeExtension(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range codes {
		k, n := c[0], c[1]
		t.Run(fmt.Sprintf("k=%d,n=%d", k, n), func(t *testing.T) {
			row := make([]Elem, n)
			for i := range row {
				row[i] = randomElem(rng) // what is beyond k must not matter
			}
			message := append([]Elem(nil), row[:k]...)
			NewEncoder(k, n).Encode(row)
			for i := range n {
				if i < k {
					if row[i] != message[i] {
						t.Fatalf("message symbol %d was changed", i)
					}
					continue
				}
				if i%(1+n/64) != 0 && i != n-1 {
					continue // the definition is quadratic per symbol
				}
				if want := lagrange(message, i); row[i] != want {
					t.Fatalf("code symbol %d: got %x, want %x", i, row[i], want)
				}
			}
		})
	}
}

func TestEncodeSymbolsAgreesWithEncode(t *testing.T) {
	forEachInstructionSet(t, testEncodeSymbolsAgreesWithEncode)
}

func testEncodeSymbolsAgreesWithEncode(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	sizes := append([][2]int{
		{1000, 5600}, {1023, 1025}, {1024, 1024}, {4097, 8193}, {40000, 65536}, {65536, 65536},
	}, codes...)
	for k := 33; k <= 300; k++ {
		sizes = append(sizes, [2]int{k, k + rng.IntN(2*k)})
	}
	for _, c := range sizes {
		k, n := c[0], c[1]
		e := NewEncoder(k, n)
		row, symbols := make([]Elem, n), make([]uint16, n)
		for range 2 { // the second time with used scratch
			for i := range n { // what is beyond k must not matter
				symbols[i] = uint16(rng.Uint32())
				row[i] = FromSymbol(symbols[i])
			}
			e.Encode(row)
			e.EncodeSymbols(symbols)
			for i := range row {
				if s, ok := ToSymbol(row[i]); !ok || s != symbols[i] {
					t.Fatalf("k=%d n=%d: code symbol %d: Encode %x, EncodeSymbols %x", k, n, i, row[i], FromSymbol(symbols[i]))
				}
			}
		}
	}
}

// Any k symbols of a code word determine it: so re-encoding from another place
// needs no test of its own, but a polynomial known in closed form does.
func TestEncodeMonomials(t *testing.T) {
	var f Field
	const k, n = 700, 3000
	e := NewEncoder(k, n)
	for _, degree := range []uint64{0, 1, 2, 511, 512, 699} {
		row := make([]Elem, n)
		for i := range k {
			row[i] = Pow(f.CodePoint(i), 0, degree)
		}
		e.Encode(row)
		for i := k; i < n; i++ {
			if want := Pow(f.CodePoint(i), 0, degree); row[i] != want {
				t.Fatalf("x^%d at code point %d: got %x, want %x", degree, i, row[i], want)
			}
		}
	}
}

// Two goroutines share an encoder that has no tables yet.
func TestEncoderIsConcurrent(t *testing.T) {
	const k, n = 100, 1000
	message, symbols := make([]Elem, k), make([]uint16, k)
	rng := rand.New(rand.NewPCG(23, 24))
	for i := range k {
		message[i], symbols[i] = randomElem(rng), uint16(rng.Uint32())
	}
	encode := func(e *Encoder) ([]Elem, []uint16) {
		row, symbolRow := make([]Elem, n), make([]uint16, n)
		copy(row, message)
		copy(symbolRow, symbols)
		e.Encode(row)
		e.EncodeSymbols(symbolRow)
		return row, symbolRow
	}
	wantRow, wantSymbols := encode(NewEncoder(k, n))
	shared := NewEncoder(k, n)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				row, symbolRow := encode(shared)
				if !slices.Equal(row, wantRow) || !slices.Equal(symbolRow, wantSymbols) {
					t.Error("concurrent encoding differs")
				}
			}
		})
	}
	wg.Wait()
}

func TestEncoderPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"k=0":       func() { NewEncoder(0, 4) },
		"k>n":       func() { NewEncoder(5, 4) },
		"n>65536":   func() { NewEncoder(5, 1<<16+1) },
		"short row": func() { NewEncoder(2, 4).Encode(make([]Elem, 3)) },
		"long row":  func() { NewEncoder(2, 4).EncodeSymbols(make([]uint16, 5)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range [][2]int{{800, 5600}, {512, 4096}} {
		row, symbols := make([]Elem, c[1]), make([]uint16, c[1])
		rng := rand.New(rand.NewPCG(5, 6))
		for i := range row {
			row[i], symbols[i] = randomElem(rng), uint16(rng.Uint32())
		}
		for _, set := range instructionSets() {
			b.Run(fmt.Sprintf("elems/k=%d,n=%d/%s", c[0], c[1], set.name), func(b *testing.B) {
				defer set.use()()
				e := NewEncoder(c[0], c[1])
				for b.Loop() {
					e.Encode(row)
				}
			})
			b.Run(fmt.Sprintf("symbols/k=%d,n=%d/%s", c[0], c[1], set.name), func(b *testing.B) {
				defer set.use()()
				e := NewEncoder(c[0], c[1])
				for b.Loop() {
					e.EncodeSymbols(symbols)
				}
			})
		}
	}
}

// The first row of each kind, with the tables it needs.
func BenchmarkNewEncoder(b *testing.B) {
	row, symbols := make([]Elem, 5600), make([]uint16, 5600)
	for b.Loop() {
		e := NewEncoder(800, 5600)
		e.Encode(row)
		e.EncodeSymbols(symbols)
	}
}
