package value

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Document is what the values of a document are, of those that a program uses.
type Document struct {
	*search.Tree
	Leaves []*Leaf // in the order of first use

	LeafAt     map[*search.Member]*Leaf
	Longs      map[*search.Container]*Long
	Kinds      map[*search.Member]*Kinds // see KindsOf
	selections map[filtered]*Selection
	Digits     *Numbers // see numbers
}

// New is a document of which no value is used yet.
func New(t *search.Tree) *Document {
	return &Document{Tree: t, LeafAt: map[*search.Member]*Leaf{}, Longs: map[*search.Container]*Long{}, Kinds: map[*search.Member]*Kinds{}, selections: map[filtered]*Selection{}}
}

// Leaf is a member whose value a program uses. Its kind bits promise one way
// only: a bit that is 1 is proven to be right, and one that is 0 says nothing. A
// program that needs a value needs one of them to be 1, so a prover gains
// nothing by leaving them 0.
type Leaf struct {
	Source *Document
	At     *search.Member
	// What the program may need of it.
	AsString, AsNumber, Folds bool
	Items                     []*Leaf                        // in a group: the leaf of each element
	unfitForms                []ref                          // in a group, see unfit
	first                     FirstByte                      // of an element's leaf
	Literals                  []document.Decimal             // that an element's number is compared with
	Orders                    map[document.Decimal]ItemOrder // of an element's leaf, if its number is not used otherwise

	IsString, IsNumber, IsTrue, IsFalse flag

	Start   ref // α^p for a value at byte p, 0 if there is none
	end     ref // α^q for a scalar whose last byte is at q-1
	Text    ref // Σ α^i·x_i over the bytes of the scalar, quotes included
	lowered ref // the same with A to Z as a to z

	Number Number

	// For strings inside strings.
	Inside  []ref // inside[i]: byte i belongs to the scalar
	ends    []ref // ends[i]: byte i-1 is its last one
	lengths []ref // lengths[k]: the string has k bytes with its quotes; right if IsString
	parts   [2]stringParts

	// For strings with escapes.
	Characters []ref   // decoded, quotes included, zeros after them
	uppers     []ref   // uppers[j]: character j is one of A to Z; if folds
	Shown      *string // secret

	equals map[literalText]flag
	pairs  map[leafPair]flag
	dates  map[query.DateFormat]*Date

	instant *Instant // see InstantOf
}

type literalText struct {
	text string
	fold bool
}

type leafPair struct {
	other *Leaf
	fold  bool
}

// raw is the text of the leaf's value in the prover's document, "" if it is not
// there or no scalar: the bytes that text covers.
func (l *Leaf) raw() string {
	if l.Shown != nil {
		return *l.Shown
	}
	n := l.At.Node
	if l.Source.Doc == nil || n == nil || n.Kind == document.Object || n.Kind == document.Array {
		return ""
	}
	return string(l.Source.Doc.Raw(n))
}

// Lay lays out a leaf: the extent of its value and what kind it is.
func (l *Leaf) Lay(m *machine.Machine) {
	if l.At.Group != nil {
		l.layItems(m)
		return
	}
	s := l.Source
	n := s.Size()
	raw := l.raw()
	usable := l.At.Node != nil && l.At.Reachable()

	// inside[i] = [byte i belongs to the scalar at value]: a run of token bytes that
	// starts where the value does. Tokens never touch.
	inside := make([]ref, n)
	ends := make([]ref, n+1)
	before := m.Zero()
	for i := range n {
		in := raw != "" && i >= l.At.Node.Start && i < l.At.Node.End
		inside[i] = m.Derived(in)
		m.Row("extent of a value", s.Position(m, i).Token, m.Add(before, l.At.Value[i]), inside[i])
		// One past the last byte: the run was on and is off, and did not just start.
		ends[i] = m.Add(before, inside[i], l.At.Value[i])
		before = inside[i]
	}
	ends[n] = before
	l.Inside, l.ends = inside, ends
	l.Start, l.end = m.Fingerprint(l.At.Value), m.Fingerprint(ends)
	l.Text = m.Dot(s.Dots, inside, s.TextPowers(m))
	if l.Folds && !l.decodes() {
		l.lowered = m.Dot(s.Dots, inside, m.Powers(s.Fold(m)))
	}

	l.IsTrue, l.IsFalse = m.Commit(usable && raw == "true"), m.Commit(usable && raw == "false")
	l.literalKind(m, l.IsTrue, "true")
	l.literalKind(m, l.IsFalse, "false")
	l.IsString, l.IsNumber = m.Fixed(false), m.Fixed(false)
	if l.AsString {
		l.layString(m, raw, usable)
	}
	if l.AsNumber {
		l.layNumber(m, raw, usable)
	}
	if l.Characters != nil {
		l.decoded(m)
	}
	// A kind is claimed only of a value that is there and may be used. Each kind is
	// held to it alone: in characteristic two, two false claims would cancel in
	// their sum.
	conditions := m.Together(l.At.Conditions(m)...)
	for _, kind := range []flag{l.IsString, l.IsNumber, l.IsTrue, l.IsFalse} {
		if !kind.Fixed {
			m.Implies("usable value", kind.R, conditions)
		}
	}
}

