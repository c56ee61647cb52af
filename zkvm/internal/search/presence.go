package search

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// IsThere is the flag that the member is there and its value is not null, right
// both ways if the member is fit. Its value is null exactly if its first byte is
// an n, as the document is well formed; FirstByte is 0 if there is no value, so
// null implies found.
func (s *Tree) IsThere(m *machine.Machine, e *Member) flag {
	if e.Null == nil {
		null := m.IsZero("null", m.Add(s.FirstByte(m, e), m.Constant(elem{Lo: 'n'})), e.Node != nil && e.Node.Kind == document.Null)
		e.Null = &null
	}
	return m.Minus(flag{R: e.Found, V: e.Node != nil}, *e.Null)
}

// FirstByte is the first byte of the member's value, with x^8 added if it opens
// a string that has an escape that the class does not allow; 0 if there is no
// value.
func (s *Tree) FirstByte(m *machine.Machine, e *Member) ref {
	if e.first == nil {
		first := m.Dot(s.Dots, e.Value, s.MarkedBytes(m))
		e.first = &first
	}
	return *e.first
}
