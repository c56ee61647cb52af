package value

import (
	"strings"

	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Strings at the start or the end of a member's string. That the member is a string
// is asked where the answer is needed, as for contains.

// startsWithText is the flag that a member's string starts with a literal of ℓ bytes:
// the zero test of
//
//	Σ_i value_i·(F_i(ℓ+1) + w(`"literal`)),
//
// F_i being the fingerprint of ℓ+1 bytes of the document from i on: value marks one
// place at most, where the string's opening quote is. The literal has no quote in it,
// or the answer is public, so it does not reach over the closing one.
//
// If the string is decoded, it is that of the first ℓ of its characters in the window,
// which needs none of the document's bytes.
//
// It costs a dot product and a zero test, decoded a zero test and the window, which
// costs nothing then, and errs for ℓ + 1 values of α.
func (l *Leaf) startsWithText(m *machine.Machine, literal string, fold bool) flag {
	const label = "string at the start of a member"
	switch {
	case literal == "":
		return m.Fixed(true)
	case l.decodes():
		y := l.window(m, fold)
		if len(literal) > len(y) {
			return m.Fixed(false)
		}
		m.Risk(len(literal))
		var d ref
		if m.Wiring() {
			d = m.Space().Affine(m.MarkedFingerprint(literal), term{K: one, Ref: m.Fingerprint(y[:len(literal)])})
		}
		return m.IsZero(label, d, strings.HasPrefix(l.content(fold), literal))
	case !text.Writable(literal):
		return m.Fixed(false)
	}
	differences := make([]ref, l.Source.Size())
	if m.Wiring() {
		w := m.TextFingerprint(`"` + literal)
		for i, f := range m.WindowsOf(l.Source.BytesOf(m, fold), len(literal)+1) {
			differences[i] = m.Space().Affine(w, term{K: one, Ref: f})
		}
	}
	m.Risk(len(literal) + 1)
	v := l.At.Node == nil || l.bytesAt(l.At.Node.Start, `"`+literal, fold)
	return m.IsZero(label, m.Dot(l.Source.Dots, l.At.Value, differences), v)
}

// endsWithText is the same for the end: the ℓ+1 bytes before the place after the
// string's last byte are the literal and a quote. With ends_i = [byte i-1 is the last],
//
//	Σ_i ends_i·(F_{i-ℓ-1}(ℓ+1) + w(`literal"`)),
//
// where F is as if other bytes stood before the document's first. The literal cannot
// reach over the opening quote.
//
// If the string is decoded, its characters from some place on, to the last, are the
// literal: with S_i = Σ_{j≥i} y_j·α^(j-i), as in holdsMember, the zero test of
// Π_i (S_i + w), over all places of the window. It errs for 257·258 values of α
// at most, as each factor does for fewer than the longer text has characters.
func (l *Leaf) endsWithText(m *machine.Machine, literal string, fold bool) flag {
	const label = "string at the end of a member"
	switch {
	case literal == "":
		return m.Fixed(true)
	case l.decodes():
		y := l.window(m, fold)
		m.Risk((len(y) + 1) * MaxToken)
		var w ref
		if m.Wiring() {
			w = m.Constant(m.MarkedFingerprint(literal))
		}
		return m.AnyZero(label, suffixes(m, y, w), strings.HasSuffix(l.content(fold), literal))
	case !text.Writable(literal):
		return m.Fixed(false)
	}
	s := l.Source
	n, far := s.Size(), len(literal)+1
	ends, differences := l.ends[1:], make([]ref, n) // of byte i, whether it is the last
	bytes := s.BytesOf(m, fold)
	if m.Wiring() {
		w := m.TextFingerprint(literal + `"`)
		windows := m.WindowsOf(bytes, far)
		for i := range differences {
			differences[i] = m.One() // no literal ends so early
			if i >= far-1 {
				differences[i] = m.Space().Affine(w, term{K: one, Ref: windows[i-far+1]})
			}
		}
	}
	m.Risk(far)
	v := l.At.Node == nil || l.raw() != "" && l.At.Node.End >= far && l.bytesAt(l.At.Node.End-far, literal+`"`, fold)
	return m.IsZero(label, m.Dot(s.Dots, ends, differences), v)
}

// startsWithMember is the flag that a member's string h starts with another's, n. As
// for holdsMember, with k the length of n, S = Σ y_j·α^j of the characters of h and N
// the fingerprint of n,
//
//	S + Σ_{j≥k} y_j·α^j + N = 0,
//
// the second sum being a dot product with the thermometer of k. No character of h is
// zero, and those past its end are, so n is no longer than h.
//
// It costs the window of h, a dot product and a zero test.
func (h *Leaf) startsWithMember(m *machine.Machine, n *Leaf, fold bool) flag {
	plain := n.plainText(m, fold)
	y := h.window(m, fold)
	m.Risk(h.Source.Size() + n.Source.Size() + MaxToken) // the texts
	rest := h.fromLength(m, n, y)
	var d ref
	if m.Wiring() {
		_, needle := n.needleForms(m, plain)
		d = m.Add(m.Fingerprint(y), rest, needle)
	}
	v := n.IsString.V && (n.content(fold) == "" || h.IsString.V && strings.HasPrefix(h.content(fold), n.content(fold)))
	return m.IsZero("member at the start of a member", d, v)
}

// endsWithMember is the flag that h ends with n: for some place i, what is from there
// on is n, S_i = N. The zero test is of Π_i (S_i + N), over one place more than h may
// have characters: there S is 0, as is N of the empty string.
//
// It costs the window of h, a published value for each chunk of places and a zero test.
func (h *Leaf) endsWithMember(m *machine.Machine, n *Leaf, fold bool) flag {
	plain := n.plainText(m, fold)
	y := h.window(m, fold)
	m.Risk(h.Source.Size() + n.Source.Size() + (len(y)+1)*MaxToken) // the texts and the places
	var needle ref
	if m.Wiring() {
		_, needle = n.needleForms(m, plain)
	}
	v := n.IsString.V && strings.HasSuffix(h.content(fold), n.content(fold))
	return m.AnyZero("member at the end of a member", suffixes(m, y, needle), v)
}

// suffixes are S_i + w for each place i of a window, and the one after it.
func suffixes(m *machine.Machine, y []ref, w ref) []ref {
	places := make([]ref, len(y)+1)
	if m.Wiring() {
		rest := m.Zero()
		for i := len(y); i >= 0; i-- {
			if i < len(y) {
				rest = m.Sum(term{K: one, Ref: y[i]}, term{K: m.Alpha(), Ref: rest})
			}
			places[i] = m.Add(rest, w)
		}
	}
	return places
}

// bytesAt reports whether a text stands at an offset of the prover's document.
func (l *Leaf) bytesAt(at int, literal string, fold bool) bool {
	rest := string(l.Source.Doc.Bytes()[at:])
	rest = rest[:min(len(literal), len(rest))]
	if fold {
		rest = text.Lower(rest)
	}
	return rest == literal
}
