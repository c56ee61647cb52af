package program

import "github.com/zkpass-go/zkpass/query"

// is is guard and value of "is". As for "exists", under the guard every name and
// container on the way must be fit.
//
// It costs 2 rows and a bit, beside the search for the member and what KindsOf costs.
func (x *execution) is(e *query.Expr, g flag) flag {
	m := x.m
	at := x.members[e.Path]
	m.Implies("names on the way of is", g.R, m.Together(at.Fit(m)...))
	k := x.sources[x.program.Paths[e.Path].Document].KindsOf(m, at)
	switch e.Kind {
	case query.StringKind:
		return m.And("is", g, k.Text)
	case query.NumberKind:
		return m.And("is", g, k.Number)
	case query.BooleanKind:
		return m.And("is", g, m.Plus(k.Yes, k.No))
	case query.NullKind:
		return m.And("is", g, k.Null)
	case query.ArrayKind:
		return m.And("is", g, m.Minus(k.Container, k.Object))
	}
	return m.And("is", g, k.Object)
}
