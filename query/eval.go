package query

import (
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass/document"
)

// Outputs is the result of a program.
type Outputs struct {
	// JSON is one flat object in compact form, in the order of execution, with
	// strings escaped as by [document.AppendString]. These bytes are what is proven.
	JSON    []byte
	Results []Result // in the same order
}

// A Result is one output.
type Result struct {
	Name  string
	Value Value
}

// Eval runs the program over parsed documents, one for every tag of the program
// and no others, at an evaluation time, of which fractions of a second are
// dropped. Errors are of type [*EvalError] and match [ErrEval]; what the result
// may not show matches [ErrUndisclosed] as well.
//
// Whether the documents are well formed is settled by [document.Parse], which
// must have parsed all of them, also those that the program never looks at.
func (p *Program) Eval(docs map[string]*document.Document, now time.Time) (Outputs, error) {
	m := machine{prog: p, now: now.UTC(), locals: make([]operand, len(p.Locals))}
	if y := m.now.Year(); y < 1 || y > 9999 {
		return Outputs{}, &EvalError{Msg: "the evaluation time is outside the years 1 to 9999"}
	}
	m.today = DateOf(m.now)
	for _, d := range p.Documents {
		doc := docs[d.Tag]
		if doc == nil {
			return Outputs{}, &EvalError{Msg: fmt.Sprintf("no document is given for tag %q", d.Tag)}
		}
		m.docs = append(m.docs, doc)
	}
	if len(docs) != len(m.docs) {
		return Outputs{}, &EvalError{Msg: "a document is given for a tag that the query does not have"}
	}
	if err := m.run(p.Body); err != nil {
		return Outputs{}, err
	}
	return Outputs{JSON: appendResults(nil, m.results), Results: m.results}, nil
}

// machine is the state of one evaluation.
type machine struct {
	prog    *Program
	docs    []*document.Document // as Program.Documents
	now     time.Time
	today   Date
	locals  []operand
	results []Result
}

// operand is a value and the path that it was made of, -1 if it is made of
// literals and the time alone. No operation makes a value that is more than a
// boolean of two paths.
type operand struct {
	Value
	source int
}

func (m *machine) run(list []Statement) error {
	for i := range list {
		s := &list[i]
		v, err := m.expr(s.Expr)
		if err != nil {
			return err
		}
		switch s.Kind {
		case Assign:
			m.locals[s.Slot] = v
		case Output:
			if err := m.whole(s, v); err != nil {
				return err
			}
			if err := m.disclose(s, v); err != nil {
				return err
			}
			m.results = append(m.results, Result{Name: m.prog.Outputs[s.Slot], Value: v.Value})
		case If:
			taken := s.Then
			c, err := m.condition(s.Expr, v)
			if err != nil {
				return err
			}
			if !c {
				taken = s.Else
			}
			if err := m.run(taken); err != nil {
				return err
			}
		}
	}
	return nil
}

// whole checks that an output has no number with a fraction.
func (m *machine) whole(s *Statement, v operand) error {
	elems := v.Elems
	if !v.Array {
		elems = []Value{v.Value}
	}
	for _, elem := range elems {
		if elem.Type == Number && !elem.Num.Integer() {
			return m.errorf(s.Expr, v, "the number has a fraction: expected an integer where it is output")
		}
	}
	return nil
}

// disclose checks that an output may be shown.
func (m *machine) disclose(s *Statement, v operand) error {
	if v.source < 0 || !v.Array && v.Type == Boolean {
		return nil
	}
	return m.marked(s.Pos, v.source)
}

// errorf is about the value of an expression.
func (m *machine) errorf(e *Expr, v operand, format string, args ...any) error {
	err := &EvalError{Pos: e.Pos, Msg: fmt.Sprintf(format, args...)}
	if v.source >= 0 {
		err.Path = m.prog.Paths[v.source].name()
	}
	return err
}

// typed checks the type of a value, for an array that of its elements.
func (m *machine) typed(e *Expr, v operand, want Type) error {
	if v.Type != want {
		return m.errorf(e, v, "expected %s, found %s", want, v.Type)
	}
	return nil
}

// condition returns the value of a boolean.
func (m *machine) condition(e *Expr, v operand) (bool, error) {
	return v.Bool, m.typed(e, v, Boolean)
}

func scalarValue(v Value) operand { return operand{Value: v, source: -1} }
func booleanValue(b bool) operand { return scalarValue(Value{Type: Boolean, Bool: b}) }
func integer(i int64) Value       { return Value{Type: Number, Num: document.Decimal{Int: i}} }
func integerValue(i int64, source int) operand {
	return operand{Value: integer(i), source: source}
}

func (l Literal) value() Value { return Value{Type: l.Type, Str: l.Str, Num: l.Num, Bool: l.Bool} }

func (m *machine) expr(e *Expr) (operand, error) {
	switch e.Op {
	case Constant:
		return scalarValue(e.Literal.value()), nil
	case Local:
		return m.locals[e.Slot], nil
	case MemberValue:
		v, err := m.member(e)
		return operand{Value: v, source: e.Path}, err
	case Exists:
		found, err := m.exists(e)
		return booleanValue(found), err
	case Is:
		holds, err := m.is(e)
		return booleanValue(holds), err
	case Count:
		kept, err := m.lookup(e.Pos, e.Path).kept(e.Elements)
		return integerValue(int64(len(kept)), e.Path), err
	case Now:
		return integerValue(m.now.Unix(), -1), nil
	case And, Or:
		return m.junction(e)
	case Not:
		v, err := m.boolean(e.Args[0])
		return booleanValue(!v), err
	}
	return m.operation(e)
}

func (m *machine) boolean(e *Expr) (bool, error) {
	v, err := m.expr(e)
	if err != nil {
		return false, err
	}
	return m.condition(e, v)
}

// junction evaluates and and or, from left to right until it is decided.
func (m *machine) junction(e *Expr) (operand, error) {
	decides := e.Op == Or
	for _, arg := range e.Args {
		v, err := m.boolean(arg)
		if err != nil {
			return operand{}, err
		}
		if v == decides {
			return booleanValue(decides), nil
		}
	}
	return booleanValue(!decides), nil
}

// operation evaluates what needs all its operands.
func (m *machine) operation(e *Expr) (operand, error) {
	var args [2]operand
	for i, arg := range e.Args {
		var err error
		if args[i], err = m.expr(arg); err != nil {
			return operand{}, err
		}
	}
	switch e.Op {
	case Contains, StartsWith, EndsWith:
		return m.contains(e, args[0], args[1])
	case In:
		return m.in(e, args[0])
	case Age, DayDiff:
		return m.dates(e, args[0])
	case Seconds:
		return m.seconds(e, args[0])
	}
	return m.compare(e, args[0], args[1])
}
