package query

import "strings"

// contains evaluates the contains family.
func (m *machine) contains(e *Expr, haystack, needle operand) (operand, error) {
	if err := m.typed(e.Args[0], haystack, String); err != nil {
		return operand{}, err
	}
	if err := m.typed(e.Args[1], needle, String); err != nil {
		return operand{}, err
	}
	return booleanValue(holds(e, haystack.Str, needle.Str) != e.Negate), nil
}

// holds tests an operator of the contains family, before it is negated.
func holds(e *Expr, haystack, needle string) bool {
	if e.Fold {
		haystack, needle = fold(haystack), fold(needle)
	}
	switch e.Op {
	case StartsWith:
		return strings.HasPrefix(haystack, needle)
	case EndsWith:
		return strings.HasSuffix(haystack, needle)
	}
	return strings.Contains(haystack, needle)
}

// fold makes A to Z small, and nothing else.
func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}

func (m *machine) in(e *Expr, v operand) (operand, error) {
	found := false
	for _, l := range e.List {
		if err := m.typed(e.Args[0], v, l.Type); err != nil {
			return operand{}, err
		}
		found = found || equal(v.Value, l.value())
	}
	return booleanValue(found), nil
}

// equal compares two values of one type.
func equal(a, b Value) bool {
	return a.Str == b.Str && a.Num == b.Num && a.Bool == b.Bool
}

// compare evaluates ==, <, and the like, of two scalars or of a scalar and each
// element of an array in its place.
func (m *machine) compare(e *Expr, left, right operand) (operand, error) {
	if err := m.operandTypes(e, left, right); err != nil {
		return operand{}, err
	}
	switch {
	case left.Array:
		return quantified(e, left.Elems, func(v Value) bool { return test(e, v, right.Value) }), nil
	case right.Array:
		return quantified(e, right.Elems, func(v Value) bool { return test(e, left.Value, v) }), nil
	}
	return booleanValue(test(e, left.Value, right.Value)), nil
}

// operandTypes checks the types of both operands. An empty array has none, and
// the operand beside it is checked all the same.
func (m *machine) operandTypes(e *Expr, left, right operand) error {
	want := left.Type
	switch {
	case e.Fold:
		want = String
	case e.Op != Equal && e.Op != NotEqual:
		want = Number
	case want == 0:
		want = right.Type
	}
	for i, v := range []operand{left, right} {
		if v.Array && len(v.Elems) == 0 {
			continue
		}
		if err := m.typed(e.Args[i], v, want); err != nil {
			return err
		}
	}
	return nil
}

func quantified(e *Expr, elems []Value, passes func(Value) bool) operand {
	decides := e.Quantifier == Any
	for _, v := range elems {
		if passes(v) == decides {
			return booleanValue(decides)
		}
	}
	return booleanValue(!decides)
}

func test(e *Expr, a, b Value) bool {
	if e.Fold {
		a.Str, b.Str = fold(a.Str), fold(b.Str)
	}
	switch e.Op {
	case Equal:
		return equal(a, b)
	case NotEqual:
		return !equal(a, b)
	case Less:
		return a.Num.Compare(b.Num) < 0
	case LessEqual:
		return a.Num.Compare(b.Num) <= 0
	case Greater:
		return a.Num.Compare(b.Num) > 0
	default: // GreaterEqual
		return a.Num.Compare(b.Num) >= 0
	}
}

// dates evaluates get_age and get_day_diff.
func (m *machine) dates(e *Expr, v operand) (operand, error) {
	if !v.Array {
		n, err := m.date(e, v)
		return integerValue(n, v.source), err
	}
	out := operand{Value: Value{Array: true}, source: v.source}
	for _, elem := range v.Elems {
		n, err := m.date(e, operand{elem, v.source})
		if err != nil {
			return operand{}, err
		}
		out.Type = Number
		out.Elems = append(out.Elems, integer(n))
	}
	return out, nil
}

func (m *machine) date(e *Expr, v operand) (int64, error) {
	arg := e.Args[0]
	if err := m.typed(arg, v, String); err != nil {
		return 0, err
	}
	d, ok := ParseDate(v.Str, e.Date)
	if !ok {
		return 0, m.errorf(arg, v, "expected a date of ten characters in the order of %s that the calendar has", e.Date)
	}
	if e.Op == DayDiff {
		return d.Days(m.today), nil
	}
	n, ok := d.Age(m.today)
	if !ok {
		return 0, m.errorf(arg, v, "get_age: expected a date that is not later than the evaluation date")
	}
	return n, nil
}

// seconds evaluates get_time.
func (m *machine) seconds(e *Expr, v operand) (operand, error) {
	arg := e.Args[0]
	if err := m.typed(arg, v, String); err != nil {
		return operand{}, err
	}
	t, ok := ParseTime(v.Str)
	if !ok {
		return operand{}, m.errorf(arg, v, "expected a time in the format %s, such as 2026-03-01T12:00:00Z", timeFormat)
	}
	return integerValue(t, v.source), nil
}
