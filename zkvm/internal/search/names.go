package search

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Names with escapes, in classes that allow them.
//
// Names are compared decoded: an object may be looked into whatever its names are
// written like, and a name that stands twice, in whatever spelling, is found twice.
// All names of the document are decoded at once, each where it stands, see
// package text. A byte is part of a name if it opens one, or lies in the open string
// where that is a name: both are bits of the recogniser, so nothing is committed for
// it, and two names have a colon between them.
//
// Each decoded character is marked with x^9, so that none is 0, not even U+0000, and
// what follows a name's last character is: a name is as long as its characters and no
// longer, though a quote may be one of them. So the name that starts at byte i is
// `"name"` exactly if the ℓ+2 marked characters from i on are those of `"name"`, and
// none belongs to the position after them.
//
// In classes without names are compared as they are written, and an own name with an
// escape makes its object unfit, see checkNames.

// decodedNames are the marked characters of all names, laid out once.
func (s *Tree) decodedNames(m *machine.Machine) []ref {
	if s.names != nil {
		return s.names
	}
	n := s.Size()
	inside, in := make([]ref, n), make([]bool, n)
	for i := range n {
		p := s.Position(m, i)
		inside[i] = m.Add(p.OpensName, p.Name)
		in[i] = s.Rows != nil && (s.Rows[i].Flags.Name || s.Rows[i].State.Name)
	}
	d := s.DecodePlaces(m, "a name", inside, text.TracePlaces(s.Units(m), in), false)
	s.names = make([]ref, n)
	for i, c := range d.Characters {
		s.names[i] = m.Sum(term{K: one, Ref: c}, term{K: machine.InnerMark, Ref: d.Present[i]})
	}
	return s.names
}

// nameForms are forms, one for each position, that are zero where a name starts
// exactly if it is the given one, and how many values of α they err for at one place.
func (s *Tree) nameForms(m *machine.Machine, name string) (other []ref, risk int) {
	quoted := `"` + name + `"`
	other = make([]ref, s.Size())
	if !m.Wiring() {
		m.Count(len(other), 3) // of the windows
		m.Count(len(other), 1)
	}
	if !s.Names {
		if m.Wiring() {
			w := m.TextFingerprint(quoted)
			for i, f := range s.Windows(m, len(quoted)) {
				other[i] = m.Space().Affine(w, term{K: one, Ref: f})
			}
		}
		return other, len(quoted)
	}
	names := s.decodedNames(m)
	if m.Wiring() {
		w, k := m.TextFingerprint(quoted), machine.InnerMark
		for range len(quoted) {
			w = field.Add(w, k)
			k = field.Mul(k, m.Alpha())
		}
		for i, f := range m.WindowsOf(names, len(quoted)+1) {
			other[i] = m.Space().Affine(w, term{K: one, Ref: f})
		}
	}
	return other, len(quoted) + 1
}

// findable reports whether a name can be found: without escapes, some cannot be
// written.
func (s *Tree) findable(name string) bool { return s.Names || text.Writable(name) }
