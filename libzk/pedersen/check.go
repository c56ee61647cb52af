package pedersen

import (
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

// ErrAnswer means that a row and a blinder do not open a combination of commitments.
var ErrAnswer = errors.New("row does not open the commitments")

// Check reports ErrAnswer unless
//
//	Σ_i weights[i]·commitments[i] = Σ_c row[c]·G_c + blinder·H
//
// in one sum of multiples. Weights that are zero leave their commitments out: the caller
// draws them after the commitments.
func Check(commitments []tom256.Point, weights, row []p256.Elem, blinder p256.Elem) error {
	if len(weights) != len(commitments) {
		panic(fmt.Sprintf("pedersen: %d weights for %d commitments", len(weights), len(commitments)))
	}
	points := append(basis(len(row)), commitments...)
	scalars := make([]p256.Elem, 0, len(points))
	scalars = append(scalars, p256.Field{}.Neg(blinder))
	for _, e := range row {
		scalars = append(scalars, p256.Field{}.Neg(e))
	}
	sum := tom256.Combine(points, append(scalars, weights...))
	if !sum.IsInfinity() {
		return ErrAnswer
	}
	return nil
}
