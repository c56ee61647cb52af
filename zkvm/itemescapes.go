package zkvm

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
)

// Strings with escapes in the elements of arrays, in classes that allow them.
//
// All values of a group are decoded at once, each where it stands: character j of
// the value that starts at byte p belongs to position p + j, and as decoding never
// makes a text longer, it lies between p and the value's end, in the region of its
// element. So the committed vector d of characters takes the place of the bytes as
// they are written, and an element's text and start are dot products of its region
// as they are without escapes. Numbers and other scalars emit themselves.
//
// Byte i belongs to position i less the number of bytes from the value's start to i
// that emit nothing. With γ as in escapes.go and
//
//	skip_i = inside_i·(1 + emits_i),
//	lag_{i+1} + (1 + 1/γ)·skip_i = (inside_i + (1 + 1/γ)·skip_i)·lag_i,  lag_0 = 0,
//
// 1 + lag_i is 1/γ to that number inside a value: a byte that is inside and emits
// leaves it, one that is silent divides it by γ, and one outside makes it 1. At least
// one byte lies between two values, so each starts anew. The characters are right if
//
//	Π_i (1 + act_i·(1 + α + unit_i + θ·γ^i·(1 + lag_i) + θ²·upper_i)) =
//	Π_i (1 + present_i·(1 + α + d_i + θ·γ^i + θ²·upper'_i)),
//
// where act = inside + skip. As γ has order 2^16 - 1, above the number of positions,
// γ^i tells them apart, and equal products have equal factors: present is 1 at the
// positions that bytes belong to, d and upper' are theirs there and 0 elsewhere. It
// is no matter of a guard, as it can be proven of every document.
//
// It assumes that tokens, values and units are right, and errs for 6n values of α
// and θ, and for 2n of θ with folding. Of the bytes as written, the length stays
// limited.
//
// It costs, for n byte positions and in place of 8n committed bits and n rows, n
// elements, 3n subfield elements, 3n rows, and 2n/64 published values; with folding
// in place of n bits and rows n bits. Once for a document what escapes.go says. With
// n = 576 that is 18 published values.

// decodeItems is the decoded text of a group's values.
func (m *machine) decodeItems(l *leaf, inside []ref, values map[int]*document.Node) itemText {
	s := l.source
	n := s.size()
	u := m.units(s)
	var upper, raised []ref
	if l.folds {
		upper, raised = m.unitCase(s), make([]ref, n)
	}
	c := traceItems(s, u, values)

	back := field.Inv(unitStep)
	less := field.Add(one, back)
	written := make([]factor, n)
	lag, lagged, power := m.zero(), elem{}, one
	for i := range n {
		skip := m.derived(c.silent[i])
		m.row("byte of an element's string that emits nothing", inside[i], m.not(u.emits[i]), skip)
		written[i] = m.entry(m.add(inside[i], skip), u.packed[i], indexForm{power, power, lag}, slice(upper, i, i+1))
		power = field.Mul(power, unitStep)
		if i+1 == n {
			break
		}
		switch {
		case !c.inside[i]:
			lagged = elem{}
		case c.silent[i]:
			lagged = field.Add(field.Mul(back, lagged), less)
		}
		next, down := m.symbol(lagged), m.scale(less, skip)
		m.row("place of a byte of an element's string", m.add(inside[i], down), lag, m.add(next, down))
		lag = next
	}

	characters, read := make([]ref, n), make([]factor, n)
	power = one
	for i, v := range c.units {
		present := m.bit(v.Emits)
		characters[i] = m.element(elem{Lo: uint64(v.Byte)})
		nothing := characters[i]
		var letter []ref
		if l.folds {
			letter = []ref{m.derived(isUpper(v.Byte))}
			raised[i] = m.scale(elem{Lo: 'a' - 'A'}, letter[0])
			nothing = m.together(characters[i], letter[0])
		}
		m.row("no character outside of an element's string", m.not(present), nothing, m.zero())
		read[i] = m.entry(present, characters[i], indexForm{at: power}, letter)
		power = field.Mul(power, unitStep)
	}
	m.risk(3 * 2 * n)
	m.zeroForm("decoded strings of elements", m.add(m.productForm(n, written), m.productForm(n, read)))

	t := itemText{masked: m.powers(characters), shown: c.shown}
	if l.folds {
		t.raised = m.powers(raised)
	}
	return t
}

// itemTrace is what the prover knows of the decoded text of a group's values.
type itemTrace struct {
	inside, silent []bool
	units          []json.Unit // moved to their places
	shown          map[*document.Node]*string
}

func traceItems(s *source, u *unitRefs, values map[int]*document.Node) itemTrace {
	n := s.size()
	c := itemTrace{make([]bool, n), make([]bool, n), make([]json.Unit, n), map[*document.Node]*string{}}
	texts := map[*document.Node][]byte{}
	scalarBytes(values, func(v *document.Node, i int) {
		c.inside[i], c.silent[i] = true, !u.values[i].Emits
		if u.values[i].Emits {
			c.units[v.Start+len(texts[v])] = u.values[i]
			texts[v] = append(texts[v], u.values[i].Byte)
		}
	})
	for v, text := range texts {
		shown := string(text)
		c.shown[v] = &shown
	}
	return c
}
