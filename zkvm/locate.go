package zkvm

import "github.com/zkpass-go/zkpass/zkvm/internal/json"

// position is byte position i; before wiring it is empty.
func (m *machine) position(s *source, i int) *json.Position {
	if !m.wiring() {
		return &json.Position{}
	}
	return s.positions[i]
}

// atLevel[i] = [exactly k containers are open before byte i].
func (m *machine) atLevel(s *source, k, i int) ref {
	if !m.wiring() {
		return m.counted(2)
	}
	d := s.positions[i].Depth
	switch {
	case k > len(d):
		return m.zero()
	case k == len(d):
		return d[k-1]
	}
	return m.add(d[k-1], d[k])
}

// keysAtLevel[i] = [byte i opens a name with k containers open], committed once
// for a level.
func (m *machine) keysAtLevel(s *source, k int) []ref {
	if keys, ok := s.levels[k]; ok {
		return keys
	}
	keys := make([]ref, s.size())
	for i := range keys {
		keys[i] = m.derived(s.rows != nil && s.rows[i].Flags.Name && bitsSet(uint(s.rows[i].State.Depth)) == k)
		m.row("names at a level", m.position(s, i).OpensName, m.atLevel(s, k, i), keys[i])
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
func (m *machine) search(s *source, c *container) {
	if c.parent != nil {
		m.layInterior(s, c)
	}
	c.ok = m.one() // without names to look for
	places := c.members[:len(c.members):len(c.members)]
	if len(c.members) > 0 {
		m.layNames(s, c)
		if !s.st.Class.Names {
			m.checkNames(s, c)
		}
		for _, e := range c.members {
			if c.group != nil {
				m.searchGroup(s, e)
			} else {
				m.searchMember(s, e)
			}
		}
	}
	if len(c.elements) > 0 || c.each != nil || c.long != nil {
		m.layElements(s, c)
		m.searchElements(s, c)
		places = append(places, c.elements...)
	}
	if c.each != nil {
		m.layEach(s, c)
		places = append(places, c.each.place)
	}
	for _, e := range places {
		if e.child != nil {
			m.search(s, e.child)
		}
	}
}

// layInterior lays out where a container is.
func (m *machine) layInterior(s *source, c *container) {
	n := s.size()
	c.inside, c.within = make([]ref, n), make([]bool, n+1)
	inside := m.zero()
	starts := c.parent.valueStarts()
	for i := range n {
		c.inside[i] = inside
		if s.rows != nil {
			c.within[i+1] = (c.within[i] || starts[i]) && bitsSet(uint(s.rows[i+1].State.Depth)) > c.level
		}
		next := m.derived(c.within[i+1])
		m.row("interior of a container", m.openAtLeast(s, c.level+1, i+1), m.add(inside, c.parent.value[i]), next)
		inside = next
	}
}

// layNames lays out which names are a container's own.
func (m *machine) layNames(s *source, c *container) {
	at := m.keysAtLevel(s, c.level+1)
	if c.parent == nil {
		c.keys = at
		return
	}
	c.keys = make([]ref, s.size())
	for i := range c.keys {
		c.keys[i] = m.derived(c.ownName(s, i))
		m.row("names of a container", c.inside[i], at[i], c.keys[i])
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
func (m *machine) openAtLeast(s *source, k, i int) ref {
	if !m.wiring() {
		return 0
	}
	if d := s.positions[i].Depth; k <= len(d) {
		return d[k-1]
	}
	return m.zero()
}

// checkNames proves that c.ok implies that no name of the container's own has an
// escape: Σ_i keys[i]·escape[i]·α^i is zero only if every term is.
func (m *machine) checkNames(s *source, c *container) {
	escaped := make([]ref, s.size())
	for i := range escaped {
		escaped[i] = m.position(s, i).Escape
	}
	escaped = m.powers(escaped)
	c.ok = m.bit(c.sane)
	m.risk(s.size())
	m.implies("names without escapes", c.ok, m.dot(s.dots, c.keys, escaped))
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
func (m *machine) searchMember(s *source, e *member) {
	n := s.size()
	if !s.findable(e.name) {
		// No unescaped name equals it, and an escaped one makes the container unfit.
		e.value = make([]ref, n)
		for i := range e.value {
			e.value[i] = m.zero()
		}
		e.found, e.ok = m.zero(), m.one()
		return
	}
	e.ok = m.bit(e.sane)
	others, risk := m.nameForms(s, e.name)
	m.risk(risk)
	key := e.keyStart()
	factors := make([]factor, n)
	past, done := m.zero(), m.zero()
	e.value = make([]ref, n)
	for i := range n {
		nextPast := m.bit(key >= 0 && key <= i)
		at := m.add(past, nextPast)
		other := others[i]
		m.implies("name of a member", at, m.together(m.not(e.in.keys[i]), past, other))
		factors[i] = factor{m.add(e.in.keys[i], at), m.not(other)}

		nextDone := m.derived(key >= 0 && e.node.Start <= i)
		e.value[i] = m.add(done, nextDone)
		m.row("value of a member", m.add(past, done), m.position(s, i).OpensValue, e.value[i])
		past, done = nextPast, nextDone
	}
	// A name has at most one step: past never falls.
	if !m.wiring() {
		factors = nil
	}
	e.found = done
	m.nonzeroProduct(n, factors, e.ok)
}

// form is windows[i] + w.
func (m *machine) form(windows []ref, i int, w elem) ref {
	if !m.wiring() {
		return m.counted(1)
	}
	return m.w.space.Affine(w, term{K: one, Ref: windows[i]})
}

// windows[i] is the fingerprint of the length bytes from i on, F_i = Σ_{j<length}
// x_{i+j}·α^j, with zeros past the end: F_i = x_i + α·F_{i+1} - α^length·x_{i+length}.
func (m *machine) windows(s *source, length int) []ref { return m.windowsOf(s.bytes, length) }

// windowsOf is windows for any sequence of characters.
func (m *machine) windowsOf(bytes []ref, length int) []ref {
	n := len(bytes)
	w := make([]ref, n)
	var terms [3]term
	far := one
	for range length {
		far = field.Mul(far, m.w.alpha)
	}
	next := m.zero()
	for i := n - 1; i >= 0; i-- {
		terms = [3]term{{K: one, Ref: bytes[i]}, {K: m.w.alpha, Ref: next}}
		count := 2
		if i+length < n {
			terms[2], count = term{K: far, Ref: bytes[i+length]}, 3
		}
		w[i] = m.sum(terms[:count]...)
		next = w[i]
	}
	return w
}

// textFingerprint is Σ text[j]·α^j.
func (m *machine) textFingerprint(text string) elem {
	var f elem
	for j := len(text) - 1; j >= 0; j-- {
		f = field.Add(field.Mul(f, m.w.alpha), elem{Lo: uint64(text[j])})
	}
	return f
}
