package reference

import (
	"fmt"
	"slices"
	"strings"
)

// A program is a query that compiles.
type program struct {
	tags   []string
	body   *node // the list of statements, or the one expression
	single bool  // one expression: plain strings on the left of an OP are paths

	// What the limits count.
	expressions, contains int
	paths, eachPaths      map[string]bool
	outputs               int
}

var (
	orders    = []string{"<", "<=", ">", ">="}
	equals    = []string{"==", "!="}
	foldEqual = []string{"~==", "~!="}
	ops       = slices.Concat(orders, equals, foldEqual)
	contains  = []string{
		"contains", "!contains", "~contains", "~!contains", "starts_with", "!starts_with", "~starts_with", "~!starts_with",
		"ends_with", "!ends_with", "~ends_with", "~!ends_with",
	}
	types   = []string{"string", "number", "boolean", "null", "array", "object"}
	dates   = []string{"get_age", "get_day_diff"}
	formats = []string{"DD/MM/YYYY", "MM/DD/YYYY", "YYYY-MM-DD"}
)

func newProgram(text string, tags []string) *program {
	if len(text) > 64<<10 {
		panic(compileFault("query over 64 KiB"))
	}
	p := &program{tags: tags, body: tree(text, 10000), paths: map[string]bool{}, eachPaths: map[string]bool{}}
	switch {
	case p.body == nil:
		panic(compileFault("query that is no JSON"))
	case p.body.kind == "array":
		p.block(p.body, 0)
		if p.outputs == 0 {
			panic(compileFault("query without an output"))
		}
	case p.body.kind == "object":
		p.single = true
		p.expr(p.body, 1)
	default:
		panic(compileFault("query that is neither a list nor an expression object"))
	}
	switch {
	case p.expressions > 1024:
		panic(compileFault("over 1,024 expressions"))
	case p.contains > 32:
		panic(compileFault("over 32 contains"))
	case len(p.paths) > 64:
		panic(compileFault("over 64 paths"))
	case len(p.eachPaths) > 8:
		panic(compileFault("over 8 paths with EACH"))
	}
	p.checkWays()
	return p
}

// want panics with a compile error unless ok.
func want(ok bool, what string) {
	if !ok {
		panic(compileFault("want " + what))
	}
}

// only returns the one member of an object.
func only(n *node, what string) (string, *node) {
	want(n.kind == "object" && len(n.members) == 1, what+", an object with one key")
	return n.names[0].text, n.members[0]
}

func (n *node) member(name string) *node {
	for i := range n.names {
		if n.names[i].text == name {
			return n.members[i]
		}
	}
	return nil
}

func depthLimit(depth int) { want(depth <= 32, "expressions and blocks at most 32 deep") }

func (p *program) block(n *node, depth int) {
	depthLimit(depth)
	want(n.kind == "array", "a list of statements")
	for _, s := range n.elems {
		p.statement(s, depth)
	}
}

func (p *program) statement(n *node, depth int) {
	key, body := only(n, "a statement")
	switch key {
	case "assign", "output":
		name, e := only(body, key)
		want(name != "" && len(name) <= 128, "a name of 1 to 128 bytes")
		p.expr(e, depth+1)
		if key == "output" {
			p.outputs++
		}
	case "if":
		want(body.kind == "object", "an object in if")
		seen := map[string]bool{}
		for _, name := range body.names {
			want(slices.Contains([]string{"condition", "then", "else"}, name.text) && !seen[name.text], "condition, then and else, once each")
			seen[name.text] = true
		}
		want(seen["condition"] && seen["then"], "a condition and a then")
		p.expr(body.member("condition"), depth+1)
		p.block(body.member("then"), depth+1)
		if seen["else"] {
			p.block(body.member("else"), depth+1)
		}
	default:
		want(false, "assign, output or if")
	}
}

// list returns the elements of an array of least to most.
func list(n *node, least, most int) []*node {
	want(n.kind == "array" && len(n.elems) >= least && (most < 0 || len(n.elems) <= most), "an array with as many operands as the operator has")
	return n.elems
}

// path checks a path. each: it must have one, "last" at its end, "no" none, ""
// for any.
func (p *program) path(n *node, each string) {
	want(n.kind == "string", "a path")
	tag, steps := splitPath(n.text, p.tags)
	has := hasEach(steps)
	want(each != "no" || !has, "a path without EACH")
	want(each != "last" || steps[len(steps)-1].form == "each", "a path that ends in EACH")
	id := fmt.Sprintf("%q %q", tag, fmt.Sprintf("%#v", steps))
	p.paths[id] = true
	if has {
		p.eachPaths[id] = true
	}
}

func (p *program) literal(n *node) {
	switch n.kind {
	case "string":
		want(len(n.text) <= 256, "a literal of at most 256 bytes")
	case "number":
		_, ok := n.number()
		want(ok, "a number that has a value")
	default:
		want(n.kind == "boolean", "a string, a number or a boolean")
	}
}

func (p *program) expr(n *node, depth int) {
	depthLimit(depth)
	p.expressions++
	if n.kind != "object" {
		p.literal(n)
		return
	}
	key, arg := only(n, "an expression")
	switch {
	case key == "lvar":
		want(arg.kind == "string" && arg.text != "" && len(arg.text) <= 128, "a name")
	case key == "dvar":
		p.path(arg, "")
	case key == "exists":
		p.path(arg, "no")
	case key == "is":
		args := list(arg, 2, 2)
		p.path(args[0], "no")
		want(args[1].kind == "string" && slices.Contains(types, args[1].text), strings.Join(types, " or "))
	case key == "count":
		p.path(arg, "last")
	case key == "now":
		list(arg, 0, 0)
	case key == "and" || key == "or":
		for _, e := range list(arg, 0, -1) {
			p.expr(e, depth+1)
		}
	case key == "not":
		p.expr(arg, depth+1)
	case slices.Contains(ops, key):
		args := list(arg, 2, 3)
		if p.isPath(args[0]) {
			depthLimit(depth + 1)
			p.expressions++
			p.path(args[0], "")
		} else {
			p.expr(args[0], depth+1)
		}
		p.expr(args[1], depth+1)
		want(len(args) == 2 || args[2].kind == "string" && (args[2].text == "and" || args[2].text == "or"), `"and" or "or"`)
	case slices.Contains(contains, key):
		p.contains++
		for _, e := range list(arg, 2, 2) {
			p.expr(e, depth+1)
		}
	case key == "in":
		args := list(arg, 2, 2)
		p.expr(args[0], depth+1)
		for _, l := range list(args[1], 0, -1) {
			depthLimit(depth + 1)
			p.expressions++
			p.literal(l)
			want(l.kind == args[1].elems[0].kind, "literals of one type")
		}
	case slices.Contains(dates, key):
		args := list(arg, 2, 2)
		p.expr(args[0], depth+1)
		want(args[1].kind == "string" && slices.Contains(formats, args[1].text), strings.Join(formats, " or "))
	case key == "get_time":
		args := list(arg, 2, 2)
		p.expr(args[0], depth+1)
		want(args[1].kind == "string" && args[1].text == "RFC3339", "RFC3339")
	default:
		want(false, "an operator")
	}
}

// isPath tells whether an operand on the left of an OP is a path without dvar.
func (p *program) isPath(n *node) bool { return p.single && n.kind == "string" }
