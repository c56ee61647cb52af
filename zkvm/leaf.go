package zkvm

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// values are what the values of a document are, of those that a program uses.
type values struct {
	*search.Tree
	leaves []*leaf // in the order of first use

	leafAt     map[*search.Member]*leaf
	longs      map[*search.Container]*long
	kinds      map[*search.Member]*kindFlags // see kindsOf
	selections map[filtered]*selection
	digits     *numbers // see numbers
}

// newValues is a document of which no value is used yet.
func newValues(t *search.Tree) *values {
	return &values{Tree: t, leafAt: map[*search.Member]*leaf{}, longs: map[*search.Container]*long{}, kinds: map[*search.Member]*kindFlags{}, selections: map[filtered]*selection{}}
}

// leaf is a member whose value a program uses. Its kind bits promise one way
// only: a bit that is 1 is proven to be right, and one that is 0 says nothing. A
// program that needs a value needs one of them to be 1, so a prover gains
// nothing by leaving them 0.
type leaf struct {
	source *values
	at     *search.Member
	// What the program may need of it.
	asString, asNumber, folds bool
	items                     []*leaf                        // in a group: the leaf of each element
	unfitForms                []ref                          // in a group, see unfit
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
	n := l.at.Node
	if l.source.Doc == nil || n == nil || n.Kind == document.Object || n.Kind == document.Array {
		return ""
	}
	return string(l.source.Doc.Raw(n))
}

// lay lays out a leaf: the extent of its value and what kind it is.
func (l *leaf) lay(m *machine.Machine) {
	if l.at.Group != nil {
		l.layItems(m)
		return
	}
	s := l.source
	n := s.Size()
	raw := l.raw()
	usable := l.at.Node != nil && l.at.Reachable()

	// inside[i] = [byte i belongs to the scalar at value]: a run of token bytes that
	// starts where the value does. Tokens never touch.
	inside := make([]ref, n)
	ends := make([]ref, n+1)
	before := m.Zero()
	for i := range n {
		in := raw != "" && i >= l.at.Node.Start && i < l.at.Node.End
		inside[i] = m.Derived(in)
		m.Row("extent of a value", s.Position(m, i).Token, m.Add(before, l.at.Value[i]), inside[i])
		// One past the last byte: the run was on and is off, and did not just start.
		ends[i] = m.Add(before, inside[i], l.at.Value[i])
		before = inside[i]
	}
	ends[n] = before
	l.inside, l.ends = inside, ends
	l.start, l.end = m.Fingerprint(l.at.Value), m.Fingerprint(ends)
	l.text = m.Dot(s.Dots, inside, s.TextPowers(m))
	if l.folds && !l.decodes() {
		l.lowered = m.Dot(s.Dots, inside, m.Powers(s.Fold(m)))
	}

	l.isTrue, l.isFalse = m.Commit(usable && raw == "true"), m.Commit(usable && raw == "false")
	l.literalKind(m, l.isTrue, "true")
	l.literalKind(m, l.isFalse, "false")
	l.isString, l.isNumber = m.Fixed(false), m.Fixed(false)
	if l.asString {
		l.layString(m, raw, usable)
	}
	if l.asNumber {
		l.layNumber(m, raw, usable)
	}
	if l.characters != nil {
		l.decoded(m)
	}
	// A kind is claimed only of a value that is there and may be used. Each kind is
	// held to it alone: in characteristic two, two false claims would cancel in
	// their sum.
	conditions := m.Together(l.at.Conditions(m)...)
	for _, kind := range []flag{l.isString, l.isNumber, l.isTrue, l.isFalse} {
		if !kind.Fixed {
			m.Implies("usable value", kind.R, conditions)
		}
	}
}

// usable is the flag that the leaf has one of the kinds. A value that is there
// has one at most, by how it is written, so their sum is a bit.
func (l *leaf) usable(m *machine.Machine) flag {
	return flag{
		R: m.Add(l.isString.R, l.isNumber.R, l.isTrue.R, l.isFalse.R),
		V: l.isString.V || l.isNumber.V || l.isTrue.V || l.isFalse.V,
	}
}

// differs is text + start·w: zero exactly if the value is written as the given
// text (or is not there).
func (l *leaf) differs(m *machine.Machine, literal string, fold bool) ref {
	if !m.Wiring() {
		return 0
	}
	have := l.text
	if fold {
		have, literal = l.lowered, text.Lower(literal)
	}
	return m.Sum(term{K: one, Ref: have}, term{K: m.TextFingerprint(literal), Ref: l.start})
}

