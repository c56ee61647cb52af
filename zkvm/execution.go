package zkvm

import (
	"errors"
	"fmt"
	"maps"

	"github.com/zkpass-go/zkpass/query"
)

// execution lays out the program. Every expression has a guard, the flag that it
// is needed: its statement is executed, and in and and or no earlier operand has
// decided. What a rule of the language forbids is forbidden under the guard, so
// that errors count only where a value is needed. A boolean result is guard and
// value in one flag, which is 0 where the guard is: a value that is not needed
// reaches nothing.
type execution struct {
	m       *machine
	program *query.Program
	time    int64
	sources []*source
	members []*member // of each path
	leaves  []*leaf   // of each path whose value is used
	markers []*leaf   // of each path, nil if no output needs it
	outputs []outcome // public
	locals  map[int][]alternative
	emitted []emission
	within  map[containment]flag
}

// flag operations. A fixed flag is public.

func (m *machine) fixed(v bool) flag { return flag{m.public(v), v, true} }

func (m *machine) and(label string, a, b flag) flag {
	switch {
	case a.fixed && a.v:
		return b
	case b.fixed && b.v:
		return a
	case a.fixed || b.fixed:
		return m.fixed(false)
	}
	v := a.v && b.v
	r := m.derived(v)
	m.row(label, a.r, b.r, r)
	return flag{r, v, false}
}

// minus is a without b, where b implies a.
func (m *machine) minus(a, b flag) flag {
	return flag{m.add(a.r, b.r), a.v != b.v, a.fixed && b.fixed}
}

// plus is the sum of flags that exclude each other.
func (m *machine) plus(a, b flag) flag { return m.minus(a, b) }

func (m *machine) inverse(a flag) flag { return flag{m.not(a.r), !a.v, a.fixed} }

// never requires a flag to be 0.
func (m *machine) never(label string, g flag) { m.zeroForm(label, g.r) }

// needs requires f where g.
func (m *machine) needs(label string, g, f flag) {
	m.implies(label, g.r, m.not(f.r))
}

// alternative is one thing that a value may be, and when it is.
type alternative struct {
	guard flag
	kind  alternativeKind
	fixed query.Literal
	leaf  *leaf
	path  int
	truth flag
	num   *integer
	array *array
}

type alternativeKind uint8

const (
	isLiteral alternativeKind = iota
	isLeaf
	isTruth
	isNumber // an integer that is computed: the time, or made of the member at path
	isArray  // the values that array selects
)

// noPath is the path of a number that no member made.
const noPath = -1

// block executes statements under a guard.
func (x *execution) block(list []query.Statement, g flag) error {
	for i := range list {
		s := &list[i]
		if x.m.rows > maxRows {
			return fmt.Errorf("%s: %w: more than %d rows", s.Pos, ErrTooLarge, maxRows)
		}
		switch s.Kind {
		case query.Assign:
			values, err := x.values(s.Expr, g)
			if err != nil {
				return err
			}
			for _, v := range values {
				switch v.kind {
				case isLeaf:
					x.m.needs("value of an assignment", v.guard, x.m.usable(v.leaf))
				case isArray:
					x.oneType(v)
				}
			}
			x.locals[s.Slot] = append(x.locals[s.Slot], values...)
		case query.Output:
			values, err := x.values(s.Expr, g)
			if err != nil {
				return err
			}
			x.emit(s, values, g)
		case query.If:
			then, err := x.boolean(s.Expr, g)
			if err != nil {
				return err
			}
			before := x.locals
			x.locals = maps.Clone(before)
			if err := x.block(s.Then, then); err != nil {
				return err
			}
			afterThen := x.locals
			x.locals = maps.Clone(before) // the other branch sees nothing of the first
			if err := x.block(s.Else, x.m.minus(g, then)); err != nil {
				return err
			}
			x.join(afterThen, before)
		}
	}
	return nil
}

// maxRows bounds the rows of a statement: a hostile query must not cost more.
const maxRows = 1 << 23

// ErrTooLarge means that a proof of the statement would be too large.
var ErrTooLarge = errors.New("statement is too large to be proven")

// join makes the locals those after an if: what the else branch left, and what
// the then branch has added to the ones before. No way assigns a local twice, so
// a local that was there before is in both unchanged.
func (x *execution) join(then, before map[int][]alternative) {
	for slot, added := range then {
		if _, ok := before[slot]; !ok {
			x.locals[slot] = x.merge(append(added[:len(added):len(added)], x.locals[slot]...))
		}
	}
}

