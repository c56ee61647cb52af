package program

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// array is the values that a path with EACH selects: one alternative for each
// element of the array, of which the kept ones count, in order.
//
// What arrays cost in all, in a class of 576 bytes with room for 32 elements, over
// the same query of one scalar member (47.4 KB, 3,281 rows): an index step +1.7 KB,
// +4,031 rows; a[].n tested as boolean +2.9 KB, +7,190, as string +6.5 KB, +8,534, as
// number with < a literal +5.3 KB, +7,222, with < a member +10.7 KB, +17,696; count of
// [?n] +2.9 KB, +7,128, of [?n == 'x'] +6.6 KB, +8,504.
type array struct {
	selection *value.Selection
	items     []alternative // without guards
}

// selected proves under a guard that a path's array is there and may be gone over,
// and returns what the path's filter keeps.
func (x *execution) selected(path int, g flag) *value.Selection {
	p := &x.program.Paths[path]
	step := p.EachStep()
	e := x.members[path].Group
	sel := x.sources[p.Document].Selection(x.m, e, p.Steps[step].Filter)
	conditions := append(e.Place.Conditions(x.m), sel.Conditions...)
	x.m.Implies("array", g.R, x.m.Together(conditions...))
	return sel
}

// elements is the array of a path with EACH. Each kept element's value is asked
// for where it is used.
func (x *execution) elements(e *query.Expr, g flag) alternative {
	l := x.leaves[e.Path]
	a := &array{selection: x.selected(e.Path, g)}
	x.look(l, a.selection, g)
	for _, item := range l.Items {
		a.items = append(a.items, alternative{kind: isLeaf, leaf: item, path: e.Path})
	}
	return alternative{guard: g, kind: isArray, path: e.Path, array: a}
}

// look proves under a guard that the names on the way to a leaf in the kept elements
// are as they should be. That no name beside them has an escape, where the class
// allows none, is asked of the elements that a filter drops too.
func (x *execution) look(l *value.Leaf, sel *value.Selection, g flag) {
	m := x.m
	if sel.Filter.Kind == query.KeepAll {
		m.Implies("names in elements", g.R, m.Together(l.At.Conditions(m)...))
		return
	}
	if fit := l.At.FitObjects(m); len(fit) > 0 {
		m.Implies("names beside those in elements", g.R, m.Together(fit...))
	}
	for k, bad := range l.Unfit(m) {
		m.Implies("names in a kept element", m.And("kept element", g, sel.Kept[k]).R, bad)
	}
}

// count is the number of elements that a path keeps.
func (x *execution) count(e *query.Expr, g flag) alternative {
	sel := x.selected(e.Path, g)
	return alternative{guard: g, kind: isNumber, num: &sel.Count, path: e.Path}
}

// under is the guard of item k where the array's is g: g, and it is kept.
func (x *execution) under(a *array, k int, g flag) flag {
	return x.m.And("kept element", g, a.selection.Kept[k])
}

// quantified tests an array against a scalar, element by element in its place. All
// kept elements are needed, and the scalar is even if there are none.
//
// Cost for 32 elements: 32 comparisons and 64 rows.
func (x *execution) quantified(e *query.Expr, a, b alternative, g flag) flag {
	m := x.m
	arr, scalar := a.array, b
	if b.kind == isArray {
		arr, scalar = b.array, a
	}
	if scalar.kind == isArray {
		m.Never("one array", g)
		return m.Fixed(false)
	}
	if scalar.kind == isLeaf {
		switch {
		case e.Fold:
			m.Needs("string member", g, scalar.leaf.IsString)
		case e.Op == query.Equal || e.Op == query.NotEqual:
			m.Needs("operand beside an array", g, scalar.leaf.Usable(m))
		default:
			m.Needs("number member", g, scalar.leaf.IsNumber)
		}
	}
	rest := g // no element has decided
	for k, item := range arr.items {
		h := x.under(arr, k, g)
		left, right := item, scalar
		if b.kind == isArray {
			left, right = scalar, item
		}
		decides := x.compare(e, left, right, h)
		if e.Quantifier != query.Any {
			decides = m.Minus(h, decides)
		}
		rest = m.Minus(rest, m.And("undecided", rest, decides))
	}
	if e.Quantifier == query.Any {
		return m.Minus(g, rest)
	}
	return rest
}

