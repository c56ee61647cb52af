package zkvm

import (
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/query"
)

// firstByte is what the first byte of a value tells of it. All flags are right
// both ways.
type firstByte struct {
	found     flag // there is a value
	null      flag
	container flag
	text      flag // it is a string
	number    flag
	yes, no   flag // it is true, or false
	escaped   flag // it is a string with an escape
}

// layItems lays out the leaf of a group: one leaf for each element, whose forms
// are dot products of the element's region with vectors that serve all elements.
// The group's member has at most one value in an element.
//
// first[i] = value[i]·(byte i, whether it opens a string with an escape, and what
// itemnumbers.go adds) is one subfield element for each 16 bits; tokens come as in
// layLeaf, with their bytes masked:
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
func (m *machine) layItems(l *leaf) {
	s := l.source
	e := l.at.group
	values := map[int]*document.Node{}
	for _, v := range l.at.nodes {
		if v != nil {
			values[v.Start] = v
		}
	}
	facts := m.firstFacts(s)
	var literals []document.Decimal
	if !l.asNumber && len(l.literals) > 0 {
		literals = l.literals
		facts = append(facts, m.numberFacts(s, literals)...)
	}
	first := m.layFacts(l.at.value, facts, values)
	var text itemText
	if l.asString || l.asNumber {
		text = m.layItemText(l, values)
	}
	for k := range query.MaxElements {
		var node *document.Node
		if k < len(l.at.nodes) {
			node = l.at.nodes[k]
		}
		item := &leaf{
			source: s, at: &member{in: l.at.in, step: l.at.step, node: node, group: e, sane: true},
			asString: l.asString, asNumber: l.asNumber, folds: l.folds,
		}
		region := e.regions[k]
		told := m.layFirst(s, item, region, first, facts)
		if text.masked != nil {
			item.start = m.dot(s.dots, region, text.starts)
			item.end = m.dot(s.dots, region, text.ends)
			item.text = m.dot(s.dots, region, text.masked)
			if l.folds {
				item.lowered = m.add(item.text, m.dot(s.dots, region, text.raised))
			}
			item.shown = text.shown[node]
		}
		item.isString, item.isNumber = m.fixed(false), m.fixed(false)
		if l.asString {
			m.layItemString(item)
		}
		if l.asNumber {
			m.layNumber(item, item.raw(), node != nil)
			m.implies("number of an element", item.isNumber.r, m.not(item.first.number.r))
		}
		if literals != nil {
			m.layItemOrders(item, literals, told)
		}
		l.items = append(l.items, item)
	}
}

// itemText are the vectors whose sums over a region are the text forms of a leaf.
type itemText struct {
	starts, ends, masked, raised []ref
	shown                        map[*document.Node]*string // secret: of what was decoded
}

