// Package ligero is the commitment of draft-google-cfrg-libzk: a witness vector
// in the rows of a Reed-Solomon tableau, opened at random columns, with tests
// for low degree, for linear constraints and for products.
//
// The package works in phases, so that a caller can put several tableaus under
// one Merkle tree and one choice of columns: Commit lays out and encodes,
// Respond answers the challenges with polynomials, Column and Open give the
// columns; Verify takes all of it. Hashing columns and Fiat-Shamir are the
// caller's; package libzk does both.
//
// Soundness and zero knowledge are those of Ames, Hazay, Ishai and
// Venkitasubramaniam (Ligero, 2017) with the parameters that the caller
// chooses; see Geometry.Bits.
package ligero

import (
	"fmt"
	"math"
)

// Geometry fixes the shape of a tableau. All counts are in field elements.
type Geometry struct {
	Witness int // length of the witness vector
	Quads   int // number of product constraints

	Block   int // message length of a witness row, randomness included
	DBlock  int // message length of a product of two rows: 2·Block - 1
	Encoded int // length of a code word; the first DBlock symbols are never opened
	Queries int // opened columns, and random elements in each row

	// Products says that the tableau has the rows that prove product constraints.
	// The draft's has them always; a tableau without saves them.
	Products bool
}

// NewGeometry is the draft's geometry for an inverse rate, a number of queries
// and a code word length.
func NewGeometry(witness, quads, inverseRate, queries, encoded int) (Geometry, error) {
	block := (encoded + 1) / (2 + inverseRate)
	g := Geometry{Witness: witness, Quads: quads, Block: block, DBlock: 2*block - 1, Encoded: encoded, Queries: queries, Products: true}
	return g, g.Validate()
}

// Validate checks the relations between the fields.
func (g Geometry) Validate() error {
	switch {
	case g.Witness < 1 || g.Quads < 0 || g.Queries < 1:
		return fmt.Errorf("ligero geometry: %d witness elements, %d products, %d queries", g.Witness, g.Quads, g.Queries)
	case g.DBlock != 2*g.Block-1:
		return fmt.Errorf("ligero geometry: double block %d is not 2·%d - 1", g.DBlock, g.Block)
	case g.Block <= g.Queries:
		return fmt.Errorf("ligero geometry: block %d leaves no room beside %d queries", g.Block, g.Queries)
	case g.Columns() < g.Queries:
		return fmt.Errorf("ligero geometry: %d columns for %d queries", g.Columns(), g.Queries)
	case g.Encoded > 1<<16:
		return fmt.Errorf("ligero geometry: code word of %d symbols, at most %d", g.Encoded, 1<<16)
	case g.Quads > 0 && !g.Products:
		return fmt.Errorf("ligero geometry: %d products in a tableau without product rows", g.Quads)
	}
	return nil
}

// Columns is the number of columns that can be opened.
func (g Geometry) Columns() int { return g.Encoded - g.DBlock }

// Width is the number of witness elements in a row.
func (g Geometry) Width() int { return g.Block - g.Queries }

// WitnessRows is the number of rows that hold the witness.
func (g Geometry) WitnessRows() int { return (g.Witness + g.Width() - 1) / g.Width() }

// QuadRows is the number of rows for each factor of the products.
func (g Geometry) QuadRows() int { return (g.Quads + g.Width() - 1) / g.Width() }

// blinding rows: low degree, linear and, with Products, quadratic.
func (g Geometry) blinding() int {
	if g.Products {
		return 3
	}
	return 2
}

// Rows is the number of rows of the tableau.
func (g Geometry) Rows() int { return g.blinding() + g.dataRows() }

// dataRows are the rows under test: witness rows and product rows.
func (g Geometry) dataRows() int { return g.WitnessRows() + 3*g.QuadRows() }

// SubfieldRow reports whether row r is declared to lie in the subfield when the
// first boundary elements of the witness do. The declaration concerns the
// encoding only: nothing enforces it (soundness never rests on it).
func (g Geometry) SubfieldRow(r, boundary int) bool {
	i := r - g.blinding()
	return i >= 0 && i < g.WitnessRows() && (i+1)*g.Width() <= boundary
}

// Bits is the soundness of the commitment over a field of 2^fieldBits elements,
// in bits, by the unique-decoding analysis: a prover whose tableau is not close
// to a code word, or whose constraints do not hold, passes with probability at
// most 2^-Bits. With n = Columns, k = Block, t = Queries, it is
//
//	C((n+k)/2, t)/C(n, t) + C(2k-2, t)/C(n, t) + (n+2)/2^fieldBits.
func (g Geometry) Bits(fieldBits float64) float64 {
	n, k, t := g.Columns(), g.Block, g.Queries
	p := math.Exp2(chooseRatio((n+k)/2, n, t)) + math.Exp2(chooseRatio(2*k-2, n, t)) + float64(n+2)*math.Exp2(-fieldBits)
	return -math.Log2(p)
}

// chooseRatio is log2 of C(a, t)/C(n, t).
func chooseRatio(a, n, t int) float64 {
	s := 0.0
	for i := range t {
		if a-i <= 0 {
			return math.Inf(-1)
		}
		s += math.Log2(float64(a-i)) - math.Log2(float64(n-i))
	}
	return s
}
