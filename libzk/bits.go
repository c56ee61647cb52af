package libzk

import (
	"math"

	"github.com/zkpass-go/zkpass/libzk/opening"
)

// Bits is the soundness of the proof system in bits: minus the logarithm of the
// sum of the error probabilities of both commitments and all sumchecks. What a
// statement adds by its own challenges is its author's to add (see
// docs/protocol.md for the terms).
func (s *System) Bits() float64 {
	e := partError(s.gf, s.gfShape, gfBits)
	if s.p != nil {
		e += partError(s.p, s.pShape, p256Bits)
	}
	return -math.Log2(e)
}

func partError[E comparable](p *part[E], g opening.Geometry, fieldBits float64) float64 {
	// The sumcheck, the weights of the linear constraints, those of the traces.
	steps := p.batch.Steps() + 1
	if p.packing != nil {
		steps++
	}
	return g.Error(fieldBits) + float64(steps)*math.Exp2(-fieldBits)
}
