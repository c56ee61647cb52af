package search

import (
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// counterStep generates the multiplicative group of GF(2^16), of order 65,535.
// Elements of an array are counted in its exponent, one subfield element a byte.
func counterStep() elem { return gf128.FromSymbol(2) }

// elementsAtLevel[i] = [byte i starts an element of an array, with k containers
// open], committed once for a level.
func (s *Tree) elementsAtLevel(m *machine.Machine, k int) []ref {
	if at, ok := s.elementLevels[k]; ok {
		return at
	}
	n := s.Size()
	starts := func(i int) bool { return s.Rows != nil && startsElement(&s.Rows[i]) }
	if s.elementStarts == nil {
		s.elementStarts = make([]ref, n)
		for i := range n {
			s.elementStarts[i] = m.Derived(starts(i))
			p := s.Position(m, i)
			object := m.Zero()
			if m.Wiring() {
				// Without an open container a value is the payload's object.
				object = m.Add(p.Objects[0], m.Not(p.Depth[0]))
			}
			m.Row("elements of arrays", p.OpensValue, m.Not(object), s.elementStarts[i])
		}
	}
	at := make([]ref, n)
	for i := range at {
		at[i] = m.Derived(starts(i) && text.BitsSet(uint(s.Rows[i].State.Depth)) == k)
		m.Row("elements at a level", s.elementStarts[i], s.AtLevel(m, k, i), at[i])
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
func (s *Tree) layElements(m *machine.Machine, c *Container) {
	at := s.elementsAtLevel(m, c.level+1)
	c.Starts = make([]ref, s.Size())
	for i := range c.Starts {
		c.Starts[i] = m.Derived(c.ownElement(s, i))
		m.Row("elements of a container", c.Inside[i], at[i], c.Starts[i])
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
func (s *Tree) searchElements(m *machine.Machine, c *Container) {
	if len(c.Elements) == 0 {
		return
	}
	n := s.Size()
	g := counterStep()
	own := c.Parent.valueStarts()
	counts := make([]ref, n)
	count, v := m.Zero(), elem{}
	for i := range n {
		counts[i] = count
		var more elem
		if c.ownElement(s, i) {
			more = field.Mul(field.Add(one, g), v)
		}
		step := m.Symbol(more)
		m.Row("next element", c.Starts[i], m.Scale(field.Add(one, g), count), step)
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
		next := m.Symbol(v)
		m.Row("elements so far", c.Inside[i+1], m.Add(count, c.Parent.Value[i], step), next)
		count = next
	}
	for _, e := range c.Elements {
		s.searchElement(m, e, counts)
	}
}

// searchElement is the part of one index.
func (s *Tree) searchElement(m *machine.Machine, e *Member, counts []ref) {
	n := s.Size()
	target := one
	for range e.index {
		target = field.Mul(target, counterStep())
	}
	at := e.valueStarts()
	e.Value = make([]ref, n)
	factors := make([]factor, n)
	for i := range n {
		e.Value[i] = m.Bit(at[i])
		other := m.Form(counts, i, target)
		m.Implies("element of an index", e.Value[i], m.Together(m.Not(e.In.Starts[i]), other))
		factors[i] = factor{B: m.Add(e.In.Starts[i], e.Value[i]), H: m.Not(other)}
	}
	if !m.Wiring() {
		factors = nil
	}
	e.OK = m.One()
	e.Found = m.Add(e.Value...)
	m.NonzeroProduct(n, factors, m.One())
}
