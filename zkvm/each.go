package zkvm

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// each is an array all of whose elements a path goes over. The members that paths
// look for inside the elements form a group: one vector over the byte positions
// serves all elements at once, and regions tells the elements apart.
type each struct {
	place *member // the elements themselves

	// regions[k][i]: exactly k+1 elements have started up to and including byte i.
	// Element k's text lies in region k.
	regions [][]ref
	present []flag // [there are more than k elements]
	counts  []ref  // [there are exactly k elements], k = 0..MaxElements
	noArray ref    // zero if the value is an array
	tooMany ref    // [there are more than MaxElements]
	objects ref    // zero if all elements are objects; only for filters

	selections map[query.Filter]*selection
}

// layEach lays out the regions of an array's elements.
//
// With r_k(i) = [k elements have started up to byte i], where k = 33 stands for all
// numbers above 32, let c(i) = Σ_k r_k(i)·x^k. Then one row for each byte,
//
//	z[i]·Σ_{k≤32} r_k(i-1)·(x^k + x^(k+1)) = c(i) + c(i-1),
//
// determines all bits: the powers of x up to x^33 are linearly independent over
// GF(2), so that by induction on i exactly one r_k(i) is 1 and the row moves it up
// by one at each start, and leaves it where it is at 33. r_0 is not committed but
// 1 plus the others. No challenge is involved.
//
// Cost for n byte positions: 33n bits and n rows for an array; two dot products.
// With n = 576 that is 19,008 bits.
func (s *source) layEach(m *machine.Machine, c *container) {
	const most = query.MaxElements
	e, n := c.each, s.size()
	e.place.value, e.place.ok = c.starts, m.One()
	starts := e.place.valueStarts()

	e.regions = make([][]ref, most+1) // of k = 1..33
	for k := range e.regions {
		e.regions[k] = make([]ref, n)
	}
	started := 0 // secret
	before, step := m.One(), m.Constant(field.Add(one, machine.PowerOfX(1)))
	for i := range n {
		if starts[i] {
			started = min(started+1, most+1)
		}
		for k := range e.regions {
			e.regions[k][i] = m.Bit(started == k+1)
		}
		var now, next ref
		if m.Wiring() {
			// r_0 = 1 + Σ r_k
			counter, steps := make([]term, most+1), make([]term, most+1)
			first := field.Add(one, machine.PowerOfX(1))
			for k := range e.regions {
				r := e.regions[k][i]
				counter[k] = term{K: field.Add(one, machine.PowerOfX(k+1)), Ref: r}
				to := first
				if k < most {
					to = field.Add(first, field.Add(machine.PowerOfX(k+1), machine.PowerOfX(k+2)))
				}
				steps[k] = term{K: to, Ref: r}
			}
			now, next = m.Space().Affine(one, counter...), m.Space().Affine(first, steps...)
		}
		m.Row("next region", c.starts[i], step, m.Add(now, before))
		before, step = now, next
	}
	last := make([]ref, most+2)
	last[0] = m.One()
	for k := range e.regions {
		last[k+1] = e.regions[k][n-1]
		last[0] = m.Add(last[0], last[k+1])
	}
	e.counts, e.tooMany = last[:most+1], last[most+1]
	e.present = make([]flag, most)
	more := e.tooMany
	for k := most - 1; k >= 0; k-- {
		more = m.Add(more, last[k+1])
		e.present[k] = flag{R: more, V: k < started}
	}

	// The value starts with a bracket, [, if it is there: as a place it has one
	// start at most.
	e.noArray = m.Add(m.Dot(s.dots, c.parent.value, s.bytes), m.Constant(elem{Lo: '['}))
	if e.place.filtered {
		// Every start is a brace: Σ z[i]·(x_i + '{')·α^i is zero only if each term is.
		m.Risk(n)
		braces := make([]ref, n)
		if m.Wiring() {
			for i, b := range s.bytes {
				braces[i] = m.Add(b, m.Constant(elem{Lo: '{'}))
			}
		}
		e.objects = m.Dot(s.dots, c.starts, m.Powers(braces))
	}
}

