package program

import (
	"time"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// dates are the alternatives of get_age and get_day_diff: integers that carry the
// path of the member that they are made of, so that its marker is asked for where
// they are output. The operand's alternatives must be dates under their guards, for get_age
// not later ones. Those of literals are computed in public.
func (x *execution) dates(e *query.Expr, g flag) ([]alternative, error) {
	values, err := x.values(e.Args[0], g)
	if err != nil {
		return nil, err
	}
	today := query.DateOf(time.Unix(x.time, 0))
	out := make([]alternative, len(values))
	for i, v := range values {
		if v.kind != isArray {
			out[i] = x.date(e, v, today)
			continue
		}
		// The same elements are kept, and each of them must be a date.
		dates := &array{selection: v.array.selection}
		for k, item := range v.array.items {
			item.guard = x.under(v.array, k, v.guard)
			dates.items = append(dates.items, x.date(e, item, today))
		}
		out[i] = alternative{guard: v.guard, kind: isArray, path: v.path, array: dates}
	}
	return out, nil
}

func (x *execution) date(e *query.Expr, v alternative, today query.Date) alternative {
	out := alternative{guard: v.guard, kind: isNumber, path: noPath}
	if v.kind == isLeaf {
		out.num, out.path = x.dateOfMember(e, v, today), v.path
	} else {
		out.num = x.dateOfLiteral(e, v, today)
	}
	return out
}

func (x *execution) dateOfMember(e *query.Expr, v alternative, today query.Date) *value.Number {
	var n *value.Number
	var right flag
	if e.Op == query.Age {
		n, right = v.leaf.Age(x.m, e.Date, today)
	} else {
		n, right = v.leaf.DayDiff(x.m, e.Date, today)
	}
	x.m.Needs("date wanted", v.guard, right)
	return n
}

// dateOfLiteral is of an alternative that is no member. A local may hold a literal
// that is no date of this format.
func (x *execution) dateOfLiteral(e *query.Expr, v alternative, today query.Date) *value.Number {
	var d query.Date
	var n int64
	ok := v.kind == isLiteral && v.fixed.Type == query.String
	if ok {
		d, ok = query.ParseDate(v.fixed.Str, e.Date)
	}
	if ok && e.Op == query.Age {
		n, ok = d.Age(today)
	} else if ok {
		n = d.Days(today)
	}
	if !ok {
		x.m.Never("date wanted", v.guard)
		n = 0
	}
	c := value.ConstantInteger(x.m, n)
	return &c
}

// times are the alternatives of get_time: integers that carry the path of the member that
// they are made of. The operand's alternatives must be times under their guards.
func (x *execution) times(e *query.Expr, g flag) ([]alternative, error) {
	values, err := x.values(e.Args[0], g)
	if err != nil {
		return nil, err
	}
	out := make([]alternative, len(values))
	for i, v := range values {
		out[i] = alternative{guard: v.guard, kind: isNumber, path: noPath}
		if v.kind == isLeaf {
			t := v.leaf.InstantOf(x.m)
			x.m.Needs("time wanted", v.guard, t.Is)
			out[i].num, out[i].path = &t.Seconds, v.path
			continue
		}
		var n int64
		ok := v.kind == isLiteral && v.fixed.Type == query.String
		if ok {
			n, ok = query.ParseTime(v.fixed.Str)
		}
		if !ok {
			x.m.Never("time wanted", v.guard)
		}
		c := value.ConstantInteger(x.m, n)
		out[i].num = &c
	}
	return out, nil
}
