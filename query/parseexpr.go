package query

import (
	"fmt"

	"github.com/zkpass-go/zkpass/document"
)

// comparisons are the operations that are called OP in the grammar.
var comparisons = map[string]struct {
	op   Op
	fold bool
}{
	"==": {Equal, false}, "!=": {NotEqual, false},
	"<": {Less, false}, "<=": {LessEqual, false}, ">": {Greater, false}, ">=": {GreaterEqual, false},
	"~==": {Equal, true}, "~!=": {NotEqual, true},
}

// containment is an operator of the contains family.
type containment struct {
	op           Op
	fold, negate bool
}

// containments are contains, starts_with and ends_with, four kinds of each.
var containments = func() map[string]containment {
	all := make(map[string]containment)
	for name, op := range map[string]Op{"contains": Contains, "starts_with": StartsWith, "ends_with": EndsWith} {
		for _, fold := range []bool{false, true} {
			for _, negate := range []bool{false, true} {
				prefix := ""
				if fold {
					prefix = "~"
				}
				if negate {
					prefix += "!"
				}
				all[prefix+name] = containment{op, fold, negate}
			}
		}
	}
	return all
}()

var dateFormats = map[string]DateFormat{
	DayMonthYear.String(): DayMonthYear,
	MonthDayYear.String(): MonthDayYear,
	YearMonthDay.String(): YearMonthDay,
}

// count counts an expression at a depth against the limits.
func (p *parser) count(pos string, depth int) error {
	if depth > MaxNesting {
		return compileErrorf(pos, "expressions and blocks are nested more than %d deep", MaxNesting)
	}
	if p.expressions++; p.expressions > MaxExpressions {
		return compileErrorf(pos, "the query has more than %d expressions", MaxExpressions)
	}
	return nil
}

func (p *parser) expr(n *document.Node, pos string, depth int) (*Expr, error) {
	if err := p.count(pos, depth); err != nil {
		return nil, err
	}
	e := &Expr{Pos: pos}
	if n.Kind != document.Object {
		e.Op = Constant
		var err error
		e.Literal, err = p.literal(n, pos)
		return e, err
	}
	m, err := p.only(n, pos, "an expression")
	if err != nil {
		return nil, err
	}
	if c, ok := comparisons[m.Name]; ok {
		e.Op, e.Fold = c.op, c.fold
		return e, p.comparison(e, m, depth)
	}
	if c, ok := containments[m.Name]; ok {
		e.Op, e.Fold, e.Negate = c.op, c.fold, c.negate
		if p.contains++; p.contains > MaxContains {
			return nil, compileErrorf(pos, "the query has more than %d of contains, starts_with and ends_with", MaxContains)
		}
		return e, p.operands(e, m, 2, 2, depth)
	}
	switch m.Name {
	case "lvar":
		e.Op = Local
		if e.name, err = p.text(m.Value, below(pos, "lvar"), "the name of a local"); err != nil {
			return nil, err
		}
		return e, checkName(e.name, below(pos, "lvar"))
	case "dvar":
		e.Op = MemberValue
		return e, p.path(e, m)
	case "exists":
		e.Op = Exists
		return e, p.path(e, m)
	case "is":
		e.Op = Is
		return e, p.is(e, m)
	case "count":
		e.Op = Count
		return e, p.path(e, m)
	case "now":
		e.Op = Now
		return e, p.operands(e, m, 0, 0, depth)
	case "and":
		e.Op = And
		return e, p.operands(e, m, 0, MaxExpressions, depth)
	case "or":
		e.Op = Or
		return e, p.operands(e, m, 0, MaxExpressions, depth)
	case "not":
		e.Op = Not
		arg, err := p.expr(m.Value, below(pos, "not"), depth+1)
		e.Args = []*Expr{arg}
		return e, err
	case "in":
		e.Op = In
		return e, p.in(e, m, depth)
	case "get_age":
		e.Op = Age
		return e, p.date(e, m, depth)
	case "get_day_diff":
		e.Op = DayDiff
		return e, p.date(e, m, depth)
	case "get_time":
		e.Op = Seconds
		return e, p.time(e, m, depth)
	}
	return nil, compileErrorf(pos, "unknown operator %s", shown(m.Name))
}

