package machine

import "slices"

// CommitBits commits n bits, one 0 or 1 a byte of values in the filling pass.
func (m *Machine) CommitBits(n int, values []uint8) []ref {
	refs := make([]ref, n)
	first := m.Bits
	m.Bits += n
	switch {
	case m.Wiring():
		m.W.Space.Run(refs, first)
	case m.Fill && values == nil:
		m.bitValues = append(m.bitValues, make([]bool, n)...)
	case m.Fill:
		m.bitValues = slices.Grow(m.bitValues, n)
		for _, v := range values[:n] {
			m.bitValues = append(m.bitValues, v == 1)
		}
	}
	return refs
}

// UniformBits commits fresh uniform bits, each used once to hide a published one.
func (m *Machine) UniformBits(n int) []ref {
	var values []uint8
	if b := m.UniformBytes((n + 7) / 8); b != nil {
		values = AppendBits(nil, b)
	}
	return m.CommitBits(n, values)
}

// PublicBits are constants, bit k%8 of byte k/8 at index k.
func (m *Machine) PublicBits(b []byte) []ref {
	refs := make([]ref, 0, 8*len(b))
	for _, bit := range AppendBits(nil, b) {
		refs = append(refs, m.Public(bit == 1))
	}
	return refs
}

// AppendBits appends the bits of bytes, the lowest of each first, one 0 or 1 a byte.
func AppendBits(dst []uint8, b []byte) []uint8 {
	dst = slices.Grow(dst, 8*len(b))
	for _, v := range b {
		for k := range 8 {
			dst = append(dst, v>>k&1)
		}
	}
	return dst
}
