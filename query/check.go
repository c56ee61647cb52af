package query

// check resolves the names of a parsed program and checks its types. It visits
// the statements in order and keeps, for every local, what it may be.
func check(prog *Program) error {
	c := checker{prog: prog, locals: make(map[string]int), outputs: make(map[string]int), meet: make(meeting)}
	env := new(environment)
	if err := c.block(prog.Body, env); err != nil {
		return err
	}
	if len(prog.Outputs) == 0 {
		return compileErrorf("", "the query outputs nothing: expected at least one output statement")
	}
	return nil
}

type checker struct {
	prog    *Program
	locals  map[string]int
	outputs map[string]int
	ended   int // ifs
	meet    meeting
}

// environment is what is known at one place of the program, by slot.
type environment struct {
	values   []*flow // of the locals that every way has assigned, others nil
	assigned []bool  // on some way
	output   []bool  // on some way
}

func (e *environment) clone() *environment {
	return &environment{
		values:   append([]*flow(nil), e.values...),
		assigned: append([]bool(nil), e.assigned...),
		output:   append([]bool(nil), e.output...),
	}
}

// at returns the element of a list that is as if it went on with zeros.
func at[T any](list []T, i int) T {
	if i < len(list) {
		return list[i]
	}
	var zero T
	return zero
}

// put sets an element of such a list.
func put[T any](list []T, i int, v T) []T {
	for len(list) <= i {
		var zero T
		list = append(list, zero)
	}
	list[i] = v
	return list
}

// join makes e what is known after an if whose branches end in a and b.
func (e *environment) join(order int, a, b *environment) {
	for i := range max(len(a.values), len(b.values)) {
		var v *flow
		if x, y := at(a.values, i), at(b.values, i); x != nil && y != nil {
			v = choice(order, x, y)
		}
		e.values = put(e.values, i, v)
	}
	for i := range max(len(a.assigned), len(b.assigned)) {
		e.assigned = put(e.assigned, i, at(a.assigned, i) || at(b.assigned, i))
	}
	for i := range max(len(a.output), len(b.output)) {
		e.output = put(e.output, i, at(a.output, i) || at(b.output, i))
	}
}

// slot returns the number of a name, a new one for a new name.
func slot(known map[string]int, names *[]string, name string) int {
	i, ok := known[name]
	if !ok {
		i = len(*names)
		known[name] = i
		*names = append(*names, name)
	}
	return i
}

