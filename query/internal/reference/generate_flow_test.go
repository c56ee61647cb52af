package reference

import (
	"fmt"
	"slices"
	"strings"
)

// flow writes statements that use few names again and again on many ways.
func (g *generator) flow(depth int) []string {
	var list []string
	for range pick(g, 0, 1, 1, 2, 2, 3) {
		switch {
		case depth < 3 && g.maybe(0.45):
			text := `{"if":{"condition":` + g.expr("boolean", nil, 25, false) + `,"then":[` + strings.Join(g.flow(depth+1), ",") + "]"
			if g.maybe(0.7) {
				text += `,"else":[` + strings.Join(g.flow(depth+1), ",") + "]"
			}
			list = append(list, text+"}}")
		case g.maybe(0.6):
			list = append(list, `{"assign":{"`+pick(g, "x", "x", "y", "z")+`":`+g.flowExpr(0)+`}}`)
		default:
			list = append(list, `{"output":{"`+pick(g, "r", "r", "s", "t", "u")+`":`+g.flowExpr(0)+`}}`)
		}
	}
	return list
}

// flowExpr writes an expression of locals more than of anything else.
func (g *generator) flowExpr(depth int) string {
	switch n := g.IntN(10); {
	case n < 4:
		return `{"lvar":"` + pick(g, "x", "x", "x", "y", "z") + `"}`
	case n < 6:
		return g.literal(pick(g, scalarKinds...))
	case n < 7 && depth < 3:
		return `{"` + pick(g, ops...) + `":[` + g.flowExpr(depth+1) + "," + g.flowExpr(depth+1) + pick(g, "", "", `,"or"`) + "]}"
	case n < 8 && depth < 3:
		return `{"` + pick(g, dates...) + `":[` + g.flowExpr(depth+1) + `,"YYYY-MM-DD"]}`
	}
	return g.flowLeaf()
}

func (g *generator) flowLeaf() string {
	if g.maybe(0.3) {
		return g.literal(pick(g, scalarKinds...))
	}
	if path, ok := g.path(func(f found) bool { return slices.Contains(scalarKinds, f.kind) && !f.count }); ok {
		return g.dvar(path, false)
	}
	return "true"
}

// limits writes a query at one of the limits, or just past it.
func (g *generator) limits() string {
	times := func(n int, item func(i int) string) string {
		var list []string
		for i := range n {
			list = append(list, item(i))
		}
		return strings.Join(list, ",")
	}
	leaf := func(int) string { return pick(g, "true", g.flowLeaf(), "false") }
	tag := ""
	for _, f := range g.paths {
		if t, _, ok := strings.Cut(f.path, "."); ok && slices.Contains([]string{"a", "bank", "id", "7"}, t) {
			tag = t + "."
		}
	}
	var e string
	switch n := pick(g, -1, 0, 1); g.IntN(6) {
	case 0:
		e = `{"or":[false,` + times(1022+n, func(int) string { return pick(g, "true", "false") }) + `]}`
	case 1:
		e = strings.Repeat(`{"not":`, 31+n) + leaf(0) + strings.Repeat("}", 31+n)
	case 2:
		e = `{"and":[` + times(32+n, func(int) string { return `{"` + pick(g, contains...) + `":["Jane","` + pick(g, "", "a", "NE") + `"]}` }) + `]}`
	case 3:
		e = `{"or":[` + times(64+n, func(i int) string { return fmt.Sprintf(`{"exists":"%sp[%d]"}`, tag, i) }) + `]}`
	case 4:
		e = `{"in":[3,[` + times(1021+n, func(int) string { return g.number() }) + `]]}`
	case 5:
		depth := 31 + n
		return strings.Repeat(`[{"if":{"condition":true,"then":`, depth) + `[{"output":{"r":` + leaf(0) + `}}]` + strings.Repeat(`}}]`, depth)
	}
	if g.maybe(0.5) {
		return e
	}
	return `[{"output":{"r":` + e + `}}]`
}