// origin is what two alternatives have in common that are the same value.
type origin struct {
	kind  alternativeKind
	fixed query.Literal
	leaf  *leaf
	path  int
	num   *integer
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
		if a.kind == isNumber && a.num.public {
			o.num, o.fixed = nil, query.Literal{Type: query.Integer, Int: a.num.v}
		}
		i, ok := index[o]
		if !ok {
			index[o] = len(out)
			out = append(out, a)
			continue
		}
		b := &out[i]
		if a.kind == isTruth {
			b.truth = m.plus(m.and("boolean", b.guard, b.truth), m.and("boolean", a.guard, a.truth))
		}
		b.guard = m.plus(b.guard, a.guard)
	}
	return out
}

// values are the alternatives of a scalar under a guard; their guards exclude
// each other and sum to it.
func (x *execution) values(e *query.Expr, g flag) ([]alternative, error) {
	switch e.Op {
	case query.Constant:
		return []alternative{{guard: g, kind: isLiteral, fixed: e.Literal}}, nil
	case query.Now:
		n := x.m.constantInteger(x.time)
		return []alternative{{guard: g, kind: isNumber, num: &n, path: noPath}}, nil
	case query.Age, query.DayDiff:
		return x.dates(e, g)
	case query.Count:
		return []alternative{x.count(e, g)}, nil
	case query.MemberValue:
		if e.Array {
			return []alternative{x.elements(e, g)}, nil
		}
		return []alternative{{guard: g, kind: isLeaf, leaf: x.leaves[e.Path], path: e.Path}}, nil
	case query.Local:
		alternatives := x.locals[e.Slot]
		if len(alternatives) == 1 { // the one assignment was executed
			a := alternatives[0]
			a.guard = g
			return []alternative{a}, nil
		}
		out := make([]alternative, len(alternatives))
		for i, a := range alternatives {
			a.guard = x.m.and("local", g, a.guard)
			out[i] = a
		}
		return out, nil
	}
	t, err := x.boolean(e, g)
	return []alternative{{guard: g, kind: isTruth, truth: t}}, err
}

// boolean is guard and value of a boolean expression.
func (x *execution) boolean(e *query.Expr, g flag) (flag, error) {
	m := x.m
	switch e.Op {
	case query.And:
		for _, a := range e.Args {
			var err error
			if g, err = x.boolean(a, g); err != nil {
				return g, err
			}
		}
		return g, nil
	case query.Or:
		rest := g
		for _, a := range e.Args {
			t, err := x.boolean(a, rest)
			if err != nil {
				return t, err
			}
			rest = m.minus(rest, t)
		}
		return m.minus(g, rest), nil
	case query.Not:
		t, err := x.boolean(e.Args[0], g)
		return m.minus(g, t), err
	case query.Equal, query.NotEqual, query.Less, query.LessEqual, query.Greater, query.GreaterEqual:
		return x.comparison(e, g)
	case query.Exists:
		return x.exists(e, g), nil
	case query.In:
		return x.membership(e, g)
	case query.Contains:
		return x.contains(e, g)
	case query.Constant, query.Local, query.MemberValue:
		values, err := x.values(e, g)
		if err != nil {
			return flag{}, err
		}
		total := m.fixed(false)
		for _, v := range values {
			total = m.plus(total, x.truth(v))
		}
		return total, nil
	}
	return flag{}, fmt.Errorf("%w: %s: this operator", ErrUnsupported, e.Pos)
}

// truth is guard and value of an alternative that must be a boolean.
func (x *execution) truth(v alternative) flag {
	m := x.m
	switch {
	case v.kind == isLiteral && v.fixed.Type == query.Boolean:
		if v.fixed.Bool {
			return v.guard
		}
		return m.fixed(false)
	case v.kind == isTruth:
		return m.and("boolean", v.guard, v.truth)
	case v.kind == isLeaf:
		m.needs("boolean member", v.guard, m.boolean(v.leaf))
		return m.and("boolean", v.guard, v.leaf.isTrue)
	}
	m.never("boolean wanted", v.guard)
	return m.fixed(false)
}

// boolean is the flag that the leaf is true or false.
func (m *machine) boolean(l *leaf) flag { return m.plus(l.isTrue, l.isFalse) }

// comparison tests two operands.
func (x *execution) comparison(e *query.Expr, g flag) (flag, error) {
	m := x.m
	left, err := x.values(e.Args[0], g)
	if err != nil {
		return flag{}, err
	}
	right, err := x.values(e.Args[1], g)
	if err != nil {
		return flag{}, err
	}
	total := m.fixed(false)
	for _, a := range left {
		for _, b := range right {
			both := a.guard
			if len(left) == 1 {
				both = b.guard
			} else if len(right) > 1 {
				both = m.and("operands", a.guard, b.guard)
			}
			if a.kind == isArray || b.kind == isArray {
				total = m.plus(total, x.quantified(e, a, b, both))
			} else {
				total = m.plus(total, x.compare(e, a, b, both))
			}
		}
	}
	return total, nil
}

