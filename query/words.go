package query

import (
	"fmt"
	"strings"
)

// words returns an expression in plain words.
func (p *Program) words(e *Expr) string {
	arg := func(i int) string { return p.words(e.Args[i]) }
	switch e.Op {
	case Constant:
		return e.Literal.text()
	case Local:
		return "the local " + nameText(p.Locals[e.Slot])
	case MemberValue:
		if e.Array {
			return "each of " + p.Paths[e.Path].String()
		}
		return p.Paths[e.Path].String()
	case Exists:
		return p.Paths[e.Path].String() + " is there and not null"
	case Count:
		return "the number of elements of " + p.Paths[e.Path].String()
	case Now:
		return "the evaluation time in Unix seconds"
	case And, Or:
		return p.junctionWords(e)
	case Not:
		return "not (" + arg(0) + ")"
	case Contains:
		verb := "contains"
		if e.Negate {
			verb = "does not contain"
		}
		return fmt.Sprintf("%s %s %s%s", arg(0), verb, arg(1), e.foldWords())
	case In:
		var list []string
		for _, l := range e.List {
			list = append(list, l.text())
		}
		return fmt.Sprintf("%s is one of [%s]", arg(0), strings.Join(list, ", "))
	case Age:
		return "the age in full years of the date in " + arg(0)
	case DayDiff:
		return "the number of days since the date in " + arg(0)
	}
	verb := map[Op]string{
		Equal: "equals", NotEqual: "differs from", Less: "is less than",
		LessEqual: "is at most", Greater: "is more than", GreaterEqual: "is at least",
	}[e.Op]
	text := fmt.Sprintf("%s %s %s%s", arg(0), verb, arg(1), e.foldWords())
	switch e.Quantifier {
	case All:
		text += " (every element)"
	case Any:
		text += " (at least one element)"
	}
	return text
}

func (e *Expr) foldWords() string {
	if e.Fold {
		return " (capital and small letters alike)"
	}
	return ""
}

func (p *Program) junctionWords(e *Expr) string {
	word := " and "
	if e.Op == Or {
		word = " or "
	}
	if len(e.Args) == 0 {
		return fmt.Sprint(e.Op == And)
	}
	var parts []string
	for _, arg := range e.Args {
		text := p.words(arg)
		if (arg.Op == And || arg.Op == Or) && len(arg.Args) > 1 {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, word)
}

// text returns a literal as it is written in a query.
func (l Literal) text() string { return string(l.value().append(nil)) }
