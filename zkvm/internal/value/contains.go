package value

import (
	"strings"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Containment is a question whether a string is in another, or at its start or end:
// each a literal, or a member's value.
type Containment struct {
	Op                       query.Op // Contains, StartsWith or EndsWith
	Haystack, Needle         *Leaf
	HaystackText, NeedleText string
	Fold                     bool
}

// Answer lays out the answer to a question.
func (q *Containment) Answer(m *machine.Machine) flag {
	h, n := q.Haystack, q.Needle
	switch {
	case h == nil && n == nil:
		return m.Fixed(holdsIn(q.Op)(q.HaystackText, q.NeedleText))
	case n == nil && q.Op == query.StartsWith:
		return h.startsWithText(m, q.NeedleText, q.Fold)
	case n == nil && q.Op == query.EndsWith:
		return h.endsWithText(m, q.NeedleText, q.Fold)
	case n == nil:
		return h.holdsText(m, q.NeedleText, q.Fold)
	case h == nil:
		return heldByText(m, q.Op, n, q.HaystackText, q.Fold)
	case q.Op == query.StartsWith:
		return h.startsWithMember(m, n, q.Fold)
	case q.Op == query.EndsWith:
		return h.endsWithMember(m, n, q.Fold)
	}
	return h.holdsMember(m, n, q.Fold)
}

// holdsIn is what an operator of the family asks of plain strings.
func holdsIn(op query.Op) func(haystack, needle string) bool {
	switch op {
	case query.StartsWith:
		return strings.HasPrefix
	case query.EndsWith:
		return strings.HasSuffix
	}
	return strings.Contains
}

// holdsText is the flag that a member's string has a literal in it. With F_i the
// fingerprint of the document's bytes from i on, as many as the literal has, and
// w the literal's,
//
//	Π_i (1 + inside_i·(1 + F_i + w))
//
// is zero exactly if the literal starts inside the string. It cannot run past the
// closing quote, nor include the opening one: the literal has no quote in it, or
// the answer is public.
//
// It costs a copy of the products circuit and a published value for each chunk
// of bytes of the document, and a zero test.
func (l *Leaf) holdsText(m *machine.Machine, literal string, fold bool) flag {
	s := l.Source
	switch {
	case literal == "":
		return m.Fixed(true)
	case l.decodes():
		return l.windowHolds(m, literal, fold)
	case !text.Writable(literal):
		return m.Fixed(false) // no string without escapes has it
	}
	bytes := s.Bytes
	if fold {
		bytes = s.Fold(m)
	}
	factors := make([]factor, s.Size())
	if m.Wiring() {
		w := m.TextFingerprint(literal)
		windows := m.WindowsOf(bytes, len(literal))
		for i := range factors {
			factors[i] = factor{B: l.Inside[i], H: m.Not(m.Form(windows, i, w))}
		}
	}
	m.Risk(min(s.Size(), MaxToken) * len(literal)) // a string that is used has no more places
	return m.IsZero("string in a member", m.ProductForm(len(factors), factors), l.startsInside(literal, fold))
}

// windowHolds is holdsText for a string with escapes: the product is over the
// places of its decoded characters.
func (l *Leaf) windowHolds(m *machine.Machine, text string, fold bool) flag {
	y := l.window(m, fold)
	if len(text) > len(y) {
		return m.Fixed(false)
	}
	places := make([]ref, len(y)-len(text)+1)
	if m.Wiring() {
		w, k := m.TextFingerprint(text), one
		for range len(text) {
			w = field.Add(w, field.Mul(machine.InnerMark, k))
			k = field.Mul(k, m.Alpha())
		}
		windows := m.WindowsOf(y, len(text))
		for i := range places {
			places[i] = m.Form(windows, i, w)
		}
	}
	m.Risk(len(places) * len(text))
	return m.AnyZero("string in a member", places, strings.Contains(l.content(fold), text))
}

// startsInside reports whether the bytes of the prover's document from some byte
// of the value on are the given ones: what holdsText proves of any value.
func (l *Leaf) startsInside(literal string, fold bool) bool {
	if l.raw() == "" {
		return false
	}
	document := string(l.Source.Doc.Bytes())
	if fold {
		document = text.Lower(document)
	}
	start, end := l.At.Node.Start, min(l.At.Node.End+len(literal)-1, len(document))
	return strings.Contains(document[start:end], literal)
}

// stringParts are forms of a member's string, folded or not.
type stringParts struct {
	laid  bool
	plain ref   // Σ_j c_j·α^j over its characters c_0 c_1 ..., quotes included
	inner []ref // see window
}

// part are the parts for folding comparisons or the others.
func (l *Leaf) part(fold bool) *stringParts {
	if fold {
		return &l.parts[1]
	}
	return &l.parts[0]
}

// textForm is the form of the value's text.
func (l *Leaf) textForm(fold bool) ref {
	if fold {
		return l.lowered
	}
	return l.Text
}

// content is the prover's string between the quotes, "" if the leaf is none.
func (l *Leaf) content(fold bool) string {
	if !l.IsString.V {
		return ""
	}
	raw := l.raw()
	if fold {
		raw = text.Lower(raw)
	}
	return raw[1 : len(raw)-1]
}

// plainText is the value's text moved to its own start: start·plain = text. It
// is fixed by that where the value is there.
func (l *Leaf) plainText(m *machine.Machine, fold bool) ref {
	p := l.part(fold)
	if !p.laid {
		p.laid = true
		text := l.textForm(fold)
		p.plain = m.Masked(func() elem { return field.Mul(m.Value(text), field.Inv(m.Value(l.Start))) })
		m.Row("start of a string", l.Start, p.plain, text)
	}
	return p.plain
}

// heldByText is the flag that a literal has a member's string in it, or at its start
// or end. The string's length is one-hot in lengths, so that for each place i of the
// literal
//
//	plain + Σ_k lengths[k+2]·w(`"`+text[i:i+k]+`"`)
//
// is a form that is zero exactly if the string stands there. The zero test is of
// their product. At the start only place 0 counts, at the end only what goes on to
// the last byte: place |text| - k for each length k, which is one form,
//
//	plain + Σ_k lengths[k+2]·w(`"`+text[|text|-k:]+`"`).
//
// It costs a published value for each chunk of places and two more, and a zero test; at the
// start and the end one and a zero test.
func heldByText(m *machine.Machine, op query.Op, l *Leaf, text string, fold bool) flag {
	plain := l.plainText(m, fold)
	// What is no scalar has plain and lengths 0.
	v := l.raw() == ""
	if l.IsString.V {
		v = holdsIn(op)(text, l.content(fold))
	}
	switch op {
	case query.StartsWith:
		m.Risk(l.Source.Size() + 2*MaxToken)
		return m.IsZero("member at the start of a literal", l.placesOf(m, plain, text, 1)[0], v)
	case query.EndsWith:
		m.Risk(l.Source.Size() + 2*MaxToken)
		return m.IsZero("member at the end of a literal", l.endOf(m, plain, text), v)
	}
	m.Risk(l.Source.Size() + (len(text)+2)*MaxToken)
	return m.AnyZero("member in a literal", l.placesOf(m, plain, text, len(text)+1), v)
}

// placesOf are the forms of the first places of a literal.
func (l *Leaf) placesOf(m *machine.Machine, plain ref, text string, count int) []ref {
	places := make([]ref, count)
	if m.Wiring() {
		quote := elem{Lo: '"'}
		for i := range places {
			terms := []term{{K: one, Ref: plain}}
			w, k := quote, m.Alpha() // of the quote and the k bytes from i on, and α^(k+1)
			for n := 0; i+n <= len(text) && n+2 < len(l.lengths); n++ {
				terms = append(terms, term{K: field.Add(w, field.Mul(quote, k)), Ref: l.lengths[n+2]})
				if i+n < len(text) {
					w = field.Add(w, field.Mul(elem{Lo: uint64(text[i+n])}, k))
					k = field.Mul(k, m.Alpha())
				}
			}
			places[i] = m.Sum(terms...)
		}
	}
	return places
}

// endOf is the form of the end of a literal. A string that is longer has no term, and
// its plain text is not 0.
func (l *Leaf) endOf(m *machine.Machine, plain ref, text string) ref {
	if !m.Wiring() {
		return 0
	}
	terms := []term{{K: one, Ref: plain}}
	for n := 0; n <= len(text) && n+2 < len(l.lengths); n++ {
		terms = append(terms, term{K: m.TextFingerprint(`"` + text[len(text)-n:] + `"`), Ref: l.lengths[n+2]})
	}
	return m.Sum(terms...)
}

// window commits the characters of a member's string and returns them without
// quotes, each with InnerMark, and zeros after the last. That start·Σ_j u_j·α^j is
// the value's text fixes all u_j.
//
// It costs as many committed elements as a string may have bytes, and one
// published value; nothing if the string is decoded, as it is committed then.
func (l *Leaf) window(m *machine.Machine, fold bool) []ref {
	p := l.part(fold)
	if p.inner != nil {
		return p.inner
	}
	room := len(l.lengths) - 1
	characters := l.decodedCharacters(m, fold)
	if characters == nil {
		characters = make([]ref, room)
		quoted := ""
		if l.IsString.V {
			quoted = `"` + l.content(fold) + `"`
		}
		for j := range characters {
			var c elem
			if j < len(quoted) {
				c.Lo = uint64(quoted[j])
			}
			characters[j] = m.Element(c)
		}
		m.Risk(l.Source.Size() + room)
		text := m.Product("characters of a string", l.Start, m.Fingerprint(characters))
		m.Implies("characters of a string", l.IsString.R, m.Add(text, l.textForm(fold)))
	}

	p.inner = make([]ref, room-2)
	if !m.Wiring() {
		return p.inner
	}
	longer := m.Zero() // has a character at j
	for j := room - 2; j >= 1; j-- {
		longer = m.Add(longer, l.lengths[j+2])
		p.inner[j-1] = m.Sum(
			term{K: one, Ref: characters[j]},
			term{K: elem{Lo: '"'}, Ref: l.lengths[j+1]}, // the closing quote is not part of it
			term{K: machine.InnerMark, Ref: longer})
	}
	return p.inner
}

// holdsMember is the flag that a member's string h has another's, n, in it. Let
// y_j be the characters of h, k the length of n, and S_i = Σ_{j≥i} y_j·α^(j-i).
// The characters from k on are committed once more, y'_j = y_{j+k}, and S'_i is
// theirs. With N the fingerprint of n, n stands in h at i exactly if
//
//	S_i - α^k·S'_i = N,
//
// as S'_i = S_{i+k}. No y_j inside h is zero, and those past its end are, so n
// does not run past the end. The zero test is of the product over all i.
//
// That y' is right follows from α^k·Σ_j y'_j·α^j = Σ_{j≥k} y_j·α^j, a dot product of
// y with the thermometer of k.
//
// It costs two windows of up to 256 committed elements (that of h is shared), a
// dot product, a published value for each chunk of places and four more, and a zero
// test.
func (h *Leaf) holdsMember(m *machine.Machine, n *Leaf, fold bool) flag {
	plain := n.plainText(m, fold)
	y := h.window(m, fold)
	haystack, needle := h.content(fold), n.content(fold)
	shifted := make([]ref, len(y))
	for j := range shifted {
		var c elem
		if n.IsString.V && j+len(needle) < len(haystack) {
			c = field.Add(elem{Lo: uint64(haystack[j+len(needle)])}, machine.InnerMark)
		}
		shifted[j] = m.Element(c)
	}
	m.Risk(2 * (len(y) + MaxToken)) // the shift
	// the texts and the places
	m.Risk(h.Source.Size() + n.Source.Size() + len(y)*(len(y)+2*MaxToken))
	var power, needleForm ref // α^k, N
	if m.Wiring() {
		power, needleForm = n.needleForms(m, plain)
	}
	m.Row("string from the needle's length on", power, m.Fingerprint(shifted), h.fromLength(m, n, y))

	factors, bases := make([]factor, len(y)), make([]ref, len(y))
	if m.Wiring() {
		rest, restShifted := m.Zero(), m.Zero()
		for i := len(y) - 1; i >= 0; i-- {
			rest = m.Sum(term{K: one, Ref: y[i]}, term{K: m.Alpha(), Ref: rest})
			restShifted = m.Sum(term{K: one, Ref: shifted[i]}, term{K: m.Alpha(), Ref: restShifted})
			bases[i] = m.Add(rest, needleForm)
			factors[i] = factor{B: power, H: restShifted}
		}
	}
	v := n.IsString.V && (needle == "" || h.IsString.V && strings.Contains(haystack, needle))
	return m.IsZero("member in a member", m.BasedForm(len(y), factors, bases), v)
}

// fromLength is Σ_{j≥k} y_j·α^j of a window of h, k being the length of n: a dot
// product with the thermometer of k.
func (h *Leaf) fromLength(m *machine.Machine, n *Leaf, y []ref) ref {
	size := h.Source.Size() // of a dot product
	from, weighted := make([]ref, size), make([]ref, size)
	if m.Wiring() {
		powers := m.Powers(y)
		thermometer := m.Zero()
		for j := range size {
			from[j], weighted[j] = m.Zero(), m.Zero()
			if j < len(y) {
				if j+2 < len(n.lengths) {
					thermometer = m.Add(thermometer, n.lengths[j+2])
				}
				from[j], weighted[j] = thermometer, powers[j]
			}
		}
	}
	return m.Dot(h.Source.Dots, from, weighted)
}

// needleForms are α^k and Σ_{j<k} (c_j + InnerMark)·α^j for a string c of k
// characters, both 0 or meaningless where it is none: its plain text is
// quote + α·Σ c_j·α^j + α^(k+1)·quote.
func (n *Leaf) needleForms(m *machine.Machine, plain ref) (power, form ref) {
	quote := elem{Lo: '"'}
	var powers, marks []term
	k, sum := one, elem{}
	for _, length := range n.lengths[2:] {
		powers = append(powers, term{K: k, Ref: length})
		marks = append(marks, term{K: field.Mul(machine.InnerMark, sum), Ref: length})
		sum = field.Add(sum, k)
		k = field.Mul(k, m.Alpha())
	}
	power = m.Sum(powers...)
	inverse := field.Inv(m.Alpha())
	return power, m.Space().Affine(field.Mul(inverse, quote), append(marks,
		term{K: inverse, Ref: plain}, term{K: quote, Ref: power})...)
}
