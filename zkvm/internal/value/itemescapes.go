package value

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Strings with escapes in the elements of arrays, in classes that allow them.
//
// All values of a group are decoded at once, each where it stands, see package text:
// the decoded characters of a value lie between its start and its end, in the region
// of its element. So an element's text, start and end are dot products of its region
// as they are without escapes. Numbers and other scalars emit themselves. What is
// limited is the length of the decoded text.

// decodeItems is the decoded text of a group's values, and where it ends.
func (l *Leaf) decodeItems(m *machine.Machine, inside []ref, values map[int]*document.Node) (t itemText, ends []ref) {
	s := l.Source
	n := s.Size()
	u := s.Units(m)
	in := make([]bool, n)
	scalarBytes(values, func(_ *document.Node, i int) { in[i] = true })
	d := s.DecodePlaces(m, "an element's string", inside, text.TracePlaces(u, in), l.Folds)
	t = itemText{masked: m.Powers(d.Characters), shown: map[*document.Node]*string{}}
	if l.Folds {
		raised := make([]ref, n)
		for i := range raised {
			raised[i] = m.Scale(elem{Lo: 'a' - 'A'}, d.Letters[i])
		}
		t.raised = m.Powers(raised)
	}
	texts := map[*document.Node][]byte{}
	scalarBytes(values, func(v *document.Node, i int) {
		if u.Values[i].Emits {
			texts[v] = append(texts[v], u.Values[i].Byte)
		}
	})
	for v, text := range texts {
		shown := string(text)
		t.shown[v] = &shown
	}
	// One past the last character: it was there and is not, and did not just start. A
	// value's first byte, which no escape precedes, belongs to where it stands.
	ends = make([]ref, n)
	before := m.Zero()
	for i := range n {
		ends[i] = m.Add(before, d.Present[i], l.At.Value[i])
		before = d.Present[i]
	}
	return t, ends
}
