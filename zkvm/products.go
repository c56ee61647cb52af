package zkvm

// factor is 1 + b·h of a product, b a bit.
type factor struct{ b, h ref }

// productChunk runs the products circuit on up to 64 factors.
func (m *machine) productChunk(factors []factor, rho, offset, y ref) {
	if !m.wiring() {
		m.instance(useProducts)
		return
	}
	in := make([]ref, 0, 2*chunk+3)
	for _, f := range factors {
		in = append(in, f.b, f.h)
	}
	for len(in) < 2*chunk {
		in = append(in, m.zero())
	}
	m.instance(useProducts, append(in, rho, offset, y)...)
}

// productOf is the prover's value of a product.
func (m *machine) productOf(factors []factor) elem {
	p := one
	for _, f := range factors {
		if b := m.value(f.b); b != (elem{}) {
			p = field.Mul(p, field.Add(one, field.Mul(b, m.value(f.h))))
		}
	}
	return p
}

// nonzeroProduct proves that no factor is zero where the bit ok is 1: for each
// chunk ρ·(Π + (1+ok)·θ) is published and must not be zero.
func (m *machine) nonzeroProduct(count int, factors []factor, ok ref) {
	var offset ref
	if m.wiring() {
		offset = m.scale(m.w.theta, m.not(ok))
	}
	for lo := 0; lo < count; lo += chunk {
		part := slice(factors, lo, min(lo+chunk, count))
		rho, _ := m.factorMask()
		y := m.publishNonzero(func() elem {
			return field.Mul(m.value(rho), field.Add(m.productOf(part), m.value(offset)))
		})
		m.productChunk(part, rho, offset, m.constant(y))
	}
}

// productForm is the form of a product, published under masks.
func (m *machine) productForm(label string, count int, factors []factor) ref {
	var total ref
	for lo := 0; lo < count; lo += chunk {
		part := slice(factors, lo, min(lo+chunk, count))
		mu := m.mask()
		y := m.publish(func() elem { return field.Add(m.productOf(part), m.value(mu)) })
		m.productChunk(part, m.one(), mu, m.constant(y))
		p := m.add(m.constant(y), mu)
		if lo == 0 {
			total = p
		} else {
			total = m.product(label, total, p)
		}
	}
	return total
}

// slice is s[lo:hi], or nil in the laying-out pass, which has no factors.
func slice[T any](s []T, lo, hi int) []T {
	if s == nil {
		return nil
	}
	return s[lo:hi]
}

// dot is the form of Σ a_i·b_i over a document's positions, published under a
// mask.
func (m *machine) dot(use int, a, b []ref) ref {
	c := m.masked(func() elem {
		var s elem
		for i := range a {
			if x := m.value(a[i]); x != (elem{}) {
				s = field.Add(s, field.Mul(x, m.value(b[i])))
			}
		}
		return s
	})
	if m.wiring() {
		m.instance(use, append(append(append(make([]ref, 0, 2*len(a)+1), a...), b...), c)...)
	} else {
		m.instance(use)
	}
	return c
}
