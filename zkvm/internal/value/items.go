package value

import (
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// FirstByte is what the first byte of a value tells of it. All flags are right
// both ways.
type FirstByte struct {
	found     flag // there is a value
	Null      flag
	Container flag
	Text      flag // it is a string
	Number    flag
	Yes, No   flag // it is true, or false
	escaped   flag // it is a string with an escape
}

// layItems lays out the leaf of a group: one leaf for each element, whose forms
// are dot products of the element's region with vectors that serve all elements.
// The group's member has at most one value in an element.
//
// first[i] = value[i]·(byte i, whether it opens a string with an escape, and what
// itemnumbers.go adds) is one subfield element for each 16 bits; tokens come as in
// lay, with their bytes masked:
//
//	s[i] = [byte i is part of a token]·(s[i-1] + value[i]),  masked_i = s[i]·x_i.
//
// One past the last byte of a value lies in the same region as the value, as a
// comma or a bracket follows inside the array.
//
// Cost for n byte positions and 32 elements, besides what kinds cost: n subfield
// elements, n rows and 32 dot products; if the text is used 9n and 2n and 96 more,
// with folding n, n and 32 more. With n = 576, a text costs 5,760 subfield elements
// and 128 dot products, which publish 2 KB; a boolean 576 and 32. What decoding
// costs, in classes that allow escapes, see itemescapes.go, and numbers that are
// compared with literals itemnumbers.go.
func (l *Leaf) layItems(m *machine.Machine) {
	s := l.Source
	e := l.At.Group
	values := map[int]*document.Node{}
	for _, v := range l.At.Nodes {
		if v != nil {
			values[v.Start] = v
		}
	}
	facts := s.firstFacts(m)
	var literals []document.Decimal
	if !l.AsNumber && len(l.Literals) > 0 {
		literals = l.Literals
		facts = append(facts, s.numberFacts(m, literals)...)
	}
	first := layFacts(m, l.At.Value, facts, values)
	var text itemText
	if l.AsString || l.AsNumber {
		text = l.layItemText(m, values)
	}
	for k := range query.MaxElements {
		var node *document.Node
		if k < len(l.At.Nodes) {
			node = l.At.Nodes[k]
		}
		item := &Leaf{
			Source: s, At: &search.Member{In: l.At.In, Step: l.At.Step, Node: node, Group: e, Sane: true},
			AsString: l.AsString, AsNumber: l.AsNumber, Folds: l.Folds,
		}
		region := e.Regions[k]
		told := s.layFirst(m, item, region, first, facts)
		if text.masked != nil {
			item.Start = m.Dot(s.Dots, region, text.starts)
			item.end = m.Dot(s.Dots, region, text.ends)
			item.Text = m.Dot(s.Dots, region, text.masked)
			if l.Folds {
				item.lowered = m.Add(item.Text, m.Dot(s.Dots, region, text.raised))
			}
			item.Shown = text.shown[node]
		}
		item.IsString, item.IsNumber = m.Fixed(false), m.Fixed(false)
		if l.AsString {
			item.layItemString(m)
		}
		if l.AsNumber {
			item.layNumber(m, item.raw(), node != nil)
			m.Implies("number of an element", item.IsNumber.R, m.Not(item.first.Number.R))
		}
		if literals != nil {
			item.layItemOrders(m, literals, told)
		}
		l.Items = append(l.Items, item)
	}
}

// itemText are the vectors whose sums over a region are the text forms of a leaf.
type itemText struct {
	starts, ends, masked, raised []ref
	shown                        map[*document.Node]*string // secret: of what was decoded
}

// layItemText lays out the text of a group's values: as it is written, or of
// strings in classes that allow escapes, decoded.
func (l *Leaf) layItemText(m *machine.Machine, values map[int]*document.Node) itemText {
	inside, ends := l.layItemExtent(m, values)
	var t itemText
	if l.decodes() {
		t, ends = l.decodeItems(m, inside, values)
	} else {
		t = l.layItemBytes(m, inside, values)
	}
	t.starts, t.ends = m.Powers(l.At.Value), m.Powers(ends)
	return t
}

// scalarBytes calls f with each byte position that is part of one of the values.
func scalarBytes(values map[int]*document.Node, f func(v *document.Node, i int)) {
	for _, v := range values {
		if v.Kind != document.Object && v.Kind != document.Array {
			for i := v.Start; i < v.End; i++ {
				f(v, i)
			}
		}
	}
}

// layItemExtent is where the values of a group are: which bytes are part of one,
// and which are one past the last of one.
func (l *Leaf) layItemExtent(m *machine.Machine, values map[int]*document.Node) (inside, ends []ref) {
	s := l.Source
	n := s.Size()
	in := make([]bool, n)
	scalarBytes(values, func(_ *document.Node, i int) { in[i] = true })
	inside, ends = make([]ref, n), make([]ref, n)
	before := m.Zero()
	for i := range n {
		inside[i] = m.Derived(in[i])
		m.Row("extent of an element's value", s.Position(m, i).Token, m.Add(before, l.At.Value[i]), inside[i])
		ends[i] = m.Add(before, inside[i], l.At.Value[i])
		before = inside[i]
	}
	return inside, ends
}

// layItemBytes is the text as it is written.
func (l *Leaf) layItemBytes(m *machine.Machine, inside []ref, values map[int]*document.Node) itemText {
	raise := elem{Lo: 'a' - 'A'} // what folding adds to A to Z
	s := l.Source
	n := s.Size()
	xs := make([]byte, n) // secret
	scalarBytes(values, func(_ *document.Node, i int) { xs[i] = s.Rows[i].X })
	masked, raised := make([]ref, n), make([]ref, n)
	var folded []ref
	if l.Folds {
		folded = s.Fold(m)
	}
	for i, x := range xs {
		var bits [8]ref
		for b := range bits {
			bits[b] = m.Derived(x>>b&1 == 1)
		}
		masked[i] = m.Pack(bits[:])
		m.Row("bytes of an element's value", inside[i], s.Bytes[i], masked[i])
		if l.Folds {
			upper := m.Derived(text.IsUpper(x))
			raised[i] = m.Scale(raise, upper)
			m.Row("letters of an element's value", inside[i], m.Scale(field.Inv(raise), m.Add(folded[i], s.Bytes[i])), upper)
		}
	}
	t := itemText{masked: m.Powers(masked)}
	if l.Folds {
		t.raised = m.Powers(raised)
	}
	return t
}

// fact is a bit that is known of each byte position.
type fact struct {
	forms []ref
	holds func(i int) bool // secret
}

// firstFacts are the bits of a byte and whether it opens a string with an escape.
func (s *Document) firstFacts(m *machine.Machine) []fact {
	facts := make([]fact, 9)
	for b := range facts {
		facts[b] = fact{make([]ref, s.Size()), func(i int) bool { return s.Rows[i].X>>b&1 == 1 }}
		if b == 8 {
			facts[b].holds = func(i int) bool { return s.Rows[i].Escape }
		}
		if !m.Wiring() {
			continue
		}
		for i, p := range s.Positions[:s.Size()] {
			facts[b].forms[i] = p.Escape
			if b < 8 {
				facts[b].forms[i] = p.X[b]
			}
		}
	}
	return facts
}

// layFacts commits the facts of those bytes where a value starts, as elements of
// GF(2^16) in whose basis they are the coordinates, and 0 elsewhere.
func layFacts(m *machine.Machine, starts []ref, facts []fact, values map[int]*document.Node) (symbols [][]ref) {
	for part := range slices.Chunk(facts, machine.SymbolBits) {
		symbol := make([]ref, len(starts))
		for i, start := range starts {
			var packed uint16
			for b, f := range part {
				if values[i] != nil && f.holds(i) {
					packed |= 1 << b
				}
			}
			symbol[i] = m.Symbol(gf128.FromSymbol(packed))
			var bits [machine.SymbolBits]ref
			for b, f := range part {
				bits[b] = f.forms[i]
			}
			m.Row("first byte of an element's value", start, m.PackSubfield(bits[:len(part)]), symbol[i])
		}
		symbols = append(symbols, symbol)
	}
	return symbols
}

// layFirst proves what the first byte of a value tells: the facts of the byte where the
// value in a region starts, all 0 if there is none. They are bits that are committed, and
// determined, as the coordinates of the region's sum of symbols. Those after the byte's
// nine are returned.
//
// Cost: a bit for each fact, a dot product for each symbol, and what readFirst costs.
func (s *Document) layFirst(m *machine.Machine, l *Leaf, region []ref, symbols [][]ref, facts []fact) []flag {
	b, refs := s.firstBits(m, l.At.Node, true)
	var more []flag
	for _, f := range facts[len(b):] {
		more = append(more, m.Commit(l.At.Node != nil && s.Rows != nil && f.holds(l.At.Node.Start)))
		refs = append(refs, more[len(more)-1].R)
	}
	for _, symbol := range symbols {
		k := min(len(refs), machine.SymbolBits)
		m.ZeroForm("first byte of a value", m.Add(m.Dot(s.Dots, region, symbol), m.PackSubfield(refs[:k])))
		refs = refs[k:]
	}
	l.first = readFirst(m, b)
	l.IsTrue, l.IsFalse = l.first.Yes, l.first.No
	return more
}

// firstBits commits the first byte of a value and, if told, whether it opens a string
// with an escape.
func (s *Document) firstBits(m *machine.Machine, v *document.Node, tells bool) (b [9]flag, refs []ref) {
	var x byte
	var escape bool
	if v != nil && s.Rows != nil {
		x, escape = s.Rows[v.Start].X, s.Rows[v.Start].Escape && tells
	}
	refs = make([]ref, len(b))
	for k := range b {
		b[k] = m.Commit(k < 8 && x>>k&1 == 1 || k == 8 && escape)
		refs[k] = b[k].R
	}
	return b, refs
}

// readFirst is what the bits of a first byte tell. A value starts with one of
//
//	'"' 0010 0010   '-' 0010 1101   0 to 9 0011 dddd
//	'[' 0101 1011   '{' 0111 1011   t 0111 0100   f 0110 0110   n 0110 1110
//
// so bits 6 and 5 tell whether there is one, and the rest follows.
//
// Cost: 6 bits and rows.
func readFirst(m *machine.Machine, b [9]flag) (f FirstByte) {
	const label = "kind by the first byte"
	quoteOrNumber := m.Minus(b[5], m.And(label, b[5], b[6]))
	n := m.And(label, b[6], b[3]) // n, or a bracket or brace
	t := m.Minus(b[6], n)         // t or f
	f.Container = m.And(label, n, b[4])
	f.Null = m.Minus(n, f.Container)
	f.Yes = m.And(label, t, b[4])
	f.No = m.Minus(t, f.Yes)
	f.found = m.Plus(b[6], quoteOrNumber)
	// Of quotes and numbers: digits have bit 4, of the rest '-' has bit 0.
	digit := m.And(label, quoteOrNumber, b[4])
	other := m.Minus(quoteOrNumber, digit)
	minus := m.And(label, other, b[0])
	f.Text = m.Minus(other, minus)
	f.Number = m.Plus(digit, minus)
	f.escaped = b[8]
	return f
}

// layItemString is layString for an element: IsString implies that the value is a
// string, without escapes unless the class allows them, and that it is not too long,
// decoded if it is, as end = start·α^length for a length of nine bits that is at
// most 258.
//
// Cost: 11 bits, 1 product, 4 rows.
func (l *Leaf) layItemString(m *machine.Machine) {
	node := l.At.Node
	is := node != nil && node.Kind == document.String && (l.decodes() || !node.Escaped) && len(l.raw()) <= MaxToken
	l.IsString = m.Commit(is)
	conditions := []ref{m.Not(l.first.Text.R)}
	if !l.decodes() {
		conditions = append(conditions, l.first.escaped.R)
	}
	if l.Source.Size() > MaxToken {
		length := 0
		if is {
			length = len(l.raw())
		}
		var bits [9]flag
		factors := make([]factor, len(bits))
		power := elem{}
		if m.Wiring() {
			power = m.Alpha()
		}
		for b := range bits {
			bits[b] = m.Commit(length>>b&1 == 1)
			factors[b] = factor{B: bits[b].R, H: m.Constant(field.Add(power, one))}
			power = field.Mul(power, power)
		}
		if !m.Wiring() {
			factors = nil
		}
		// 258 is 100000010b.
		low := m.And("length of an element's string", bits[1], bits[0])
		high := []ref{low.R}
		for _, b := range bits[2:8] {
			high = append(high, b.R)
		}
		m.Implies("element's string within its limit", bits[8].R, m.Together(high...))
		m.Risk(l.Source.Size() + 1<<len(bits))
		past := m.Product("length of an element's string", l.Start, m.ProductForm(len(bits), factors))
		conditions = append(conditions, m.Add(past, l.end))
	}
	m.Implies("string of an element", l.IsString.R, m.Together(conditions...))
}
