package zkvm

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
)

// kindFlags are flags of the kind of value that a member has, right both ways if the
// member is fit. All are 0 if it is not there.
type kindFlags struct {
	firstByte
	object flag
	first  ref // of the byte's lowest bit; the others follow
}

// is is guard and value of "is". As for "exists", under the guard every name and
// container on the way must be fit.
//
// It costs 2 rows and a bit, beside the search for the member and what kindsOf costs.
func (x *execution) is(e *query.Expr, g flag) flag {
	m := x.m
	at := x.members[e.Path]
	m.Implies("names on the way of is", g.R, m.Together(at.Fit(m)...))
	k := x.sources[x.program.Paths[e.Path].Document].kindsOf(m, at)
	switch e.Kind {
	case query.StringKind:
		return m.And("is", g, k.text)
	case query.NumberKind:
		return m.And("is", g, k.number)
	case query.BooleanKind:
		return m.And("is", g, m.Plus(k.yes, k.no))
	case query.NullKind:
		return m.And("is", g, k.null)
	case query.ArrayKind:
		return m.And("is", g, m.Minus(k.container, k.object))
	}
	return m.And("is", g, k.object)
}

// kindsOf reads the kind of a member's value off its first byte, once: the byte and
// whether it opens a string with an escape are committed as nine bits, which must be
// bits, whose sum with weights 1, x, ... x^8 is the form of FirstByte, which tells of
// escapes in classes without. That a document
// is well formed makes the rest right.
//
// It costs a dot product, which exists shares, 16 bits and 7 rows.
func (s *values) kindsOf(m *machine.Machine, e *search.Member) *kindFlags {
	if s.kinds[e] == nil {
		first := s.FirstByte(m, e)
		b, refs := s.firstBits(m, e.Node, !s.Escapes)
		m.ZeroForm("first byte of a member", m.Add(first, m.Pack(refs)))
		k := &kindFlags{firstByte: readFirst(m, b), first: refs[0]}
		// '[' is 0101 1011, '{' 0111 1011.
		k.object = m.And("kind by the first byte", k.container, b[5])
		s.kinds[e] = k
	}
	return s.kinds[e]
}
