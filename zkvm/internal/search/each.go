package search

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Each is an array all of whose elements a path goes over. The members that paths
// look for inside the elements form a group: one vector over the byte positions
// serves all elements at once, and regions tells the elements apart.
type Each struct {
	Place *Member // the elements themselves

	// Regions[k][i]: exactly k+1 elements have started up to and including byte i.
	// Element k's text lies in region k.
	Regions [][]ref
	Present []flag // [there are more than k elements]
	Counts  []ref  // [there are exactly k elements], k = 0..MaxElements
	noArray ref    // zero if the value is an array
	tooMany ref    // [there are more than MaxElements]
	Objects ref    // zero if all elements are objects; only for filters
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
func (s *Tree) layEach(m *machine.Machine, c *Container) {
	const most = query.MaxElements
	e, n := c.Each, s.Size()
	e.Place.Value, e.Place.OK = c.Starts, m.One()
	starts := e.Place.valueStarts()

	e.Regions = make([][]ref, most+1) // of k = 1..33
	for k := range e.Regions {
		e.Regions[k] = make([]ref, n)
	}
	started := 0 // secret
	before, step := m.One(), m.Constant(field.Add(one, machine.PowerOfX(1)))
	for i := range n {
		if starts[i] {
			started = min(started+1, most+1)
		}
		for k := range e.Regions {
			e.Regions[k][i] = m.Bit(started == k+1)
		}
		var now, next ref
		if m.Wiring() {
			// r_0 = 1 + Σ r_k
			counter, steps := make([]term, most+1), make([]term, most+1)
			first := field.Add(one, machine.PowerOfX(1))
			for k := range e.Regions {
				r := e.Regions[k][i]
				counter[k] = term{K: field.Add(one, machine.PowerOfX(k+1)), Ref: r}
				to := first
				if k < most {
					to = field.Add(first, field.Add(machine.PowerOfX(k+1), machine.PowerOfX(k+2)))
				}
				steps[k] = term{K: to, Ref: r}
			}
			now, next = m.Space().Affine(one, counter...), m.Space().Affine(first, steps...)
		}
		m.Row("next region", c.Starts[i], step, m.Add(now, before))
		before, step = now, next
	}
	last := make([]ref, most+2)
	last[0] = m.One()
	for k := range e.Regions {
		last[k+1] = e.Regions[k][n-1]
		last[0] = m.Add(last[0], last[k+1])
	}
	e.Counts, e.tooMany = last[:most+1], last[most+1]
	e.Present = make([]flag, most)
	more := e.tooMany
	for k := most - 1; k >= 0; k-- {
		more = m.Add(more, last[k+1])
		e.Present[k] = flag{R: more, V: k < started}
	}

	// The value starts with a bracket, [, if it is there: as a place it has one
	// start at most.
	e.noArray = m.Add(m.Dot(s.Dots, c.Parent.Value, s.Bytes), m.Constant(elem{Lo: '['}))
	if e.Place.Filtered {
		// Every start is a brace: Σ z[i]·(x_i + '{')·α^i is zero only if each term is.
		m.Risk(n)
		braces := make([]ref, n)
		if m.Wiring() {
			for i, b := range s.Bytes {
				braces[i] = m.Add(b, m.Constant(elem{Lo: '{'}))
			}
		}
		e.Objects = m.Dot(s.Dots, c.Starts, m.Powers(braces))
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
func (s *Tree) searchGroup(m *machine.Machine, e *Member) {
	n := s.Size()
	e.OK = m.One()
	e.Value, e.Again = make([]ref, n), make([]ref, n)
	if !s.findable(e.Name) {
		for i := range n {
			e.Value[i], e.Again[i] = m.Zero(), m.Zero()
		}
		e.repeats = m.Zero()
		return
	}
	others, risk := s.nameForms(m, e.Name)
	m.Risk(risk) // one mark that is wrong is enough
	marks, keys, values := e.marks(), e.keyStarts(), e.valueStarts()
	factors := make([]factor, n)
	seen, open := m.Zero(), m.Zero()
	saw := false // secret
	for i := range n {
		mark := m.Bit(marks[i])
		other := others[i]
		m.Implies("name in a group", mark, m.Together(m.Not(e.In.Keys[i]), other))
		factors[i] = factor{B: m.Add(e.In.Keys[i], mark), H: m.Not(other)}
		at := m.Derived(keys[i])
		m.Row("first name in a group", mark, m.Not(seen), at)
		e.Again[i] = m.Add(mark, at)

		e.Value[i] = m.Derived(values[i])
		m.Row("value in a group", open, s.Position(m, i).OpensValue, e.Value[i])
		open = m.Add(open, at, e.Value[i])
		if i+1 == n {
			break
		}
		saw = (saw || keys[i]) && e.In.within[i+1]
		next := m.Derived(saw)
		m.Row("name seen in a group", e.In.Inside[i+1], m.Add(seen, at), next)
		seen = next
	}
	if !m.Wiring() {
		factors = nil
	}
	m.NonzeroProduct(n, factors, m.One())
	m.Risk(n)
	e.repeats = m.Fingerprint(e.Again)
}
