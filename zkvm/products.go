package zkvm

import "github.com/zkpass-go/zkpass/zkvm/internal/circuits"

// factor is 1 + b·h of a product.
type factor struct{ b, h ref }

// productChunk runs the products circuit on up to m.chunk factors 1 + b·h.
func (m *machine) productChunk(factors []factor, rho, offset, y ref) {
	m.basedChunk(factors, nil, rho, offset, y)
}

// basedChunk is productChunk for the factors bases[j] + b·h, or 1 + b·h without
// bases.
func (m *machine) basedChunk(factors []factor, bases []ref, rho, offset, y ref) {
	if !m.wiring() {
		m.instance(circuits.Products)
		return
	}
	in := make([]ref, 0, 3*m.chunk+3)
	for j := range m.chunk {
		switch {
		case j >= len(factors):
			in = append(in, m.one(), m.zero(), m.zero())
		case bases == nil:
			in = append(in, m.one(), factors[j].b, factors[j].h)
		default:
			in = append(in, bases[j], factors[j].b, factors[j].h)
		}
	}
	m.instance(circuits.Products, append(in, rho, offset, y)...)
}

// productOf is the prover's value of a product.
func (m *machine) productOf(factors []factor) elem { return m.basedProduct(factors, nil) }

func (m *machine) basedProduct(factors []factor, bases []ref) elem {
	p := one
	for j, f := range factors {
		base := one
		if bases != nil {
			base = m.value(bases[j])
		}
		if b := m.value(f.b); b != (elem{}) {
			base = field.Add(base, field.Mul(b, m.value(f.h)))
		}
		p = field.Mul(p, base)
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
	for lo := 0; lo < count; lo += m.chunk {
		part := slice(factors, lo, min(lo+m.chunk, count))
		rho, _ := m.factorMask()
		y := m.publishNonzero(func() elem {
			return field.Mul(m.value(rho), field.Add(m.productOf(part), m.value(offset)))
		})
		m.productChunk(part, rho, offset, m.constant(y))
	}
}

// productForm is the form of a product of factors 1 + b·h, published under
// masks.
func (m *machine) productForm(count int, factors []factor) ref {
	return m.basedForm(count, factors, nil)
}

// basedForm is the form of a product of factors bases[j] + b·h. Each chunk
// multiplies the one before it into its own product, ρ·Π = y with ρ that
// product's form, so a chunk publishes one masked value.
func (m *machine) basedForm(count int, factors []factor, bases []ref) ref {
	total := m.one()
	for lo := 0; lo < count; lo += m.chunk {
		hi := min(lo+m.chunk, count)
		part, base, before := slice(factors, lo, hi), slice(bases, lo, hi), total
		total = m.masked(func() elem { return field.Mul(m.value(before), m.basedProduct(part, base)) })
		m.basedChunk(part, base, before, m.zero(), total)
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
	m.dotCopy(use, a, b, c)
	return c
}

// dotCopy requires Σ a_i·b_i = c.
func (m *machine) dotCopy(use int, a, b []ref, c ref) {
	if m.wiring() {
		m.instance(use, append(append(append(make([]ref, 0, 2*len(a)+1), a...), b...), c)...)
	} else {
		m.instance(use)
	}
}
