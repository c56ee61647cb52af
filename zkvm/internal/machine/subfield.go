package machine

import "github.com/zkpass-go/zkpass/libzk/gf128"

// Coordinates is the element of GF(2^16) with at most 16 bits as coordinates: 0
// only if all bits are.
func (m *Machine) Coordinates(bits []ref) ref {
	if !m.Wiring() {
		return 0
	}
	terms := make([]term, len(bits))
	for k, b := range bits {
		terms[k] = term{K: field.CodePoint(1 << k), Ref: b}
	}
	return m.Space().Sum(terms...)
}

// Inverse16 proves that not all of at most 16 bits are 0 where the bit g is 1, and
// leaves an honest prover free where it is 0. code is their value.
func (m *Machine) Inverse16(label string, g ref, bits []ref, code uint16) {
	w := m.Symbol(field.Inv(field.CodePoint(int(code))))
	m.Row(label, m.Coordinates(bits), w, g)
}

// SymbolBits is the number of bits in an element of GF(2^16).
const SymbolBits = 16

// PackSubfield is the form of the element of GF(2^16) of which bits are the coordinates.
func (m *Machine) PackSubfield(bits []ref) ref {
	if !m.Wiring() {
		return 0
	}
	terms := make([]term, len(bits))
	for b, r := range bits {
		terms[b] = term{K: gf128.FromSymbol(1 << b), Ref: r}
	}
	return m.Space().Sum(terms...)
}
