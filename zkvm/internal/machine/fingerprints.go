package machine

// InnerMark is what marked characters have beside their bytes, so that none is zero.
var InnerMark = PowerOfX(9)

// Powers is forms[i]·α^i.
func (m *Machine) Powers(forms []ref) []ref {
	out := make([]ref, len(forms))
	if !m.Wiring() {
		m.Count(len(forms), 1)
		return out
	}
	k := one
	for i, f := range forms {
		out[i] = m.Scale(k, f)
		k = field.Mul(k, m.Alpha())
	}
	return out
}

// Form is windows[i] + w.
func (m *Machine) Form(windows []ref, i int, w elem) ref {
	if !m.Wiring() {
		return m.Counted(1)
	}
	return m.Space().Affine(w, term{K: one, Ref: windows[i]})
}

// WindowsOf are the fingerprints of the length characters from each position on: F_i =
// Σ_{j<length} x_{i+j}·α^j, with zeros past the end, from F_i = x_i + α·F_{i+1} -
// α^length·x_{i+length}.
func (m *Machine) WindowsOf(bytes []ref, length int) []ref {
	n := len(bytes)
	w := make([]ref, n)
	var terms [3]term
	far := one
	for range length {
		far = field.Mul(far, m.Alpha())
	}
	next := m.Zero()
	for i := n - 1; i >= 0; i-- {
		terms = [3]term{{K: one, Ref: bytes[i]}, {K: m.Alpha(), Ref: next}}
		count := 2
		if i+length < n {
			terms[2], count = term{K: far, Ref: bytes[i+length]}, 3
		}
		w[i] = m.Sum(terms[:count]...)
		next = w[i]
	}
	return w
}

// TextFingerprint is Σ text[j]·α^j.
func (m *Machine) TextFingerprint(text string) elem {
	var f elem
	for j := len(text) - 1; j >= 0; j-- {
		f = field.Add(field.Mul(f, m.Alpha()), elem{Lo: uint64(text[j])})
	}
	return f
}

// MarkedFingerprint is Σ (text[j] + x^9)·α^j, of characters as windows have them.
func (m *Machine) MarkedFingerprint(text string) elem {
	w, k := m.TextFingerprint(text), InnerMark
	for range len(text) {
		w = field.Add(w, k)
		k = field.Mul(k, m.Alpha())
	}
	return w
}