// searchGroup is searchMember for a name in all containers of a group.
//
//	mark[i] = 1 only where keys[i] = 1 and F_i = w, and no other own name has
//	F_i = w, by the same product: mark is exact;
//	at[i] = mark[i]·(1 + seen[i]): the first one in its container;
//	seen[i+1] = inside[i+1]·(seen[i] + at[i]);
//	again[i] = mark[i] + at[i]: the name stands there once more.
//
// The value of a name is the first to start after it, which comes before any other
// name: with open[i] = [at was 1 before byte i and its value has not started], the
// sum of all at and value before i,
//
//	value[i] = open[i]·[byte i starts a value].
//
// A name that stands twice is an error only where an element is needed: see
// conditions and unfit.
//
// Cost for n byte positions: 4n bits, 4n rows and n/64 products. With n = 576 that
// is 2,304 bits.
func (s *source) searchGroup(m *machine.Machine, e *member) {
	n := s.size()
	e.ok = m.One()
	e.value, e.again = make([]ref, n), make([]ref, n)
	if !s.findable(e.name) {
		for i := range n {
			e.value[i], e.again[i] = m.Zero(), m.Zero()
		}
		e.repeats = m.Zero()
		return
	}
	others, risk := s.nameForms(m, e.name)
	m.Risk(risk) // one mark that is wrong is enough
	marks, keys, values := e.marks(), e.keyStarts(), e.valueStarts()
	factors := make([]factor, n)
	seen, open := m.Zero(), m.Zero()
	saw := false // secret
	for i := range n {
		mark := m.Bit(marks[i])
		other := others[i]
		m.Implies("name in a group", mark, m.Together(m.Not(e.in.keys[i]), other))
		factors[i] = factor{B: m.Add(e.in.keys[i], mark), H: m.Not(other)}
		at := m.Derived(keys[i])
		m.Row("first name in a group", mark, m.Not(seen), at)
		e.again[i] = m.Add(mark, at)

		e.value[i] = m.Derived(values[i])
		m.Row("value in a group", open, s.position(m, i).OpensValue, e.value[i])
		open = m.Add(open, at, e.value[i])
		if i+1 == n {
			break
		}
		saw = (saw || keys[i]) && e.in.within[i+1]
		next := m.Derived(saw)
		m.Row("name seen in a group", e.in.inside[i+1], m.Add(seen, at), next)
		seen = next
	}
	if !m.Wiring() {
		factors = nil
	}
	m.NonzeroProduct(n, factors, m.One())
	m.Risk(n)
	e.repeats = m.Fingerprint(e.again)
}

// unfit are forms, one for each element, that are zero if no name on the way from
// the element to the leaf's value stands twice in it. They serve paths whose filter
// may drop elements; without one, conditions covers all elements.
//
// Cost: 32 dot products.
func (l *leaf) unfit(m *machine.Machine) []ref {
	if l.unfitForms != nil {
		return l.unfitForms
	}
	s := l.source
	n := s.size()
	var vectors [][]ref
	for at := l.at; at != l.at.group.place; at = at.in.parent {
		if at.step == query.Member {
			vectors = append(vectors, at.again)
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
	l.unfitForms = make([]ref, len(l.items))
	for k := range l.unfitForms {
		l.unfitForms[k] = m.Dot(s.dots, l.at.group.regions[k], errors)
	}
	return l.unfitForms
}

// selection is which elements of an array a filter keeps.
type selection struct {
	in     *each
	filter query.Filter
	kept   []flag // exact, if the guard's conditions hold
	// rank[k][r] = [exactly r elements before k are kept]
	rank  [][]ref
	count number
	// conditions under which the rest is right: forms that must be zero
	conditions []ref
}

// readFilter notes that a path keeps the elements of a filter.
func (m *member) readFilter(s *source, f query.Filter) {
	if f.Kind == query.KeepAll {
		return
	}
	m.filtered = true
	l := s.leafOf(m.inner().member(f.Name))
	l.asString = l.asString || f.Kind == query.KeepText
}

// selection is what a filter keeps of an array, laid out once.
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
func (s *source) selection(m *machine.Machine, e *each, f query.Filter) *selection {
	if sel := e.selections[f]; sel != nil {
		return sel
	}
	const most = query.MaxElements
	sel := &selection{in: e, filter: f}
	e.selections[f] = sel
	var count []ref
	total := 0 // secret
	if f.Kind == query.KeepAll {
		sel.kept = e.present
		sel.rank = make([][]ref, most)
		for k := range sel.rank {
			sel.rank[k] = make([]ref, k+1)
			for r := range sel.rank[k] {
				sel.rank[k][r] = m.Public(r == k)
			}
		}
		count = e.counts
		for total < most && e.present[total].V {
			total++
		}
	} else {
		l := s.leafOf(e.place.inner().member(f.Name))
		sel.conditions = append(l.at.conditions(m), e.objects)
		bad := make([]ref, most)
		for k, item := range l.items {
			kept, is := item.keeps(m, f)
			if f.Kind == query.KeepFalse { // the others keep only what is there
				kept = m.And("element that is there", e.present[k], kept)
			}
			sel.kept = append(sel.kept, kept)
			bad[k] = m.Not(is.R) // where there is no element there is no flag
		}
		sel.conditions = append(sel.conditions, bad...)

		rank := []ref{m.One()}
		before := m.One()
		for _, kept := range sel.kept {
			sel.rank = append(sel.rank, rank)
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
	sel.count = integer(m, int64(total), whole)
	return sel
}

// keeps is whether a filter keeps an element by its flag, and whether the flag is
// one that the filter may look at.
func (item *leaf) keeps(m *machine.Machine, f query.Filter) (kept, fit flag) {
	none := m.Plus(m.Inverse(item.first.found), item.first.null)
	switch f.Kind {
	case query.KeepTrue:
		return item.isTrue, m.Plus(none, item.boolean(m))
	case query.KeepFalse:
		return m.Plus(none, item.isFalse), m.Plus(none, item.boolean(m))
	}
	return m.And("filter's text", item.isString, item.textEquals(m, f.Text, false)), m.Plus(none, item.isString)
}
