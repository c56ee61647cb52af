package program

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// execution lays out the program. Every expression has a guard, the flag that it
// is needed: its statement is executed, and in and and or no earlier operand has
// decided. What a rule of the language forbids is forbidden under the guard, so
// that errors count only where a value is needed. A boolean result is guard and
// value in one flag, which is 0 where the guard is: a value that is not needed
// reaches nothing.
type execution struct {
	*Survey
	m       *machine.Machine
	locals  map[int][]alternative
	emitted []emission
	within  map[value.Containment]flag
}

// Execute proves that the program has the public outputs over the leaves of the survey. All
// that the survey has noted in the documents must be laid out before.
func (v *Survey) Execute(m *machine.Machine) error {
	x := &execution{Survey: v, m: m, locals: map[int][]alternative{}, within: map[value.Containment]flag{}}
	if err := x.block(v.program.Body, m.Fixed(true)); err != nil {
		return err
	}
	x.finish()
	return nil
}

// block executes statements under a guard.
func (x *execution) block(list []query.Statement, g flag) error {
	for i := range list {
		s := &list[i]
		if x.m.Rows > maxRows {
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
					x.m.Needs("value of an assignment", v.guard, v.leaf.Usable(x.m))
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
			if err := x.block(s.Else, x.m.Minus(g, then)); err != nil {
				return err
			}
			x.join(afterThen, before)
		}
	}
	return nil
}

// maxRows bounds the rows of a statement: a hostile query must not cost more.
const maxRows = 1 << 23

// join makes the locals those after an if: what the else branch left, and what
// the then branch has added to the ones before. No way assigns a local twice, so
// a local that was there before is in both unchanged. Merging commits, so the
// locals are taken in the order of their slots, that of their first assignment
// in the program.
func (x *execution) join(then, before map[int][]alternative) {
	for _, slot := range slices.Sorted(maps.Keys(then)) {
		if _, ok := before[slot]; !ok {
			added := then[slot]
			x.locals[slot] = x.merge(append(added[:len(added):len(added)], x.locals[slot]...))
		}
	}
}

// values are the alternatives of a scalar under a guard; their guards exclude
// each other and sum to it.
func (x *execution) values(e *query.Expr, g flag) ([]alternative, error) {
	switch e.Op {
	case query.Constant:
		return []alternative{{guard: g, kind: isLiteral, fixed: e.Literal}}, nil
	case query.Now:
		n := value.ConstantInteger(x.m, x.time)
		return []alternative{{guard: g, kind: isNumber, num: &n, path: noPath}}, nil
	case query.Age, query.DayDiff:
		return x.dates(e, g)
	case query.Seconds:
		return x.times(e, g)
	case query.Count:
		if e.Elements == query.MaxLongArray {
			return []alternative{x.longCount(e, g)}, nil
		}
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
			a.guard = x.m.And("local", g, a.guard)
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
			rest = m.Minus(rest, t)
		}
		return m.Minus(g, rest), nil
	case query.Not:
		t, err := x.boolean(e.Args[0], g)
		return m.Minus(g, t), err
	case query.Equal, query.NotEqual, query.Less, query.LessEqual, query.Greater, query.GreaterEqual:
		return x.comparison(e, g)
	case query.Exists:
		return x.exists(e, g), nil
	case query.In:
		return x.membership(e, g)
	case query.Contains, query.StartsWith, query.EndsWith:
		return x.contains(e, g)
	case query.Is:
		return x.is(e, g), nil
	case query.Constant, query.Local, query.MemberValue:
		values, err := x.values(e, g)
		if err != nil {
			return flag{}, err
		}
		total := m.Fixed(false)
		for _, v := range values {
			total = m.Plus(total, x.truth(v))
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
		return m.Fixed(false)
	case v.kind == isTruth:
		return m.And("boolean", v.guard, v.truth)
	case v.kind == isLeaf:
		m.Needs("boolean member", v.guard, v.leaf.Boolean(m))
		return m.And("boolean", v.guard, v.leaf.IsTrue)
	}
	m.Never("boolean wanted", v.guard)
	return m.Fixed(false)
}
