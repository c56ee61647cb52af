package value

import (
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// TextIn is the flag that the value is written as one of the quoted literals, or
// is not there.
func (l *Leaf) TextIn(m *machine.Machine, list []query.Literal) flag {
	var texts []string
	for _, t := range list {
		if l.mayRead(t.Str) && !slices.Contains(texts, t.Str) {
			texts = append(texts, t.Str)
		}
	}
	switch len(texts) {
	case 0:
		return m.Fixed(false)
	case 1:
		return l.TextEquals(m, texts[0], false)
	}
	v := l.At.Node == nil
	differences := make([]ref, len(texts))
	for i, t := range texts {
		quoted := `"` + t + `"`
		v = v || l.raw() == quoted
		differences[i] = l.differs(m, quoted, false)
	}
	m.Risk(len(texts) * MaxToken) // a string that is used has no more bytes
	return m.AnyZero("string in a list", differences, v)
}

// NumberIn is the flag that a number is one of the literals.
func (n *Number) NumberIn(m *machine.Machine, list []query.Literal) flag {
	var numbers []document.Decimal
	for _, l := range list {
		if !slices.Contains(numbers, l.Num) {
			numbers = append(numbers, l.Num)
		}
	}
	differences := make([]ref, len(numbers))
	for i, v := range numbers {
		differences[i] = m.Add(n.Packed, m.Constant(CodeOf(v)))
	}
	return m.AnyZero("number in a list", differences, slices.Contains(numbers, n.V))
}
