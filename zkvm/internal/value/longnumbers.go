package value

import (
	"math/bits"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/decimal"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Arrays of numbers that are compared with a literal or now. All numbers of the
// document are compared with it at once (package decimal): less and greater of the
// first byte of a number tell how it compares, whether it is bad, and, of another such
// comparison, its limits. What is asked of the elements is then asked where they start.

// Numbers are the places of all digits of a document, once for it.
type Numbers struct {
	Places []decimal.Refs
	there  []ref // there[i]: byte i has a place
	sums   [][1 << decimal.V]ref
	Orders map[decimal.Literal]*Orders
	Short  []ref // see shortNumbers
	// secret
	values []decimal.Place
}

// Orders are how all numbers of a document compare with a literal, once for both.
type Orders struct {
	Less, Greater []ref
	values        []decimal.Order // secret
}

// numbers commits the places of all digits of a document, and whether numbers are bad.
// The circuit determines the bits.
//
// Cost for n byte positions: 12n bits and the place circuit.
func (s *Document) numbers(m *machine.Machine) *Numbers {
	if s.Digits != nil {
		return s.Digits
	}
	n := s.Size()
	c := &Numbers{Places: make([]decimal.Refs, n), there: make([]ref, n+1), values: make([]decimal.Place, n), Orders: map[decimal.Literal]*Orders{}}
	s.Digits = c
	if s.Rows != nil {
		c.values = decimal.Places(s.Rows)
	}
	for i, v := range c.values {
		var refs [decimal.Bits]ref
		for k, b := range v.AppendBits(nil) {
			refs[k] = m.Derived(b)
		}
		r := &c.Places[i]
		r.U, r.V, r.Bad = [decimal.U]ref(refs[:decimal.U]), [decimal.V]ref(refs[decimal.U:]), refs[decimal.Bits-1]
		c.there[i] = m.Add(r.U[:]...)
	}
	c.there[n] = m.Zero()
	if m.Wiring() {
		c.sums = make([][1 << decimal.V]ref, n)
	}
	for i := range n {
		if !m.Wiring() {
			m.Instance(circuits.Place)
			continue
		}
		m.CopyOf(circuits.Place, &placeCopy{s.Positions[i+1].Mode, s.Positions[i].X, [3]*decimal.Refs{c.placeAt(m, i-1), c.placeAt(m, i), c.placeAt(m, i+1)}})
	}
	return c
}

// placeCopy is the copy of place of one byte.
type placeCopy struct {
	mode   [6]ref
	x      [8]ref
	places [3]*decimal.Refs // of the byte before, its own, of the one after
}

// Append appends the inputs.
func (c *placeCopy) Append(dst []ref) []ref {
	return decimal.AppendPlace(dst, c.mode, c.x, c.places[0], c.places[1], c.places[2])
}

// placeAt is the place of byte i, without one before the first byte and after the last.
func (c *Numbers) placeAt(m *machine.Machine, i int) *decimal.Refs {
	if i >= 0 && i < len(c.Places) {
		return &c.Places[i]
	}
	zero := m.Zero()
	r := &decimal.Refs{Bad: zero}
	for k := range r.U {
		r.U[k] = zero
	}
	for k := range r.V {
		r.V[k] = zero
	}
	return r
}

// sumOf is the sum of the bits V of byte i in a set.
func (c *Numbers) sumOf(m *machine.Machine, i int, set uint8) ref {
	r := c.Places[i]
	switch {
	case set == 0:
		return m.Zero()
	case set&(set-1) == 0:
		return r.V[bits.TrailingZeros8(set)]
	}
	sum := &c.sums[i][set]
	if *sum == 0 {
		*sum = m.Add(r.V[bits.TrailingZeros8(set)], c.sumOf(m, i, set&(set-1)))
	}
	return *sum
}

// compareNumbers commits how all numbers of a document compare with a literal. The
// circuit determines the bits.
//
// Cost for n byte positions, once for a literal: 2n bits and the order circuit.
func (s *Document) compareNumbers(m *machine.Machine, l *decimal.Literal) *Orders {
	c := s.numbers(m)
	if o := c.Orders[*l]; o != nil {
		return o
	}
	n := s.Size()
	o := &Orders{Less: make([]ref, n), Greater: make([]ref, n), values: make([]decimal.Order, n)}
	c.Orders[*l] = o
	if s.Rows != nil {
		o.values = decimal.Orders(s.Rows, c.values, l)
	}
	for i, v := range o.values {
		o.Less[i], o.Greater[i] = m.Derived(v.Less), m.Derived(v.Greater)
	}
	for i := range n {
		if !m.Wiring() {
			m.Instance(circuits.Order)
			continue
		}
		p := s.Positions[i]
		in := decimal.OrderCopy{
			X: p.X, First: p.OpensValue, U: c.Places[i].U, Follows: c.there[i+1],
			Here:     decimal.OrderRefs{Less: o.Less[i], Greater: o.Greater[i]},
			After:    decimal.OrderRefs{Less: m.Zero(), Greater: m.Zero()},
			Negative: m.Public(l.Negative), Below: m.Public(l.Below), Past: m.Public(l.Past),
		}
		if i+1 < n {
			in.After = decimal.OrderRefs{Less: o.Less[i+1], Greater: o.Greater[i+1]}
		}
		for entry := range in.Tables {
			for k := range in.Tables[entry] {
				in.Tables[entry][k] = c.sumOf(m, i, l.Column(entry, k))
			}
		}
		m.CopyOf(circuits.Order, &in)
	}
	return o
}

// AllNumbers are what a long array needs whose elements are compared as numbers: zero
// if all are numbers that may be used, and a bit that implies that none is longer than
// 32 characters.
//
// A byte is part of a number if bits 3, 4 and 5 of the mode after it are 1, 0 and 0. It
// errs for n values of α. It costs a dot product, and what numbersWithinLimit costs.
func (l *Long) AllNumbers(m *machine.Machine) (form, short ref) {
	if l.numbersForm == nil {
		s := l.Source
		c, limit := s.numbers(m), s.compareNumbers(m, decimal.Limit())
		conditions := make([]ref, s.Size())
		var alpha elem
		if m.Wiring() {
			alpha = m.Alpha()
			for i := range conditions {
				mode := s.Positions[i+1].Mode
				conditions[i] = m.Space().Affine(field.Add(one, machine.PowerOfX(3)),
					term{K: one, Ref: mode[3]}, term{K: machine.PowerOfX(1), Ref: mode[4]}, term{K: machine.PowerOfX(2), Ref: mode[5]},
					term{K: machine.PowerOfX(3), Ref: limit.Less[i]}, term{K: machine.PowerOfX(4), Ref: c.Places[i].Bad})
			}
		}
		m.Risk(s.Size())
		form, short := l.atStarts(m, conditions, alpha), l.numbersWithinLimit(m)
		l.numbersForm, l.Short = &form, &short
	}
	return *l.numbersForm, *l.Short
}

// numbersWithinLimit is a bit that implies that no element of a long array is a token
// of more than 32 characters. W_i = Σ_{j≤32} (1 + Token_{i+j})·α^j is zero for every α
// if the token at byte i is longer, and for few if not, and Π_i (W_i or 1), over the
// starts of elements, is proven not to be zero.
//
// It costs a bit and a published value for each chunk of positions.
func (l *Long) numbersWithinLimit(m *machine.Machine) ref {
	s := l.Source
	count := max(0, s.Size()-document.MaxNumber) // a later token ends before
	longest := 0                                 // secret
	for _, v := range l.elements() {
		if v.Kind != document.Object && v.Kind != document.Array {
			longest = max(longest, v.End-v.Start)
		}
	}
	ok := m.Bit(longest <= document.MaxNumber)
	var factors []factor
	if m.Wiring() {
		free := make([]ref, s.Size())
		for i := range free {
			free[i] = m.Not(s.Positions[i].Token)
		}
		for i, w := range m.WindowsOf(free, document.MaxNumber+1)[:count] {
			factors = append(factors, factor{B: l.In.Starts[i], H: m.Not(w)})
		}
	}
	m.NonzeroProduct(count, factors, ok)
	return ok
}

// Ordering is a set of ways in which two numbers may compare.
type Ordering uint8

const (
	orderLess Ordering = 1 << iota
	orderEqual
	orderGreater

	AnyOrder = orderLess | orderEqual | orderGreater
)

// Ordered is what no element may be: as this beside a literal.
type Ordered struct {
	Literal  document.Decimal
	Ordering Ordering
}

// OrderingOf is how an element compares with a literal where the operator holds, with
// the element on the left or on the right.
func OrderingOf(op query.Op, right bool) Ordering {
	less, greater := orderLess, orderGreater
	if right {
		less, greater = greater, less
	}
	switch op {
	case query.Equal:
		return orderEqual
	case query.NotEqual:
		return orderLess | orderGreater
	case query.Less:
		return less
	case query.LessEqual:
		return less | orderEqual
	case query.Greater:
		return greater
	}
	return greater | orderEqual
}

// NoneIs is the flag that no element of a long array, all numbers that may be used,
// compares so with a literal. It costs a dot product and a zero test, and errs for n
// values of α.
func (l *Long) NoneIs(m *machine.Machine, o Ordered) flag {
	if none, ok := l.Without[o]; ok {
		return none
	}
	s := l.Source
	c := s.compareNumbers(m, decimal.NewLiteral(o.Literal))
	is := make([]ref, s.Size())
	var alpha elem
	if m.Wiring() {
		alpha = m.Alpha()
		for i := range is {
			is[i] = orderForm(m, o.Ordering, c.Less[i], c.Greater[i])
		}
	}
	none := true // secret
	for _, v := range l.elements() {
		none = none && !o.Ordering.has(c.values[v.Start])
	}
	m.Risk(s.Size())
	answer := m.IsZero("elements of which none compares so", l.atStarts(m, is, alpha), none)
	if l.Without == nil {
		l.Without = map[Ordered]flag{}
	}
	l.Without[o] = answer
	return answer
}

// orderForm is whether an order, of which at most one bit is 1, is one of a set: less
// and greater count if equal counts otherwise.
func orderForm(m *machine.Machine, set Ordering, less, greater ref) ref {
	equal := set&orderEqual != 0
	forms := []ref{m.Public(equal)}
	if set&orderLess != 0 != equal {
		forms = append(forms, less)
	}
	if set&orderGreater != 0 != equal {
		forms = append(forms, greater)
	}
	return m.Add(forms...)
}

// has is orderForm of the prover.
func (set Ordering) has(o decimal.Order) bool {
	equal := set&orderEqual != 0
	return equal != (o.Less && set&orderLess != 0 != equal) != (o.Greater && set&orderGreater != 0 != equal)
}
