package zkvm

import (
	"fmt"
	"math"
)

// minBits is the soundness in bits that a statement's proof must have.
const minBits = 100

// risk adds to the statement's own soundness error, in units of 2^-128: the
// number of values of a challenge for which a false condition could pass. Each
// gadget declares what it adds where it uses a challenge; docs/protocol.md lists
// the terms.
func (m *machine) risk(values int) {
	if !m.wiring() {
		m.risks += values
	}
}

// linkRisk is the link's error for one document, in the same units: y mod 2^128-1
// hits a value fixed before for at most two of the 2^128 values of some c_j.
const linkRisk = 2

// bits is the soundness of the statement's proof, in bits: minus the logarithm
// of the sum of the proof system's error and the statement's own.
func (p *plan) bits() float64 {
	own := float64(p.risks+linkRisk*len(p.es256())) * math.Exp2(-128)
	return -math.Log2(math.Exp2(-p.system.Bits()) + own)
}

func (p *plan) checkSoundness() error {
	if b := p.bits(); b < minBits {
		return fmt.Errorf("soundness of %.1f bits, at least %d wanted: use fewer members or a smaller document", b, minBits)
	}
	return nil
}

// Soundness is the number of bits of soundness of a statement's proof: a prover
// of a false statement succeeds with probability at most 2^-bits for each hash
// that it computes.
func Soundness(st *Statement) (bits float64, err error) {
	p, err := newPlan(st, nil, nil)
	if err != nil {
		return 0, err
	}
	return p.bits(), nil
}
