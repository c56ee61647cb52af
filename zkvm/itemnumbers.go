package zkvm

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/decimal"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Elements whose numbers are compared with nothing but literals and now are not laid out
// as numbers. How all numbers of the document compare with each literal is known of their
// first bytes (longnumbers.go), and an element has it with its first byte.

// maxItemOrders bounds for how many literals that is done: their number times the byte
// positions. From about there on 32 numbers take fewer bytes and less time.
const maxItemOrders = 20_000

// numberFacts are what the first byte of a number tells of it: that it is bad, that its
// value is within its limit, that it has 32 characters at most, and for each literal that
// it is less, and greater.
//
// It costs what compareNumbers and shortNumbers do.
func (s *values) numberFacts(m *machine.Machine, literals []document.Decimal) []fact {
	c, limit := s.numbers(m), s.compareNumbers(m, decimal.Limit())
	bad := make([]ref, s.Size())
	for i := range bad {
		bad[i] = c.places[i].Bad
	}
	facts := []fact{
		{bad, func(i int) bool { return c.values[i].Bad }},
		{limit.less, func(i int) bool { return limit.values[i].Less }},
		{s.shortNumbers(m), func(i int) bool { return short(s, i) }},
	}
	for _, v := range literals {
		o := s.compareNumbers(m, decimal.NewLiteral(v))
		facts = append(facts,
			fact{o.less, func(i int) bool { return o.values[i].Less }},
			fact{o.greater, func(i int) bool { return o.values[i].Greater }})
	}
	return facts
}

// shortNumbers commits for each byte a bit that implies that no token of more than 32
// characters starts there, once for a document. W_i is that of numbersWithinLimit, and
// Π_i (W_i, or 1 without the bit) is proven not to be zero.
//
// Cost for n byte positions: n - 32 bits, and a published value for each chunk of them.
func (s *values) shortNumbers(m *machine.Machine) []ref {
	c := s.numbers(m)
	if c.short != nil {
		return c.short
	}
	c.short = make([]ref, s.Size())
	count := max(0, s.Size()-document.MaxNumber) // a later token ends before
	for i := range c.short {
		if c.short[i] = m.One(); i < count {
			c.short[i] = m.Bit(s.Rows != nil && short(s, i))
		}
	}
	var factors []factor
	if m.Wiring() {
		free := make([]ref, s.Size())
		for i := range free {
			free[i] = m.Not(s.Positions[i].Token)
		}
		for i, w := range m.WindowsOf(free, document.MaxNumber+1)[:count] {
			factors = append(factors, factor{B: c.short[i], H: m.Not(w)})
		}
	}
	m.NonzeroProduct(count, factors, m.One())
	return c.short
}

// short reports whether no token of more than 32 characters starts at byte i.
func short(s *values, i int) bool {
	for j := range document.MaxNumber + 1 {
		if i+j >= s.Size() || !s.Rows[i+j].Flags.Token {
			return true
		}
	}
	return false
}

// layItemOrders is layNumber for an element: isNumber implies that the value is a number
// that may be used, and orders are how it compares with the literals. told are the facts
// of numberFacts: that it is within the limit is told of numbers alone.
//
// Cost: a bit and a row.
func (l *leaf) layItemOrders(m *machine.Machine, literals []document.Decimal, told []flag) {
	bad, within, short := told[0], told[1], told[2]
	l.isNumber = m.Commit(l.first.number.V && !bad.V && within.V && short.V)
	m.Implies("number of an element", l.isNumber.R, m.Together(bad.R, m.Not(within.R), m.Not(short.R)))
	l.orders = map[document.Decimal]itemOrder{}
	for k, v := range literals {
		l.orders[v] = itemOrder{less: told[3+2*k], greater: told[4+2*k]}
	}
}

// itemOrder is how an element's number compares with a literal. One bit at most is 1.
type itemOrder struct{ less, greater flag }

// orderIs is the flag that the order is one of a set, see orderForm.
func orderIs(m *machine.Machine, o itemOrder, set ordering) flag {
	return flag{R: orderForm(m, set, o.less.R, o.greater.R), V: set.has(decimal.Order{Less: o.less.V, Greater: o.greater.V})}
}

// besideLiteral notes the comparison of an element with a number that both sides know,
// which needs no more than how it compares.
func (v *survey) besideLiteral(path int, other *query.Expr) bool {
	var literal document.Decimal
	switch l := v.leaves[path]; {
	case l.at.Group == nil:
		return false
	case other.Op == query.Now:
		literal = document.Decimal{Int: v.time}
	case other.Op == query.Constant && other.Literal.Type == query.Number:
		literal = other.Literal.Num
	default:
		return false
	}
	v.leaves[path].beside(literal)
	return true
}

func (l *leaf) beside(literal document.Decimal) {
	for _, have := range l.literals {
		if have == literal {
			return
		}
	}
	l.literals = append(l.literals, literal)
}

// ordered is the comparison of an element's number with one that both sides know where
// that is all that is known of it.
func (x *execution) ordered(e *query.Expr, a, b alternative, g flag) (f flag, ok bool) {
	m := x.m
	if e.Fold { // of strings alone
		return flag{}, false
	}
	element, other, right := a, b, false
	if a.kind != isLeaf {
		element, other, right = b, a, true
	}
	if element.kind != isLeaf {
		return flag{}, false
	}
	var literal document.Decimal
	switch {
	case other.kind == isLiteral && other.fixed.Type == query.Number:
		literal = other.fixed.Num
	case other.kind == isNumber && other.num.public:
		literal = other.num.v
	default:
		return flag{}, false
	}
	o, ok := element.leaf.orders[literal]
	if !ok {
		return flag{}, false
	}
	m.Needs("number member", g, element.leaf.isNumber)
	return m.And("compares so", g, orderIs(m, o, orderingOf(e.Op, right))), true
}