// text returns a string of the query.
func (p *parser) text(n *document.Node, pos, want string) (string, error) {
	s, err := p.doc.Text(n)
	if err != nil {
		return "", compileErrorf(pos, "expected %s as a string, found %s", want, n.Kind)
	}
	return s, nil
}

// list returns the elements of an array with least to most of them.
func (p *parser) list(n *document.Node, pos string, least, most int) ([]*document.Node, error) {
	want := fmt.Sprintf("%d", least)
	switch {
	case most >= MaxExpressions:
		want = "any number of"
	case most > least:
		want += fmt.Sprintf(" or %d", most)
	}
	if n.Kind != document.Array {
		return nil, compileErrorf(pos, "expected an array with %s operands, found %s", want, n.Kind)
	}
	if len(n.Elems) < least || len(n.Elems) > most {
		return nil, compileErrorf(pos, "expected an array with %s operands, found %d", want, len(n.Elems))
	}
	return n.Elems, nil
}

func operandPos(pos, op string, i int) string { return below(pos, fmt.Sprintf("%s %d", op, i+1)) }

func (p *parser) operands(e *Expr, m *document.Member, least, most, depth int) error {
	elems, err := p.list(m.Value, below(e.Pos, m.Name), least, most)
	if err != nil {
		return err
	}
	return p.args(e, m.Name, elems, depth)
}

func (p *parser) args(e *Expr, op string, elems []*document.Node, depth int) error {
	for i, elem := range elems {
		arg, err := p.expr(elem, operandPos(e.Pos, op, i), depth+1)
		if err != nil {
			return err
		}
		e.Args = append(e.Args, arg)
	}
	return nil
}

func (p *parser) comparison(e *Expr, m *document.Member, depth int) error {
	pos := below(e.Pos, m.Name)
	elems, err := p.list(m.Value, pos, 2, 3)
	if err != nil {
		return err
	}
	if len(elems) == 3 {
		q, err := p.text(elems[2], pos, `"and" or "or" after the operands`)
		switch {
		case err != nil:
			return err
		case q == "and":
			e.Quantifier = All
		case q == "or":
			e.Quantifier = Any
		default:
			return compileErrorf(pos, `expected "and" or "or" after the operands`)
		}
	}
	if p.single && elems[0].Kind == document.String {
		// The first generation's form: a plain string on the left is a path.
		left := &Expr{Op: MemberValue, Pos: operandPos(e.Pos, m.Name, 0)}
		if err := p.count(left.Pos, depth+1); err != nil {
			return err
		}
		if err := p.addPath(left, elems[0], left.Pos); err != nil {
			return err
		}
		e.Args = append(e.Args, left)
		right, err := p.expr(elems[1], operandPos(e.Pos, m.Name, 1), depth+1)
		e.Args = append(e.Args, right)
		return err
	}
	return p.args(e, m.Name, elems[:2], depth)
}

// literal parses a string, a number, true or false.
func (p *parser) literal(n *document.Node, pos string) (Literal, error) {
	switch n.Kind {
	case document.String:
		s, err := p.doc.Text(n)
		if err != nil {
			return Literal{}, compileErrorf(pos, "expected a string")
		}
		if len(s) > MaxLiteral {
			return Literal{}, compileErrorf(pos, "a string has more than %d bytes", MaxLiteral)
		}
		return Literal{Type: String, Str: s}, nil
	case document.Number:
		v, err := p.doc.Decimal(n)
		if err != nil {
			return Literal{}, compileErrorf(pos, "a literal has no value: %v", err)
		}
		return Literal{Type: Number, Num: v}, nil
	case document.True, document.False:
		return Literal{Type: Boolean, Bool: n.Kind == document.True}, nil
	}
	return Literal{}, compileErrorf(pos, "expected a string, a number, true or false, found %s", n.Kind)
}