// compare tests two alternatives under a guard.
func (x *execution) compare(e *query.Expr, a, b alternative, g flag) flag {
	m := x.m
	switch e.Op {
	case query.Equal:
		return m.and("equal", g, x.equal(a, b, e.Fold, g))
	case query.NotEqual:
		return m.minus(g, m.and("equal", g, x.equal(a, b, e.Fold, g)))
	}
	na, nb := x.integer(a, g), x.integer(b, g)
	if na == nil || nb == nil {
		return m.fixed(false)
	}
	switch e.Op {
	case query.Less:
		return m.and("less", g, m.less(na, nb))
	case query.Greater:
		return m.and("less", g, m.less(nb, na))
	case query.LessEqual:
		return m.minus(g, m.and("less", g, m.less(nb, na)))
	}
	return m.minus(g, m.and("less", g, m.less(na, nb)))
}

// integer is the integer that an alternative must be under the guard, or nil if
// it cannot be one: then the guard must be 0.
func (x *execution) integer(v alternative, g flag) *integer {
	m := x.m
	switch {
	case v.kind == isNumber:
		return v.num
	case v.kind == isLiteral && v.fixed.Type == query.Integer:
		n := m.constantInteger(v.fixed.Int)
		return &n
	case v.kind == isLeaf:
		m.needs("integer member", g, v.leaf.isInteger)
		return &v.leaf.number
	}
	m.never("integer wanted", g)
	return nil
}

// equal is the flag that two alternatives are equal, right under the guard,
// under which their types must agree.
func (x *execution) equal(a, b alternative, fold bool, g flag) flag {
	m := x.m
	if a.kind != isLeaf {
		a, b = b, a
	}
	if a.kind == isLeaf && b.kind == isLeaf {
		return x.equalMembers(a.leaf, b.leaf, fold, g)
	}
	switch x.typeOf(b) {
	case query.String:
		if a.kind == isLeaf {
			m.needs("string member", g, a.leaf.isString)
			return m.textEquals(a.leaf, b.fixed.Str, fold)
		}
		if x.typeOf(a) == query.String {
			return m.fixed(a.fixed.Str == b.fixed.Str || fold && lower(a.fixed.Str) == lower(b.fixed.Str))
		}
	case query.Integer:
		if fold {
			break
		}
		if a.kind == isLeaf || x.typeOf(a) == query.Integer {
			na, nb := x.integer(a, g), x.integer(b, g)
			if na.public && nb.public {
				return m.fixed(na.v == nb.v)
			}
			return m.same(na, nb)
		}
	case query.Boolean:
		if fold {
			break
		}
		if a.kind == isLeaf || x.typeOf(a) == query.Boolean {
			return m.inverse(m.exclusive(x.bitOf(a, g), x.bitOf(b, g)))
		}
	}
	m.never("operands of one type", g)
	return m.fixed(false)
}

func (m *machine) exclusive(a, b flag) flag {
	return flag{m.add(a.r, b.r), a.v != b.v, a.fixed && b.fixed}
}

// bitOf is the value of a boolean alternative where the guard is 1.
func (x *execution) bitOf(v alternative, g flag) flag {
	switch v.kind {
	case isLiteral:
		return x.m.fixed(v.fixed.Bool)
	case isTruth:
		return v.truth
	}
	x.m.needs("boolean member", g, x.m.boolean(v.leaf))
	return v.leaf.isTrue
}

// typeOf is the type of an alternative that is no leaf.
func (x *execution) typeOf(v alternative) query.Type {
	switch v.kind {
	case isLiteral:
		return v.fixed.Type
	case isNumber:
		return query.Integer
	}
	return query.Boolean
}

// equalMembers compares two members, which must be of one type under the guard.
func (x *execution) equalMembers(a, b *leaf, fold bool, g flag) flag {
	m := x.m
	if fold {
		m.needs("string member", g, a.isString)
		m.needs("string member", g, b.isString)
		return m.sameText(a, b, true)
	}
	strings := m.and("two strings", a.isString, b.isString)
	integers := m.and("two integers", a.isInteger, b.isInteger)
	booleans := m.and("two booleans", m.boolean(a), m.boolean(b))
	m.needs("members of one type", g, m.plus(strings, m.plus(integers, booleans)))
	equal := m.and("equal strings", strings, m.sameText(a, b, false))
	equal = m.plus(equal, m.and("equal integers", integers, m.same(&a.number, &b.number)))
	return m.plus(equal, m.and("equal booleans", booleans, m.inverse(m.exclusive(a.isTrue, b.isTrue))))
}
