package query

import "github.com/zkpass-go/zkpass/document"

// constants finds the boolean expressions that are always true or always false
// where they have a value, whatever the documents are. It finds what follows from
// literals, from the operators, and from the least and greatest count and age, and
// not every contradiction.
type constants struct {
	assigned []*Expr // by slot of a local: what is assigned, if one statement alone does it
	seen     map[*Expr]bool
	known    map[*Expr]bool
}

func constantsOf(p *Program) map[*Expr]bool {
	c := constants{assigned: make([]*Expr, len(p.Locals)), seen: map[*Expr]bool{}, known: map[*Expr]bool{}}
	times := make([]int, len(p.Locals))
	p.walk(func(s *Statement) {
		if s.Kind == Assign {
			c.assigned[s.Slot] = s.Expr
			if times[s.Slot]++; times[s.Slot] > 1 {
				c.assigned[s.Slot] = nil
			}
		}
	})
	p.walk(func(s *Statement) { c.all(s.Expr) })
	return c.known
}

// walk calls f for every statement, in the order of the text.
func (p *Program) walk(f func(*Statement)) {
	var block func([]Statement)
	block = func(list []Statement) {
		for i := range list {
			f(&list[i])
			block(list[i].Then)
			block(list[i].Else)
		}
	}
	block(p.Body)
}

func (c *constants) all(e *Expr) {
	c.truth(e)
	for _, arg := range e.Args {
		c.all(arg)
	}
}

// truth returns what a boolean expression always is.
func (c *constants) truth(e *Expr) (value, always bool) {
	if !c.seen[e] {
		c.seen[e] = true
		if v, ok := c.find(e); ok {
			c.known[e] = v
		}
	}
	value, always = c.known[e]
	return value, always
}

func (c *constants) find(e *Expr) (value, always bool) {
	switch e.Op {
	case Constant:
		return e.Literal.Bool, e.Literal.Type == Boolean
	case Local:
		if source := c.assigned[e.Slot]; source != nil {
			return c.truth(source)
		}
		return false, false
	case Not:
		value, always = c.truth(e.Args[0])
		return !value, always
	case And, Or:
		decides, all := e.Op == Or, true
		for _, arg := range e.Args {
			v, ok := c.truth(arg)
			if ok && v == decides {
				return decides, true
			}
			all = all && ok
		}
		return !decides, all
	case Contains, StartsWith, EndsWith:
		return c.contained(e)
	case In:
		left, ok := c.literal(e.Args[0])
		if len(e.List) > 0 && !ok {
			return false, false
		}
		for _, l := range e.List {
			value = value || l == left
		}
		return value, true
	case Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual:
		if e.Quantifier == One {
			return c.compared(e)
		}
	}
	return false, false
}

// literal returns the literal that an expression or a local is.
func (c *constants) literal(e *Expr) (Literal, bool) {
	for e.Op == Local {
		if e = c.assigned[e.Slot]; e == nil {
			return Literal{}, false
		}
	}
	return e.Literal, e.Op == Constant
}

func (c *constants) contained(e *Expr) (value, always bool) {
	haystack, ok := c.literal(e.Args[0])
	needle, ok2 := c.literal(e.Args[1])
	switch {
	case ok2 && needle == Literal{Type: String}:
		return !e.Negate, true // the empty text is in every one
	case ok && ok2 && haystack.Type == String && needle.Type == String:
		return holds(e, haystack.Str, needle.Str) != e.Negate, true
	}
	return !e.Negate, samePath(e)
}

// samePath tells whether an expression has one member on both sides.
func samePath(e *Expr) bool {
	a, b := e.Args[0], e.Args[1]
	return a.Op == MemberValue && b.Op == MemberValue && a.Path == b.Path && !a.Array
}

func (c *constants) compared(e *Expr) (value, always bool) {
	a, ok := c.literal(e.Args[0])
	b, ok2 := c.literal(e.Args[1])
	if ok && ok2 && a.Type == b.Type {
		return test(e, a.value(), b.value()), true
	}
	if samePath(e) {
		return test(e, Value{}, Value{}), true
	}
	l, ok := c.interval(e.Args[0])
	r, ok2 := c.interval(e.Args[1])
	if !ok || !ok2 {
		return false, false
	}
	number := func(d document.Decimal) Value { return Value{Type: Number, Num: d} }
	switch below, above := l.most.Compare(r.least), l.least.Compare(r.most); {
	case below < 0:
		return test(e, number(l.most), number(r.least)), true
	case above > 0:
		return test(e, number(l.least), number(r.most)), true
	case below == 0 && (e.Op == LessEqual || e.Op == Greater):
		return e.Op == LessEqual, true
	case above == 0 && (e.Op == GreaterEqual || e.Op == Less):
		return e.Op == GreaterEqual, true
	}
	return false, false
}

// An interval has every value that a number can have.
type interval struct{ least, most document.Decimal }

// oldest is the greatest age: from year 1 to year 9999.
const oldest = 9998

func (c *constants) interval(e *Expr) (interval, bool) {
	if l, ok := c.literal(e); ok {
		return interval{l.Num, l.Num}, l.Type == Number
	}
	switch {
	case e.Op == Count:
		return interval{most: document.Decimal{Int: int64(e.Elements)}}, true
	case e.Op == Age && !e.Array:
		return interval{most: document.Decimal{Int: oldest}}, true
	}
	return interval{}, false
}
