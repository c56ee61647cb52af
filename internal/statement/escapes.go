package statement

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// escapes reports whether a string that the program may use of the document with
// the tag is written with an escape: one that a dvar or a filter leads to,
// whether or not it is executed.
func escapes(payload *document.Document, program *query.Program, tag string) bool {
	values := make(map[int]bool)
	readValues(program.Body, values)
	for i, path := range program.Paths {
		if path.Tag == tag && leadsToEscape(payload.Root, path.Steps, values[i]) {
			return true
		}
	}
	return false
}

// readValues notes the paths whose values are read, not only looked for or
// counted.
func readValues(list []query.Statement, values map[int]bool) {
	var walk func(e *query.Expr)
	walk = func(e *query.Expr) {
		if e.Op == query.MemberValue {
			values[e.Path] = true
		}
		for _, a := range e.Args {
			walk(a)
		}
	}
	for i := range list {
		walk(list[i].Expr)
		readValues(list[i].Then, values)
		readValues(list[i].Else, values)
	}
}

// leadsToEscape follows steps from a node, into all members of a name if there
// are several. There are at most as many calls as nodes.
func leadsToEscape(n *document.Node, steps []query.Step, value bool) bool {
	if len(steps) == 0 {
		return value && n.Kind == document.String && n.Escaped
	}
	step, rest := steps[0], steps[1:]
	switch step.Kind {
	case query.Member:
		for i := range n.Members {
			if m := &n.Members[i]; m.Name == step.Name && leadsToEscape(m.Value, rest, value) {
				return true
			}
		}
	case query.Index:
		return step.Index < len(n.Elems) && leadsToEscape(n.Elems[step.Index], rest, value)
	case query.Each:
		for _, e := range n.Elems {
			filter := []query.Step{{Kind: query.Member, Name: step.Filter.Name}}
			if step.Filter.Kind == query.KeepText && leadsToEscape(e, filter, true) || leadsToEscape(e, rest, value) {
				return true
			}
		}
	}
	return false
}
