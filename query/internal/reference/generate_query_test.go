package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// subjectFrom makes the subject of a seed.
func subjectFrom(seed uint64) *subject {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x7a6b50617373)), room: 40}
	g.escapes = pick(g, 0, 0, 0, 0.02, 0.2)
	g.faults = pick(g, 0, 0, 0.02, 0.05, 0.2)
	g.errors = pick(g, 0, 0, 0, 0.01, 0.03)
	s := &subject{docs: map[string]Document{}, now: pick(g, 1739793600, 1739793600+g.Int64N(1<<20), 1709164800, 951782400, -62135596800, 253402300799, -1, 0)}
	tags := []string{""}
	if g.maybe(0.4) {
		tags = []string{"a", "bank", "id", "7"}[:1+g.IntN(4)]
	}
	for _, tag := range tags {
		root := g.object(0)
		if g.maybe(0.05) {
			root = g.deep()
		}
		prefix := ""
		if tag != "" {
			prefix = tag + "."
		}
		g.find(root, prefix, false)
		d := Document{JWT: g.maybe(0.4)}
		if !d.JWT {
			root = &made{kind: "object", names: []string{"data"}, members: []*made{root}}
		}
		d.Payload = g.write(root)
		if g.maybe(0.02) {
			d.Payload = g.garble(d.Payload)
		}
		s.docs[tag] = d
	}
	s.query = g.query()
	if g.maybe(0.03) {
		s.query = g.garble(s.query)
	}
	return s
}

// A local is what a query may read.
type local struct {
	name, kind string
	array      bool
}

func (g *generator) query() string {
	if g.maybe(0.12) {
		// Objects only, mostly.
		e := "1"
		for range 4 {
			if e = g.expr("boolean", nil, 1, true); strings.HasPrefix(e, "{") {
				break
			}
		}
		return e
	}
	if g.maybe(0.01) {
		return g.limits()
	}
	if g.maybe(0.15) {
		list := g.flow(0)
		if g.maybe(0.6) {
			both := `{"if":{"condition":` + g.expr("boolean", nil, 25, false) + `,"then":[{"assign":{"x":` + g.flowLeaf() + `}}],"else":[{"assign":{"x":` + g.flowLeaf() + `}}]}}`
			list = slices.Insert(list, 0, both)
		}
		return "[" + strings.Join(append(list, `{"output":{"end":`+g.flowExpr(0)+`}}`), ",") + "]"
	}
	var locals []local
	list := g.block(&locals, 0)
	list = append(list, g.statement("output", g.newName("o"), pick(g, "boolean", "boolean", "number", "string", "array"), &locals, 0))
	return "[" + strings.Join(list, g.comma()) + "]"
}

func (g *generator) comma() string { return pick(g, ",", ",", ",", ", ", " ,\n") }

func (g *generator) newName(prefix string) string {
	g.names++
	if g.maybe(g.errors) {
		return pick(g, prefix+"1", "", strings.Repeat("n", pick(g, 128, 129)))
	}
	if g.maybe(0.005) {
		return prefix + "1"
	}
	if g.maybe(0.05) {
		return fmt.Sprintf("%s%d %s", prefix, g.names, pick(g, `"`, "é", "\n", "\U0001f600", "<", "\x1f", "a.b"))
	}
	return fmt.Sprintf("%s%d", prefix, g.names)
}

func (g *generator) object1(key, value string) string {
	if g.maybe(g.errors / 4) {
		switch g.IntN(4) {
		case 0:
			return "{}"
		case 1:
			return "{" + g.quote(key, 0) + ":" + value + "," + g.quote(key, 0) + ":" + value + "}"
		case 2:
			return "{" + g.quote(key, 0) + ":" + value + `,"x":1}`
		case 3:
			key = pick(g, "OP", "=", "===", "~<", "~in", "Not", "", "lvar", "dvar", "and", "!exists", "now", "count", "assign", "output", "if")
		}
	}
	return "{" + g.quote(key, 0.005) + ":" + value + "}"
}

func (g *generator) block(locals *[]local, depth int) []string {
	var list []string
	for range pick(g, 0, 1, 1, 2, 3) {
		kind := pick(g, "boolean", "number", "string", "date", "time", "array")
		switch {
		case depth < 3 && g.maybe(0.3):
			list = append(list, g.branches(locals, depth))
		case g.maybe(0.5):
			name := g.newName("l")
			list = append(list, g.statement("assign", name, kind, locals, depth))
		default:
			list = append(list, g.statement("output", g.newName("o"), kind, locals, depth))
		}
	}
	return list
}

