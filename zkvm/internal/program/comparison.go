package program

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// comparison tests two operands.
func (x *execution) comparison(e *query.Expr, g flag) (flag, error) {
	m := x.m
	if at := longUse(e); at >= 0 {
		return x.longComparison(e, at, g), nil
	}
	left, err := x.values(e.Args[0], g)
	if err != nil {
		return flag{}, err
	}
	right, err := x.values(e.Args[1], g)
	if err != nil {
		return flag{}, err
	}
	total := m.Fixed(false)
	for _, a := range left {
		for _, b := range right {
			both := a.guard
			if len(left) == 1 {
				both = b.guard
			} else if len(right) > 1 {
				both = m.And("operands", a.guard, b.guard)
			}
			if a.kind == isArray || b.kind == isArray {
				total = m.Plus(total, x.quantified(e, a, b, both))
			} else {
				total = m.Plus(total, x.compare(e, a, b, both))
			}
		}
	}
	return total, nil
}

// compare tests two alternatives under a guard.
func (x *execution) compare(e *query.Expr, a, b alternative, g flag) flag {
	m := x.m
	if f, ok := x.ordered(e, a, b, g); ok {
		return f
	}
	switch e.Op {
	case query.Equal:
		return m.And("equal", g, x.equal(a, b, e.Fold, g))
	case query.NotEqual:
		return m.Minus(g, m.And("equal", g, x.equal(a, b, e.Fold, g)))
	}
	na, nb := x.number(a, g), x.number(b, g)
	if na == nil || nb == nil {
		return m.Fixed(false)
	}
	switch e.Op {
	case query.Less:
		return m.And("less", g, na.Less(m, nb))
	case query.Greater:
		return m.And("less", g, nb.Less(m, na))
	case query.LessEqual:
		return m.Minus(g, m.And("less", g, nb.Less(m, na)))
	}
	return m.Minus(g, m.And("less", g, na.Less(m, nb)))
}

// number is the number that an alternative must be under the guard, or nil if
// it cannot be one: then the guard must be 0.
func (x *execution) number(v alternative, g flag) *value.Number {
	m := x.m
	switch {
	case v.kind == isNumber:
		return v.num
	case v.kind == isLiteral && v.fixed.Type == query.Number:
		n := value.ConstantNumber(m, v.fixed.Num)
		return &n
	case v.kind == isLeaf && v.leaf.Orders == nil: // else nothing is laid out of it but how it compares
		m.Needs("number member", g, v.leaf.IsNumber)
		return &v.leaf.Number
	}
	m.Never("number wanted", g)
	return nil
}

// equal is the flag that two alternatives are equal, right under the guard,
// under which their types must agree.
func (x *execution) equal(a, b alternative, fold bool, g flag) flag {
	m := x.m
	if a.kind != isLeaf {
		a, b = b, a
	}
	if a.kind == isLeaf && b.kind == isLeaf {
		return x.equalMembers(a.leaf, b.leaf, fold, g)
	}
	switch x.typeOf(b) {
	case query.String:
		if a.kind == isLeaf {
			m.Needs("string member", g, a.leaf.IsString)
			return a.leaf.TextEquals(m, b.fixed.Str, fold)
		}
		if x.typeOf(a) == query.String {
			return m.Fixed(a.fixed.Str == b.fixed.Str || fold && text.Lower(a.fixed.Str) == text.Lower(b.fixed.Str))
		}
	case query.Number:
		if fold {
			break
		}
		if a.kind == isLeaf || x.typeOf(a) == query.Number {
			na, nb := x.number(a, g), x.number(b, g)
			if na.Public && nb.Public {
				return m.Fixed(na.V == nb.V)
			}
			return na.Same(m, nb)
		}
	case query.Boolean:
		if fold {
			break
		}
		if a.kind == isLeaf || x.typeOf(a) == query.Boolean {
			return m.Inverse(m.Exclusive(x.bitOf(a, g), x.bitOf(b, g)))
		}
	}
	m.Never("operands of one type", g)
	return m.Fixed(false)
}

// bitOf is the value of a boolean alternative where the guard is 1.
func (x *execution) bitOf(v alternative, g flag) flag {
	switch v.kind {
	case isLiteral:
		return x.m.Fixed(v.fixed.Bool)
	case isTruth:
		return v.truth
	}
	if v.kind != isLeaf {
		x.m.Never("boolean wanted", g)
		return x.m.Fixed(false)
	}
	x.m.Needs("boolean member", g, v.leaf.Boolean(x.m))
	return v.leaf.IsTrue
}

// typeOf is the type of an alternative that is no leaf.
func (x *execution) typeOf(v alternative) query.Type {
	switch v.kind {
	case isLiteral:
		return v.fixed.Type
	case isNumber:
		return query.Number
	case isTruth:
		return query.Boolean
	}
	return 0 // an array, which no scalar operator gets: of no type
}

// equalMembers compares two members, which must be of one type under the guard.
func (x *execution) equalMembers(a, b *value.Leaf, fold bool, g flag) flag {
	m := x.m
	if fold {
		m.Needs("string member", g, a.IsString)
		m.Needs("string member", g, b.IsString)
		return a.SameText(m, b, true)
	}
	strings := m.And("two strings", a.IsString, b.IsString)
	numbers := m.And("two numbers", a.IsNumber, b.IsNumber)
	booleans := m.And("two booleans", a.Boolean(m), b.Boolean(m))
	m.Needs("members of one type", g, m.Plus(strings, m.Plus(numbers, booleans)))
	equal := m.And("equal strings", strings, a.SameText(m, b, false))
	equal = m.Plus(equal, m.And("equal numbers", numbers, a.Number.Same(m, &b.Number)))
	return m.Plus(equal, m.And("equal booleans", booleans, m.Inverse(m.Exclusive(a.IsTrue, b.IsTrue))))
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
	case other.kind == isNumber && other.num.Public:
		literal = other.num.V
	default:
		return flag{}, false
	}
	o, ok := element.leaf.Orders[literal]
	if !ok {
		return flag{}, false
	}
	m.Needs("number member", g, element.leaf.IsNumber)
	return m.And("compares so", g, value.OrderIs(m, o, value.OrderingOf(e.Op, right))), true
}
