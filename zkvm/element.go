package zkvm

import (
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
)

// counterStep generates the multiplicative group of GF(2^16), of order 65,535.
// Elements of an array are counted in its exponent, one subfield element a byte.
func counterStep() elem { return gf128.FromSymbol(2) }

// elementsAtLevel[i] = [byte i starts an element of an array, with k containers
// open], committed once for a level.
func (m *machine) elementsAtLevel(s *source, k int) []ref {
	if at, ok := s.elementLevels[k]; ok {
		return at
	}
	n := s.size()
	starts := func(i int) bool { return s.rows != nil && startsElement(&s.rows[i]) }
	if s.elementStarts == nil {
		s.elementStarts = make([]ref, n)
		for i := range n {
			s.elementStarts[i] = m.derived(starts(i))
			p := m.position(s, i)
			object := m.zero()
			if m.wiring() {
				// Without an open container a value is the payload's object.
				object = m.add(p.Objects[0], m.not(p.Depth[0]))
			}
			m.row("elements of arrays", p.OpensValue, m.not(object), s.elementStarts[i])
		}
	}
	at := make([]ref, n)
	for i := range at {
		at[i] = m.derived(starts(i) && bitsSet(uint(s.rows[i].State.Depth)) == k)
		m.row("elements at a level", s.elementStarts[i], m.atLevel(s, k, i), at[i])
	}
	if s.elementLevels == nil {
		s.elementLevels = map[int][]ref{}
	}
	s.elementLevels[k] = at
	return at
}

// startsElement tells the prover whether a byte starts an element of an array.
func startsElement(r *json.Row) bool {
	return r.Flags.Value && r.State.Objects&1 == 0 && r.State.Depth != 0
}

// layElements lays out which values are a container's own elements: those that
// start an element of an array inside it with exactly level+1 containers open. An
// object has none.
//
// Cost for n byte positions: n committed bits and n rows; once for a document 2n
// more, and once for each further level n.
func (m *machine) layElements(s *source, c *container) {
	at := m.elementsAtLevel(s, c.level+1)
	c.starts = make([]ref, s.size())
	for i := range c.starts {
		c.starts[i] = m.derived(c.ownElement(s, i))
		m.row("elements of a container", c.inside[i], at[i], c.starts[i])
	}
}

// searchElements proves where the elements are that paths name by their index j.
//
// With g of order 65,535 and z[i] = starts[i], a counter runs in the exponent of g
// inside each array, and is 0 outside:
//
//	count[i+1] = inside[i+1]·(count[i] + value[i] + (1+g)·z[i]·count[i]),
//
// so where element j starts, and at no other start of the same array, it is g^j:
// an array has fewer than 65,535 elements. For each index, at[i] marks them all:
//
//	at[i] = 1 only where z[i] = 1 and count[i] = g^j;
//	no other start has that count: Π_i (1 + (z[i]+at[i])·(1 + count[i] + g^j)) is
//	not 0.
//
// So at is exact, both ways, and for no challenge wrong but those that join the
// conditions of a row.
//
// Cost for n byte positions: 2n subfield elements and 2n rows for a container, and
// n bits, n rows and n/64 products for each index.
func (m *machine) searchElements(s *source, c *container) {
	if len(c.elements) == 0 {
		return
	}
	n := s.size()
	g := counterStep()
	own := c.parent.valueStarts()
	counts := make([]ref, n)
	count, v := m.zero(), elem{}
	for i := range n {
		counts[i] = count
		var more elem
		if c.ownElement(s, i) {
			more = field.Mul(field.Add(one, g), v)
		}
		step := m.symbol(more)
		m.row("next element", c.starts[i], m.scale(field.Add(one, g), count), step)
		if i+1 == n {
			// Nothing reads what would come next.
			break
		}
		if own[i] {
			v = one
		}
		v = field.Add(v, more)
		if !c.within[i+1] {
			v = elem{}
		}
		next := m.symbol(v)
		m.row("elements so far", c.inside[i+1], m.add(count, c.parent.value[i], step), next)
		count = next
	}
	for _, e := range c.elements {
		m.searchElement(s, e, counts)
	}
}

// searchElement is the part of one index.
func (m *machine) searchElement(s *source, e *member, counts []ref) {
	n := s.size()
	target := one
	for range e.index {
		target = field.Mul(target, counterStep())
	}
	at := e.valueStarts()
	e.value = make([]ref, n)
	factors := make([]factor, n)
	for i := range n {
		e.value[i] = m.bit(at[i])
		other := m.form(counts, i, target)
		m.implies("element of an index", e.value[i], m.together(m.not(e.in.starts[i]), other))
		factors[i] = factor{m.add(e.in.starts[i], e.value[i]), m.not(other)}
	}
	if !m.wiring() {
		factors = nil
	}
	e.ok = m.one()
	e.found = m.add(e.value...)
	m.nonzeroProduct(n, factors, m.one())
}
