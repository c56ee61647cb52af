package reference

import "slices"

// deep is a document near the limit of containers that are open at once.
func (g *generator) deep() *made {
	n := g.scalar(pick(g, scalarKinds...))
	for range 12 + g.IntN(5) {
		if g.maybe(0.5) {
			n = &made{kind: "array", elems: []*made{n}}
		} else {
			o := &made{kind: "object"}
			o.add(g, g.name(), n)
			n = o
		}
	}
	o := &made{kind: "object"}
	o.add(g, "a", n)
	return o
}

// garble changes a few bytes.
func (g *generator) garble(s string) string {
	b := []byte(s)
	for range 1 + g.IntN(2) {
		i := g.IntN(len(b))
		switch g.IntN(4) {
		case 0:
			b = slices.Delete(b, i, i+1)
		case 1:
			b = slices.Insert(b, i, []byte(pick(g, `"`, "{", "}", "[", "]", ",", `\`, "0", " ", "\x00", "\xff", `\ud800`, `\u`, "-", "\ufeff", "e"))...)
		case 2:
			b[i] = byte(g.IntN(256))
		case 3:
			j := i + g.IntN(min(len(b)-i, 20))
			b = slices.Insert(b, i, slices.Clone(b[i:j])...)
		}
		if len(b) == 0 {
			return ""
		}
	}
	return string(b)
}
