package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A value has one item if it is a scalar. Items are string, number or bool.
type value struct {
	array bool
	items []any
	needs []marker // what must be marked before the value may be output
	path  string   // where a scalar or the elements stand, empty if computed
}

// A marker must stand in an object.
type marker struct {
	object     *node
	name, path string
}

type run struct {
	p      *program
	roots  map[string]*node
	jwt    map[string]bool
	now    int64
	locals map[string]value
	out    []string
}

func (p *program) run(docs map[string]Document, now int64) string {
	if y := time.Unix(now, 0).UTC().Year(); y < 1 || y > 9999 {
		panic(evalFault("", "time outside of the years 1 to 9999"))
	}
	r := run{p: p, roots: map[string]*node{}, jwt: map[string]bool{}, now: now, locals: map[string]value{}}
	for tag, d := range docs {
		root := tree(d.Payload, 16)
		if root == nil || root.kind != "object" || len(d.Payload) > 16<<10 {
			panic(fault{Kind: Malformed, Why: "document that is no JSON object within the limits"})
		}
		r.roots[tag], r.jwt[tag] = root, d.JWT
	}
	if p.single {
		at("the expression", func() { r.output("result", r.eval(p.body)) })
	} else {
		r.block(p.body, "")
	}
	return "{" + strings.Join(r.out, ",") + "}"
}

// at notes the statement of a fault, the innermost first.
func at(pos string, f func()) {
	defer func() {
		r := recover()
		if x, ok := r.(fault); ok && x.Pos == "" {
			x.Pos = pos
			panic(x)
		}
		if r != nil {
			panic(r)
		}
	}()
	f()
}

func (r *run) block(n *node, pos string) {
	for i, s := range n.elems {
		where := fmt.Sprintf("statement %d", i+1)
		if pos != "" {
			where = fmt.Sprintf("%s %d", pos, i+1)
		}
		at(where, func() { r.statement(s, where) })
	}
}

func (r *run) statement(s *node, pos string) {
	body := s.members[0]
	switch s.names[0].text {
	case "assign":
		r.locals[body.names[0].text] = r.eval(body.members[0])
	case "output":
		r.output(body.names[0].text, r.eval(body.members[0]))
	case "if":
		branch := "then"
		if !r.truth(body.member("condition")) {
			branch = "else"
		}
		if block := body.member(branch); block != nil {
			r.block(block, pos+", "+branch)
		}
	}
}

// output adds an output that may be disclosed.
func (r *run) output(name string, v value) {
	for _, item := range v.items {
		if n, ok := item.(number); ok && !n.rat().IsInt() {
			panic(evalFault(v.path, "output that is no integer"))
		}
	}
	if v.array || kindOf(v.items[0]) != "boolean" {
		for _, m := range v.needs {
			mark := find(m.object, m.name, m.path)
			if mark == nil || mark.raw != "true" || mark.kind != "boolean" {
				panic(fault{Kind: Undisclosed, Path: m.path, Why: "member that is not marked"})
			}
		}
	}
	var texts []string
	for _, item := range v.items {
		text := fmt.Sprint(item)
		if s, ok := item.(string); ok {
			text = quote(s)
		}
		texts = append(texts, text)
	}
	text := strings.Join(texts, ",")
	if v.array {
		text = "[" + text + "]"
	}
	r.out = append(r.out, quote(name)+":"+text)
}

