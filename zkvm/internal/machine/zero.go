package machine

// IsZero is the flag [d = 0] of a form, right both ways: z·d = 0, and d + z is
// not zero.
func (m *Machine) IsZero(label string, d ref, v bool) Flag {
	z := m.Commit(v)
	m.Implies(label, z.R, d)
	m.nonzero(label+": difference", m.Add(d, z.R))
	return z
}

// AnyZero is the flag that one of the forms is zero, right both ways: the zero
// test of their product. It publishes a value for each chunk of them.
func (m *Machine) AnyZero(label string, forms []ref, v bool) Flag {
	if len(forms) == 1 {
		return m.IsZero(label, forms[0], v)
	}
	factors := make([]Factor, len(forms))
	for i, f := range forms {
		factors[i] = Factor{m.One(), m.Not(f)}
	}
	return m.IsZero(label, m.ProductForm(len(forms), factors), v)
}
