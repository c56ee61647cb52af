package value

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
)

// Unfit are forms, one for each element, that are zero if no name on the way from
// the element to the leaf's value stands twice in it. They serve paths whose filter
// may drop elements; without one, conditions covers all elements.
//
// Cost: 32 dot products.
func (l *Leaf) Unfit(m *machine.Machine) []ref {
	if l.unfitForms != nil {
		return l.unfitForms
	}
	s := l.Source
	n := s.Size()
	var vectors [][]ref
	for at := l.At; at != l.At.Group.Place; at = at.In.Parent {
		if at.Step == query.Member {
			vectors = append(vectors, at.Again)
		}
	}
	m.Risk(n + len(vectors))
	errors := make([]ref, n)
	for i := range errors {
		each := make([]term, len(vectors))
		k := one
		for v := range vectors {
			each[v] = term{K: k, Ref: vectors[v][i]}
			if m.Wiring() {
				k = field.Mul(k, m.Theta())
			}
		}
		errors[i] = m.Sum(each...)
	}
	errors = m.Powers(errors)
	l.unfitForms = make([]ref, len(l.Items))
	for k := range l.unfitForms {
		l.unfitForms[k] = m.Dot(s.Dots, l.At.Group.Regions[k], errors)
	}
	return l.unfitForms
}

// filtered is an array and a filter of its elements.
type filtered struct {
	in     *search.Each
	filter query.Filter
}

// Selection is which elements of an array a filter keeps.
type Selection struct {
	in     *search.Each
	Filter query.Filter
	Kept   []flag // exact, if the guard's conditions hold
	// rank[k][r] = [exactly r elements before k are kept]
	Rank  [][]ref
	Count Number
	// conditions under which the rest is right: forms that must be zero
	Conditions []ref
}

// ReadFilter notes that a path keeps the elements of a filter.
func (s *Document) ReadFilter(m *search.Member, f query.Filter) {
	if f.Kind == query.KeepAll {
		return
	}
	m.Filtered = true
	l := s.LeafOf(m.Inner().Member(f.Name))
	l.AsString = l.AsString || f.Kind == query.KeepText
}

// Selection is what a filter keeps of an array, laid out once.
//
// The flag member of element k is read from its first byte (see item): missing,
// null, true and false are exact. An element whose flag has another type makes a
// condition fail, for KeepText also one whose string cannot be used.
//
// rank is proven as regions are: with c_k = Σ_r rank[k][r]·x^r,
//
//	kept_k·(1+x)·c_k = c_{k+1} + c_k,  c_0 = 1.
//
// Cost: without a filter nothing; with one 528 bits and up to 64 rows.
func (s *Document) Selection(m *machine.Machine, e *search.Each, f query.Filter) *Selection {
	if sel := s.selections[filtered{e, f}]; sel != nil {
		return sel
	}
	const most = query.MaxElements
	sel := &Selection{in: e, Filter: f}
	s.selections[filtered{e, f}] = sel
	var count []ref
	total := 0 // secret
	if f.Kind == query.KeepAll {
		sel.Kept = e.Present
		sel.Rank = make([][]ref, most)
		for k := range sel.Rank {
			sel.Rank[k] = make([]ref, k+1)
			for r := range sel.Rank[k] {
				sel.Rank[k][r] = m.Public(r == k)
			}
		}
		count = e.Counts
		for total < most && e.Present[total].V {
			total++
		}
	} else {
		l := s.LeafOf(e.Place.Inner().Member(f.Name))
		sel.Conditions = append(l.At.Conditions(m), e.Objects)
		bad := make([]ref, most)
		for k, item := range l.Items {
			kept, is := item.keeps(m, f)
			if f.Kind == query.KeepFalse { // the others keep only what is there
				kept = m.And("element that is there", e.Present[k], kept)
			}
			sel.Kept = append(sel.Kept, kept)
			bad[k] = m.Not(is.R) // where there is no element there is no flag
		}
		sel.Conditions = append(sel.Conditions, bad...)

		rank := []ref{m.One()}
		before := m.One()
		for _, kept := range sel.Kept {
			sel.Rank = append(sel.Rank, rank)
			if kept.V {
				total++
			}
			next := make([]ref, len(rank)+1)
			next[0] = m.One()
			for r := 1; r < len(next); r++ {
				next[r] = m.Bit(total == r)
				next[0] = m.Add(next[0], next[r])
			}
			now := m.Pack(next)
			m.Row("rank of an element", kept.R, m.Scale(field.Add(one, machine.PowerOfX(1)), before), m.Add(now, before))
			rank, before = next, now
		}
		count = rank
	}
	// The count's bits are sums of the bits [count = k], of which one is 1.
	var whole [64]ref
	for b := range whole {
		var in []ref
		for k, is := range count {
			if k>>b&1 == 1 {
				in = append(in, is)
			}
		}
		whole[b] = m.Add(in...)
	}
	whole[63] = m.One()
	sel.Count = integer(m, int64(total), whole)
	return sel
}

// keeps is whether a filter keeps an element by its flag, and whether the flag is
// one that the filter may look at.
func (item *Leaf) keeps(m *machine.Machine, f query.Filter) (kept, fit flag) {
	none := m.Plus(m.Inverse(item.first.found), item.first.Null)
	switch f.Kind {
	case query.KeepTrue:
		return item.IsTrue, m.Plus(none, item.Boolean(m))
	case query.KeepFalse:
		return m.Plus(none, item.IsFalse), m.Plus(none, item.Boolean(m))
	}
	return m.And("filter's text", item.IsString, item.TextEquals(m, f.Text, false)), m.Plus(none, item.IsString)
}
