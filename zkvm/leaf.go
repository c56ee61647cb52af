package zkvm

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// leaf is a member whose value a program uses. Its kind bits promise one way
// only: a bit that is 1 is proven to be right, and one that is 0 says nothing. A
// program that needs a value needs one of them to be 1, so a prover gains
// nothing by leaving them 0.
type leaf struct {
	source *source
	at     *member
	// What the program may need of it.
	asString, asNumber, folds bool
	items                     []*leaf                        // in a group: the leaf of each element
	unfit                     []ref                          // in a group, see unfit
	first                     firstByte                      // of an element's leaf
	literals                  []document.Decimal             // that an element's number is compared with
	orders                    map[document.Decimal]itemOrder // of an element's leaf, if its number is not used otherwise

	isString, isNumber, isTrue, isFalse flag

	start   ref // α^p for a value at byte p, 0 if there is none
	end     ref // α^q for a scalar whose last byte is at q-1
	text    ref // Σ α^i·x_i over the bytes of the scalar, quotes included
	lowered ref // the same with A to Z as a to z

	number number

	// For strings inside strings.
	inside  []ref // inside[i]: byte i belongs to the scalar
	ends    []ref // ends[i]: byte i-1 is its last one
	lengths []ref // lengths[k]: the string has k bytes with its quotes; right if isString
	parts   [2]stringParts

	// For strings with escapes.
	characters []ref   // decoded, quotes included, zeros after them
	uppers     []ref   // uppers[j]: character j is one of A to Z; if folds
	shown      *string // secret

	equals map[literalText]flag
	pairs  map[leafPair]flag
	dates  map[query.DateFormat]*date

	instant *instant // see instantOf
}

type literalText struct {
	text string
	fold bool
}

type leafPair struct {
	other *leaf
	fold  bool
}

// raw is the text of the leaf's value in the prover's document, "" if it is not
// there or no scalar: the bytes that text covers.
func (l *leaf) raw() string {
	if l.shown != nil {
		return *l.shown
	}
	n := l.at.node
	if l.source.doc == nil || n == nil || n.Kind == document.Object || n.Kind == document.Array {
		return ""
	}
	return string(l.source.doc.Raw(n))
}

// layLeaf lays out a leaf: the extent of its value and what kind it is.
func (m *machine) layLeaf(l *leaf) {
	if l.at.group != nil {
		m.layItems(l)
		return
	}
	s := l.source
	n := s.size()
	raw := l.raw()
	usable := l.at.node != nil && l.at.reachable()

	// inside[i] = [byte i belongs to the scalar at value]: a run of token bytes that
	// starts where the value does. Tokens never touch.
	inside := make([]ref, n)
	ends := make([]ref, n+1)
	before := m.zero()
	for i := range n {
		in := raw != "" && i >= l.at.node.Start && i < l.at.node.End
		inside[i] = m.derived(in)
		m.row("extent of a value", m.position(s, i).Token, m.add(before, l.at.value[i]), inside[i])
		// One past the last byte: the run was on and is off, and did not just start.
		ends[i] = m.add(before, inside[i], l.at.value[i])
		before = inside[i]
	}
	ends[n] = before
	l.inside, l.ends = inside, ends
	l.start, l.end = m.fingerprint(l.at.value), m.fingerprint(ends)
	l.text = m.dot(s.dots, inside, m.textPowers(s))
	if l.folds && !l.decodes() {
		l.lowered = m.dot(s.dots, inside, m.powers(m.fold(s)))
	}

	l.isTrue, l.isFalse = m.commit(usable && raw == "true"), m.commit(usable && raw == "false")
	m.literalKind(l, l.isTrue, "true")
	m.literalKind(l, l.isFalse, "false")
	l.isString, l.isNumber = m.fixed(false), m.fixed(false)
	if l.asString {
		m.layString(l, raw, usable)
	}
	if l.asNumber {
		m.layNumber(l, raw, usable)
	}
	if l.characters != nil {
		l.decoded(m)
	}
	// A kind is claimed only of a value that is there and may be used. Each kind is
	// held to it alone: in characteristic two, two false claims would cancel in
	// their sum.
	conditions := m.together(l.at.conditions(m)...)
	for _, kind := range []flag{l.isString, l.isNumber, l.isTrue, l.isFalse} {
		if !kind.fixed {
			m.implies("usable value", kind.r, conditions)
		}
	}
}

// usable is the flag that the leaf has one of the kinds. A value that is there
// has one at most, by how it is written, so their sum is a bit.
func (m *machine) usable(l *leaf) flag {
	return flag{
		m.add(l.isString.r, l.isNumber.r, l.isTrue.r, l.isFalse.r),
		l.isString.v || l.isNumber.v || l.isTrue.v || l.isFalse.v,
		false,
	}
}

// powers is forms[i]·α^i.
func (m *machine) powers(forms []ref) []ref {
	out := make([]ref, len(forms))
	if !m.wiring() {
		m.count(len(forms), 1)
		return out
	}
	k := one
	for i, f := range forms {
		out[i] = m.scale(k, f)
		k = field.Mul(k, m.w.alpha)
	}
	return out
}

