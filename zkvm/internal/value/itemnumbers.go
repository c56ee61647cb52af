package value

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/decimal"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Elements whose numbers are compared with nothing but literals and now are not laid out
// as numbers. How all numbers of the document compare with each literal is known of their
// first bytes (longnumbers.go), and an element has it with its first byte.

// MaxItemOrders bounds for how many literals that is done: their number times the byte
// positions. From about there on 32 numbers take fewer bytes and less time.
const MaxItemOrders = 20_000

// numberFacts are what the first byte of a number tells of it: that it is bad, that its
// value is within its limit, that it has 32 characters at most, and for each literal that
// it is less, and greater.
//
// It costs what compareNumbers and shortNumbers do.
func (s *Document) numberFacts(m *machine.Machine, literals []document.Decimal) []fact {
	c, limit := s.numbers(m), s.compareNumbers(m, decimal.Limit())
	bad := make([]ref, s.Size())
	for i := range bad {
		bad[i] = c.Places[i].Bad
	}
	facts := []fact{
		{bad, func(i int) bool { return c.values[i].Bad }},
		{limit.Less, func(i int) bool { return limit.values[i].Less }},
		{s.shortNumbers(m), func(i int) bool { return short(s, i) }},
	}
	for _, v := range literals {
		o := s.compareNumbers(m, decimal.NewLiteral(v))
		facts = append(facts,
			fact{o.Less, func(i int) bool { return o.values[i].Less }},
			fact{o.Greater, func(i int) bool { return o.values[i].Greater }})
	}
	return facts
}

// shortNumbers commits for each byte a bit that implies that no token of more than 32
// characters starts there, once for a document. W_i is that of numbersWithinLimit, and
// Π_i (W_i, or 1 without the bit) is proven not to be zero.
//
// Cost for n byte positions: n - 32 bits, and a published value for each chunk of them.
func (s *Document) shortNumbers(m *machine.Machine) []ref {
	c := s.numbers(m)
	if c.Short != nil {
		return c.Short
	}
	c.Short = make([]ref, s.Size())
	count := max(0, s.Size()-document.MaxNumber) // a later token ends before
	for i := range c.Short {
		if c.Short[i] = m.One(); i < count {
			c.Short[i] = m.Bit(s.Rows != nil && short(s, i))
		}
	}
	var factors []factor
	if m.Wiring() {
		free := make([]ref, s.Size())
		for i := range free {
			free[i] = m.Not(s.Positions[i].Token)
		}
		for i, w := range m.WindowsOf(free, document.MaxNumber+1)[:count] {
			factors = append(factors, factor{B: c.Short[i], H: m.Not(w)})
		}
	}
	m.NonzeroProduct(count, factors, m.One())
	return c.Short
}

// short reports whether no token of more than 32 characters starts at byte i.
func short(s *Document, i int) bool {
	for j := range document.MaxNumber + 1 {
		if i+j >= s.Size() || !s.Rows[i+j].Flags.Token {
			return true
		}
	}
	return false
}

// layItemOrders is layNumber for an element: IsNumber implies that the value is a number
// that may be used, and orders are how it compares with the literals. told are the facts
// of numberFacts: that it is within the limit is told of numbers alone.
//
// Cost: a bit and a row.
func (l *Leaf) layItemOrders(m *machine.Machine, literals []document.Decimal, told []flag) {
	bad, within, short := told[0], told[1], told[2]
	l.IsNumber = m.Commit(l.first.Number.V && !bad.V && within.V && short.V)
	m.Implies("number of an element", l.IsNumber.R, m.Together(bad.R, m.Not(within.R), m.Not(short.R)))
	l.Orders = map[document.Decimal]ItemOrder{}
	for k, v := range literals {
		l.Orders[v] = ItemOrder{Less: told[3+2*k], Greater: told[4+2*k]}
	}
}

// ItemOrder is how an element's number compares with a literal. One bit at most is 1.
type ItemOrder struct{ Less, Greater flag }

// OrderIs is the flag that the order is one of a set, see orderForm.
func OrderIs(m *machine.Machine, o ItemOrder, set Ordering) flag {
	return flag{R: orderForm(m, set, o.Less.R, o.Greater.R), V: set.has(decimal.Order{Less: o.Less.V, Greater: o.Greater.V})}
}

func (l *Leaf) Beside(literal document.Decimal) {
	for _, have := range l.Literals {
		if have == literal {
			return
		}
	}
	l.Literals = append(l.Literals, literal)
}
