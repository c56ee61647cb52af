package machine

import "github.com/zkpass-go/zkpass/zkvm/internal/circuits"

// Factor is 1 + B·H of a product.
type Factor struct{ B, H ref }

// ProductChunk runs the products circuit on up to m.Chunk factors 1 + b·h.
func (m *Machine) ProductChunk(factors []Factor, rho, offset, y ref) {
	m.basedChunk(factors, nil, rho, offset, y)
}

// basedChunk is ProductChunk for the factors bases[j] + b·h, or 1 + b·h without
// bases.
func (m *Machine) basedChunk(factors []Factor, bases []ref, rho, offset, y ref) {
	if !m.Wiring() {
		m.Instance(circuits.Products)
		return
	}
	in := make([]ref, 0, 3*m.Chunk+3)
	for j := range m.Chunk {
		switch {
		case j >= len(factors):
			in = append(in, m.One(), m.Zero(), m.Zero())
		case bases == nil:
			in = append(in, m.One(), factors[j].B, factors[j].H)
		default:
			in = append(in, bases[j], factors[j].B, factors[j].H)
		}
	}
	m.Instance(circuits.Products, append(in, rho, offset, y)...)
}

// ProductOf is the prover's value of a product.
func (m *Machine) ProductOf(factors []Factor) elem { return m.basedProduct(factors, nil) }

func (m *Machine) basedProduct(factors []Factor, bases []ref) elem {
	p := one
	for j, f := range factors {
		base := one
		if bases != nil {
			base = m.Value(bases[j])
		}
		if b := m.Value(f.B); b != (elem{}) {
			base = field.Add(base, field.Mul(b, m.Value(f.H)))
		}
		p = field.Mul(p, base)
	}
	return p
}

// NonzeroProduct proves that no factor is zero where the bit ok is 1: for each
// chunk ρ·(Π + (1+ok)·θ) is published and must not be zero.
func (m *Machine) NonzeroProduct(count int, factors []Factor, ok ref) {
	var offset ref
	if m.Wiring() {
		offset = m.Scale(m.Theta(), m.Not(ok))
	}
	for lo := 0; lo < count; lo += m.Chunk {
		part := Slice(factors, lo, min(lo+m.Chunk, count))
		rho, _ := m.FactorMask()
		y := m.PublishNonzero(func() elem {
			return field.Mul(m.Value(rho), field.Add(m.ProductOf(part), m.Value(offset)))
		})
		m.ProductChunk(part, rho, offset, m.Constant(y))
	}
}

// ProductForm is the form of a product of factors 1 + b·h, published under
// masks.
func (m *Machine) ProductForm(count int, factors []Factor) ref {
	return m.BasedForm(count, factors, nil)
}

// BasedForm is the form of a product of factors bases[j] + b·h. Each chunk
// multiplies the one before it into its own product, ρ·Π = y with ρ that
// product's form, so a chunk publishes one masked value.
func (m *Machine) BasedForm(count int, factors []Factor, bases []ref) ref {
	total := m.One()
	for lo := 0; lo < count; lo += m.Chunk {
		hi := min(lo+m.Chunk, count)
		part, base, before := Slice(factors, lo, hi), Slice(bases, lo, hi), total
		total = m.Masked(func() elem { return field.Mul(m.Value(before), m.basedProduct(part, base)) })
		m.basedChunk(part, base, before, m.Zero(), total)
	}
	return total
}

// Slice is s[lo:hi], or nil in the laying-out pass, which has no factors.
func Slice[T any](s []T, lo, hi int) []T {
	if s == nil {
		return nil
	}
	return s[lo:hi]
}

// Dot is the form of Σ a_i·b_i over a document's positions, published under a
// mask.
func (m *Machine) Dot(use int, a, b []ref) ref {
	c := m.Masked(func() elem {
		var s elem
		for i := range a {
			if x := m.Value(a[i]); x != (elem{}) {
				s = field.Add(s, field.Mul(x, m.Value(b[i])))
			}
		}
		return s
	})
	m.DotCopy(use, a, b, c)
	return c
}

// DotCopy requires Σ a_i·b_i = c.
func (m *Machine) DotCopy(use int, a, b []ref, c ref) {
	if m.Wiring() {
		m.Instance(use, append(append(append(make([]ref, 0, 2*len(a)+1), a...), b...), c)...)
	} else {
		m.Instance(use)
	}
}
