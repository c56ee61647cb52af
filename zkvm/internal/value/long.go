package value

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Long arrays. Where a path ends in [] without a filter and its elements are counted,
// or compared with a literal or now, no element has to be told apart from the others:
// what is asked is asked of all at once, over the positions where elements start. Such
// an array may have 1,024 elements. Numbers are in longnumbers.go.
//
// That a condition c_i holds at all starts is one form, Σ_i z_i·c_i·ω^i with powers of
// a challenge ω, a dot product: it is zero only if each is, but for n values of ω. That
// an element equals a literal is a product over all positions.

// Long is an array that is used so.
type Long struct {
	In     *search.Container
	Source *Document
	Folds  bool // some comparison folds

	Total   *Number // of the elements; right if few is zero
	Few     ref     // zero if there are at most 1,024
	laid    bool    // inside
	Inside  []ref   // inside[i]: byte i is part of a scalar element
	Limited *ref    // see stringsWithinLimit
	chars   [2][]ref
	decoded *text.Decoded

	Texts       map[literalText]LongAnswer
	Booleans    *[2]flag // all elements are false, or true
	Without     map[Ordered]flag
	AllText     *ref
	AllTruth    *ref
	numbersForm *ref
	Short       *ref // see numbersWithinLimit
}

// LongAnswer is what the elements are to a string of the query.
type LongAnswer struct{ Some, All flag }

// elements are the prover's.
func (l *Long) elements() []*document.Node {
	if n := l.In.Node; n != nil && n.Kind == document.Array {
		return n.Elems
	}
	return nil
}

// LongCountBits is the number of bits of a count of at most 1,024.
const LongCountBits = 11

// Count counts the elements in the exponent of g, whose order is far above:
// Π_i (1 + z_i·(g - 1)) = g^count. The count's bits must be bits; with the highest no
// other may be 1.
//
// It costs 11 bits, a published value for each chunk of positions and one, and a row.
func (l *Long) Count(m *machine.Machine) {
	if l.Total != nil {
		return
	}
	n := l.Source.Size()
	count := len(l.elements())
	if count > query.MaxLongArray {
		count = 0
	}
	var starts, weights []factor
	step := m.Constant(field.Sub(machine.PowerOfG(0, 1), one))
	for i := range n {
		starts = append(starts, factor{B: l.In.Starts[i], H: step})
	}
	var whole [64]ref
	for b := range whole {
		whole[b] = m.Zero()
		if b < LongCountBits {
			whole[b] = m.Bit(count>>b&1 == 1)
			weights = append(weights, factor{B: whole[b], H: m.Constant(field.Sub(machine.PowerOfG(0, 1<<b), one))})
		}
	}
	whole[63] = m.One()
	m.Row("count of a long array", whole[LongCountBits-1], m.Pack(whole[:LongCountBits-1]), m.Zero())
	if !m.Wiring() {
		starts, weights = nil, nil
	}
	l.Few = m.Add(m.ProductForm(n, starts), m.ProductForm(LongCountBits, weights))
	total := integer(m, int64(count), whole)
	l.Total = &total
}

// atStarts is Σ_i z_i·forms_i·ω^i.
func (l *Long) atStarts(m *machine.Machine, forms []ref, omega elem) ref {
	weighted := make([]ref, len(forms))
	if m.Wiring() {
		k := one
		for i, f := range forms {
			weighted[i] = m.Scale(k, f)
			k = field.Mul(k, omega)
		}
	}
	return m.Dot(l.Source.Dots, l.In.Starts, weighted)
}

