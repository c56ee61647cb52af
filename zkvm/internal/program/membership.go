package program

import (
	"slices"

	"github.com/zkpass-go/zkpass/query"
)

// list notes what "in" reads.
func (v *Survey) list(e *query.Expr) {
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
			m.Needs("value of in", v.guard, v.leaf.Usable(m))
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
		m.Needs("string member", v.guard, v.leaf.IsString)
		return v.leaf.TextIn(m, list)
	case query.Number:
		return x.number(v, v.guard).NumberIn(m, list)
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
