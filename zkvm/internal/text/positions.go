package text

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Position is byte position i; before wiring it is empty.
func (s *Source) Position(m *machine.Machine, i int) *json.Position {
	if !m.Wiring() {
		return &json.Position{}
	}
	return s.Positions[i]
}

// AtLevel is [exactly k containers are open before byte i].
func (s *Source) AtLevel(m *machine.Machine, k, i int) ref {
	if !m.Wiring() {
		return m.Counted(2)
	}
	d := s.Positions[i].Depth
	switch {
	case k > len(d):
		return m.Zero()
	case k == len(d):
		return d[k-1]
	}
	return m.Add(d[k-1], d[k])
}

// BitsSet is how many bits are 1.
func BitsSet(v uint) (n int) {
	for ; v != 0; v >>= 1 {
		n += int(v & 1)
	}
	return n
}

// OpenAtLeast is [at least k containers are open before byte i].
func (s *Source) OpenAtLeast(m *machine.Machine, k, i int) ref {
	if !m.Wiring() {
		return 0
	}
	if d := s.Positions[i].Depth; k <= len(d) {
		return d[k-1]
	}
	return m.Zero()
}

// Windows are the fingerprints of the length bytes from each position on.
func (s *Source) Windows(m *machine.Machine, length int) []ref { return m.WindowsOf(s.Bytes, length) }
