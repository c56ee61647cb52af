package program

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// strings notes what the contains family reads.
func (v *Survey) strings(e *query.Expr) {
	for _, a := range e.Args {
		switch {
		case a.Op == query.MemberValue:
			v.use(a.Path, query.String)
			l := v.leaves[a.Path]
			l.Folds = l.Folds || e.Fold
		case a.Op == query.Local:
			v.folds = v.folds || e.Fold
		}
	}
}

// contains is guard and value of an operator of the contains family.
func (x *execution) contains(e *query.Expr, g flag) (flag, error) {
	m := x.m
	haystacks, err := x.values(e.Args[0], g)
	if err != nil {
		return flag{}, err
	}
	needles, err := x.values(e.Args[1], g)
	if err != nil {
		return flag{}, err
	}
	total := m.Fixed(false)
	for _, h := range haystacks {
		for _, n := range needles {
			both := h.guard
			if len(haystacks) == 1 {
				both = n.guard
			} else if len(needles) > 1 {
				both = m.And("operands", h.guard, n.guard)
			}
			if x.isText(h, both) && x.isText(n, both) {
				total = m.Plus(total, m.And("contains", both, x.holds(e.Op, h, n, e.Fold)))
			}
		}
	}
	if e.Negate {
		return m.Minus(g, total), nil
	}
	return total, nil
}

// isText requires an alternative to be a string under the guard. It reports
// whether it can be one.
func (x *execution) isText(v alternative, g flag) bool {
	switch {
	case v.kind == isLeaf:
		x.m.Needs("string member", g, v.leaf.IsString)
		return true
	case x.typeOf(v) == query.String:
		return true
	}
	x.m.Never("string wanted", g)
	return false
}

// holds is the flag that the string h has the string n in it, or at its start or
// end, right where both are strings.
func (x *execution) holds(op query.Op, h, n alternative, fold bool) flag {
	key := value.Containment{Op: op, Haystack: h.leaf, Needle: n.leaf, HaystackText: "", NeedleText: "", Fold: fold}
	folded := func(literal string) string {
		if fold {
			return text.Lower(literal)
		}
		return literal
	}
	if h.kind == isLiteral {
		key.Haystack, key.HaystackText = nil, folded(h.fixed.Str)
	}
	if n.kind == isLiteral {
		key.Needle, key.NeedleText = nil, folded(n.fixed.Str)
	}
	z, ok := x.within[key]
	if ok {
		return z
	}
	z = key.Answer(x.m)
	x.within[key] = z
	return z
}