// oneType requires the kept elements of an array to be scalars of one type, where
// it is needed as a whole.
func (x *execution) oneType(v alternative) {
	m := x.m
	kinds := []func(*value.Leaf) flag{
		func(l *value.Leaf) flag { return l.IsString },
		func(l *value.Leaf) flag { return l.IsNumber },
		func(l *value.Leaf) flag { return l.Boolean(m) },
	}
	types := make([]flag, len(kinds))
	for t, is := range kinds {
		first := -1 // secret
		for k, item := range v.array.items {
			if item.kind == isLeaf && v.array.selection.Kept[k].V && first < 0 {
				first = k
			}
		}
		types[t] = m.Commit(first >= 0 && is(v.array.items[first].leaf).V)
	}
	for k, item := range v.array.items {
		if item.kind != isLeaf {
			continue // computed: all numbers
		}
		h := x.under(v.array, k, v.guard)
		conditions := []ref{m.Not(item.leaf.Usable(m).R)}
		for t, is := range kinds {
			conditions = append(conditions, m.Add(types[t].R, is(item.leaf).R))
		}
		m.Implies("elements of one type", h.R, m.Together(conditions...))
	}
}

// revealArray proves that an array, if it is the value, has the public elements:
// as many are kept, and the one of rank r equals element r.
func (x *execution) revealArray(v alternative, want *outcome) {
	m := x.m
	sel := v.array.selection
	n := len(want.elems)
	public := value.ConstantInteger(m, int64(n))
	m.Implies("number of elements of an output", v.guard.R, m.Add(sel.Count.Packed, public.Packed))
	for k, item := range v.array.items {
		h := x.under(v.array, k, v.guard)
		rank := sel.Rank[k]
		m.Needs("output equals the public element", h, x.equalRanked(item, want, rank[:min(n, len(rank))], h))
	}
	x.disclose(v)
}

// equalRanked is the flag that an element equals the public element of its rank,
// right under the guard.
func (x *execution) equalRanked(item alternative, want *outcome, rank []ref, g flag) flag {
	m := x.m
	// Σ_r [rank = r]·f(element r)
	ranked := func(f func(query.Literal) elem) ref {
		if !m.Wiring() {
			return 0
		}
		terms := make([]term, len(rank))
		for r, is := range rank {
			terms[r] = term{K: f(want.elems[r]), Ref: is}
		}
		return m.Sum(terms...)
	}
	if item.kind != isLeaf && want.value.Type != query.Number {
		m.Never("output of another type", g)
		return m.Fixed(false)
	}
	var difference ref
	switch want.value.Type {
	case query.String:
		m.Needs("string member", g, item.leaf.IsString)
		longest := 0
		for _, l := range want.elems {
			longest = max(longest, len(l.Str)+2)
		}
		m.Risk(item.leaf.Source.Size() + longest)
		text := m.Product("element of an output", item.leaf.Start, ranked(func(l query.Literal) elem {
			return m.TextFingerprint(`"` + l.Str + `"`)
		}))
		difference = m.Add(text, item.leaf.Text)
	case query.Number:
		difference = m.Add(x.number(item, g).Packed, ranked(func(l query.Literal) elem {
			return value.CodeOf(l.Num)
		}))
	case query.Boolean:
		m.Needs("boolean member", g, item.leaf.Boolean(m))
		difference = m.Add(item.leaf.IsTrue.R, ranked(func(l query.Literal) elem { return machine.BitElem(l.Bool) }))
	default: // no elements: none is kept
		m.Never("output of another type", g)
		return m.Fixed(false)
	}
	return flag{R: m.Not(difference)}
}

// discloseElements requires the marker in every kept element of the value.
func (x *execution) discloseElements(v alternative, marker *value.Leaf) {
	m := x.m
	p := &x.program.Paths[v.path]
	sel := marker.Source.Selection(m, marker.At.Group, p.Steps[p.EachStep()].Filter)
	x.look(marker, sel, v.guard)
	for k, item := range marker.Items {
		m.Needs("disclosable element", m.And("kept element", v.guard, sel.Kept[k]), item.IsTrue)
	}
}
