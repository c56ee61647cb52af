package program

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// alternative is one thing that a value may be, and when it is.
type alternative struct {
	guard flag
	kind  alternativeKind
	fixed query.Literal
	leaf  *value.Leaf
	path  int
	truth flag
	num   *value.Number
	array *array
}

type alternativeKind uint8

const (
	isLiteral alternativeKind = iota
	isLeaf
	isTruth
	isNumber // a number that is computed: the time, or made of the member at path
	isArray  // the values that array selects
)

// noPath is the path of a number that no member made.
const noPath = -1

// origin is what two alternatives have in common that are the same value.
type origin struct {
	kind  alternativeKind
	fixed query.Literal
	leaf  *value.Leaf
	path  int
	num   *value.Number
	array *array
}

// merge joins alternatives that exclude each other and are the same value: their
// guards add up. Booleans become one alternative too. Without it, a local that is
// passed on through branches would have twice as many with each.
func (x *execution) merge(list []alternative) []alternative {
	m := x.m
	var out []alternative
	index := map[origin]int{}
	for _, a := range list {
		o := origin{kind: a.kind, fixed: a.fixed, leaf: a.leaf, path: a.path, num: a.num, array: a.array}
		if a.kind == isNumber && a.num.Public {
			o.num, o.fixed = nil, query.Literal{Type: query.Number, Num: a.num.V}
		}
		i, ok := index[o]
		if !ok {
			index[o] = len(out)
			out = append(out, a)
			continue
		}
		b := &out[i]
		if a.kind == isTruth {
			b.truth = m.Plus(m.And("boolean", b.guard, b.truth), m.And("boolean", a.guard, a.truth))
		}
		b.guard = m.Plus(b.guard, a.guard)
	}
	return out
}
