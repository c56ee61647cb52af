package zkvm

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// exists is guard and value of "exists". Under the guard every name and
// container on the way must be fit: then found is right both ways, as the own
// names of a container that is not there are none. Without the guard the result
// is 0 whatever the prover committed.
//
// It costs one dot product, one zero test and two rows, beside the search for
// the member.
func (x *execution) exists(e *query.Expr, g flag) flag {
	m := x.m
	at := x.members[e.Path]
	m.Implies("names on the way of exists", g.R, m.Together(at.fit(m)...))
	return m.And("exists", g, x.sources[x.program.Paths[e.Path].Document].isThere(m, at))
}

// isThere is the flag that the member is there and its value is not null, right
// both ways if the member is fit. Its value is null exactly if its first byte is
// an n, as the document is well formed; firstByte is 0 if there is no value, so
// null implies found.
func (s *source) isThere(m *machine.Machine, e *member) flag {
	if e.null == nil {
		null := m.IsZero("null", m.Add(s.firstByte(m, e), m.Constant(elem{Lo: 'n'})), e.node != nil && e.node.Kind == document.Null)
		e.null = &null
	}
	return m.Minus(flag{R: e.found, V: e.node != nil}, *e.null)
}

// firstByte is the first byte of the member's value, with x^8 added if it opens
// a string that has an escape that the class does not allow; 0 if there is no
// value.
func (s *source) firstByte(m *machine.Machine, e *member) ref {
	if e.first == nil {
		first := m.Dot(s.dots, e.value, s.markedBytes(m))
		e.first = &first
	}
	return *e.first
}

// markedBytes are the bytes as firstByte sees them, the same for all members.
func (s *source) markedBytes(m *machine.Machine) []ref {
	if s.st.Class.Escapes {
		return s.bytes
	}
	if s.marked != nil {
		return s.marked
	}
	s.marked = make([]ref, s.size())
	if !m.Wiring() {
		m.Count(len(s.marked), 2)
		return s.marked
	}
	for i := range s.marked {
		s.marked[i] = m.Sum(term{K: one, Ref: s.bytes[i]}, term{K: machine.PowerOfX(8), Ref: s.positions[i].Escape})
	}
	return s.marked
}
