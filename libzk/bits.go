package libzk

import (
	"math"

	"github.com/zkpass-go/zkpass/libzk/ligero"
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

func partError[E comparable](p *part[E], g ligero.Geometry, fieldBits float64) float64 {
	e := math.Exp2(-g.Bits(fieldBits))
	return e + float64(p.batch.Steps())*math.Exp2(-fieldBits)
}
