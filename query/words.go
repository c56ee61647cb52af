package query

// Sentences of operations that have one, or a pair with its negation.
var (
	comparisonKeys = map[Op]key{
		Equal: sayEqual, NotEqual: sayNotEqual, Less: sayLess, LessEqual: sayLessEqual, Greater: sayGreater, GreaterEqual: sayGreaterEqual,
	}
	containsKeys = map[Op][2]key{
		Contains: {sayContains, sayContainsNot}, StartsWith: {sayStartsWith, sayStartsWithNot}, EndsWith: {sayEndsWith, sayEndsWithNot},
	}
	kindKeys = map[Kind]key{
		StringKind: sayIsString, NumberKind: sayIsNumber, BooleanKind: sayIsBoolean, NullKind: sayIsNull, ArrayKind: sayIsArray, ObjectKind: sayIsObject,
	}
	computedKeys = map[Op]key{Age: sayAge, DayDiff: sayDayDiff, Seconds: saySeconds}
)

// expr adds an expression in plain words.
func (w *phrase) expr(p *Program, e *Expr) {
	if w.cut {
		return
	}
	operand := func(i int) argument { return func(w *phrase) { w.expr(p, e.Args[i]) } }
	path := func(w *phrase) { w.path(p.Paths[e.Path]) }
	switch e.Op {
	case Constant:
		w.literal(e.Literal)
	case Local:
		if w.named != nil {
			w.named[e.Slot] = true
		}
		w.say(sayLocal, func(w *phrase) { w.name(p.Locals[e.Slot]) })
	case MemberValue:
		if e.Array {
			w.say(sayEach, path)
		} else {
			path(w)
		}
	case Exists:
		w.say(sayExists, path)
	case Is:
		w.say(kindKeys[e.Kind], path)
	case Count:
		w.say(sayNumberOf, path)
	case Now:
		w.say(sayNow)
	case And:
		w.junction(p, e, sayAnd, sayTrue)
	case Or:
		w.junction(p, e, sayOr, sayFalse)
	case Not:
		w.say(sayNot, func(w *phrase) { w.truth(p, e.Args[0]) })
	case Contains, StartsWith, EndsWith:
		k := containsKeys[e.Op][0]
		if e.Negate {
			k = containsKeys[e.Op][1]
		}
		w.folded(e, func(w *phrase) { w.say(k, operand(0), operand(1)) })
	case In:
		w.say(sayIn, operand(0), func(w *phrase) { w.list(e.List) })
	case Age, DayDiff, Seconds:
		w.say(computedKeys[e.Op], operand(0))
	default:
		test := func(w *phrase) {
			w.folded(e, func(w *phrase) { w.say(comparisonKeys[e.Op], operand(0), operand(1)) })
		}
		switch e.Quantifier {
		case All:
			w.say(sayEvery, test)
		case Any:
			w.say(saySome, test)
		default:
			test(w)
		}
	}
}

func (w *phrase) folded(e *Expr, test argument) {
	if e.Fold {
		w.say(sayFold, test)
	} else {
		test(w)
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
func (w *phrase) junction(p *Program, e *Expr, between, empty key) {
	if len(e.Args) == 0 {
		w.say(empty)
	}
	for i, arg := range e.Args {
		if w.cut {
			return
		}
		if i > 0 {
			w.say(between)
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
	if e.Op == Local || e.Op == MemberValue {
		w.say(sayHoldsTrue, func(w *phrase) { w.expr(p, e) })
	} else {
		w.expr(p, e)
	}
}
