package zkvm

import (
	"strings"

	"github.com/zkpass-go/zkpass/query"
)

// strings notes what the contains family reads.
func (v *survey) strings(e *query.Expr) {
	for _, a := range e.Args {
		switch {
		case a.Op == query.MemberValue:
			v.use(a.Path, query.String)
			l := v.leaves[a.Path]
			l.folds = l.folds || e.Fold
		case a.Op == query.Local:
			v.folds = v.folds || e.Fold
		}
	}
}

// containment is a question whether a string is in another, or at its start or end:
// each a literal, or a member's value.
type containment struct {
	op                       query.Op // Contains, StartsWith or EndsWith
	haystack, needle         *leaf
	haystackText, needleText string
	fold                     bool
}

// contains is guard and value of an operator of the contains family.
func (x *execution) contains(e *query.Expr, g flag) (flag, error) {
	m := x.m
	haystacks, err := x.values(e.Args[0], g)
	if err != nil {
		return flag{}, err
	}
	needles, err := x.values(e.Args[1], g)
	if err != nil {
		return flag{}, err
	}
	total := m.fixed(false)
	for _, h := range haystacks {
		for _, n := range needles {
			both := h.guard
			if len(haystacks) == 1 {
				both = n.guard
			} else if len(needles) > 1 {
				both = m.and("operands", h.guard, n.guard)
			}
			if x.isText(h, both) && x.isText(n, both) {
				total = m.plus(total, m.and("contains", both, x.holds(e.Op, h, n, e.Fold)))
			}
		}
	}
	if e.Negate {
		return m.minus(g, total), nil
	}
	return total, nil
}

// isText requires an alternative to be a string under the guard. It reports
// whether it can be one.
func (x *execution) isText(v alternative, g flag) bool {
	switch {
	case v.kind == isLeaf:
		x.m.needs("string member", g, v.leaf.isString)
		return true
	case x.typeOf(v) == query.String:
		return true
	}
	x.m.never("string wanted", g)
	return false
}

// holds is the flag that the string h has the string n in it, or at its start or
// end, right where both are strings.
func (x *execution) holds(op query.Op, h, n alternative, fold bool) flag {
	key := containment{op, h.leaf, n.leaf, "", "", fold}
	folded := func(text string) string {
		if fold {
			return lower(text)
		}
		return text
	}
	if h.kind == isLiteral {
		key.haystack, key.haystackText = nil, folded(h.fixed.Str)
	}
	if n.kind == isLiteral {
		key.needle, key.needleText = nil, folded(n.fixed.Str)
	}
	z, ok := x.within[key]
	if ok {
		return z
	}
	z = x.m.containment(&key)
	x.within[key] = z
	return z
}