// AreBooleans are the flags that all elements are false, and that all are true, where
// all are booleans: of the bytes that start a value, those of true and false have bit 6
// and not bit 3, and bit 4 tells them apart. It errs for n values of α for each of the
// three, and costs three dot products and two zero tests.
func (l *Long) AreBooleans(m *machine.Machine) *[2]flag {
	if l.Booleans != nil {
		return l.Booleans
	}
	n := l.Source.Size()
	var alpha elem
	kind, truth, falsity := make([]ref, n), make([]ref, n), make([]ref, n)
	if m.Wiring() {
		alpha = m.Alpha()
		for i, p := range l.Source.Positions[:n] {
			kind[i] = m.Space().Affine(one, term{K: one, Ref: p.X[6]}, term{K: machine.PowerOfX(1), Ref: p.X[3]})
			truth[i], falsity[i] = p.X[4], m.Not(p.X[4])
		}
	}
	m.Risk(n)
	form := l.atStarts(m, kind, alpha)
	l.AllTruth = &form
	allFalse, allTrue := true, true // secret
	for _, v := range l.elements() {
		x := l.Source.Rows[v.Start].X
		allFalse, allTrue = allFalse && x>>4&1 == 0, allTrue && x>>4&1 == 1
	}
	l.Booleans = &[2]flag{
		m.IsZero("elements that are all false", l.atStarts(m, truth, alpha), allFalse),
		m.IsZero("elements that are all true", l.atStarts(m, falsity, alpha), allTrue),
	}
	return l.Booleans
}

// layText lays out the characters of a long array's strings once: inside marks the
// bytes of scalar elements, and where the class allows escapes all are decoded in
// place, see package text.
//
// Cost for n byte positions: n bits, decoded 27n more, with folding 28n, and what
// decoding in place does.
func (l *Long) layText(m *machine.Machine) {
	if l.laid {
		return
	}
	l.laid = true
	s := l.Source
	n := s.Size()
	in := make([]bool, n) // secret
	for _, v := range l.elements() {
		if v.Kind != document.Object && v.Kind != document.Array {
			for i := v.Start; i < v.End; i++ {
				in[i] = true
			}
		}
	}
	l.Inside = make([]ref, n)
	before := m.Zero()
	for i := range n {
		l.Inside[i] = m.Derived(in[i])
		m.Row("extent of an element of a long array", s.Position(m, i).Token, m.Add(before, l.In.Starts[i]), l.Inside[i])
		before = l.Inside[i]
	}
	// All are strings, which no class that does not allow it has an escape in.
	kinds := make([]ref, n)
	var alpha elem
	if m.Wiring() {
		alpha = m.Alpha()
		for i, x := range s.Bytes {
			kinds[i] = m.Add(x, m.Constant(elem{Lo: '"'}))
			if !s.Escapes {
				kinds[i] = m.Add(kinds[i], m.Scale(machine.PowerOfX(8), s.Positions[i].Escape))
			}
		}
	}
	m.Risk(n)
	form := l.atStarts(m, kinds, alpha)
	l.AllText = &form
	taken, trace := l.Inside, in
	if s.Escapes {
		c := text.TracePlaces(s.Units(m), in)
		d := s.DecodePlaces(m, "an element of a long array", l.Inside, c, l.Folds)
		l.decoded, taken, trace = &d, d.Present, make([]bool, n)
		for i, u := range c.Units {
			trace[i] = u.Emits
		}
	}
	limited := withinLimit(m, taken, trace)
	l.Limited = &limited
}

// withinLimit is a bit that implies that nowhere more than 258 positions in a row are
// taken, as many as a string that is used has with its quotes: of each 259 positions in
// a row one is not. W_i = Σ_{j<259} (1 + taken_{i+j})·α^j is zero for every α if all
// are, and for few if not, and Π_i W_i is proven not to be zero.
//
// It costs a bit and a published value for each chunk of positions; nothing in a document
// that is no longer.
func withinLimit(m *machine.Machine, taken []ref, trace []bool) ref {
	count := len(taken) - MaxToken
	if count <= 0 {
		return m.One()
	}
	run, longest := 0, 0 // secret
	for _, t := range trace {
		if run++; !t {
			run = 0
		}
		longest = max(longest, run)
	}
	ok := m.Bit(longest <= MaxToken)
	var factors []factor
	if m.Wiring() {
		free := make([]ref, len(taken))
		for i, t := range taken {
			free[i] = m.Not(t)
		}
		for _, w := range m.WindowsOf(free, MaxToken+1)[:count] {
			factors = append(factors, factor{B: m.One(), H: m.Not(w)})
		}
	}
	m.NonzeroProduct(count, factors, ok)
	return ok
}

