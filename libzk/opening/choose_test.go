package opening

import (
	"math"
	"math/big"
	"testing"
)

// TestChooseIsLeast compares with a search over all codes.
func TestChooseIsLeast(t *testing.T) {
	const queries = 128
	path := func(n int) int { return 26 * (bitsOf(n) - 6) }
	size := func(p Part, k, n int) int {
		g, err := NewGeometry(p.Short, p.Full, k, n, queries)
		if err != nil || k%8 != 0 || 8*k > n || 9*k > n+512 {
			return 0
		}
		return g.AnswerElems()*p.Size + g.OpenedSize(p.SymbolSize, p.Size)
	}
	for _, parts := range [][]Part{
		{{0, 1, 2, 16}},
		{{200, 60, 2, 16}, {0, 900, 32, 32}},
		{{5000, 940, 2, 16}, {0, 1550, 32, 32}},
		{{0, 3000, 32, 32}, {30_000, 2000, 2, 16}},
		{{900_000, 9000, 2, 16}, {0, 6000, 32, 32}},
	} {
		best, at := math.MaxInt, []int(nil)
		for n := 1024; n <= 57_344; n += 128 {
			sum, ks := queries*path(n), []int{n}
			for _, p := range parts {
				least, k := 0, 0
				for c := 8; 8*c <= n; c += 8 {
					if b := size(p, c, n); b > 0 && (k == 0 || b < least) {
						least, k = b, c
					}
				}
				if k == 0 {
					sum = math.MaxInt
					break
				}
				sum += least
				ks = append(ks, k)
			}
			if sum < best {
				best, at = sum, ks
			}
		}
		got, err := Choose(parts, queries, path)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range got {
			if g.Columns != at[0] || g.Block != at[i+1] || g.Queries != queries {
				t.Errorf("%v: part %d has n = %d, k = %d, want %v", parts, i, g.Columns, g.Block, at)
			}
			if g.Block < queries+g.Log+16 {
				t.Errorf("%v: block %d for L = %d", parts, g.Block, g.Log)
			}
		}
	}
	if _, err := Choose([]Part{{0, 1 << 40, 2, 16}}, queries, path); err == nil {
		t.Error("a code for 2^40 elements")
	}
}

func bitsOf(n int) int {
	b := 0
	for ; n > 0; n >>= 1 {
		b++
	}
	return b
}

// TestErrorOfEveryCode: a wrong answer passes with probability below 2^-108.4, whatever
// code is chosen. Of codes with one block that with the fewest columns errs most.
func TestErrorOfEveryCode(t *testing.T) {
	worst := math.Inf(-1)
	for k := 128 + 16; k <= longestBlock(MaxColumns); k += blockStep {
		n := MinColumns
		for longestBlock(n) < k {
			n += columnsStep
		}
		for range 3 { // no more columns, within these, err more
			worst = max(worst, chooseRatio((n+k)/2, n, 128))
			n += columnsStep
		}
	}
	if worst > -108.4 || worst < -108.6 {
		t.Errorf("2^%.3f", worst)
	}
}

// TestErrorExactly compares with binomial coefficients.
func TestErrorExactly(t *testing.T) {
	for _, v := range [][4]int{{1024, 128, 128, 1}, {3328, 416, 128, 5}, {28_416, 3552, 128, 8}, {400, 44, 20, 3}, {401, 44, 20, 3}} {
		n, k, q := int64(v[0]), int64(v[1]), int64(v[2])
		binomial := func(a int64) *big.Int { return new(big.Int).Binomial(a, q) }
		sum := new(big.Rat).SetFrac(binomial((n+k)/2), binomial(n))
		l := int64(v[3])
		sum.Add(sum, new(big.Rat).SetFrac(big.NewInt((l+1)*n+2*l+2), new(big.Int).Lsh(big.NewInt(1), 128)))
		p, _ := sum.Float64()
		g := Geometry{Block: int(k), Columns: int(n), Queries: int(q), Log: v[3]}
		if got := g.Error(128); math.Abs(got/p-1) > 1e-9 {
			t.Errorf("n %d, k %d, t %d: %g, want %g", n, k, q, got, p)
		}
	}
}
