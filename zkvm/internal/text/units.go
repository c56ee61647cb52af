package text

import (
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// UnitStep is γ, of order 2^16 - 1: its powers tell the places of characters apart.
var UnitStep = gf128.Pow(gf128.Generator(), 0x0001000100010001, 0x0001000100010001)

// Emitted is what the bytes of a document emit.
type Emitted struct {
	Emits  []ref
	Packed []ref // the emitted byte, 0 if none
	bits   [][8]ref
	upper  []ref       // see UnitCase
	Values []json.Unit // secret
}

// Units commits what the bytes of a document emit, once.
func (s *Source) Units(m *machine.Machine) *Emitted {
	if s.emitted != nil {
		return s.emitted
	}
	n := s.Size()
	u := &Emitted{Emits: make([]ref, n), Packed: make([]ref, n), bits: make([][8]ref, n), Values: make([]json.Unit, n)}
	s.emitted = u
	if s.Rows != nil {
		u.Values = json.Unescape(s.Rows[:n])
	}
	for i := range n {
		v := u.Values[i]
		refs := json.UnitRefs{Emits: m.Derived(v.Emits)}
		for k := range refs.Bits {
			refs.Bits[k] = m.Derived(v.Byte>>k&1 == 1)
		}
		u.Emits[i], u.bits[i] = refs.Emits, refs.Bits
		if !m.Wiring() {
			m.Instance(circuits.Unescape)
			continue
		}
		var back [json.LookBack]*json.Position
		for k := range back {
			back[k] = s.Positions[max(i-k, 0)]
		}
		m.Instance(circuits.Unescape, json.AppendUnescape(nil, back, &refs)...)
		u.Packed[i] = m.Pack(refs.Bits[:])
	}
	return u
}

// UnitCase is, for each byte, the bit that it emits one of A to Z.
func (s *Source) UnitCase(m *machine.Machine) []ref {
	u := s.Units(m)
	if u.upper == nil {
		u.upper = make([]ref, s.Size())
		for i := range u.upper {
			u.upper[i] = m.Derived(IsUpper(u.Values[i].Byte))
			if m.Wiring() {
				m.Instance(circuits.Fold, append(u.bits[i][:], u.upper[i])...)
			} else {
				m.Instance(circuits.Fold)
			}
		}
	}
	return u.upper
}

// IsUpper reports whether a byte is one of A to Z.
func IsUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// IndexForm is the index of a character, at + by·of.
type IndexForm struct {
	At, By elem
	Of     ref
}

// Entry is the factor of one character in products that match characters with places: 1 + b·(1 + α + unit +
// θ·index + θ²·upper). upper has one form, or none where nothing folds.
func Entry(m *machine.Machine, b, unit ref, p IndexForm, upper []ref) factor {
	if !m.Wiring() {
		return factor{}
	}
	theta := m.Theta()
	terms := []term{{K: one, Ref: unit}}
	if p.By != (elem{}) {
		terms = append(terms, term{K: field.Mul(theta, p.By), Ref: p.Of})
	}
	for _, r := range upper {
		terms = append(terms, term{K: field.Mul(theta, theta), Ref: r})
	}
	c := field.Add(one, field.Add(m.Alpha(), field.Mul(theta, p.At)))
	return factor{B: b, H: m.Space().Affine(c, terms...)}
}