func (c *checker) block(list []Statement, env *environment) error {
	for i := range list {
		if err := c.statement(&list[i], env); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) statement(s *Statement, env *environment) error {
	v, err := c.expr(s.Expr, env)
	if err != nil {
		return err
	}
	switch s.Kind {
	case Assign:
		s.Slot = slot(c.locals, &c.prog.Locals, s.name)
		if at(env.assigned, s.Slot) {
			return compileErrorf(s.Pos, "local %s is assigned a second time on some way through the query", nameText(s.name))
		}
		env.assigned = put(env.assigned, s.Slot, true)
		env.values = put(env.values, s.Slot, v)
	case Output:
		s.Slot = slot(c.outputs, &c.prog.Outputs, s.name)
		if at(env.output, s.Slot) {
			return compileErrorf(s.Pos, "output %s is used a second time on some way through the query", nameText(s.name))
		}
		env.output = put(env.output, s.Slot, true)
		if s.Expr.Op == Constant && s.Expr.Type == Number && !s.Expr.Literal.Num.Integer() {
			return compileErrorf(s.Pos, "the literal has a fraction: a number that is output must be an integer")
		}
		s.Sources = v.paths()
	case If:
		if err := scalarOf(s.Expr, v, Boolean); err != nil {
			return err
		}
		then, els := env.clone(), env.clone()
		if err := c.block(s.Then, then); err != nil {
			return err
		}
		if err := c.block(s.Else, els); err != nil {
			return err
		}
		c.ended++
		env.join(c.ended, then, els)
	}
	return nil
}

// expr fills in the slot, type and shape of an expression.
func (c *checker) expr(e *Expr, env *environment) (*flow, error) {
	args := make([]*flow, len(e.Args))
	for i, arg := range e.Args {
		var err error
		if args[i], err = c.expr(arg, env); err != nil {
			return nil, err
		}
	}
	v, err := c.result(e, args, env)
	if err != nil {
		return nil, err
	}
	e.Type, e.Array = v.kinds.types(), v.isArray()
	return v, nil
}

func (c *checker) result(e *Expr, args []*flow, env *environment) (*flow, error) {
	switch e.Op {
	case Constant:
		return value(e.Literal.Type, false, 0), nil
	case Local:
		return c.local(e, env)
	case MemberValue:
		isArray := c.prog.Paths[e.Path].EachStep() >= 0
		if isArray {
			e.Elements = MaxElements
		}
		return value(Unknown, isArray, 1<<e.Path), nil
	case Exists, Is:
		return value(Boolean, false, 0), nil
	case Count:
		e.Elements = c.prog.Paths[e.Path].elements()
		return value(Number, false, 1<<e.Path), nil
	case Now:
		return value(Number, false, 0), nil
	case And, Or, Not:
		return value(Boolean, false, 0), scalarsOf(e, args, Boolean)
	case Contains, StartsWith, EndsWith:
		return value(Boolean, false, 0), scalarsOf(e, args, String)
	case In:
		return value(Boolean, false, 0), checkIn(e, args[0])
	case Age, DayDiff:
		return value(Number, args[0].isArray(), args[0].sources), checkDate(e, args[0])
	case Seconds:
		return value(Number, false, args[0].sources), checkTime(e, args[0])
	}
	return value(Boolean, false, 0), c.comparison(e, args[0], args[1])
}

func (c *checker) local(e *Expr, env *environment) (*flow, error) {
	i, ok := c.locals[e.name]
	if !ok || at(env.values, i) == nil {
		return nil, compileErrorf(e.Pos, "local %s is read, but not every way through the query has assigned it before", nameText(e.name))
	}
	v := env.values[i]
	if v.shape == scalar|array {
		return nil, compileErrorf(e.Pos, "local %s is an array on one way through the query and a single value on another", nameText(e.name))
	}
	e.Slot = i
	return v, nil
}

// typeOf checks that on no way a type that the query fixes is another one.
func typeOf(e *Expr, v *flow, want Type) error {
	if other := v.kinds.fixed() &^ want; other != 0 {
		return compileErrorf(e.Pos, "expected %s, found %s", want, other)
	}
	return nil
}

func scalarOf(e *Expr, v *flow, want Type) error {
	if v.isArray() {
		return compileErrorf(e.Pos, "an array cannot stand here: expected a single value")
	}
	return typeOf(e, v, want)
}

func scalarsOf(e *Expr, args []*flow, want Type) error {
	for i, v := range args {
		if err := scalarOf(e.Args[i], v, want); err != nil {
			return err
		}
	}
	return nil
}

func checkIn(e *Expr, left *flow) error {
	want := Unknown
	for _, l := range e.List {
		if want.Fixed() && l.Type != want {
			return compileErrorf(e.Pos, "the list of in has literals of different types: %s and %s", want, l.Type)
		}
		want = l.Type
	}
	return scalarOf(e.Args[0], left, want)
}

func checkDate(e *Expr, v *flow) error {
	arg := e.Args[0]
	if err := typeOf(arg, v, String); err != nil {
		return err
	}
	if arg.Op == Constant {
		if _, ok := ParseDate(arg.Literal.Str, e.Date); !ok {
			return compileErrorf(arg.Pos, "the literal is no date in the format %s", e.Date)
		}
	}
	return nil
}

func checkTime(e *Expr, v *flow) error {
	arg := e.Args[0]
	if err := scalarOf(arg, v, String); err != nil {
		return err
	}
	if arg.Op == Constant {
		if _, ok := ParseTime(arg.Literal.Str); !ok {
			return compileErrorf(arg.Pos, "the literal is no time in the format %s", timeFormat)
		}
	}
	return nil
}

// long lets the elements of a path that is compared with a literal or now be
// many.
func (c *checker) long(e *Expr) {
	for i, arg := range e.Args {
		if other := e.Args[1-i]; arg.Op == MemberValue && arg.Array && (other.Op == Constant || other.Op == Now) {
			arg.Elements = c.prog.Paths[arg.Path].elements()
		}
	}
}

func (c *checker) comparison(e *Expr, left, right *flow) error {
	switch {
	case left.isArray() && right.isArray():
		return compileErrorf(e.Pos, "an array cannot be compared with an array: expected a single value on one side")
	case left.isArray() || right.isArray():
		if e.Quantifier == One {
			e.Quantifier = All
		}
	case e.Quantifier != One:
		return compileErrorf(e.Pos, `"and" or "or" after the operands needs an array on one side`)
	}
	c.long(e)
	want := Unknown
	switch {
	case e.Fold:
		want = String
	case e.Op != Equal && e.Op != NotEqual:
		want = Number
	}
	if err := typeOf(e.Args[0], left, want); err != nil {
		return err
	}
	if err := typeOf(e.Args[1], right, want); err != nil {
		return err
	}
	if c.meet.differ(left, right) {
		return compileErrorf(e.Pos, "expected two operands of the same type: %s and %s are compared on some way through the query", left.kinds.types(), right.kinds.types())
	}
	return nil
}
