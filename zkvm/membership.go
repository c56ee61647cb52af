package zkvm

import (
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// list notes what "in" reads.
func (v *survey) list(e *query.Expr) {
	if a := e.Args[0]; a.Op == query.MemberValue {
		v.use(a.Path, listType(e.List))
	}
}

// listType is the type that a list asks of the value: any if it is empty.
func listType(list []query.Literal) query.Type {
	if len(list) == 0 {
		return query.Unknown
	}
	return list[0].Type
}

// membership is guard and value of "in".
func (x *execution) membership(e *query.Expr, g flag) (flag, error) {
	values, err := x.values(e.Args[0], g)
	if err != nil {
		return flag{}, err
	}
	total := x.m.fixed(false)
	for _, v := range values {
		total = x.m.plus(total, x.m.and("in", v.guard, x.oneOf(v, e.List)))
	}
	return total, nil
}

// oneOf is the flag that an alternative is in the list, right under its guard,
// under which it must have the list's type. Among strings and among numbers it
// is one zero test of a product of differences, of 64 literals for each copy of
// the products circuit.
func (x *execution) oneOf(v alternative, list []query.Literal) flag {
	m := x.m
	if len(list) == 0 {
		if v.kind == isLeaf {
			m.needs("value of in", v.guard, m.usable(v.leaf))
		}
		return m.fixed(false)
	}
	if v.kind != isLeaf && x.typeOf(v) != list[0].Type {
		m.never("value of the list's type", v.guard)
		return m.fixed(false)
	}
	if v.kind == isLiteral {
		return m.fixed(slices.Contains(list, v.fixed))
	}
	switch list[0].Type {
	case query.String:
		m.needs("string member", v.guard, v.leaf.isString)
		return m.textIn(v.leaf, list)
	case query.Number:
		return m.numberIn(x.number(v, v.guard), list)
	}
	yes := slices.ContainsFunc(list, func(l query.Literal) bool { return l.Bool })
	no := slices.ContainsFunc(list, func(l query.Literal) bool { return !l.Bool })
	bit := x.bitOf(v, v.guard)
	switch {
	case yes && no:
		return m.fixed(true)
	case no:
		return m.inverse(bit)
	}
	return bit
}

// textIn is the flag that the value is written as one of the quoted literals, or
// is not there.
func (m *machine) textIn(l *leaf, list []query.Literal) flag {
	var texts []string
	for _, t := range list {
		if l.mayRead(t.Str) && !slices.Contains(texts, t.Str) {
			texts = append(texts, t.Str)
		}
	}
	switch len(texts) {
	case 0:
		return m.fixed(false)
	case 1:
		return m.textEquals(l, texts[0], false)
	}
	v := l.at.node == nil
	differences := make([]ref, len(texts))
	for i, t := range texts {
		quoted := `"` + t + `"`
		v = v || l.raw() == quoted
		differences[i] = m.differs(l, quoted, false)
	}
	m.risk(len(texts) * maxToken) // a string that is used has no more bytes
	return m.anyZero("string in a list", differences, v)
}

// numberIn is the flag that a number is one of the literals.
func (m *machine) numberIn(n *number, list []query.Literal) flag {
	var numbers []document.Decimal
	for _, l := range list {
		if !slices.Contains(numbers, l.Num) {
			numbers = append(numbers, l.Num)
		}
	}
	differences := make([]ref, len(numbers))
	for i, v := range numbers {
		differences[i] = m.add(n.packed, m.constant(codeOf(v)))
	}
	return m.anyZero("number in a list", differences, slices.Contains(numbers, n.v))
}

// anyZero is the flag that one of the forms is zero, right both ways: the zero
// test of their product. It publishes a value for each chunk of them.
func (m *machine) anyZero(label string, forms []ref, v bool) flag {
	if len(forms) == 1 {
		return m.isZero(label, forms[0], v)
	}
	factors := make([]factor, len(forms))
	for i, f := range forms {
		factors[i] = factor{m.one(), m.not(f)}
	}
	return m.isZero(label, m.productForm(len(forms), factors), v)
}