// statement writes an assign or output, and remembers a local.
func (g *generator) statement(key, name, kind string, locals *[]local, depth int) string {
	g.room = max(g.room, 8)
	array := kind == "array"
	if array {
		kind = pick(g, scalarKinds...)
	}
	var e string
	if array {
		e = g.array(kind, *locals)
	} else {
		e = g.expr(kind, *locals, depth, false)
	}
	if key == "assign" {
		*locals = append(*locals, local{name, kind, array})
	}
	return g.object1(key, g.object1(name, e))
}

func (g *generator) branches(locals *[]local, depth int) string {
	cond := g.expr("boolean", *locals, depth+1, false)
	yes, no := slices.Clone(*locals), slices.Clone(*locals)
	thenList, elseList := g.block(&yes, depth+1), g.block(&no, depth+1)
	// What both assign, or output.
	for range pick(g, 0, 0, 1, 2) {
		key, name := "assign", g.newName("l")
		kind := pick(g, "boolean", "number", "string", "date", "time", "array")
		other := kind
		if g.maybe(0.15) {
			other = pick(g, "boolean", "number", "string", "date", "time", "array")
		}
		if g.maybe(0.4) {
			key, name = "output", g.newName("o")
		}
		thenList = append(thenList, g.statement(key, name, kind, &yes, depth+1))
		elseList = append(elseList, g.statement(key, name, other, &no, depth+1))
		if key == "assign" {
			*locals = append(*locals, pick(g, yes[len(yes)-1], no[len(no)-1]))
		}
	}
	if g.maybe(g.errors) {
		*locals = append(*locals, yes...)
	}
	parts := []string{g.quote("condition", 0) + ":" + cond, `"then":[` + strings.Join(thenList, g.comma()) + "]"}
	if len(elseList) > 0 || g.maybe(0.3) {
		parts = append(parts, `"else":[`+strings.Join(elseList, g.comma())+"]")
	}
	if g.maybe(0.2) {
		g.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	}
	if g.maybe(g.errors / 2) {
		parts = append(parts, pick(g, parts[0], `"els":[]`, `"else":null`, `"then":[]`))
	}
	return g.object1("if", "{"+strings.Join(parts, g.comma())+"}")
}

// path picks a path, or spoils one.
func (g *generator) path(ok func(found) bool) (string, bool) {
	var fit []found
	for _, f := range g.paths {
		if ok(f) {
			fit = append(fit, f)
		}
	}
	if g.maybe(g.errors) || g.maybe(0.03) {
		fit = g.paths
	}
	if len(fit) == 0 {
		return "", false
	}
	path := pick(g, fit...).path
	if g.maybe(0.02) {
		path += pick(g, ".a", ".b", ".zzz", "[0]", "[1]", "[4095]", ".a.b")
	}
	if g.maybe(g.errors) {
		i := g.IntN(len(path) + 1)
		path = path[:i] + pick(g, ".", "[", "]", "[]", `"`, "a", " ", "[?a]", "[01]", "[-1]", "[4096]", ".\"\"", "'", `\`, "0", "é", ".a\u0000") + path[i:]
		path = strings.ToValidUTF8(path, "")
	}
	return path, true
}

func (g *generator) literal(kind string) string {
	switch kind {
	case "number":
		if g.maybe(g.errors) {
			return pick(g, "1.5", "1e2", "9223372036854775808", "null", "-9223372036854775809", "0.0000000001", "1."+strings.Repeat("0", 31))
		}
		return g.number()
	case "date":
		return g.quote(g.date(), 0.02)
	case "time":
		return g.quote(g.time(), 0.02)
	case "boolean":
		return pick(g, "true", "false")
	}
	return g.quote(g.text(), 0.02)
}

func (g *generator) dvar(path string, left bool) string {
	if left && g.maybe(0.5) {
		return g.quote(path, 0.01)
	}
	return g.object1("dvar", g.quote(path, 0.01))
}

// array writes an expression that is an array.
func (g *generator) array(kind string, locals []local) string {
	g.room--
	for _, l := range locals {
		if l.array && (l.kind == kind || g.maybe(0.1)) && g.maybe(0.4) {
			return g.object1("lvar", g.quote(l.name, 0.01))
		}
	}
	if kind == "number" && g.maybe(0.4) {
		if path, ok := g.path(func(f found) bool { return f.each && f.kind == "date" }); ok {
			return g.object1(pick(g, dates...), "["+g.dvar(path, false)+g.comma()+g.quote(pick(g, formats...), 0)+"]")
		}
	}
	path, ok := g.path(func(f found) bool { return f.each && f.kind == kind })
	if !ok {
		path, ok = g.path(func(f found) bool { return f.each })
	}
	if !ok {
		return g.literal(kind)
	}
	return g.dvar(path, false)
}

// expr writes a scalar expression of a kind. single: a plain string on the left
// of an OP is a path.
func (g *generator) expr(kind string, locals []local, depth int, single bool) string {
	g.room--
	if g.maybe(g.errors) || g.maybe(0.005) {
		kind = pick(g, scalarKinds...)
	}
	small := g.room <= 0 || depth > 28
	for _, l := range locals {
		if !l.array && l.kind == kind && g.maybe(0.25) {
			return g.object1("lvar", g.quote(l.name, 0.01))
		}
	}
	if kind == "boolean" && !small && g.maybe(0.85) {
		return g.boolean(locals, depth, single)
	}
	if kind == "number" && g.maybe(0.35) {
		if e := g.computed(locals, depth); e != "" {
			return e
		}
	}
	if g.maybe(0.75) {
		if path, ok := g.path(func(f found) bool { return !f.each && !f.count && f.kind == kind }); ok {
			return g.dvar(path, false)
		}
	}
	return g.literal(kind)
}

func (g *generator) computed(locals []local, depth int) string {
	switch g.IntN(4) {
	case 0:
		return g.object1("now", "[]")
	case 1:
		if path, ok := g.path(func(f found) bool { return f.count }); ok {
			return g.object1("count", g.quote(path, 0.01))
		}
	}
	if depth > 28 {
		return ""
	}
	if g.maybe(0.4) {
		return g.object1("get_time", "["+g.expr("time", locals, depth+1, false)+g.comma()+g.quote("RFC3339", 0.01)+"]")
	}
	day := g.expr("date", locals, depth+1, false)
	for range 3 {
		// Literals seldom fit the format.
		if strings.HasPrefix(day, `"`) {
			day = g.expr("date", locals, depth+1, false)
		}
	}
	return g.object1(pick(g, dates...), "["+day+g.comma()+g.quote(pick(g, formats...), 0)+"]")
}