// quote writes a string with the fewest escapes that JSON allows.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		if i := strings.IndexRune("\"\\\b\t\n\f\r", c); i >= 0 {
			b.WriteString([]string{`\"`, `\\`, `\b`, `\t`, `\n`, `\f`, `\r`}[i])
		} else if c < ' ' {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// truth evaluates what must be a boolean.
func (r *run) truth(n *node) bool {
	v := r.eval(n)
	b, ok := v.items[0].(bool)
	if !ok {
		panic(evalFault(v.path, "no boolean"))
	}
	return b
}

func computed(item any) value { return value{items: []any{item}} }

func (r *run) eval(n *node) value {
	switch n.kind {
	case "string":
		return computed(n.text)
	case "number":
		v, _ := n.number()
		return computed(v)
	case "boolean":
		return computed(n.raw == "true")
	}
	key, arg := n.names[0].text, n.members[0]
	switch {
	case key == "lvar":
		return r.locals[arg.text]
	case key == "dvar":
		return r.read(arg.text, 32)
	case key == "exists":
		return computed(r.exists(arg.text))
	case key == "is":
		return computed(r.kindAt(arg.elems[0].text) == arg.elems[1].text)
	case key == "count":
		return r.count(arg.text)
	case key == "now":
		return computed(integer(r.now))
	case key == "and" || key == "or":
		for _, e := range arg.elems {
			if r.truth(e) == (key == "or") {
				return computed(key == "or")
			}
		}
		return computed(key == "and")
	case key == "not":
		return computed(!r.truth(arg))
	case slices.Contains(ops, key):
		return computed(r.op(key, arg.elems))
	case slices.Contains(contains, key):
		l, r := r.eval(arg.elems[0]), r.eval(arg.elems[1])
		haystack, ok := l.items[0].(string)
		if !ok {
			panic(evalFault(l.path, "no string"))
		}
		needle, ok := r.items[0].(string)
		if !ok {
			panic(evalFault(r.path, "no string"))
		}
		if strings.Contains(key, "~") {
			haystack, needle = fold(haystack), fold(needle)
		}
		var holds bool
		switch strings.TrimLeft(key, "~!") {
		case "contains":
			holds = strings.Contains(haystack, needle)
		case "starts_with":
			holds = len(haystack) >= len(needle) && haystack[:len(needle)] == needle
		case "ends_with":
			holds = len(haystack) >= len(needle) && haystack[len(haystack)-len(needle):] == needle
		}
		return computed(holds != strings.Contains(key, "!"))
	case key == "in":
		v := r.eval(arg.elems[0])
		found := false
		for _, l := range arg.elems[1].elems {
			item := r.eval(l).items[0]
			if fmt.Sprintf("%T", item) != fmt.Sprintf("%T", v.items[0]) {
				panic(evalFault(v.path, "another type than the list's"))
			}
			found = found || item == v.items[0]
		}
		return computed(found)
	}
	if key == "get_time" {
		v := r.eval(arg.elems[0])
		text, ok := v.items[0].(string)
		if !ok {
			panic(evalFault(v.path, "no string"))
		}
		at, ok := seconds(text)
		if !ok {
			panic(evalFault(v.path, "no time"))
		}
		return value{items: []any{integer(at)}, needs: v.needs, path: v.path}
	}
	return r.dates(key, arg.elems)
}

func (r *run) dates(key string, args []*node) value {
	v := r.eval(args[0])
	out := value{array: v.array, needs: v.needs}
	for _, item := range v.items {
		text, ok := item.(string)
		if !ok {
			panic(evalFault(v.path, "no string"))
		}
		day, ok := date(text, args[1].text)
		if !ok {
			panic(evalFault(v.path, "no date"))
		}
		n := daysBetween(day, r.now)
		if key == "get_age" {
			if n < 0 {
				panic(evalFault(v.path, "later date"))
			}
			n = age(day, r.now)
		}
		out.items = append(out.items, integer(n))
	}
	return out
}

// fold makes A to Z small.
func fold(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c - 'A' + 'a'
		}
		return c
	}, s)
}

// operand evaluates an operand of OP beside another. The left one may be a path
// without dvar.
func (r *run) operand(n, other *node, isPath, isLeft bool) value {
	path := n
	if n.kind == "object" && n.names[0].text == "dvar" {
		path, isPath = n.members[0], true
	}
	if !isPath {
		return r.eval(n)
	}
	limit := 32
	literal := other.kind != "object" && (isLeft || !r.p.isPath(other))
	if literal || other.kind == "object" && other.names[0].text == "now" {
		_, steps := splitPath(path.text, r.p.tags)
		limit = longest(steps)
	}
	return r.read(path.text, limit)
}

func (r *run) op(key string, args []*node) bool {
	left := r.operand(args[0], args[1], r.p.isPath(args[0]), true)
	right := r.operand(args[1], args[0], false, false)
	// Beside an empty array too.
	if !slices.Contains(equals, key) {
		for _, v := range []value{left, right} {
			for _, item := range v.items {
				_, isNumber := item.(number)
				_, isString := item.(string)
				if slices.Contains(orders, key) != isNumber || slices.Contains(foldEqual, key) != isString {
					panic(evalFault(v.path, "operand of another type"))
				}
			}
		}
	}
	all := len(args) == 2 || args[2].text == "and"
	tests := 0
	passed := 0
	for _, l := range left.items {
		for _, r := range right.items {
			if fmt.Sprintf("%T", l) != fmt.Sprintf("%T", r) {
				panic(evalFault("", "two types"))
			}
			tests++
			if compare(key, l, r) {
				passed++
			}
		}
	}
	if all {
		return passed == tests
	}
	return passed > 0
}

func compare(key string, l, r any) bool {
	switch key {
	case "==":
		return l == r
	case "!=":
		return l != r
	case "~==":
		return fold(l.(string)) == fold(r.(string))
	case "~!=":
		return fold(l.(string)) != fold(r.(string))
	}
	c := l.(number).rat().Cmp(r.(number).rat())
	return map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[key]
}