// layItemText lays out the text of a group's values: as it is written, or of
// strings in classes that allow escapes, decoded.
func (m *machine) layItemText(l *leaf, values map[int]*document.Node) itemText {
	inside, ends := m.layItemExtent(l, values)
	var t itemText
	if l.decodes() {
		t, ends = m.decodeItems(l, inside, values)
	} else {
		t = m.layItemBytes(l, inside, values)
	}
	t.starts, t.ends = m.powers(l.at.value), m.powers(ends)
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
func (m *machine) layItemExtent(l *leaf, values map[int]*document.Node) (inside, ends []ref) {
	s := l.source
	n := s.size()
	in := make([]bool, n)
	scalarBytes(values, func(_ *document.Node, i int) { in[i] = true })
	inside, ends = make([]ref, n), make([]ref, n)
	before := m.zero()
	for i := range n {
		inside[i] = m.derived(in[i])
		m.row("extent of an element's value", m.position(s, i).Token, m.add(before, l.at.value[i]), inside[i])
		ends[i] = m.add(before, inside[i], l.at.value[i])
		before = inside[i]
	}
	return inside, ends
}

// layItemBytes is the text as it is written.
func (m *machine) layItemBytes(l *leaf, inside []ref, values map[int]*document.Node) itemText {
	raise := elem{Lo: 'a' - 'A'} // what folding adds to A to Z
	s := l.source
	n := s.size()
	xs := make([]byte, n) // secret
	scalarBytes(values, func(_ *document.Node, i int) { xs[i] = s.rows[i].X })
	masked, raised := make([]ref, n), make([]ref, n)
	var folded []ref
	if l.folds {
		folded = m.fold(s)
	}
	for i, x := range xs {
		var bits [8]ref
		for b := range bits {
			bits[b] = m.derived(x>>b&1 == 1)
		}
		masked[i] = m.pack(bits[:])
		m.row("bytes of an element's value", inside[i], s.bytes[i], masked[i])
		if l.folds {
			upper := m.derived(isUpper(x))
			raised[i] = m.scale(raise, upper)
			m.row("letters of an element's value", inside[i], m.scale(field.Inv(raise), m.add(folded[i], s.bytes[i])), upper)
		}
	}
	t := itemText{masked: m.powers(masked)}
	if l.folds {
		t.raised = m.powers(raised)
	}
	return t
}

// fact is a bit that is known of each byte position.
type fact struct {
	forms []ref
	holds func(i int) bool // secret
}

// symbolBits is the number of bits in an element of GF(2^16).
const symbolBits = 16

// firstFacts are the bits of a byte and whether it opens a string with an escape.
func (m *machine) firstFacts(s *source) []fact {
	facts := make([]fact, 9)
	for b := range facts {
		facts[b] = fact{make([]ref, s.size()), func(i int) bool { return s.rows[i].X>>b&1 == 1 }}
		if b == 8 {
			facts[b].holds = func(i int) bool { return s.rows[i].Escape }
		}
		if !m.wiring() {
			continue
		}
		for i, p := range s.positions[:s.size()] {
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
func (m *machine) layFacts(starts []ref, facts []fact, values map[int]*document.Node) (symbols [][]ref) {
	for part := range slices.Chunk(facts, symbolBits) {
		symbol := make([]ref, len(starts))
		for i, start := range starts {
			var packed uint16
			for b, f := range part {
				if values[i] != nil && f.holds(i) {
					packed |= 1 << b
				}
			}
			symbol[i] = m.symbol(gf128.FromSymbol(packed))
			var bits [symbolBits]ref
			for b, f := range part {
				bits[b] = f.forms[i]
			}
			m.row("first byte of an element's value", start, m.packSubfield(bits[:len(part)]), symbol[i])
		}
		symbols = append(symbols, symbol)
	}
	return symbols
}

// packSubfield is the form of the element of GF(2^16) of which bits are the coordinates.
func (m *machine) packSubfield(bits []ref) ref {
	if !m.wiring() {
		return 0
	}
	terms := make([]term, len(bits))
	for b, r := range bits {
		terms[b] = term{K: gf128.FromSymbol(1 << b), Ref: r}
	}
	return m.w.space.Sum(terms...)
}

// layFirst proves what the first byte of a value tells: the facts of the byte where the
// value in a region starts, all 0 if there is none. They are bits that are committed, and
// determined, as the coordinates of the region's sum of symbols. Those after the byte's
// nine are returned.
//
// Cost: a bit for each fact, a dot product for each symbol, and what readFirst costs.
func (m *machine) layFirst(s *source, l *leaf, region []ref, symbols [][]ref, facts []fact) []flag {
	b, refs := m.firstBits(s, l.at.node, true)
	var more []flag
	for _, f := range facts[len(b):] {
		more = append(more, m.commit(l.at.node != nil && s.rows != nil && f.holds(l.at.node.Start)))
		refs = append(refs, more[len(more)-1].r)
	}
	for _, symbol := range symbols {
		k := min(len(refs), symbolBits)
		m.zeroForm("first byte of a value", m.add(m.dot(s.dots, region, symbol), m.packSubfield(refs[:k])))
		refs = refs[k:]
	}
	l.first = m.readFirst(b)
	l.isTrue, l.isFalse = l.first.yes, l.first.no
	return more
}

// firstBits commits the first byte of a value and, if told, whether it opens a string
// with an escape.
func (m *machine) firstBits(s *source, v *document.Node, tells bool) (b [9]flag, refs []ref) {
	var x byte
	var escape bool
	if v != nil && s.rows != nil {
		x, escape = s.rows[v.Start].X, s.rows[v.Start].Escape && tells
	}
	refs = make([]ref, len(b))
	for k := range b {
		b[k] = m.commit(k < 8 && x>>k&1 == 1 || k == 8 && escape)
		refs[k] = b[k].r
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
func (m *machine) readFirst(b [9]flag) (f firstByte) {
	const label = "kind by the first byte"
	quoteOrNumber := m.minus(b[5], m.and(label, b[5], b[6]))
	n := m.and(label, b[6], b[3]) // n, or a bracket or brace
	t := m.minus(b[6], n)         // t or f
	f.container = m.and(label, n, b[4])
	f.null = m.minus(n, f.container)
	f.yes = m.and(label, t, b[4])
	f.no = m.minus(t, f.yes)
	f.found = m.plus(b[6], quoteOrNumber)
	// Of quotes and numbers: digits have bit 4, of the rest '-' has bit 0.
	digit := m.and(label, quoteOrNumber, b[4])
	other := m.minus(quoteOrNumber, digit)
	minus := m.and(label, other, b[0])
	f.text = m.minus(other, minus)
	f.number = m.plus(digit, minus)
	f.escaped = b[8]
	return f
}

// layItemString is layString for an element: isString implies that the value is a
// string, without escapes unless the class allows them, and that it is not too long,
// decoded if it is, as end = start·α^length for a length of nine bits that is at
// most 258.
//
// Cost: 11 bits, 1 product, 4 rows.
func (m *machine) layItemString(l *leaf) {
	node := l.at.node
	is := node != nil && node.Kind == document.String && (l.decodes() || !node.Escaped) && len(l.raw()) <= maxToken
	l.isString = m.commit(is)
	conditions := []ref{m.not(l.first.text.r)}
	if !l.decodes() {
		conditions = append(conditions, l.first.escaped.r)
	}
	if l.source.size() > maxToken {
		length := 0
		if is {
			length = len(l.raw())
		}
		var bits [9]flag
		factors := make([]factor, len(bits))
		power := elem{}
		if m.wiring() {
			power = m.w.alpha
		}
		for b := range bits {
			bits[b] = m.commit(length>>b&1 == 1)
			factors[b] = factor{bits[b].r, m.constant(field.Add(power, one))}
			power = field.Mul(power, power)
		}
		if !m.wiring() {
			factors = nil
		}
		// 258 is 100000010b.
		low := m.and("length of an element's string", bits[1], bits[0])
		high := []ref{low.r}
		for _, b := range bits[2:8] {
			high = append(high, b.r)
		}
		m.implies("element's string within its limit", bits[8].r, m.together(high...))
		m.risk(l.source.size() + 1<<len(bits))
		past := m.product("length of an element's string", l.start, m.productForm(len(bits), factors))
		conditions = append(conditions, m.add(past, l.end))
	}
	m.implies("string of an element", l.isString.r, m.together(conditions...))
}
