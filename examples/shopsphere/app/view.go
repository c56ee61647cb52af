package app

import (
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
	"github.com/zkpass-go/zkpass/query"
)

// Answers are the answers that the consent page may be about: one, if it is known here,
// and else those that its script chooses from. "any" stands for the answer to a question
// that is more than comparisons.
func (p stepPage) Answers() []string {
	switch {
	case len(p.Explanation.Rows) == 0:
		return []string{"any"}
	case !p.Explanation.Known:
		return []string{"yes", "no"}
	case p.Explanation.Yes:
		return []string{"yes"}
	default:
		return []string{"no"}
	}
}

// rowView is a row with the words around it.
type rowView struct {
	web.Words
	row
	Known bool
}

// Row makes a part of the consent page.
func (p stepPage) Row(words web.Words, r row) rowView {
	return rowView{words, r, p.Explanation.Known}
}

// decideView are the two buttons under one answer.
type decideView struct {
	web.Words
	Path, Token, Answer string
	Script              bool // a script shows those that fit
}

// Decide makes a part of the consent page.
func (p stepPage) Decide(words web.Words, token, answer string) decideView {
	return decideView{words, p.Path, token, answer, p.Plan != ""}
}

// outcome is the sentence for the answer that a reveal speaks of, if it does of one.
func outcome(r query.Reveal) string {
	switch {
	case r.Outcome == nil:
		return ""
	case *r.Outcome:
		return "consent.iftrue"
	default:
		return "consent.iffalse"
	}
}
