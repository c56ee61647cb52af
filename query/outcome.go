package query

import "strings"

// maxExpansion bounds the words in bytes that stand for a local again wherever it
// is output.
const maxExpansion = 4 << 10

// tells says in words what the verifier learns of a boolean that is v.
func (x *explainer) tells(e *Expr, v bool) string {
	switch e.Op {
	case Not:
		return x.tells(e.Args[0], !v)
	case Local:
		// A local copies one value: with one assignment, this is it.
		if list := x.assigned[e.Slot]; len(list) == 1 {
			if text := x.tells(list[0], v); len(text) <= maxExpansion {
				return text
			}
		}
	case And, Or:
		return x.junctionTells(e, v)
	}
	if v {
		return x.prog.truth(e)
	}
	return "this does not hold: " + x.prog.truth(e)
}

// junctionTells is tells for and and or: which operand decided is not revealed.
func (x *explainer) junctionTells(e *Expr, v bool) string {
	if len(e.Args) == 1 {
		return x.tells(e.Args[0], v)
	}
	var parts []string
	for _, arg := range e.Args {
		text := x.prog.truth(x.resolved(arg))
		if len(text) > maxExpansion {
			text = x.prog.truth(arg)
		}
		parts = append(parts, text)
	}
	list := strings.Join(parts, "; ")
	switch {
	case len(parts) == 0:
		return "the query fixes it"
	case e.Op == And && v:
		return "all of these hold: " + list
	case e.Op == Or && !v:
		return "none of these holds: " + list
	case v:
		return "at least one of these holds, and not which: " + list
	}
	return "at least one of these does not hold, and not which: " + list
}

// resolved is what a local stands for, if that is one expression.
func (x *explainer) resolved(e *Expr) *Expr {
	for e.Op == Local && len(x.assigned[e.Slot]) == 1 {
		e = x.assigned[e.Slot][0]
	}
	return e
}

// truth is a boolean expression as a sentence that may hold.
func (p *Program) truth(e *Expr) string {
	text := p.words(e)
	if e.Op == Local || e.Op == MemberValue {
		text += " is true"
	}
	return text
}