// containment lays out the answer to a question.
func (m *machine) containment(q *containment) flag {
	h, n := q.haystack, q.needle
	switch {
	case h == nil && n == nil:
		return m.fixed(holdsIn(q.op)(q.haystackText, q.needleText))
	case n == nil && q.op == query.StartsWith:
		return m.startsWithText(h, q.needleText, q.fold)
	case n == nil && q.op == query.EndsWith:
		return m.endsWithText(h, q.needleText, q.fold)
	case n == nil:
		return m.holdsText(h, q.needleText, q.fold)
	case h == nil:
		return m.heldByText(q.op, n, q.haystackText, q.fold)
	case q.op == query.StartsWith:
		return m.startsWithMember(h, n, q.fold)
	case q.op == query.EndsWith:
		return m.endsWithMember(h, n, q.fold)
	}
	return m.holdsMember(h, n, q.fold)
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
func (m *machine) holdsText(l *leaf, text string, fold bool) flag {
	s := l.source
	switch {
	case text == "":
		return m.fixed(true)
	case l.decodes():
		return m.windowHolds(l, text, fold)
	case !writable(text):
		return m.fixed(false) // no string without escapes has it
	}
	bytes := s.bytes
	if fold {
		bytes = m.fold(s)
	}
	factors := make([]factor, s.size())
	if m.wiring() {
		w := m.textFingerprint(text)
		windows := m.windowsOf(bytes, len(text))
		for i := range factors {
			factors[i] = factor{l.inside[i], m.not(m.form(windows, i, w))}
		}
	}
	m.risk(min(s.size(), maxToken) * len(text)) // a string that is used has no more places
	return m.isZero("string in a member", m.productForm(len(factors), factors), l.startsInside(text, fold))
}

// windowHolds is holdsText for a string with escapes: the product is over the
// places of its decoded characters.
func (m *machine) windowHolds(l *leaf, text string, fold bool) flag {
	y := m.window(l, fold)
	if len(text) > len(y) {
		return m.fixed(false)
	}
	places := make([]ref, len(y)-len(text)+1)
	if m.wiring() {
		w, k := m.textFingerprint(text), one
		for range len(text) {
			w = field.Add(w, field.Mul(innerMark, k))
			k = field.Mul(k, m.w.alpha)
		}
		windows := m.windowsOf(y, len(text))
		for i := range places {
			places[i] = m.form(windows, i, w)
		}
	}
	m.risk(len(places) * len(text))
	return m.anyZero("string in a member", places, strings.Contains(l.content(fold), text))
}

// startsInside reports whether the bytes of the prover's document from some byte
// of the value on are the given ones: what holdsText proves of any value.
func (l *leaf) startsInside(text string, fold bool) bool {
	if l.raw() == "" {
		return false
	}
	document := string(l.source.doc.Bytes())
	if fold {
		document = lower(document)
	}
	start, end := l.at.node.Start, min(l.at.node.End+len(text)-1, len(document))
	return strings.Contains(document[start:end], text)
}

// stringParts are forms of a member's string, folded or not.
type stringParts struct {
	laid  bool
	plain ref   // Σ_j c_j·α^j over its characters c_0 c_1 ..., quotes included
	inner []ref // see window
}

// part are the parts for folding comparisons or the others.
func (l *leaf) part(fold bool) *stringParts {
	if fold {
		return &l.parts[1]
	}
	return &l.parts[0]
}

// textForm is the form of the value's text.
func (l *leaf) textForm(fold bool) ref {
	if fold {
		return l.lowered
	}
	return l.text
}

// content is the prover's string between the quotes, "" if the leaf is none.
func (l *leaf) content(fold bool) string {
	if !l.isString.v {
		return ""
	}
	raw := l.raw()
	if fold {
		raw = lower(raw)
	}
	return raw[1 : len(raw)-1]
}

// plainText is the value's text moved to its own start: start·plain = text. It
// is fixed by that where the value is there.
func (m *machine) plainText(l *leaf, fold bool) ref {
	p := l.part(fold)
	if !p.laid {
		p.laid = true
		text := l.textForm(fold)
		p.plain = m.masked(func() elem { return field.Mul(m.value(text), field.Inv(m.value(l.start))) })
		m.row("start of a string", l.start, p.plain, text)
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
func (m *machine) heldByText(op query.Op, l *leaf, text string, fold bool) flag {
	plain := m.plainText(l, fold)
	// What is no scalar has plain and lengths 0.
	v := l.raw() == ""
	if l.isString.v {
		v = holdsIn(op)(text, l.content(fold))
	}
	switch op {
	case query.StartsWith:
		m.risk(l.source.size() + 2*maxToken)
		return m.isZero("member at the start of a literal", m.placesOf(l, plain, text, 1)[0], v)
	case query.EndsWith:
		m.risk(l.source.size() + 2*maxToken)
		return m.isZero("member at the end of a literal", m.endOf(l, plain, text), v)
	}
	m.risk(l.source.size() + (len(text)+2)*maxToken)
	return m.anyZero("member in a literal", m.placesOf(l, plain, text, len(text)+1), v)
}

// placesOf are the forms of the first places of a literal.
func (m *machine) placesOf(l *leaf, plain ref, text string, count int) []ref {
	places := make([]ref, count)
	if m.wiring() {
		quote := elem{Lo: '"'}
		for i := range places {
			terms := []term{{K: one, Ref: plain}}
			w, k := quote, m.w.alpha // of the quote and the k bytes from i on, and α^(k+1)
			for n := 0; i+n <= len(text) && n+2 < len(l.lengths); n++ {
				terms = append(terms, term{K: field.Add(w, field.Mul(quote, k)), Ref: l.lengths[n+2]})
				if i+n < len(text) {
					w = field.Add(w, field.Mul(elem{Lo: uint64(text[i+n])}, k))
					k = field.Mul(k, m.w.alpha)
				}
			}
			places[i] = m.sum(terms...)
		}
	}
	return places
}

// endOf is the form of the end of a literal. A string that is longer has no term, and
// its plain text is not 0.
func (m *machine) endOf(l *leaf, plain ref, text string) ref {
	if !m.wiring() {
		return 0
	}
	terms := []term{{K: one, Ref: plain}}
	for n := 0; n <= len(text) && n+2 < len(l.lengths); n++ {
		terms = append(terms, term{K: m.textFingerprint(`"` + text[len(text)-n:] + `"`), Ref: l.lengths[n+2]})
	}
	return m.sum(terms...)
}

// innerMark is added to each character of a window, so that none is zero.
var innerMark = powerOfX(9)

// window commits the characters of a member's string and returns them without
// quotes, each with innerMark, and zeros after the last. That start·Σ_j u_j·α^j is
// the value's text fixes all u_j.
//
// It costs as many committed elements as a string may have bytes, and one
// published value; nothing if the string is decoded, as it is committed then.
func (m *machine) window(l *leaf, fold bool) []ref {
	p := l.part(fold)
	if p.inner != nil {
		return p.inner
	}
	room := len(l.lengths) - 1
	characters := m.decodedCharacters(l, fold)
	if characters == nil {
		characters = make([]ref, room)
		quoted := ""
		if l.isString.v {
			quoted = `"` + l.content(fold) + `"`
		}
		for j := range characters {
			var c elem
			if j < len(quoted) {
				c.Lo = uint64(quoted[j])
			}
			characters[j] = m.element(c)
		}
		m.risk(l.source.size() + room)
		text := m.product("characters of a string", l.start, m.fingerprint(characters))
		m.implies("characters of a string", l.isString.r, m.add(text, l.textForm(fold)))
	}

	p.inner = make([]ref, room-2)
	if !m.wiring() {
		return p.inner
	}
	longer := m.zero() // has a character at j
	for j := room - 2; j >= 1; j-- {
		longer = m.add(longer, l.lengths[j+2])
		p.inner[j-1] = m.sum(
			term{K: one, Ref: characters[j]},
			term{K: elem{Lo: '"'}, Ref: l.lengths[j+1]}, // the closing quote is not part of it
			term{K: innerMark, Ref: longer})
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
func (m *machine) holdsMember(h, n *leaf, fold bool) flag {
	plain := m.plainText(n, fold)
	y := m.window(h, fold)
	haystack, needle := h.content(fold), n.content(fold)
	shifted := make([]ref, len(y))
	for j := range shifted {
		var c elem
		if n.isString.v && j+len(needle) < len(haystack) {
			c = field.Add(elem{Lo: uint64(haystack[j+len(needle)])}, innerMark)
		}
		shifted[j] = m.element(c)
	}
	m.risk(2 * (len(y) + maxToken)) // the shift
	// the texts and the places
	m.risk(h.source.size() + n.source.size() + len(y)*(len(y)+2*maxToken))
	var power, needleForm ref // α^k, N
	if m.wiring() {
		power, needleForm = m.needleForms(n, plain)
	}
	m.row("string from the needle's length on", power, m.fingerprint(shifted), m.fromLength(h, n, y))

	factors, bases := make([]factor, len(y)), make([]ref, len(y))
	if m.wiring() {
		rest, restShifted := m.zero(), m.zero()
		for i := len(y) - 1; i >= 0; i-- {
			rest = m.sum(term{K: one, Ref: y[i]}, term{K: m.w.alpha, Ref: rest})
			restShifted = m.sum(term{K: one, Ref: shifted[i]}, term{K: m.w.alpha, Ref: restShifted})
			bases[i] = m.add(rest, needleForm)
			factors[i] = factor{power, restShifted}
		}
	}
	v := n.isString.v && (needle == "" || h.isString.v && strings.Contains(haystack, needle))
	return m.isZero("member in a member", m.basedForm(len(y), factors, bases), v)
}

// fromLength is Σ_{j≥k} y_j·α^j of a window of h, k being the length of n: a dot
// product with the thermometer of k.
func (m *machine) fromLength(h, n *leaf, y []ref) ref {
	size := h.source.size() // of a dot product
	from, weighted := make([]ref, size), make([]ref, size)
	if m.wiring() {
		powers := m.powers(y)
		thermometer := m.zero()
		for j := range size {
			from[j], weighted[j] = m.zero(), m.zero()
			if j < len(y) {
				if j+2 < len(n.lengths) {
					thermometer = m.add(thermometer, n.lengths[j+2])
				}
				from[j], weighted[j] = thermometer, powers[j]
			}
		}
	}
	return m.dot(h.source.dots, from, weighted)
}

// needleForms are α^k and Σ_{j<k} (c_j + innerMark)·α^j for a string c of k
// characters, both 0 or meaningless where it is none: its plain text is
// quote + α·Σ c_j·α^j + α^(k+1)·quote.
func (m *machine) needleForms(n *leaf, plain ref) (power, form ref) {
	quote := elem{Lo: '"'}
	var powers, marks []term
	k, sum := one, elem{}
	for _, length := range n.lengths[2:] {
		powers = append(powers, term{K: k, Ref: length})
		marks = append(marks, term{K: field.Mul(innerMark, sum), Ref: length})
		sum = field.Add(sum, k)
		k = field.Mul(k, m.w.alpha)
	}
	power = m.sum(powers...)
	inverse := field.Inv(m.w.alpha)
	return power, m.w.space.Affine(field.Mul(inverse, quote), append(marks,
		term{K: inverse, Ref: plain}, term{K: quote, Ref: power})...)
}
