package zkvm

import (
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
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
	total := x.m.Fixed(false)
	for _, v := range values {
		total = x.m.Plus(total, x.m.And("in", v.guard, x.oneOf(v, e.List)))
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
			m.Needs("value of in", v.guard, v.leaf.usable(m))
		}
		return m.Fixed(false)
	}
	if v.kind != isLeaf && x.typeOf(v) != list[0].Type {
		m.Never("value of the list's type", v.guard)
		return m.Fixed(false)
	}
	if v.kind == isLiteral {
		return m.Fixed(slices.Contains(list, v.fixed))
	}
	switch list[0].Type {
	case query.String:
		m.Needs("string member", v.guard, v.leaf.isString)
		return v.leaf.textIn(m, list)
	case query.Number:
		return x.number(v, v.guard).numberIn(m, list)
	}
	yes := slices.ContainsFunc(list, func(l query.Literal) bool { return l.Bool })
	no := slices.ContainsFunc(list, func(l query.Literal) bool { return !l.Bool })
	bit := x.bitOf(v, v.guard)
	switch {
	case yes && no:
		return m.Fixed(true)
	case no:
		return m.Inverse(bit)
	}
	return bit
}

// textIn is the flag that the value is written as one of the quoted literals, or
// is not there.
func (l *leaf) textIn(m *machine.Machine, list []query.Literal) flag {
	var texts []string
	for _, t := range list {
		if l.mayRead(t.Str) && !slices.Contains(texts, t.Str) {
			texts = append(texts, t.Str)
		}
	}
	switch len(texts) {
	case 0:
		return m.Fixed(false)
	case 1:
		return l.textEquals(m, texts[0], false)
	}
	v := l.at.Node == nil
	differences := make([]ref, len(texts))
	for i, t := range texts {
		quoted := `"` + t + `"`
		v = v || l.raw() == quoted
		differences[i] = l.differs(m, quoted, false)
	}
	m.Risk(len(texts) * maxToken) // a string that is used has no more bytes
	return m.AnyZero("string in a list", differences, v)
}

// numberIn is the flag that a number is one of the literals.
func (n *number) numberIn(m *machine.Machine, list []query.Literal) flag {
	var numbers []document.Decimal
	for _, l := range list {
		if !slices.Contains(numbers, l.Num) {
			numbers = append(numbers, l.Num)
		}
	}
	differences := make([]ref, len(numbers))
	for i, v := range numbers {
		differences[i] = m.Add(n.packed, m.Constant(codeOf(v)))
	}
	return m.AnyZero("number in a list", differences, slices.Contains(numbers, n.v))
}