// literalKind proves that the flag implies that the value is written as text.
func (l *leaf) literalKind(m *machine.Machine, f flag, text string) {
	m.Risk(l.source.Size() + len(text))
	m.Implies("kind "+text, f.R, l.differs(m, text, false))
}

// maxToken is the longest string that may be used, with its quotes.
const maxToken = query.MaxString + 2

// layString proves that isString implies: the value starts with a quote and has
// no escape (unless the class allows them), as Σ value[i]·(x_i + escape_i·x^8) is a quote; and it is not too
// long, as end = start·α^length for one of the lengths allowed. What is decoded is
// limited as it is decoded: it fits the characters that are committed.
func (l *leaf) layString(m *machine.Machine, raw string, usable bool) {
	s := l.source
	is := usable && l.at.Node.Kind == document.String
	text := raw // decoded
	if is && l.decodes() {
		decoded, _ := s.Doc.Text(l.at.Node) // it is a string
		text = `"` + decoded + `"`
	}
	is = is && (l.decodes() || !l.at.Node.Escaped) && len(text) <= maxToken
	l.isString = m.Commit(is)
	m.Implies("kind string", l.isString.R, m.Add(s.FirstByte(m, l.at), m.Constant(elem{Lo: '"'})))
	if l.decodes() {
		if !is {
			text = ""
		}
		l.decode(m, text)
		return
	}

	lengths := make([]ref, min(maxToken, s.Size())+1)
	for k := range lengths {
		lengths[k] = m.Zero()
		if k >= 2 {
			lengths[k] = m.Bit(is && len(raw) == k)
		}
	}
	l.lengths = lengths
	m.Risk(s.Size() + maxToken)
	past := m.Product("length of a string", l.start, m.Fingerprint(lengths))
	m.Implies("string within its limit", l.isString.R, m.Add(past, l.end))
}

// textEquals is the flag that the value is written as the quoted literal, or is
// not there. It is right both ways whatever the kind.
func (l *leaf) textEquals(m *machine.Machine, literal string, fold bool) flag {
	key := literalText{literal, fold}
	if z, ok := l.equals[key]; ok {
		return z
	}
	quoted := `"` + literal + `"`
	var z flag
	if !l.mayRead(literal) {
		z = m.Fixed(false) // a string without escapes never equals it
	} else {
		raw := l.raw()
		same := raw == quoted || fold && text.Lower(raw) == text.Lower(quoted)
		m.Risk(l.source.Size() + len(quoted))
		z = m.IsZero("string equality", l.differs(m, quoted, fold), same || l.at.Node == nil)
	}
	if l.equals == nil {
		l.equals = map[literalText]flag{}
	}
	l.equals[key] = z
	return z
}

// sameText is the flag that two values are written alike, or one is not there.
// The difference is text_a·start_b - text_b·start_a.
func (a *leaf) sameText(m *machine.Machine, b *leaf, fold bool) flag {
	key := leafPair{b, fold}
	if z, ok := a.pairs[key]; ok {
		return z
	}
	ta, tb := a.text, b.text
	ra, rb := a.raw(), b.raw()
	if fold {
		ta, tb = a.lowered, b.lowered
		ra, rb = text.Lower(ra), text.Lower(rb)
	}
	m.Risk(a.source.Size() + b.source.Size())
	d := m.Add(m.Product("string of a member", ta, b.start), m.Product("string of a member", tb, a.start))
	z := m.IsZero("string equality of members", d, ra == rb || a.at.Node == nil || b.at.Node == nil)
	if a.pairs == nil {
		a.pairs = map[leafPair]flag{}
	}
	a.pairs[key] = z
	return z
}

// locateLong finds or adds the array that a path goes over in its last step.
func (s *values) locateLong(steps []query.Step) *long {
	c := s.Locate(steps[:len(steps)-1]).Inner()
	c.Long = true
	if s.longs[c] == nil {
		s.longs[c] = &long{in: c, source: s}
	}
	return s.longs[c]
}

// leafOf finds or adds the leaf of a member.
func (s *values) leafOf(m *search.Member) *leaf {
	if s.leafAt[m] == nil {
		s.leafAt[m] = &leaf{source: s, at: m}
		s.leaves = append(s.leaves, s.leafAt[m])
	}
	return s.leafAt[m]
}
