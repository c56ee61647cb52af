package value

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
)

// Kinds are flags of the kind of value that a member has, right both ways if the
// member is fit. All are 0 if it is not there.
type Kinds struct {
	FirstByte
	Object flag
	First  ref // of the byte's lowest bit; the others follow
}

// KindsOf reads the kind of a member's value off its first byte, once: the byte and
// whether it opens a string with an escape are committed as nine bits, which must be
// bits, whose sum with weights 1, x, ... x^8 is the form of FirstByte, which tells of
// escapes in classes without. That a document
// is well formed makes the rest right.
//
// It costs a dot product, which exists shares, 16 bits and 7 rows.
func (s *Document) KindsOf(m *machine.Machine, e *search.Member) *Kinds {
	if s.Kinds[e] == nil {
		first := s.FirstByte(m, e)
		b, refs := s.firstBits(m, e.Node, !s.Escapes)
		m.ZeroForm("first byte of a member", m.Add(first, m.Pack(refs)))
		k := &Kinds{FirstByte: readFirst(m, b), First: refs[0]}
		// '[' is 0101 1011, '{' 0111 1011.
		k.Object = m.And("kind by the first byte", k.Container, b[5])
		s.Kinds[e] = k
	}
	return s.Kinds[e]
}
