package query

import "strconv"

var verbs = map[Op]string{
	Equal: " equals ", NotEqual: " differs from ", Less: " is less than ",
	LessEqual: " is at most ", Greater: " is more than ", GreaterEqual: " is at least ",
}

// containsWords are the affirmative and the negative form.
var containsWords = map[Op][2]string{
	Contains:   {" contains ", " does not contain "},
	StartsWith: {" starts with ", " does not start with "},
	EndsWith:   {" ends with ", " does not end with "},
}

var kindWords = map[Kind]string{
	StringKind: " is there and is a string", NumberKind: " is there and is a number", BooleanKind: " is there and is true or false",
	NullKind: " is there and is null", ArrayKind: " is there and is a list", ObjectKind: " is there and is an object",
}

// expr adds an expression in plain words.
func (w *phrase) expr(p *Program, e *Expr) {
	if w.cut {
		return
	}
	switch e.Op {
	case Constant:
		w.literal(e.Literal)
	case Local:
		if w.named != nil {
			w.named[e.Slot] = true
		}
		w.add("the computed ")
		w.name(p.Locals[e.Slot])
	case MemberValue:
		if e.Array {
			w.add("each of ")
		}
		w.path(p.Paths[e.Path])
	case Exists:
		w.path(p.Paths[e.Path])
		w.add(" is there and not null")
	case Is:
		w.path(p.Paths[e.Path])
		w.add(kindWords[e.Kind])
	case Count:
		w.add("the number of elements of ")
		w.path(p.Paths[e.Path])
	case Now:
		w.add("the time of the proof in seconds since 1970")
	case And:
		w.junction(p, e, " and ", "true")
	case Or:
		w.junction(p, e, " or ", "false")
	case Not:
		w.add("not (")
		w.truth(p, e.Args[0])
		w.add(")")
	case Contains, StartsWith, EndsWith:
		w.expr(p, e.Args[0])
		if e.Negate {
			w.add(containsWords[e.Op][1])
		} else {
			w.add(containsWords[e.Op][0])
		}
		w.expr(p, e.Args[1])
		w.fold(e)
	case In:
		w.expr(p, e.Args[0])
		w.add(" is one of ")
		w.list(e.List)
	case Age:
		w.add("the age in full years of the date in ")
		w.expr(p, e.Args[0])
	case DayDiff:
		w.add("the number of days since the date in ")
		w.expr(p, e.Args[0])
	case Seconds:
		w.add("the time in ")
		w.expr(p, e.Args[0])
		w.add(" in seconds since 1970")
	default:
		w.comparison(p, e)
	}
}

func (w *phrase) comparison(p *Program, e *Expr) {
	w.expr(p, e.Args[0])
	w.add(verbs[e.Op])
	w.expr(p, e.Args[1])
	w.fold(e)
	switch e.Quantifier {
	case All:
		w.add(" (every element)")
	case Any:
		w.add(" (at least one element)")
	}
}

func (w *phrase) fold(e *Expr) {
	if e.Fold {
		w.add(" (capital and small letters alike)")
	}
}

func (w *phrase) list(literals []Literal) {
	w.add("[")
	for i, l := range literals {
		if i > 0 {
			w.add(", ")
		}
		w.literal(l)
	}
	w.add("]")
}

// junction adds the operands of and or or. A value of none is as given.
func (w *phrase) junction(p *Program, e *Expr, word, empty string) {
	if len(e.Args) == 0 {
		w.add(empty)
	}
	for i, arg := range e.Args {
		if w.cut {
			return
		}
		if i > 0 {
			w.add(word)
		}
		nested := (arg.Op == And || arg.Op == Or) && len(arg.Args) > 1
		if nested {
			w.add("(")
		}
		w.truth(p, arg)
		if nested {
			w.add(")")
		}
	}
}

// truth adds a boolean expression as a sentence that may hold.
func (w *phrase) truth(p *Program, e *Expr) {
	w.expr(p, e)
	if e.Op == Local || e.Op == MemberValue {
		w.add(" is true")
	}
}

// plural returns a number with the word for what it counts.
func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return strconv.Itoa(n) + " " + word
}
