package zkvm

import "github.com/zkpass-go/zkpass/query"

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
	total := m.fixed(false)
	for _, a := range left {
		for _, b := range right {
			both := a.guard
			if len(left) == 1 {
				both = b.guard
			} else if len(right) > 1 {
				both = m.and("operands", a.guard, b.guard)
			}
			if a.kind == isArray || b.kind == isArray {
				total = m.plus(total, x.quantified(e, a, b, both))
			} else {
				total = m.plus(total, x.compare(e, a, b, both))
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
		return m.and("equal", g, x.equal(a, b, e.Fold, g))
	case query.NotEqual:
		return m.minus(g, m.and("equal", g, x.equal(a, b, e.Fold, g)))
	}
	na, nb := x.number(a, g), x.number(b, g)
	if na == nil || nb == nil {
		return m.fixed(false)
	}
	switch e.Op {
	case query.Less:
		return m.and("less", g, m.less(na, nb))
	case query.Greater:
		return m.and("less", g, m.less(nb, na))
	case query.LessEqual:
		return m.minus(g, m.and("less", g, m.less(nb, na)))
	}
	return m.minus(g, m.and("less", g, m.less(na, nb)))
}

// number is the number that an alternative must be under the guard, or nil if
// it cannot be one: then the guard must be 0.
func (x *execution) number(v alternative, g flag) *number {
	m := x.m
	switch {
	case v.kind == isNumber:
		return v.num
	case v.kind == isLiteral && v.fixed.Type == query.Number:
		n := m.constantNumber(v.fixed.Num)
		return &n
	case v.kind == isLeaf && v.leaf.orders == nil: // else nothing is laid out of it but how it compares
		m.needs("number member", g, v.leaf.isNumber)
		return &v.leaf.number
	}
	m.never("number wanted", g)
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
			m.needs("string member", g, a.leaf.isString)
			return m.textEquals(a.leaf, b.fixed.Str, fold)
		}
		if x.typeOf(a) == query.String {
			return m.fixed(a.fixed.Str == b.fixed.Str || fold && lower(a.fixed.Str) == lower(b.fixed.Str))
		}
	case query.Number:
		if fold {
			break
		}
		if a.kind == isLeaf || x.typeOf(a) == query.Number {
			na, nb := x.number(a, g), x.number(b, g)
			if na.public && nb.public {
				return m.fixed(na.v == nb.v)
			}
			return m.same(na, nb)
		}
	case query.Boolean:
		if fold {
			break
		}
		if a.kind == isLeaf || x.typeOf(a) == query.Boolean {
			return m.inverse(m.exclusive(x.bitOf(a, g), x.bitOf(b, g)))
		}
	}
	m.never("operands of one type", g)
	return m.fixed(false)
}

func (m *machine) exclusive(a, b flag) flag {
	return flag{m.add(a.r, b.r), a.v != b.v, a.fixed && b.fixed}
}

// bitOf is the value of a boolean alternative where the guard is 1.
func (x *execution) bitOf(v alternative, g flag) flag {
	switch v.kind {
	case isLiteral:
		return x.m.fixed(v.fixed.Bool)
	case isTruth:
		return v.truth
	}
	if v.kind != isLeaf {
		x.m.never("boolean wanted", g)
		return x.m.fixed(false)
	}
	x.m.needs("boolean member", g, x.m.boolean(v.leaf))
	return v.leaf.isTrue
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
func (x *execution) equalMembers(a, b *leaf, fold bool, g flag) flag {
	m := x.m
	if fold {
		m.needs("string member", g, a.isString)
		m.needs("string member", g, b.isString)
		return m.sameText(a, b, true)
	}
	strings := m.and("two strings", a.isString, b.isString)
	numbers := m.and("two numbers", a.isNumber, b.isNumber)
	booleans := m.and("two booleans", m.boolean(a), m.boolean(b))
	m.needs("members of one type", g, m.plus(strings, m.plus(numbers, booleans)))
	equal := m.and("equal strings", strings, m.sameText(a, b, false))
	equal = m.plus(equal, m.and("equal numbers", numbers, m.same(&a.number, &b.number)))
	return m.plus(equal, m.and("equal booleans", booleans, m.inverse(m.exclusive(a.isTrue, b.isTrue))))
}