// Equals is whether some element of a long array equals a literal, and whether all
// do, where all are strings that may be used. F_i is the fingerprint of what stands
// from byte i on, as many characters as the quoted literal has, and one more if it is
// decoded, of characters that are marked as those of names are.
//
// It costs a dot product, a published value for each chunk of positions, and two zero tests,
// and errs for one more than the characters' number of values of α for each of the elements
// that there may be, or for all of them for n and the characters' number of θ.
func (l *Long) Equals(m *machine.Machine, literal string, fold bool) LongAnswer {
	key := literalText{literal, fold}
	if a, ok := l.Texts[key]; ok {
		return a
	}
	l.layText(m)
	s := l.Source
	n := s.Size()
	if fold {
		literal = text.Lower(literal)
	}
	quoted := `"` + literal + `"`
	other := make([]ref, n)
	readable := s.Escapes || text.Writable(literal)
	var theta elem
	characters := l.characters(m, fold)
	if m.Wiring() {
		theta = m.Theta()
		switch {
		case !readable: // no string without escapes has it
			for i := range other {
				other[i] = m.One()
			}
		case l.decoded != nil:
			w := m.MarkedFingerprint(quoted)
			for i, f := range m.WindowsOf(characters, len(quoted)+1) {
				other[i] = m.Space().Affine(w, term{K: one, Ref: f})
			}
		default:
			w := m.TextFingerprint(quoted)
			for i, f := range m.WindowsOf(characters, len(quoted)) {
				other[i] = m.Space().Affine(w, term{K: one, Ref: f})
			}
		}
	}
	some, all := false, true // secret
	for _, v := range l.elements() {
		is := readable && l.shown(v, fold) == quoted
		some, all = some || is, all && is
	}
	// A product over the elements, of which there are no more where the answer is used; a
	// sum over the positions.
	m.Risk(min(n, query.MaxLongArray) * (len(quoted) + 1))
	m.Risk(n + len(quoted) + 1)
	var factors []factor
	if m.Wiring() {
		for i, o := range other {
			factors = append(factors, factor{B: l.In.Starts[i], H: m.Not(o)})
		}
	}
	a := LongAnswer{
		Some: m.IsZero("element that is equal", m.ProductForm(n, factors), some),
		All:  m.IsZero("elements that are all equal", l.atStarts(m, other, theta), all),
	}
	if l.Texts == nil {
		l.Texts = map[literalText]LongAnswer{}
	}
	l.Texts[key] = a
	return a
}

// characters are the characters at each position: the document's bytes, or marked
// ones of what is decoded.
func (l *Long) characters(m *machine.Machine, fold bool) []ref {
	which := 0
	if fold {
		which = 1
	}
	if l.decoded == nil {
		return l.Source.BytesOf(m, fold)
	}
	if l.chars[which] == nil {
		l.chars[which] = make([]ref, l.Source.Size())
		for i, c := range l.decoded.Characters {
			l.chars[which][i] = m.Sum(term{K: one, Ref: c}, term{K: machine.InnerMark, Ref: l.decoded.Present[i]})
			if fold {
				l.chars[which][i] = m.Add(l.chars[which][i], m.Scale(elem{Lo: 'a' - 'A'}, l.decoded.Letters[i]))
			}
		}
	}
	return l.chars[which]
}

// shown is the prover's text of an element, as the circuits compare it: from its first
// byte on as much as it has.
func (l *Long) shown(v *document.Node, fold bool) string {
	written := string(l.Source.Doc.Raw(v))
	if v.Kind == document.String && l.Source.Escapes {
		decoded, _ := l.Source.Doc.Text(v)
		written = `"` + decoded + `"`
	}
	if fold {
		written = text.Lower(written)
	}
	return written
}