// Usable is the flag that the leaf has one of the kinds. A value that is there
// has one at most, by how it is written, so their sum is a bit.
func (l *Leaf) Usable(m *machine.Machine) flag {
	return flag{
		R: m.Add(l.IsString.R, l.IsNumber.R, l.IsTrue.R, l.IsFalse.R),
		V: l.IsString.V || l.IsNumber.V || l.IsTrue.V || l.IsFalse.V,
	}
}

// differs is text + start·w: zero exactly if the value is written as the given
// text (or is not there).
func (l *Leaf) differs(m *machine.Machine, literal string, fold bool) ref {
	if !m.Wiring() {
		return 0
	}
	have := l.Text
	if fold {
		have, literal = l.lowered, text.Lower(literal)
	}
	return m.Sum(term{K: one, Ref: have}, term{K: m.TextFingerprint(literal), Ref: l.Start})
}

// literalKind proves that the flag implies that the value is written as text.
func (l *Leaf) literalKind(m *machine.Machine, f flag, text string) {
	m.Risk(l.Source.Size() + len(text))
	m.Implies("kind "+text, f.R, l.differs(m, text, false))
}

// MaxToken is the longest string that may be used, with its quotes.
const MaxToken = query.MaxString + 2

// layString proves that IsString implies: the value starts with a quote and has
// no escape (unless the class allows them), as Σ value[i]·(x_i + escape_i·x^8) is a quote; and it is not too
// long, as end = start·α^length for one of the lengths allowed. What is decoded is
// limited as it is decoded: it fits the characters that are committed.
func (l *Leaf) layString(m *machine.Machine, raw string, usable bool) {
	s := l.Source
	is := usable && l.At.Node.Kind == document.String
	text := raw // decoded
	if is && l.decodes() {
		decoded, _ := s.Doc.Text(l.At.Node) // it is a string
		text = `"` + decoded + `"`
	}
	is = is && (l.decodes() || !l.At.Node.Escaped) && len(text) <= MaxToken
	l.IsString = m.Commit(is)
	m.Implies("kind string", l.IsString.R, m.Add(s.FirstByte(m, l.At), m.Constant(elem{Lo: '"'})))
	if l.decodes() {
		if !is {
			text = ""
		}
		l.decode(m, text)
		return
	}

	lengths := make([]ref, min(MaxToken, s.Size())+1)
	for k := range lengths {
		lengths[k] = m.Zero()
		if k >= 2 {
			lengths[k] = m.Bit(is && len(raw) == k)
		}
	}
	l.lengths = lengths
	m.Risk(s.Size() + MaxToken)
	past := m.Product("length of a string", l.Start, m.Fingerprint(lengths))
	m.Implies("string within its limit", l.IsString.R, m.Add(past, l.end))
}

// TextEquals is the flag that the value is written as the quoted literal, or is
// not there. It is right both ways whatever the kind.
func (l *Leaf) TextEquals(m *machine.Machine, literal string, fold bool) flag {
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
		m.Risk(l.Source.Size() + len(quoted))
		z = m.IsZero("string equality", l.differs(m, quoted, fold), same || l.At.Node == nil)
	}
	if l.equals == nil {
		l.equals = map[literalText]flag{}
	}
	l.equals[key] = z
	return z
}

// SameText is the flag that two values are written alike, or one is not there.
// The difference is text_a·start_b - text_b·start_a.
func (a *Leaf) SameText(m *machine.Machine, b *Leaf, fold bool) flag {
	key := leafPair{b, fold}
	if z, ok := a.pairs[key]; ok {
		return z
	}
	ta, tb := a.Text, b.Text
	ra, rb := a.raw(), b.raw()
	if fold {
		ta, tb = a.lowered, b.lowered
		ra, rb = text.Lower(ra), text.Lower(rb)
	}
	m.Risk(a.Source.Size() + b.Source.Size())
	d := m.Add(m.Product("string of a member", ta, b.Start), m.Product("string of a member", tb, a.Start))
	z := m.IsZero("string equality of members", d, ra == rb || a.At.Node == nil || b.At.Node == nil)
	if a.pairs == nil {
		a.pairs = map[leafPair]flag{}
	}
	a.pairs[key] = z
	return z
}

// LocateLong finds or adds the array that a path goes over in its last step.
func (s *Document) LocateLong(steps []query.Step) *Long {
	c := s.Locate(steps[:len(steps)-1]).Inner()
	c.Long = true
	if s.Longs[c] == nil {
		s.Longs[c] = &Long{In: c, Source: s}
	}
	return s.Longs[c]
}

// LeafOf finds or adds the leaf of a member.
func (s *Document) LeafOf(m *search.Member) *Leaf {
	if s.LeafAt[m] == nil {
		s.LeafAt[m] = &Leaf{Source: s, At: m}
		s.Leaves = append(s.Leaves, s.LeafAt[m])
	}
	return s.LeafAt[m]
}

// Boolean is the flag that the leaf is true or false.
func (l *Leaf) Boolean(m *machine.Machine) flag { return m.Plus(l.IsTrue, l.IsFalse) }
