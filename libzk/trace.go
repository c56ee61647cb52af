package libzk

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Bits are committed sixteen to a symbol, see gf128/pack.go, and the commitment
// opens linear functionals of symbols. What is known of bits is a linear form
// over the field,
//
//	Σ a_i·b_i + Σ f_k·z_k = c        b: bits, z: symbols and full elements.
//
// One message turns it into a functional of what is committed. With 128 masks
// τ_u, committed symbols, and σ = Σ x^u·Tr(τ_u), a committed element, the prover
// sends
//
//	T_u = Σ_m B_{m,u}·p_m + τ_u      p: packed bits, B as in gf128.
//
// The bits of Σ a_i·b_i + σ are the traces of the T_u, so with S = Σ x^u·Tr(T_u)
// it remains to show that T is right and that Σ f_k·z_k + σ = c + S (signs as in
// characteristic two). Weights φ_u, φ drawn after T join these:
//
//	Σ_m A_m·p_m + Σ_u φ_u·τ_u + φ·(Σ_k f_k·z_k + σ) = Σ_u φ_u·T_u + φ·(c + S).
//
// T is uniform as τ is, which nothing else reads. docs/soundness.md has the
// argument, also why σ need not be proven to be right.

// packed is the number of symbols that the bits take.
func (p *part[E]) packed() int { return (p.Bits + 15) / 16 }

// masks is the number of masks τ.
func (p *part[E]) masks() int {
	if p.packing == nil {
		return 0
	}
	return p.packing.Degree()
}

// shortLen is the number of symbols committed: packed bits, symbols, τ.
func (p *part[E]) shortLen() int { return p.packed() + p.Symbols + p.masks() }

// fullLen is the number of full elements committed: full secrets, σ if there are
// bits, then the masks of rows and the pads.
func (p *part[E]) fullLen() int { return p.Full + min(p.masks(), 1) + p.witness - p.secrets }

// vector makes what is committed of the witness.
func (p *part[E]) vector(witness []E, rng io.Reader) (v opening.Vector[E], err error) {
	f := p.Field
	v.Short = make([]uint16, p.packed(), p.shortLen())
	if p.packing != nil {
		if i := p.packing.PackAll(v.Short, witness[:p.Bits]); i >= 0 {
			return v, fmt.Errorf("secret %d over %s is no bit, the first %d must be", i, f.Name(), p.Bits)
		}
	}
	for i, e := range witness[p.Bits : p.Bits+p.Symbols] {
		s, ok := f.(field.Symbols[E]).Symbol(e)
		if !ok {
			return v, fmt.Errorf("secret %d over %s is not in the subfield, as it must be", p.Bits+i, f.Name())
		}
		v.Short = append(v.Short, s)
	}
	b := make([]byte, 2*p.masks())
	if _, err := io.ReadFull(rng, b); err != nil {
		return v, fmt.Errorf("drawing masks: %w", err)
	}
	for i := 0; i < len(b); i += 2 {
		v.Short = append(v.Short, binary.LittleEndian.Uint16(b[i:]))
	}
	v.Full = append(make([]E, 0, p.fullLen()), witness[p.Bits+p.Symbols:p.secrets]...)
	if p.packing != nil {
		v.Full = append(v.Full, p.packing.TraceValue(v.Short[len(v.Short)-p.masks():]))
	}
	v.Full = append(v.Full, witness[p.secrets:]...)
	return v, nil
}

// traces is the message T for the linear form with these coefficients.
func (p *part[E]) traces(v opening.Vector[E], coefficients []E) []uint16 {
	if p.packing == nil {
		return nil
	}
	sums := p.packing.TraceSums(coefficients[:p.Bits], v.Short[:p.packed()])
	for u, mask := range v.Short[len(v.Short)-p.masks():] {
		sums[u] ^= mask
	}
	return sums
}

// claimOf is claim, and consumes the coefficients.
func (p *part[E]) claimOf(t *transcript.Transcript, constant E, coefficients []E, traces []uint16) opening.Claim[E] {
	claim := p.claim(t, constant, coefficients, traces)
	if p.packing != nil { // else they are those of the claim
		buffers.Free(coefficients)
	}
	return claim
}

// claim turns constant + Σ coefficients[i]·W[i] = 0 into a claim about what is
// committed. It absorbs T, which is empty without bits, and draws its weights.
func (p *part[E]) claim(t *transcript.Transcript, constant E, coefficients []E, traces []uint16) opening.Claim[E] {
	if p.packing == nil {
		forms := coefficients[p.Bits:]
		return opening.Claim[E]{Short: forms[:p.Symbols], Full: forms[p.Symbols:], Value: p.Field.Neg(constant)}
	}
	t.WriteBytes(appendSymbols(nil, traces))
	return p.joined(constant, coefficients, traces, transcript.Challenges(t, p.Field, p.masks()+1))
}

// joined is the claim with weights φ_u, and φ as the last of them.
func (p *part[E]) joined(constant E, coefficients []E, traces []uint16, weights []E) opening.Claim[E] {
	f := p.Field
	weights, rest := weights[:p.masks()], weights[p.masks()]
	value := f.Mul(rest, f.Add(f.Neg(constant), p.packing.TraceValue(traces)))
	for u, s := range traces {
		value = f.Add(value, f.Mul(weights[u], p.packing.FromSymbol(s)))
	}
	forms := append([]E(nil), coefficients[p.Bits:]...) // of all but the bits
	f.Scale(forms, rest)
	short := append(p.packing.TraceWeights(weights, coefficients[:p.Bits]), forms[:p.Symbols]...)
	full := append(make([]E, 0, p.fullLen()), forms[p.Symbols:p.Symbols+p.Full]...)
	full = append(append(full, rest), forms[p.Symbols+p.Full:]...)
	return opening.Claim[E]{Short: append(short, weights...), Full: full, Value: value}
}

func appendSymbols(b []byte, symbols []uint16) []byte {
	for _, s := range symbols {
		b = binary.LittleEndian.AppendUint16(b, s)
	}
	return b
}