func (g *generator) boolean(locals []local, depth int, single bool) string {
	sub := func(kind string) string { return g.expr(kind, locals, depth+1, single) }
	switch g.IntN(11) {
	case 10:
		path, ok := g.path(func(f found) bool { return !f.each && !f.count })
		if ok && g.maybe(0.2) {
			path += pick(g, ".a", "[0]", "[3]")
		}
		kind := pick(g, types...)
		for _, f := range g.paths {
			if f.path == path && g.maybe(0.6) && slices.Contains(types, f.kind) {
				kind = f.kind
			}
		}
		return g.object1("is", "["+g.quote(path, 0.01)+g.comma()+g.quote(kind, 0.01)+"]")
	case 0, 1:
		var list []string
		for range pick(g, 0, 1, 2, 2, 3, 4) {
			list = append(list, sub("boolean"))
		}
		return g.object1(pick(g, "and", "or"), "["+strings.Join(list, g.comma())+"]")
	case 2:
		return g.object1("not", sub("boolean"))
	case 3:
		path, ok := g.path(func(f found) bool { return !f.each && !f.count })
		if ok && g.maybe(0.3) {
			path += pick(g, ".a", "[0]", ".b.c", "[3]")
		}
		return g.object1("exists", g.quote(path, 0.01))
	case 4:
		return g.object1(pick(g, contains...), "["+sub("string")+g.comma()+sub("string")+"]")
	case 5:
		kind := pick(g, scalarKinds...)
		var list []string
		for range g.IntN(5) {
			list = append(list, g.literal(kind))
		}
		return g.object1("in", "["+sub(kind)+g.comma()+"["+strings.Join(list, g.comma())+"]]")
	}
	return g.comparison(sub, locals, single)
}

func (g *generator) comparison(sub func(string) string, locals []local, single bool) string {
	op := pick(g, ops...)
	kind := "number"
	switch {
	case slices.Contains(foldEqual, op):
		kind = "string"
	case slices.Contains(equals, op):
		kind = pick(g, scalarKinds...)
	}
	operand := func(array, left bool) string {
		if array {
			return g.array(kind, locals)
		}
		if single && left && g.maybe(0.5) {
			if path, ok := g.path(func(f found) bool { return f.kind == kind && (!f.each || g.maybe(0.1)) }); ok {
				return g.dvar(path, true)
			}
		}
		return sub(kind)
	}
	l, r := g.maybe(0.3), g.maybe(0.3)
	if l && !g.maybe(g.errors) {
		r = false
	}
	args := operand(l, true) + g.comma() + operand(r, false)
	if (l || r) && g.maybe(0.6) || g.maybe(g.errors) {
		args += g.comma() + pick(g, `"and"`, `"or"`, `"or"`)
	}
	if g.maybe(g.errors / 4) {
		args += g.comma() + pick(g, `"any"`, "1", "true", "null")
	}
	return g.object1(op, "["+args+"]")
}
