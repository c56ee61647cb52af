package zkvm

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// position is byte position i; before wiring it is empty.
func (s *source) position(m *machine.Machine, i int) *json.Position {
	if !m.Wiring() {
		return &json.Position{}
	}
	return s.positions[i]
}

// atLevel[i] = [exactly k containers are open before byte i].
func (s *source) atLevel(m *machine.Machine, k, i int) ref {
	if !m.Wiring() {
		return m.Counted(2)
	}
	d := s.positions[i].Depth
	switch {
	case k > len(d):
		return m.Zero()
	case k == len(d):
		return d[k-1]
	}
	return m.Add(d[k-1], d[k])
}

// keysAtLevel[i] = [byte i opens a name with k containers open], committed once
// for a level.
func (s *source) keysAtLevel(m *machine.Machine, k int) []ref {
	if keys, ok := s.levels[k]; ok {
		return keys
	}
	keys := make([]ref, s.size())
	for i := range keys {
		keys[i] = m.Derived(s.rows != nil && s.rows[i].Flags.Name && bitsSet(uint(s.rows[i].State.Depth)) == k)
		m.Row("names at a level", s.position(m, i).OpensName, s.atLevel(m, k, i), keys[i])
	}
	s.levels[k] = keys
	return keys
}

func bitsSet(v uint) (n int) {
	for ; v != 0; v >>= 1 {
		n += int(v & 1)
	}
	return n
}

// search lays out a container: where it is, which names are its own, and each
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
func (s *source) search(m *machine.Machine, c *container) {
	if c.parent != nil {
		s.layInterior(m, c)
	}
	c.ok = m.One() // without names to look for
	places := c.members[:len(c.members):len(c.members)]
	if len(c.members) > 0 {
		s.layNames(m, c)
		if !s.st.Class.Names {
			s.checkNames(m, c)
		}
		for _, e := range c.members {
			if c.group != nil {
				s.searchGroup(m, e)
			} else {
				s.searchMember(m, e)
			}
		}
	}
	if len(c.elements) > 0 || c.each != nil || c.long != nil {
		s.layElements(m, c)
		s.searchElements(m, c)
		places = append(places, c.elements...)
	}
	if c.each != nil {
		s.layEach(m, c)
		places = append(places, c.each.place)
	}
	for _, e := range places {
		if e.child != nil {
			s.search(m, e.child)
		}
	}
}

// layInterior lays out where a container is.
func (s *source) layInterior(m *machine.Machine, c *container) {
	n := s.size()
	c.inside, c.within = make([]ref, n), make([]bool, n+1)
	inside := m.Zero()
	starts := c.parent.valueStarts()
	for i := range n {
		c.inside[i] = inside
		if s.rows != nil {
			c.within[i+1] = (c.within[i] || starts[i]) && bitsSet(uint(s.rows[i+1].State.Depth)) > c.level
		}
		next := m.Derived(c.within[i+1])
		m.Row("interior of a container", s.openAtLeast(m, c.level+1, i+1), m.Add(inside, c.parent.value[i]), next)
		inside = next
	}
}

// layNames lays out which names are a container's own.
func (s *source) layNames(m *machine.Machine, c *container) {
	at := s.keysAtLevel(m, c.level+1)
	if c.parent == nil {
		c.keys = at
		return
	}
	c.keys = make([]ref, s.size())
	for i := range c.keys {
		c.keys[i] = m.Derived(c.ownName(s, i))
		m.Row("names of a container", c.inside[i], at[i], c.keys[i])
	}
}

// ownName and ownElement tell the prover whether byte i starts one of the
// container's own names or elements.
func (c *container) ownName(s *source, i int) bool {
	return c.within[i] && s.rows[i].Flags.Name && bitsSet(uint(s.rows[i].State.Depth)) == c.level+1
}

func (c *container) ownElement(s *source, i int) bool {
	return c.within[i] && startsElement(&s.rows[i]) && bitsSet(uint(s.rows[i].State.Depth)) == c.level+1
}

// openAtLeast is [at least k containers are open before byte i].
func (s *source) openAtLeast(m *machine.Machine, k, i int) ref {
	if !m.Wiring() {
		return 0
	}
	if d := s.positions[i].Depth; k <= len(d) {
		return d[k-1]
	}
	return m.Zero()
}

// checkNames proves that c.ok implies that no name of the container's own has an
// escape: Σ_i keys[i]·escape[i]·α^i is zero only if every term is.
func (s *source) checkNames(m *machine.Machine, c *container) {
	escaped := make([]ref, s.size())
	for i := range escaped {
		escaped[i] = s.position(m, i).Escape
	}
	escaped = m.Powers(escaped)
	c.ok = m.Bit(c.sane)
	m.Risk(s.size())
	m.Implies("names without escapes", c.ok, m.Dot(s.dots, c.keys, escaped))
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
func (s *source) searchMember(m *machine.Machine, e *member) {
	n := s.size()
	if !s.findable(e.name) {
		// No unescaped name equals it, and an escaped one makes the container unfit.
		e.value = make([]ref, n)
		for i := range e.value {
			e.value[i] = m.Zero()
		}
		e.found, e.ok = m.Zero(), m.One()
		return
	}
	e.ok = m.Bit(e.sane)
	others, risk := s.nameForms(m, e.name)
	m.Risk(risk)
	key := e.keyStart()
	factors := make([]factor, n)
	past, done := m.Zero(), m.Zero()
	e.value = make([]ref, n)
	for i := range n {
		nextPast := m.Bit(key >= 0 && key <= i)
		at := m.Add(past, nextPast)
		other := others[i]
		m.Implies("name of a member", at, m.Together(m.Not(e.in.keys[i]), past, other))
		factors[i] = factor{B: m.Add(e.in.keys[i], at), H: m.Not(other)}

		nextDone := m.Derived(key >= 0 && e.node.Start <= i)
		e.value[i] = m.Add(done, nextDone)
		m.Row("value of a member", m.Add(past, done), s.position(m, i).OpensValue, e.value[i])
		past, done = nextPast, nextDone
	}
	// A name has at most one step: past never falls.
	if !m.Wiring() {
		factors = nil
	}
	e.found = done
	m.NonzeroProduct(n, factors, e.ok)
}

// windows are the fingerprints of the length bytes from each position on.
func (s *source) windows(m *machine.Machine, length int) []ref { return m.WindowsOf(s.bytes, length) }
