package ligero

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
)

func TestGeometry(t *testing.T) {
	g, err := NewGeometry(1000, 20, 4, 16, 256)
	if err != nil {
		t.Fatal(err)
	}
	// 257/6 = 42 symbols a row, 16 of them random; 1000/26 = 39 witness rows, one
	// row for each factor of the products, three blinding rows.
	if got, want := fmt.Sprint(g.Block, g.DBlock, g.Columns(), g.Width(), g.WitnessRows(), g.QuadRows(), g.Rows()), "42 83 173 26 39 1 45"; got != want {
		t.Errorf("block, double block, columns, width, witness rows, product rows, rows = %s, want %s", got, want)
	}
	g.Quads, g.Products = 0, false
	if got, want := g.Rows(), 41; got != want {
		t.Errorf("%d rows without products, want %d", got, want)
	}
	for boundary, want := range map[int]int{0: 0, 25: 0, 26: 1, 27: 1, 51: 1, 52: 2, 1000: 38, 39 * 26: 39, 1 << 20: 39} {
		n := 0
		for r := range g.Rows() + 5 {
			if g.SubfieldRow(r, boundary) {
				n++
			}
		}
		if n != want || g.SubfieldRow(0, boundary) || g.SubfieldRow(1, boundary) || g.SubfieldRow(-1, boundary) {
			t.Errorf("boundary %d: %d rows in the subfield, want %d and no blinding row", boundary, n, want)
		}
	}
}

func TestValidate(t *testing.T) {
	good := Geometry{Witness: 10, Block: 20, DBlock: 39, Encoded: 100, Queries: 8}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		change func(g *Geometry)
		reason string
	}{
		{func(g *Geometry) { g.Witness = 0 }, "0 witness"},
		{func(g *Geometry) { g.Quads = -1 }, "-1 products"},
		{func(g *Geometry) { g.Queries = 0 }, "0 queries"},
		{func(g *Geometry) { g.DBlock = 40 }, "double block"},
		{func(g *Geometry) { g.Block, g.DBlock = 8, 15 }, "no room"},
		{func(g *Geometry) { g.Encoded = 46 }, "7 columns"},
		{func(g *Geometry) { g.Encoded = 1<<16 + 1 }, "65537"},
		{func(g *Geometry) { g.Quads = 1 }, "without product rows"},
	} {
		g := good
		v.change(&g)
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), v.reason) {
			t.Errorf("%+v: %v, want %q", g, err, v.reason)
		}
	}
	if _, err := NewGeometry(10, 0, 4, 128, 256); err == nil {
		t.Error("a block smaller than the queries is accepted")
	}
}

// rated is a geometry of n columns with block n/rate.
func rated(n, rate, queries int) Geometry {
	k := n / rate
	return Geometry{Witness: 1, Block: k, DBlock: 2*k - 1, Encoded: n + 2*k - 1, Queries: queries}
}

// TestBits compares with the published figures: the analysis of the reference
// implementation's parameters (166, 145, 140 and 136 columns reach 115 bits at
// rates 1/4, 1/6, 1/7 and 1/8; 128 columns at rate 1/4 reach 86 to 90; 132 at
// rate 1/7 about 109 with code words of 4096) and the protocol's own table.
func TestBits(t *testing.T) {
	for _, v := range []struct {
		rate, queries int
		want          float64
	}{
		{4, 166, 115}, {6, 145, 115}, {7, 140, 115}, {8, 136, 115},
		{4, 148, 103}, {7, 128, 105.5}, {7, 132, 108.5}, {8, 128, 108.5}, {16, 114, 105.5}, {4, 128, 88},
	} {
		if got := rated(4096, v.rate, v.queries).Bits(128); math.Abs(got-v.want) > 1 {
			t.Errorf("rate 1/%d, %d queries: %.2f bits, want about %.1f", v.rate, v.queries, got, v.want)
		}
	}
	g, err := NewGeometry(1, 1, 7, 132, 4096)
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Bits(128); math.Abs(got-109.6) > 0.1 {
		t.Errorf("reference parameters: %.2f bits, want 109.6", got)
	}
	// Many columns: the limits (9/16)^128 and (5/8)^148.
	if got := rated(30000, 8, 128).Bits(256); got < 106.25 || got > 106.7 {
		t.Errorf("rate 1/8, 30000 columns: %.2f", got)
	}
	if got := rated(30000, 4, 148).Bits(256); got < 100.3 || got > 100.8 {
		t.Errorf("rate 1/4, 30000 columns: %.2f", got)
	}
	// The field bounds it.
	if got := rated(4096, 8, 1000).Bits(128); got > 128-12 || got < 128-12.1 {
		t.Errorf("many queries: %.2f bits, want 128 - log2(4098)", got)
	}
}

// TestBitsExactly compares with binomial coefficients.
func TestBitsExactly(t *testing.T) {
	for _, v := range [][3]int{{1024, 128, 128}, {1100, 137, 128}, {200, 30, 16}, {173, 42, 16}, {3000, 375, 128}} {
		n, k, q := int64(v[0]), int64(v[1]), int64(v[2])
		binomial := func(a int64) *big.Int { return new(big.Int).Binomial(a, q) }
		sum := new(big.Rat).SetFrac(new(big.Int).Add(binomial((n+k)/2), binomial(2*k-2)), binomial(n))
		sum.Add(sum, new(big.Rat).SetFrac(big.NewInt(n+2), new(big.Int).Lsh(big.NewInt(1), 128)))
		p, _ := sum.Float64()
		g := Geometry{Block: int(k), DBlock: int(2*k - 1), Encoded: int(n + 2*k - 1), Queries: int(q)}
		if got, want := g.Bits(128), -math.Log2(p); math.Abs(got-want) > 1e-6 {
			t.Errorf("n %d, k %d, t %d: %.9f bits, want %.9f", n, k, q, got, want)
		}
	}
}
