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
	add := func(r Reveal, set pathSet) {
		r.Reads = x.indexes(set)
		x.pay(r.Text)
		o.Reveals = append(o.Reveals, r)
	}
	switch {
	case own == 0:
		add(Reveal{Kind: RevealsFixed, Text: "nothing by its value, which the query or the time fixes"}, 0)
	case e.Type == Boolean && !e.Array:
		add(x.outcome(e, true), own)
		add(x.outcome(e, false), own)
	case len(s.Sources) == 0:
		add(Reveal{Kind: RevealsChoice, Text: "which of its values it is, and what that tells of " + x.pathList(own)}, own)
	}
	for _, i := range s.Sources {
		x.source(e, i, add)
	}
	if len(when) > 0 {
		text := "by being there or not, whether its conditions hold"
		if conditions != 0 {
			text += ", and what that tells of " + x.pathList(conditions)
		}
		add(Reveal{Kind: RevealsPresence, Text: text}, conditions)
	}
	return o
}

// source says what an output of a path tells that may be its value.
func (x *explainer) source(e *Expr, i int, add func(Reveal, pathSet)) {
	if x.spent() {
		return
	}
	path := x.prog.Paths[i]
	name := x.unpaid(path)
	_, marker := path.Marker()
	r := Reveal{Kind: RevealsValue, Text: "the value of " + name}
	switch e.Op {
	case Age, DayDiff, Seconds, Local:
		r.Text += " or what is computed from it"
	case Count:
		r = Reveal{Kind: RevealsCount, Text: "how many elements " + name + " has"}
	}
	r.Text += "; there is no proof unless the issuer marked it with ‘" + visibleName(marker, x.token) + "’"
	if e.Type == Unknown && !e.Array {
		r.Text += ", or it is true or false"
	}
	add(r, 1<<i)
	if each := path.EachStep(); each >= 0 && path.Steps[each].Filter.Kind != KeepAll {
		add(Reveal{Kind: RevealsFilter, Text: "how many elements the filter of " + name + " keeps, marked or not"}, 1<<i)
	}
}

// unpaid is a path in words that are part of another text.
func (x *explainer) unpaid(path Path) string {
	w := phrase{style: x.style}
	w.path(path)
	x.cut = x.cut || w.cut
	return string(w.buf)
}

func (x *explainer) pathList(set pathSet) string {
	w := phrase{style: x.style}
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
	x.cut = x.cut || w.cut
	return string(w.buf)
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
// whose values stand in full where they are used.
func (x Explanation) String() string {
	var b strings.Builder
	line := func(parts ...string) {
		for _, s := range parts {
			b.WriteString(s)
		}
		b.WriteByte('\n')
	}
	if !x.Complete && len(x.Warnings) > 0 {
		line("warning: ", x.Warnings[0])
	}
	line("The verifier learns:")
	for _, o := range x.Outputs {
		o.write(line)
	}
	if x.MoreOutputs > 0 {
		line("  … ", plural(x.MoreOutputs, "more output"), ", not shown here")
	}
	line("It reads:")
	if len(x.Reads) == 0 {
		line("  nothing of any document")
	}
	for _, r := range x.Reads {
		line("  ", r.Text, " (", useWords(r.Uses), "): ", r.Shown.words())
	}
	heading := "On the way it computes, without showing it:"
	for _, l := range x.Locals {
		if l.said {
			continue
		}
		if heading != "" {
			line(heading)
			heading = ""
		}
		line("  ‘", l.Name, "’ = ", l.Value)
		writeConditions(line, l.When)
	}
	if x.MoreLocals > 0 {
		line("  … ", plural(x.MoreLocals, "more value"), ", not shown here")
	}
	for i, w := range x.Warnings {
		if i > 0 || x.Complete {
			line("warning: ", w)
		}
	}
	return b.String()
}

func (o OutputExplanation) write(line func(...string)) {
	isOutcome := func(r Reveal) bool { return r.Kind == RevealsOutcome }
	if slices.ContainsFunc(o.Reveals, isOutcome) {
		line("  ‘", o.Name, "’, true or false")
	} else {
		line("  ‘", o.Name, "’ = ", o.Value)
	}
	writeConditions(line, o.When)
	var before []string
	for _, r := range o.Reveals {
		if !isOutcome(r) {
			line("    tells ", r.Text)
			continue
		}
		word := "false"
		if *r.Outcome {
			word = "true"
		}
		switch {
		case len(r.Facts) == 0:
			line("    if ", word, ": ", r.Text)
		case len(r.Facts) > 1 && slices.Equal(r.Facts, before):
			line("    if ", word, ": ", r.Text)
		case len(r.Facts) == 1:
			line("    if ", word, ": ", r.Text, ": ", r.Facts[0])
		default:
			line("    if ", word, ": ", r.Text, ":")
			for _, f := range r.Facts {
				line("      - ", f)
			}
		}
		before = r.Facts
	}
}

func writeConditions(line func(...string), when []string) {
	for _, w := range when {
		line("    only if ", w)
	}
}

func useWords(list []Use) string {
	var words []string
	for _, u := range list {
		words = append(words, u.words())
	}
	return strings.Join(words, ", ")
}
