package zkvm

// flag is a bit: its form, and its value in the prover's laying-out pass. A
// fixed flag is public: its value is known to both sides in both passes.
type flag struct {
	r     ref
	v     bool
	fixed bool
}

// commit commits a free bit.
func (m *machine) commit(v bool) flag {
	v = m.told(v)
	return flag{m.bit(v), v, false}
}

func (m *machine) told(v bool) bool {
	if m.lie != nil {
		v = m.lie(v)
	}
	return v
}

func (m *machine) fixed(v bool) flag { return flag{m.public(v), v, true} }

func (m *machine) and(label string, a, b flag) flag {
	switch {
	case a.fixed && a.v:
		return b
	case b.fixed && b.v:
		return a
	case a.fixed || b.fixed:
		return m.fixed(false)
	}
	v := m.told(a.v && b.v)
	r := m.derived(v)
	m.row(label, a.r, b.r, r)
	return flag{r, v, false}
}

// minus is a without b, where b implies a.
func (m *machine) minus(a, b flag) flag {
	return flag{m.add(a.r, b.r), a.v != b.v, a.fixed && b.fixed}
}

// plus is the sum of flags that exclude each other.
func (m *machine) plus(a, b flag) flag { return m.minus(a, b) }

func (m *machine) inverse(a flag) flag { return flag{m.not(a.r), !a.v, a.fixed} }

// never requires a flag to be 0.
func (m *machine) never(label string, g flag) { m.zeroForm(label, g.r) }

// needs requires f where g.
func (m *machine) needs(label string, g, f flag) {
	m.implies(label, g.r, m.not(f.r))
}
