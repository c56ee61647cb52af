package zkvm

import (
	"fmt"
	"math"

	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// minBits is the soundness in bits that a statement's proof must have. None that the
// query language allows has less; see docs/soundness.md.
const minBits = 104

// bits is the soundness of the statement's proof, in bits: minus the logarithm
// of the sum of the proof system's error and the statement's own.
func (p *plan) bits() float64 {
	own := float64(max(p.risk, signature.LinkRisk)) * math.Exp2(-128)
	return -math.Log2(math.Exp2(-p.system.Bits()) + own)
}

func (p *plan) checkSoundness() error {
	if b := p.bits(); b < minBits {
		return fmt.Errorf("soundness of %.1f bits, at least %d wanted: use fewer members or a smaller document", b, minBits)
	}
	return nil
}

// Soundness is the number of bits of soundness of a statement's proof: a prover
// that has committed to no witness succeeds with probability at most 2^-bits for each hash
// that it computes.
func Soundness(st *Statement) (bits float64, err error) {
	p, err := newPlan(st, nil, nil)
	if err != nil {
		return 0, err
	}
	return p.bits(), nil
}
