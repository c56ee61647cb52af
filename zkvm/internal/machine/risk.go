package machine

// Risk declares the error of one condition that depends on the statement's challenges, in
// units of 2^-128: for how many values of α, or of α and θ in proportion, it could hold
// though it is false. If what is committed is no witness then one condition is false, whatever the
// challenges, and the proof passes only where this one holds by chance. So the largest
// error counts and not the sum; docs/soundness.md has the proof and lists the errors. What
// one condition errs for must be declared by one call.
func (m *Machine) Risk(values int) {
	m.worst = max(m.worst, values)
	if m.Declares != nil {
		m.Declares(values)
	}
}

// joins declares that conditions share a form with weights θ^0, θ^1, …: for as many
// values of θ, less one, it could be zero though one of them is not.
func (m *Machine) joins(conditions int) { m.Joined = max(m.Joined, conditions-1) }

// Largest is the largest error of a condition, in units of 2^-128: its own, of the
// weights with which it is joined to others, and of α = 0.
func (m *Machine) Largest() int { return m.worst + m.Joined + 1 }
