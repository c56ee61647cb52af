package search

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// keysAtLevel[i] = [byte i opens a name with k containers open], committed once
// for a level.
func (s *Tree) keysAtLevel(m *machine.Machine, k int) []ref {
	if keys, ok := s.levels[k]; ok {
		return keys
	}
	keys := make([]ref, s.Size())
	for i := range keys {
		keys[i] = m.Derived(s.Rows != nil && s.Rows[i].Flags.Name && text.BitsSet(uint(s.Rows[i].State.Depth)) == k)
		m.Row("names at a level", s.Position(m, i).OpensName, s.AtLevel(m, k, i), keys[i])
	}
	s.levels[k] = keys
	return keys
}

// Search lays out a container: where it is, which names are its own, and each
// member that paths look for.
//
// A container's interior starts after its bracket and lasts while more than
// level containers are open:
//
//	inside[i+1] = [more than level open before byte i+1]·(inside[i] + value[i]),
//
// where value[i] = [its value starts at byte i]. A value that is no container
// opens nothing, so inside stays 0. Its own names are those that start inside it
// with exactly level+1 containers open; in an array none do.
func (s *Tree) Search(m *machine.Machine, c *Container) {
	if c.Parent != nil {
		s.layInterior(m, c)
	}
	c.OK = m.One() // without names to look for
	places := c.Members[:len(c.Members):len(c.Members)]
	if len(c.Members) > 0 {
		s.layNames(m, c)
		if !s.Names {
			s.checkNames(m, c)
		}
		for _, e := range c.Members {
			if c.Group != nil {
				s.searchGroup(m, e)
			} else {
				s.searchMember(m, e)
			}
		}
	}
	if len(c.Elements) > 0 || c.Each != nil || c.Long {
		s.layElements(m, c)
		s.searchElements(m, c)
		places = append(places, c.Elements...)
	}
	if c.Each != nil {
		s.layEach(m, c)
		places = append(places, c.Each.Place)
	}
	for _, e := range places {
		if e.Child != nil {
			s.Search(m, e.Child)
		}
	}
}

// layInterior lays out where a container is.
func (s *Tree) layInterior(m *machine.Machine, c *Container) {
	n := s.Size()
	c.Inside, c.within = make([]ref, n), make([]bool, n+1)
	inside := m.Zero()
	starts := c.Parent.valueStarts()
	for i := range n {
		c.Inside[i] = inside
		if s.Rows != nil {
			c.within[i+1] = (c.within[i] || starts[i]) && text.BitsSet(uint(s.Rows[i+1].State.Depth)) > c.level
		}
		next := m.Derived(c.within[i+1])
		m.Row("interior of a container", s.OpenAtLeast(m, c.level+1, i+1), m.Add(inside, c.Parent.Value[i]), next)
		inside = next
	}
}

// layNames lays out which names are a container's own.
func (s *Tree) layNames(m *machine.Machine, c *Container) {
	at := s.keysAtLevel(m, c.level+1)
	if c.Parent == nil {
		c.Keys = at
		return
	}
	c.Keys = make([]ref, s.Size())
	for i := range c.Keys {
		c.Keys[i] = m.Derived(c.ownName(s, i))
		m.Row("names of a container", c.Inside[i], at[i], c.Keys[i])
	}
}

// ownName and ownElement tell the prover whether byte i starts one of the
// container's own names or elements.
func (c *Container) ownName(s *Tree, i int) bool {
	return c.within[i] && s.Rows[i].Flags.Name && text.BitsSet(uint(s.Rows[i].State.Depth)) == c.level+1
}

func (c *Container) ownElement(s *Tree, i int) bool {
	return c.within[i] && startsElement(&s.Rows[i]) && text.BitsSet(uint(s.Rows[i].State.Depth)) == c.level+1
}

// checkNames proves that c.ok implies that no name of the container's own has an
// escape: Σ_i keys[i]·escape[i]·α^i is zero only if every term is.
func (s *Tree) checkNames(m *machine.Machine, c *Container) {
	escaped := make([]ref, s.Size())
	for i := range escaped {
		escaped[i] = s.Position(m, i).Escape
	}
	escaped = m.Powers(escaped)
	c.OK = m.Bit(c.Sane)
	m.Risk(s.Size())
	m.Implies("names without escapes", c.OK, m.Dot(s.Dots, c.Keys, escaped))
}

// searchMember proves which of the container's names is the member's, if any,
// and where its value starts.
//
// past[i] = [the name starts before byte i] is a thermometer; its step, at[i],
// is the name's position. With F_i the fingerprint of the bytes from i on, as
// many as the quoted name has, and w that of the quoted name:
//
//	at[i] = 1 only where keys[i] = 1 and F_i = w, and only once;
//	no other own name has F_i = w: Π_i (1 + (keys[i]+at[i])·(1 + F_i + w)) is not 0.
//
// In classes that allow names with escapes, F_i and w are of decoded characters, see
// names.go.
//
// The value starts at the first value start after the name:
//
//	done[i+1] = done[i] + (past[i] + done[i])·[byte i starts a value].
func (s *Tree) searchMember(m *machine.Machine, e *Member) {
	n := s.Size()
	if !s.findable(e.Name) {
		// No unescaped name equals it, and an escaped one makes the container unfit.
		e.Value = make([]ref, n)
		for i := range e.Value {
			e.Value[i] = m.Zero()
		}
		e.Found, e.OK = m.Zero(), m.One()
		return
	}
	e.OK = m.Bit(e.Sane)
	others, risk := s.nameForms(m, e.Name)
	m.Risk(risk)
	key := e.keyStart()
	factors := make([]factor, n)
	past, done := m.Zero(), m.Zero()
	e.Value = make([]ref, n)
	for i := range n {
		nextPast := m.Bit(key >= 0 && key <= i)
		at := m.Add(past, nextPast)
		other := others[i]
		m.Implies("name of a member", at, m.Together(m.Not(e.In.Keys[i]), past, other))
		factors[i] = factor{B: m.Add(e.In.Keys[i], at), H: m.Not(other)}

		nextDone := m.Derived(key >= 0 && e.Node.Start <= i)
		e.Value[i] = m.Add(done, nextDone)
		m.Row("value of a member", m.Add(past, done), s.Position(m, i).OpensValue, e.Value[i])
		past, done = nextPast, nextDone
	}
	// A name has at most one step: past never falls.
	if !m.Wiring() {
		factors = nil
	}
	e.Found = done
	m.NonzeroProduct(n, factors, e.OK)
}
