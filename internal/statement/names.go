package statement

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// names reports whether an object that a path of the program looks into, in the
// document with the tag, has a name of its own that is written with an escape. It
// counts whether or not the path is followed in execution, and elements that a
// filter drops count too.
func names(payload *document.Document, program *query.Program, tag string) bool {
	for _, path := range program.Paths {
		if path.Tag == tag && looksIntoEscape(payload.Root, path.Steps) {
			return true
		}
	}
	return false
}

// looksIntoEscape follows steps from a node, into all members of a name if there
// are several. There are at most as many calls as nodes. Disclosure markers stand
// in objects that the path looks into.
func looksIntoEscape(n *document.Node, steps []query.Step) bool {
	if len(steps) == 0 {
		return false
	}
	step, rest := steps[0], steps[1:]
	switch step.Kind {
	case query.Member:
		for i := range n.Members {
			if m := &n.Members[i]; m.Escaped || m.Name == step.Name && looksIntoEscape(m.Value, rest) {
				return true
			}
		}
	case query.Index:
		return step.Index < len(n.Elems) && looksIntoEscape(n.Elems[step.Index], rest)
	case query.Each:
		for _, e := range n.Elems {
			filter := []query.Step{{Kind: query.Member, Name: step.Filter.Name}}
			if step.Filter.Kind != query.KeepAll && looksIntoEscape(e, filter) || looksIntoEscape(e, rest) {
				return true
			}
		}
	}
	return false
}
