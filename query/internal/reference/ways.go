package reference

import "slices"

// maxWays bounds the ways through a query that are written out.
const maxWays = 1 << 10

type tooManyWays struct{}

// An event is what happens on a way: a condition, an assignment, an output.
type event struct {
	kind, name string
	expr       *node
}

// A shape is what the query alone tells of a value.
type shape struct {
	kind  string // of scalar or elements: string, number, boolean, or empty if the document decides
	array bool
}

// checkWays checks every way by itself, and locals that are read on several.
func (p *program) checkWays() {
	if p.single {
		w := p.newWay(map[*node]bool{})
		w.locals["result"] = w.shape(p.body)
		return
	}
	arrays := map[*node]bool{}
	for _, way := range ways(p.body) {
		w := p.newWay(arrays)
		for _, e := range way {
			s := w.shape(e.expr)
			switch e.kind {
			case "condition":
				want(!s.array && (s.kind == "boolean" || s.kind == ""), "a boolean condition")
			case "assign":
				_, twice := w.locals[e.name]
				want(!twice, "a local assigned once")
				w.locals[e.name] = s
			case "output":
				if n, ok := e.expr.number(); ok {
					want(n.rat().IsInt(), "an integer as output")
				}
				want(!w.outputs[e.name], "an output used once")
				w.outputs[e.name] = true
			}
		}
	}
}

// ways returns every way through a list of statements.
func ways(block *node) [][]event {
	all := [][]event{nil}
	for _, s := range block.elems {
		kind, body := s.names[0].text, s.members[0]
		var parts [][]event
		if kind == "if" {
			cond := event{kind: "condition", expr: body.member("condition")}
			parts = prefixed(cond, ways(body.member("then")))
			if other := body.member("else"); other != nil {
				parts = append(parts, prefixed(cond, ways(other))...)
			} else {
				parts = append(parts, []event{cond})
			}
		} else {
			parts = [][]event{{{kind: kind, name: body.names[0].text, expr: body.members[0]}}}
		}
		if len(all)*len(parts) > maxWays {
			panic(tooManyWays{})
		}
		var next [][]event
		for _, a := range all {
			for _, b := range parts {
				next = append(next, slices.Concat(a, b))
			}
		}
		all = next
	}
	return all
}

func prefixed(e event, ways [][]event) [][]event {
	var out [][]event
	for _, w := range ways {
		out = append(out, slices.Concat([]event{e}, w))
	}
	return out
}

// A way knows what has happened on it.
type way struct {
	p       *program
	locals  map[string]shape
	outputs map[string]bool
	arrays  map[*node]bool // by place where a local is read: whether it was an array on any way
}

func (p *program) newWay(arrays map[*node]bool) *way {
	return &way{p: p, locals: map[string]shape{}, outputs: map[string]bool{}, arrays: arrays}
}

// scalar checks an operand that must be a scalar of a kind, any if empty.
func (w *way) scalar(n *node, kind string) shape {
	s := w.shape(n)
	want(!s.array, "no array here")
	want(kind == "" || s.kind == "" || s.kind == kind, "a "+kind)
	return s
}

func (w *way) pathShape(n *node) shape {
	_, steps := splitPath(n.text, w.p.tags)
	return shape{array: hasEach(steps)}
}

func (w *way) shape(n *node) shape {
	if n.kind != "object" {
		return shape{kind: n.kind}
	}
	key, arg := n.names[0].text, n.members[0]
	switch {
	case key == "lvar":
		s, ok := w.locals[arg.text]
		want(ok, "a local that every way assigns before")
		before, seen := w.arrays[n]
		want(!seen || before == s.array, "a local that is an array on every way or on none")
		w.arrays[n] = s.array
		return s
	case key == "dvar":
		return w.pathShape(arg)
	case key == "count" || key == "now":
		return shape{kind: "number"}
	case key == "and" || key == "or":
		for _, e := range arg.elems {
			w.scalar(e, "boolean")
		}
	case key == "not":
		w.scalar(arg, "boolean")
	case slices.Contains(ops, key):
		w.op(key, arg.elems)
	case slices.Contains(contains, key):
		w.scalar(arg.elems[0], "string")
		w.scalar(arg.elems[1], "string")
	case key == "in":
		kind := ""
		if list := arg.elems[1].elems; len(list) > 0 {
			kind = list[0].kind
		}
		w.scalar(arg.elems[0], kind)
	case key == "get_time":
		s := w.scalar(arg.elems[0], "string")
		if arg.elems[0].kind == "string" {
			_, ok := seconds(arg.elems[0].text)
			want(ok, "a time")
		}
		return shape{kind: "number", array: s.array}
	case slices.Contains(dates, key):
		s := w.shape(arg.elems[0])
		want(s.kind == "" || s.kind == "string", "a date")
		if arg.elems[0].kind == "string" {
			_, ok := date(arg.elems[0].text, arg.elems[1].text)
			want(ok, "a date of the format")
		}
		return shape{kind: "number", array: s.array}
	}
	return shape{kind: "boolean"}
}

func (w *way) op(key string, args []*node) {
	var l shape
	if w.p.isPath(args[0]) {
		l = w.pathShape(args[0])
	} else {
		l = w.shape(args[0])
	}
	r := w.shape(args[1])
	want(!l.array || !r.array, "one array at most")
	want(len(args) == 2 || l.array || r.array, "an array beside a quantifier")
	switch {
	case slices.Contains(equals, key):
		want(l.kind == "" || r.kind == "" || l.kind == r.kind, "two values of one type")
	case slices.Contains(orders, key):
		want((l.kind == "" || l.kind == "number") && (r.kind == "" || r.kind == "number"), "numbers")
	default:
		want((l.kind == "" || l.kind == "string") && (r.kind == "" || r.kind == "string"), "strings")
	}
}
