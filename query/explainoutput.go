package query

import (
	"slices"
	"strings"
)

// output explains an output statement.
func (x *explainer) output(s *Statement, when []string) OutputExplanation {
	e := s.Expr
	o := OutputExplanation{
		Name: x.name(x.prog.Outputs[s.Slot]), Type: e.Type.String(), Array: e.Array, When: x.when(when),
		Value: x.text(func(w *phrase) { w.expr(x.prog, x.resolve(e)) }), Reveals: []Reveal{},
	}
	own, conditions := x.trace.own[s], x.trace.outer[s]
	add := func(kind RevealKind, set pathSet, k key, args ...argument) {
		for i, arg := range args { // of which each may be cut, and the sentence not
			args[i] = plain(x.unpaid(arg))
		}
		o.Reveals = append(o.Reveals, Reveal{Kind: kind, Key: string(k), Text: x.pay(x.words.sentence(k, args...)), Reads: x.indexes(set)})
	}
	truth, always := x.trace.constants[s.Expr]
	switch {
	case always && e.Op != Constant && truth:
		add(RevealsFixed, 0, sayAlways)
	case always && e.Op != Constant:
		add(RevealsFixed, 0, sayNever)
	case own == 0:
		add(RevealsFixed, 0, sayFixed)
	case e.Type == Boolean && !e.Array:
		for _, v := range []bool{true, false} {
			r := x.outcome(e, v)
			r.Reads = x.indexes(own)
			x.pay(r.Text)
			o.Reveals = append(o.Reveals, r)
		}
	case len(s.Sources) == 0:
		add(RevealsChoice, own, sayChoice, x.pathList(own))
	}
	for _, i := range s.Sources {
		x.source(e, i, add)
	}
	if len(when) > 0 && conditions != 0 {
		add(RevealsPresence, conditions, sayPresenceTells, x.pathList(conditions))
	} else if len(when) > 0 {
		add(RevealsPresence, 0, sayPresence)
	}
	return o
}

// source says what an output of a path tells that may be its value.
func (x *explainer) source(e *Expr, i int, add func(RevealKind, pathSet, key, ...argument)) {
	if x.spent() {
		return
	}
	path := x.prog.Paths[i]
	name := func(w *phrase) { w.path(path) }
	_, marker := path.Marker()
	kind, k := RevealsValue, sayValue
	switch e.Op {
	case Age, DayDiff, Seconds, Local:
		k = sayComputed
	case Count:
		kind, k = RevealsCount, sayCount
	}
	marked := sayMarked
	if e.Type == Unknown && !e.Array {
		marked = sayMarkedOrTruth
	}
	add(kind, 1<<i, marked, func(w *phrase) { w.say(k, name) }, func(w *phrase) { w.name(marker) })
	if each := path.EachStep(); each >= 0 && path.Steps[each].Filter.Kind != KeepAll {
		add(RevealsFilter, 1<<i, sayFilter, name)
	}
}

// unpaid makes a text that is paid for where it is used.
func (x *explainer) unpaid(f argument) string {
	w := phrase{style: x.style, words: x.words}
	f(&w)
	x.cut = x.cut || w.cut
	return string(w.buf)
}

func (x *explainer) pathList(set pathSet) argument {
	return func(w *phrase) {
		first := true
		for i, path := range x.prog.Paths {
			if set.has(i) && !w.cut && !x.spent() {
				if !first {
					w.add(", ")
				}
				first = false
				w.path(path)
			}
		}
	}
}

func (x *explainer) indexes(set pathSet) []int {
	list := []int{}
	for i := range x.prog.Paths {
		if set.has(i) {
			list = append(list, i)
			x.room -= readSize
		}
	}
	return list
}

// String returns the explanation as text of several lines. It leaves out locals
// whose values stand in full where they are used, and Advice.
func (x Explanation) String() string {
	p := page{words: catalogues[x.Language]}
	if p.words == nil {
		p.words = english
	}
	if !x.Complete && len(x.Warnings) > 0 {
		p.line(sayWarning, x.Warnings[0])
	}
	p.line(sayLearns)
	for _, o := range x.Outputs {
		p.output(o)
	}
	p.more(x.MoreOutputs, sayMoreOutput, sayMoreOutputs)
	p.line(sayReads)
	if len(x.Reads) == 0 {
		p.line(sayReadsNone)
	}
	for _, r := range x.Reads {
		p.line(sayRead, r.Text, p.words.uses(r.Uses), p.words.sentence(shownKeys[r.Shown]))
	}
	headed := false
	for _, l := range x.Locals {
		if l.said {
			continue
		}
		if !headed {
			p.line(sayComputes)
			headed = true
		}
		p.line(sayEquals, "‘"+l.Name+"’", l.Value)
		p.conditions(l.When)
	}
	p.more(x.MoreLocals, sayMoreLocal, sayMoreLocals)
	for i, w := range x.Warnings {
		if i > 0 || x.Complete {
			p.line(sayWarning, w)
		}
	}
	return p.text.String()
}

// A page is the text of an explanation.
type page struct {
	words catalogue
	text  strings.Builder
}

// line adds a line. Its arguments are parts of an explanation, within its limit.
func (p *page) line(k key, args ...string) {
	var list []argument
	for _, arg := range args {
		list = append(list, plain(arg))
	}
	p.text.WriteString(p.words.sentence(k, list...) + "\n")
}

func (p *page) more(n int, one, many key) {
	if n > 0 {
		p.text.WriteString(p.words.counted(n, one, many) + "\n")
	}
}

func (p *page) conditions(when []string) {
	for _, w := range when {
		p.line(sayOnlyIf, w)
	}
}

func (p *page) output(o OutputExplanation) {
	isOutcome := func(r Reveal) bool { return r.Kind == RevealsOutcome }
	if slices.ContainsFunc(o.Reveals, isOutcome) {
		p.line(sayYesNo, "‘"+o.Name+"’")
	} else {
		p.line(sayEquals, "‘"+o.Name+"’", o.Value)
	}
	p.conditions(o.When)
	var before []string
	for _, r := range o.Reveals {
		if !isOutcome(r) {
			p.line(sayTells, r.Text)
			continue
		}
		k := sayIfFalse
		if *r.Outcome {
			k = sayIfTrue
		}
		switch {
		case len(r.Facts) == 0, len(r.Facts) > 1 && slices.Equal(r.Facts, before):
			p.line(k, r.Text)
		case len(r.Facts) == 1:
			p.line(k, r.Text+": "+r.Facts[0])
		default:
			p.line(k, r.Text+":")
			for _, f := range r.Facts {
				p.text.WriteString("      - " + f + "\n")
			}
		}
		before = r.Facts
	}
}
