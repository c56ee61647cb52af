package machine

// Flag is a bit: its form, and its value in the prover's laying-out pass. A
// fixed flag is public: its value is known to both sides in both passes.
type Flag struct {
	R     ref  // its form
	V     bool // its value, to the prover
	Fixed bool // it is public
}

// Commit commits a free bit.
func (m *Machine) Commit(v bool) Flag {
	v = m.told(v)
	return Flag{m.Bit(v), v, false}
}

// told is the value that a prover commits.
func (m *Machine) told(v bool) bool {
	if m.Lie != nil {
		v = m.Lie(v)
	}
	return v
}

// Fixed is a public flag.
func (m *Machine) Fixed(v bool) Flag { return Flag{m.Public(v), v, true} }

// And is the flag that both are 1. It costs a bit and a row, or nothing if one is fixed.
func (m *Machine) And(label string, a, b Flag) Flag {
	switch {
	case a.Fixed && a.V:
		return b
	case b.Fixed && b.V:
		return a
	case a.Fixed || b.Fixed:
		return m.Fixed(false)
	}
	v := m.told(a.V && b.V)
	r := m.Derived(v)
	m.Row(label, a.R, b.R, r)
	return Flag{r, v, false}
}

// Minus is a without b, where b implies a.
func (m *Machine) Minus(a, b Flag) Flag {
	return Flag{m.Add(a.R, b.R), a.V != b.V, a.Fixed && b.Fixed}
}

// Plus is the sum of flags that exclude each other.
func (m *Machine) Plus(a, b Flag) Flag { return m.Minus(a, b) }

// Inverse is 1 - a.
func (m *Machine) Inverse(a Flag) Flag { return Flag{m.Not(a.R), !a.V, a.Fixed} }

// Never requires a flag to be 0.
func (m *Machine) Never(label string, g Flag) { m.ZeroForm(label, g.R) }

// Needs requires f where g.
func (m *Machine) Needs(label string, g, f Flag) {
	m.Implies(label, g.R, m.Not(f.R))
}

// Exclusive is the flag that one of two is 1 and the other is not.
func (m *Machine) Exclusive(a, b Flag) Flag {
	return Flag{m.Add(a.R, b.R), a.V != b.V, a.Fixed && b.Fixed}
}
