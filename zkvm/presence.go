package zkvm

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
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
	m.implies("names on the way of exists", g.r, m.together(at.fit(m)...))
	return m.and("exists", g, m.present(x.sources[x.program.Paths[e.Path].Document], at))
}

// present is the flag that the member is there and its value is not null, right
// both ways if the member is fit. Its value is null exactly if its first byte is
// an n, as the document is well formed; firstByte is 0 if there is no value, so
// null implies found.
func (m *machine) present(s *source, e *member) flag {
	if e.null == nil {
		null := m.isZero("null", m.add(m.firstByte(s, e), m.constant(elem{Lo: 'n'})), e.node != nil && e.node.Kind == document.Null)
		e.null = &null
	}
	return m.minus(flag{e.found, e.node != nil, false}, *e.null)
}

// firstByte is the first byte of the member's value, with x^8 added if it opens
// a string that has an escape that the class does not allow; 0 if there is no
// value.
func (m *machine) firstByte(s *source, e *member) ref {
	if e.first == nil {
		first := m.dot(s.dots, e.value, m.markedBytes(s))
		e.first = &first
	}
	return *e.first
}

// markedBytes are the bytes as firstByte sees them, the same for all members.
func (m *machine) markedBytes(s *source) []ref {
	if s.st.Class.Escapes {
		return s.bytes
	}
	if s.marked != nil {
		return s.marked
	}
	s.marked = make([]ref, s.size())
	if !m.wiring() {
		m.count(len(s.marked), 2)
		return s.marked
	}
	for i := range s.marked {
		s.marked[i] = m.sum(term{K: one, Ref: s.bytes[i]}, term{K: powerOfX(8), Ref: s.positions[i].Escape})
	}
	return s.marked
}
