package text

import (
	"strings"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// TextPowers are Bytes[i]·α^i, made once.
func (s *Source) TextPowers(m *machine.Machine) []ref {
	if s.powers == nil {
		s.powers = m.Powers(s.Bytes)
	}
	return s.powers
}

// Lower maps A to Z to a to z and leaves all other bytes.
func Lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// Fold makes the document's bytes with A to Z as a to z.
func (s *Source) Fold(m *machine.Machine) []ref {
	if s.folded != nil {
		return s.folded
	}
	s.folded = make([]ref, s.Size())
	for i := range s.folded {
		upper := s.Rows != nil && s.Rows[i].X >= 'A' && s.Rows[i].X <= 'Z'
		u := m.Derived(upper)
		if m.Wiring() {
			m.Instance(circuits.Fold, append(s.Positions[i].X[:], u)...)
			s.folded[i] = m.Sum(term{K: one, Ref: s.Bytes[i]}, term{K: elem{Lo: 'a' - 'A'}, Ref: u})
		} else {
			m.Instance(circuits.Fold)
		}
	}
	return s.folded
}

// MarkedBytes are the bytes, each with x^8 added where a string opens that has an escape
// which the class does not allow.
func (s *Source) MarkedBytes(m *machine.Machine) []ref {
	if s.Escapes {
		return s.Bytes
	}
	if s.marked != nil {
		return s.marked
	}
	s.marked = make([]ref, s.Size())
	if !m.Wiring() {
		m.Count(len(s.marked), 2)
		return s.marked
	}
	for i := range s.marked {
		s.marked[i] = m.Sum(term{K: one, Ref: s.Bytes[i]}, term{K: machine.PowerOfX(8), Ref: s.Positions[i].Escape})
	}
	return s.marked
}

// BytesOf are the document's bytes, folded or not.
func (s *Source) BytesOf(m *machine.Machine, fold bool) []ref {
	if fold {
		return s.Fold(m)
	}
	return s.Bytes
}

// Writable reports whether a text can stand in a document without an escape.
func Writable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == '"' || r == '\\' })
}
