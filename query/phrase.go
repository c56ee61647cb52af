package query

import (
	"strconv"
	"strings"
)

// A style tells how far an explanation goes into detail.
type style struct {
	item   int  // bytes of one text; longer ones are cut
	token  int  // bytes of one name or literal within a text, 0 for all
	steps  int  // steps at either end of a path, 0 for all
	when   int  // conditions at either end of nested ones, 0 for all
	expand bool // locals stand for what is assigned to them
}

// A phrase is a text that grows to a limit. What goes past it is left out as a
// whole: a phrase is never cut within a name or a literal, but for those that
// say so themselves.
type phrase struct {
	buf []byte
	style
	words catalogue
	cut   bool   // something is left out
	named []bool // by slot: the local is called by its name; may be nil
}

func (w *phrase) add(s string) {
	if w.cut {
		return
	}
	if len(w.buf)+len(s) > w.item {
		w.leaveOut()
		return
	}
	w.buf = append(w.buf, s...)
}

// leaveOut ends the phrase.
func (w *phrase) leaveOut() {
	w.buf, w.cut = append(w.buf, " …"...), true
}

// literal adds a literal as it is written in a query.
func (w *phrase) literal(l Literal) {
	if l.Type == String {
		w.add(string(appendVisible(nil, l.Str, w.token)))
		return
	}
	w.add(string(l.value().append(nil)))
}

// name adds the name of a local or of a member.
func (w *phrase) name(name string) { w.add("‘" + visibleName(name, w.token) + "’") }

// visibleName returns a name as it is written in paths. A limit is as for
// appendVisible.
func visibleName(name string, limit int) string {
	if n := plainMember(name); n == 0 || n < len(name) {
		return string(appendVisible(nil, name, limit))
	}
	if limit > 0 && len(name) > limit {
		return name[:limit] + "…"
	}
	return name
}

// path adds a path and what its filter keeps.
func (w *phrase) path(p Path) {
	path := plain("‘" + p.short(w.style) + "’")
	each := p.EachStep()
	if each < 0 {
		path(w)
		return
	}
	filter := p.Steps[each].Filter
	member := func(w *phrase) { w.name(filter.Name) }
	switch filter.Kind {
	case KeepTrue:
		w.say(sayWhereTrue, path, member)
	case KeepFalse:
		w.say(sayWhereNotTrue, path, member)
	case KeepText:
		w.say(sayWhereText, path, member, func(w *phrase) { w.add(string(appendVisible(nil, filter.Text, w.token))) })
	default:
		path(w)
	}
}

// short returns the path without its filter and no longer than the style allows.
func (p Path) short(st style) string {
	steps := p.Steps
	if p.Format == ZkPass {
		steps = steps[1:]
	}
	var b strings.Builder
	b.WriteString(visibleTag(p.Tag, st.token))
	for i := 0; i < len(steps); i++ {
		if left := len(steps) - 2*st.steps; st.steps > 0 && left > 0 && i == st.steps {
			b.WriteString("…")
			i += left
		}
		switch s := steps[i]; s.Kind {
		case Member:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(visibleName(s.Name, st.token))
		case Index:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case Each:
			b.WriteString("[]")
		}
	}
	return b.String()
}

// query returns the path as a query has it, no longer than the style allows.
func (p Path) query(st style) string {
	if st.steps > 0 {
		return p.short(st)
	}
	return p.String()
}

func visibleTag(tag string, limit int) string {
	if limit > 0 && len(tag) > limit {
		return tag[:limit] + "…"
	}
	return tag
}