func (p *parser) in(e *Expr, m *document.Member, depth int) error {
	elems, err := p.list(m.Value, below(e.Pos, m.Name), 2, 2)
	if err != nil {
		return err
	}
	if err := p.args(e, m.Name, elems[:1], depth); err != nil {
		return err
	}
	pos := operandPos(e.Pos, m.Name, 1)
	if elems[1].Kind != document.Array {
		return compileErrorf(pos, "expected a list of literals, found %s", elems[1].Kind)
	}
	for _, elem := range elems[1].Elems {
		if err := p.count(pos, depth+1); err != nil {
			return err
		}
		l, err := p.literal(elem, pos)
		if err != nil {
			return err
		}
		e.List = append(e.List, l)
	}
	return nil
}

// formatted parses an expression and a format beside it.
func (p *parser) formatted(e *Expr, m *document.Member, what string, depth int) (format string, err error) {
	pos := below(e.Pos, m.Name)
	elems, err := p.list(m.Value, pos, 2, 2)
	if err != nil {
		return "", err
	}
	if err := p.args(e, m.Name, elems[:1], depth); err != nil {
		return "", err
	}
	return p.text(elems[1], pos, what)
}

func (p *parser) time(e *Expr, m *document.Member, depth int) error {
	format, err := p.formatted(e, m, "a time format", depth)
	if err == nil && format != timeFormat {
		err = compileErrorf(below(e.Pos, m.Name), "unknown time format: expected %s", timeFormat)
	}
	return err
}

func (p *parser) date(e *Expr, m *document.Member, depth int) error {
	pos := below(e.Pos, m.Name)
	format, err := p.formatted(e, m, "a date format", depth)
	if err != nil {
		return err
	}
	var known bool
	if e.Date, known = dateFormats[format]; !known {
		return compileErrorf(pos, "unknown date format: expected %s, %s or %s", DayMonthYear, MonthDayYear, YearMonthDay)
	}
	return nil
}

// is parses a PATH and the kind that its value may have.
func (p *parser) is(e *Expr, m *document.Member) error {
	pos := below(e.Pos, m.Name)
	elems, err := p.list(m.Value, pos, 2, 2)
	if err != nil {
		return err
	}
	if err := p.pathAt(e, elems[0], pos); err != nil {
		return err
	}
	kind, err := p.text(elems[1], pos, "a type")
	if err != nil {
		return err
	}
	for k := StringKind; k <= ObjectKind; k++ {
		if kind == k.String() {
			e.Kind = k
			return nil
		}
	}
	return compileErrorf(pos, "unknown type: expected string, number, boolean, null, array or object")
}

// path parses the PATH of dvar, exists and count.
func (p *parser) path(e *Expr, m *document.Member) error {
	return p.pathAt(e, m.Value, below(e.Pos, m.Name))
}

func (p *parser) pathAt(e *Expr, n *document.Node, pos string) error {
	if err := p.addPath(e, n, pos); err != nil {
		return err
	}
	path := p.paths[e.Path]
	each := path.EachStep()
	switch {
	case e.Op == Exists && each >= 0:
		return compileErrorf(pos, "path %s: exists takes a path without []; count tells how many elements there are", path.name())
	case e.Op == Is && each >= 0:
		return compileErrorf(pos, "path %s: is takes a path without []", path.name())
	case e.Op == Count && each != len(path.Steps)-1:
		return compileErrorf(pos, "path %s: count takes a path that ends in []", path.name())
	}
	return nil
}

// addPath gives e the index of a path, one for all that are the same.
func (p *parser) addPath(e *Expr, n *document.Node, pos string) error {
	text, err := p.text(n, pos, "a path")
	if err != nil {
		return err
	}
	path, err := parsePath(text, p.docs)
	if err != nil {
		return compileErrorf(pos, "%v", err)
	}
	key := path.key()
	if i, ok := p.known[key]; ok {
		e.Path = i
		return nil
	}
	if len(p.paths) == MaxPaths {
		return compileErrorf(pos, "the query has more than %d different paths", MaxPaths)
	}
	if path.EachStep() >= 0 {
		if p.eachPaths++; p.eachPaths > MaxEachPaths {
			return compileErrorf(pos, "the query has more than %d different paths with []", MaxEachPaths)
		}
	}
	e.Path = len(p.paths)
	p.known[key] = e.Path
	p.paths = append(p.paths, path)
	return nil
}
