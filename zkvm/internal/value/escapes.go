package value

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Strings with escapes, in classes that allow them.
//
// Each byte of the document emits one byte of decoded text or none (see package
// json); a circuit over all positions proves which. The value's emitting bytes,
// numbered in order, are matched with committed characters: with γ of order
// 2^16 - 1 in the subfield, act_i = [byte i is inside and emits], and the committed
//
//	index_0 = 1,  index_{i+1} = index_i·(1 + act_i·(γ + 1)),
//
// index_i is γ^(number of emitting bytes before i), and all indexes of emitting
// bytes differ. The characters d_j, j below the decoded length, are right if the
// pairs (unit_i, index_i) of emitting bytes are the pairs (d_j, γ^j):
//
//	Π_i (act_i·(α + unit_i + θ·index_i) or 1) = Π_j (present_j·(α + d_j + θ·γ^j) or 1).
//
// Both sides are products of factors of degree one in α that are fixed before the
// challenges, so they are equal only if the factors are. As the left indexes are
// 1, γ, γ², ... without a gap, so are the right ones: present is the thermometer of
// the decoded length. Whether a character is one of A to Z is a third component,
// with weight θ².
//
// It costs, for a document, nine committed bits a byte (ten with folding) and the
// unescape circuit, whose 8 layers are some 9 KB of a proof; for a string, two
// committed subfield elements a byte of the document, 257 bits and 258 elements for
// what is decoded, and a published value for each chunk of these and of the
// document's bytes: 2 to 3 KB for documents of 576 bytes. Elements of arrays are
// decoded all at once, see itemescapes.go.

// decodes reports whether the value, if it is a string, is decoded.
func (l *Leaf) decodes() bool { return l.AsString && l.Source.Escapes }

// mayRead reports whether a string that the circuits read can be the given text:
// without escapes, some texts cannot be written.
func (l *Leaf) mayRead(literal string) bool { return l.decodes() || text.Writable(literal) }

// decode commits the characters of a string, its length among them, and proves them
// right where IsString is 1. text is the prover's, with quotes, "" if there is none
// that may be used. A string of more characters than there is room for has none that
// are right.
func (l *Leaf) decode(m *machine.Machine, shown string) {
	s := l.Source
	u := s.Units(m)
	var upper []ref
	if l.Folds {
		upper = s.UnitCase(m)
	}
	raw := l.raw()
	written := make([]factor, s.Size())
	index, value := m.One(), one
	for i := range written {
		emits := raw != "" && i >= l.At.Node.Start && i < l.At.Node.End && u.Values[i].Emits
		act := m.Derived(emits)
		m.Row("byte of a string that emits", l.Inside[i], u.Emits[i], act)
		written[i] = text.Entry(m, act, u.Packed[i], text.IndexForm{By: one, Of: index}, machine.Slice(upper, i, i+1))
		if i+1 < len(written) {
			if emits {
				value = field.Mul(value, text.UnitStep)
			}
			next := m.Symbol(value)
			m.Row("index of a byte that emits", index, m.Add(m.One(), m.Scale(field.Add(text.UnitStep, one), act)), next)
			index = next
		}
	}

	room := min(MaxToken, s.Size())
	l.lengths = make([]ref, room+1)
	for k := range l.lengths {
		l.lengths[k] = m.Zero()
		if k >= 2 {
			l.lengths[k] = m.Bit(shown != "" && len(shown) == k)
		}
	}
	l.Characters = make([]ref, room)
	if l.Folds {
		l.uppers = make([]ref, room)
	}
	read := make([]factor, room)
	present := make([]ref, room)
	longer := m.Zero()
	for j := room - 1; j >= 0; j-- {
		longer = m.Add(longer, l.lengths[j+1])
		present[j] = longer
	}
	power := one
	for j := range room {
		var c byte
		if j < len(shown) {
			c = shown[j]
		}
		l.Characters[j] = m.Element(elem{Lo: uint64(c)})
		nothing := l.Characters[j]
		if l.Folds {
			l.uppers[j] = m.Derived(text.IsUpper(c))
			nothing = m.Together(l.Characters[j], l.uppers[j])
		}
		m.Row("no character past the end", m.Not(present[j]), nothing, m.Zero())
		read[j] = text.Entry(m, present[j], l.Characters[j], text.IndexForm{At: power}, machine.Slice(l.uppers, j, j+1))
		power = field.Mul(power, text.UnitStep)
	}
	m.Risk(2 * max(len(written), room)) // the products' total degree
	m.Implies("decoded string", l.IsString.R, m.Add(m.ProductForm(len(written), written), m.ProductForm(room, read)))
	l.Shown = &shown
}

// decoded makes the leaf's text that of its decoded characters, at start 1 if it
// is there. The forms before were of the text as it is written, for the kinds
// that have no escapes.
func (l *Leaf) decoded(m *machine.Machine) {
	l.Start = l.At.Found
	l.Text = m.Fingerprint(l.Characters)
	l.end = m.Fingerprint(l.lengths)
	if l.Folds {
		l.lowered = m.Fingerprint(l.decodedCharacters(m, true))
	}
}

// decodedCharacters are the characters of a string that was decoded, or nil.
func (l *Leaf) decodedCharacters(m *machine.Machine, fold bool) []ref {
	if l.Characters == nil || !fold {
		return l.Characters
	}
	lowered := make([]ref, len(l.Characters))
	for j, c := range l.Characters {
		lowered[j] = m.Sum(term{K: one, Ref: c}, term{K: elem{Lo: 'a' - 'A'}, Ref: l.uppers[j]})
	}
	return lowered
}