// textPowers are powers of the document's bytes, the same for all leaves.
func (m *machine) textPowers(s *source) []ref {
	if s.powers == nil {
		s.powers = m.powers(s.bytes)
	}
	return s.powers
}

// differs is text + start·w: zero exactly if the value is written as the given
// text (or is not there).
func (m *machine) differs(l *leaf, text string, fold bool) ref {
	if !m.wiring() {
		return 0
	}
	have := l.text
	if fold {
		have, text = l.lowered, lower(text)
	}
	return m.sum(term{K: one, Ref: have}, term{K: m.textFingerprint(text), Ref: l.start})
}

// lower maps A to Z to a to z and leaves all other bytes.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// literalKind proves that the flag implies that the value is written as text.
func (m *machine) literalKind(l *leaf, f flag, text string) {
	m.risk(l.source.size() + len(text))
	m.implies("kind "+text, f.r, m.differs(l, text, false))
}

// maxToken is the longest string that may be used, with its quotes.
const maxToken = query.MaxString + 2

// layString proves that isString implies: the value starts with a quote and has
// no escape (unless the class allows them), as Σ value[i]·(x_i + escape_i·x^8) is a quote; and it is not too
// long, as end = start·α^length for one of the lengths allowed. What is decoded is
// limited as it is decoded: it fits the characters that are committed.
func (m *machine) layString(l *leaf, raw string, usable bool) {
	s := l.source
	is := usable && l.at.node.Kind == document.String
	text := raw // decoded
	if is && l.decodes() {
		decoded, _ := s.doc.Text(l.at.node) // it is a string
		text = `"` + decoded + `"`
	}
	is = is && (l.decodes() || !l.at.node.Escaped) && len(text) <= maxToken
	l.isString = m.commit(is)
	m.implies("kind string", l.isString.r, m.add(m.firstByte(s, l.at), m.constant(elem{Lo: '"'})))
	if l.decodes() {
		if !is {
			text = ""
		}
		m.decode(l, text)
		return
	}

	lengths := make([]ref, min(maxToken, s.size())+1)
	for k := range lengths {
		lengths[k] = m.zero()
		if k >= 2 {
			lengths[k] = m.bit(is && len(raw) == k)
		}
	}
	l.lengths = lengths
	m.risk(s.size() + maxToken)
	past := m.product("length of a string", l.start, m.fingerprint(lengths))
	m.implies("string within its limit", l.isString.r, m.add(past, l.end))
}

// fold makes the document's bytes with A to Z as a to z.
func (m *machine) fold(s *source) []ref {
	if s.folded != nil {
		return s.folded
	}
	s.folded = make([]ref, s.size())
	for i := range s.folded {
		upper := s.rows != nil && s.rows[i].X >= 'A' && s.rows[i].X <= 'Z'
		u := m.derived(upper)
		if m.wiring() {
			m.instance(circuits.Fold, append(s.positions[i].X[:], u)...)
			s.folded[i] = m.sum(term{K: one, Ref: s.bytes[i]}, term{K: elem{Lo: 'a' - 'A'}, Ref: u})
		} else {
			m.instance(circuits.Fold)
		}
	}
	return s.folded
}

// textEquals is the flag that the value is written as the quoted literal, or is
// not there. It is right both ways whatever the kind.
func (m *machine) textEquals(l *leaf, text string, fold bool) flag {
	key := literalText{text, fold}
	if z, ok := l.equals[key]; ok {
		return z
	}
	quoted := `"` + text + `"`
	var z flag
	if !l.mayRead(text) {
		z = m.fixed(false) // a string without escapes never equals it
	} else {
		raw := l.raw()
		same := raw == quoted || fold && lower(raw) == lower(quoted)
		m.risk(l.source.size() + len(quoted))
		z = m.isZero("string equality", m.differs(l, quoted, fold), same || l.at.node == nil)
	}
	if l.equals == nil {
		l.equals = map[literalText]flag{}
	}
	l.equals[key] = z
	return z
}

// isZero is the flag [d = 0] of a form, right both ways: z·d = 0, and d + z is
// not zero.
func (m *machine) isZero(label string, d ref, v bool) flag {
	z := m.commit(v)
	m.implies(label, z.r, d)
	m.nonzero(label+": difference", m.add(d, z.r))
	return z
}

// sameText is the flag that two values are written alike, or one is not there.
// The difference is text_a·start_b - text_b·start_a.
func (m *machine) sameText(a, b *leaf, fold bool) flag {
	key := leafPair{b, fold}
	if z, ok := a.pairs[key]; ok {
		return z
	}
	ta, tb := a.text, b.text
	ra, rb := a.raw(), b.raw()
	if fold {
		ta, tb = a.lowered, b.lowered
		ra, rb = lower(ra), lower(rb)
	}
	m.risk(a.source.size() + b.source.size())
	d := m.add(m.product("string of a member", ta, b.start), m.product("string of a member", tb, a.start))
	z := m.isZero("string equality of members", d, ra == rb || a.at.node == nil || b.at.node == nil)
	if a.pairs == nil {
		a.pairs = map[leafPair]flag{}
	}
	a.pairs[key] = z
	return z
}
