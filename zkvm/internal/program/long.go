package program

import (
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// longUse reports which operand of a comparison is an array all of whose elements are
// compared with a literal or now, or -1.
func longUse(e *query.Expr) int {
	switch e.Op {
	case query.Equal, query.NotEqual, query.Less, query.LessEqual, query.Greater, query.GreaterEqual:
		return slices.IndexFunc(e.Args, func(a *query.Expr) bool {
			return a.Op == query.MemberValue && a.Elements == query.MaxLongArray
		})
	}
	return -1
}

// longUses notes the paths that are used so, and those that are used otherwise.
type longUses struct {
	exprs                  map[*query.Expr]bool
	long, folds, otherwise map[int]bool
}

func usesOf(p *query.Program) *longUses {
	u := &longUses{map[*query.Expr]bool{}, map[int]bool{}, map[int]bool{}, map[int]bool{}}
	var walk func(e *query.Expr)
	walk = func(e *query.Expr) {
		at := longUse(e)
		for k, a := range e.Args {
			if k == at {
				u.exprs[a], u.long[a.Path] = true, true
				u.folds[a.Path] = u.folds[a.Path] || e.Fold
			} else {
				walk(a)
			}
		}
		switch e.Op {
		case query.Count:
			if e.Elements == query.MaxLongArray {
				u.long[e.Path] = true
			} else {
				u.otherwise[e.Path] = true
			}
		case query.MemberValue:
			u.otherwise[e.Path] = true
		}
	}
	var block func(list []query.Statement)
	block = func(list []query.Statement) {
		for i := range list {
			if list[i].Expr != nil {
				walk(list[i].Expr)
			}
			block(list[i].Then)
			block(list[i].Else)
		}
	}
	block(p.Body)
	return u
}

// longOf proves under a guard what every use of a long array needs: it is there, it is
// one, and it has at most 1,024 elements, beside the given conditions.
func (x *execution) longOf(path int, g flag, conditions ...ref) {
	l := x.longs[path]
	array := l.In.Parent
	m := x.m
	conditions = append(conditions, array.Conditions(m)...)
	conditions = append(conditions, m.Add(l.Source.FirstByte(m, array), m.Constant(elem{Lo: '['})), l.Few)
	m.Implies("long array", g.R, m.Together(conditions...))
}

// longCount is the number of elements of a long array.
func (x *execution) longCount(e *query.Expr, g flag) alternative {
	l := x.longs[e.Path]
	l.Count(x.m)
	x.longOf(e.Path, g)
	return alternative{guard: g, kind: isNumber, num: l.Total, path: e.Path}
}

// longComparison is guard and value of a comparison of all elements with a literal.
func (x *execution) longComparison(e *query.Expr, at int, g flag) flag {
	m := x.m
	l, literal := x.longs[e.Args[at].Path], e.Args[1-at].Literal
	l.Count(m)
	switch other := e.Args[1-at]; {
	case other.Op == query.Now:
		return x.longNumbers(e, at, document.Decimal{Int: x.time}, g)
	case literal.Type == query.Number:
		return x.longNumbers(e, at, literal.Num, g)
	}
	// Whether an element is decides "any", whether all are decides "all".
	var answer value.LongAnswer
	if literal.Type == query.String {
		answer = l.Equals(m, literal.Str, e.Fold)
		x.longOf(e.Args[at].Path, g, *l.AllText, m.Not(*l.Limited))
	} else {
		all := l.AreBooleans(m)
		answer.All, answer.Some = all[1], m.Inverse(all[0])
		if !literal.Bool {
			answer.All, answer.Some = all[0], m.Inverse(all[1])
		}
		x.longOf(e.Args[at].Path, g, *l.AllTruth)
	}
	any := e.Quantifier == query.Any
	switch {
	case e.Op == query.Equal && any:
		return m.And("equal", g, answer.Some)
	case e.Op == query.Equal:
		return m.And("equal", g, answer.All)
	case any:
		return m.Minus(g, m.And("equal", g, answer.All))
	}
	return m.Minus(g, m.And("equal", g, answer.Some))
}

// longNumbers is guard and value of a comparison of all elements with a number that
// both sides know. Some element is as the operator asks unless none is, and all are if
// none is otherwise.
func (x *execution) longNumbers(e *query.Expr, at int, literal document.Decimal, g flag) flag {
	m := x.m
	l := x.longs[e.Args[at].Path]
	form, short := l.AllNumbers(m)
	x.longOf(e.Args[at].Path, g, form, m.Not(short))
	asked := value.OrderingOf(e.Op, at == 1)
	if e.Quantifier == query.Any {
		return m.Minus(g, m.And("no element", g, l.NoneIs(m, value.Ordered{Literal: literal, Ordering: asked})))
	}
	return m.And("no other element", g, l.NoneIs(m, value.Ordered{Literal: literal, Ordering: value.AnyOrder &^ asked}))
}
