package query

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A small program and an oracle that tries every way through it, one branch
// choice after the other, with the types and shapes of locals in a map.

type miniStatement struct {
	assign    string // a local, or
	value     string // what is assigned: a literal, a path, or the name of a local
	left      string // operands of ==, if left is not empty
	right     string
	then, els []miniStatement
}

const memberType = "member"

// operandTypes are the operands that the generator knows besides locals.
var operandTypes = map[string]struct{ typ, text string }{
	"1": {"integer", `1`}, "s": {"string", `"s"`}, "t": {"boolean", `true`},
	"m": {memberType, `{"dvar":"m"}`}, "e": {"array " + memberType, `{"dvar":"e[]"}`}, "g": {"array integer", `{"get_age":[{"dvar":"e[]"},"YYYY-MM-DD"]}`},
}

func operandText(o string) string {
	if known, ok := operandTypes[o]; ok {
		return known.text
	}
	return fmt.Sprintf(`{"lvar":%q}`, o)
}

func miniText(list []miniStatement, outputs *int) string {
	var parts []string
	for _, s := range list {
		switch {
		case s.assign != "":
			parts = append(parts, fmt.Sprintf(`{"assign":{%q:%s}}`, s.assign, operandText(s.value)))
		case s.left != "":
			*outputs++
			parts = append(parts, fmt.Sprintf(`{"output":{"o%d":{"==":[%s,%s]}}}`, *outputs, operandText(s.left), operandText(s.right)))
		default:
			then := miniText(s.then, outputs)
			parts = append(parts, fmt.Sprintf(`{"if":{"condition":true,"then":%s,"else":%s}}`, then, miniText(s.els, outputs)))
		}
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// miniWay is one way: the locals so far, and what went wrong. Reads whose shape
// differs between ways are found by comparing ways.
type miniWay struct {
	locals map[string]string
	bad    bool
}

func (w miniWay) typeOf(o string) (string, bool) {
	if known, ok := operandTypes[o]; ok {
		return known.typ, true
	}
	t, ok := w.locals[o]
	return t, ok
}

func miniRun(list []miniStatement, ways []miniWay, reads map[string]map[bool]bool, where string) []miniWay {
	for i, s := range list {
		here := fmt.Sprintf("%s/%d", where, i)
		if s.assign == "" && s.left == "" {
			var copies []miniWay
			for _, w := range ways {
				c := miniWay{locals: map[string]string{}, bad: w.bad}
				for k, v := range w.locals {
					c.locals[k] = v
				}
				copies = append(copies, c)
			}
			ways = append(miniRun(s.then, ways, reads, here+"t"), miniRun(s.els, copies, reads, here+"e")...)
			continue
		}
		for k := range ways {
			ways[k].step(s, reads, here)
		}
	}
	return ways
}

func (w *miniWay) step(s miniStatement, reads map[string]map[bool]bool, here string) {
	get := func(o, side string) string {
		t, ok := w.typeOf(o)
		if !ok {
			w.bad = true
		}
		if reads[here+side] == nil {
			reads[here+side] = map[bool]bool{}
		}
		reads[here+side][strings.HasPrefix(t, "array")] = true
		return t
	}
	if s.assign != "" {
		t := get(s.value, "v")
		if _, twice := w.locals[s.assign]; twice {
			w.bad = true
		}
		w.locals[s.assign] = t
		return
	}
	l, r := get(s.left, "l"), get(s.right, "r")
	la, ra := strings.HasPrefix(l, "array"), strings.HasPrefix(r, "array")
	l, r = strings.TrimPrefix(l, "array "), strings.TrimPrefix(r, "array ")
	if la && ra || l != memberType && r != memberType && l != r {
		w.bad = true
	}
}

func drawBlock(t *rapid.T, depth int) []miniStatement {
	names := []string{"a", "b", "c", "d", "f", "h"}
	operand := rapid.SampledFrom(append([]string{"1", "s", "m", "e", "g", "1", "s"}, append(names, names...)...))
	var list []miniStatement
	for range rapid.IntRange(0, 4).Draw(t, "statements") {
		switch k := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case k <= 2:
			list = append(list, miniStatement{assign: rapid.SampledFrom(names).Draw(t, "name"), value: operand.Draw(t, "value")})
		case k == 3:
			list = append(list, miniStatement{left: operand.Draw(t, "left"), right: operand.Draw(t, "right")})
		case depth > 0:
			list = append(list, miniStatement{then: drawBlock(t, depth-1), els: drawBlock(t, depth-1)})
		}
	}
	return list
}

// drawCoupled makes programs that are mostly legal: ifs that give two locals
// types that depend on each other, copies of them, and one comparison.
func drawCoupled(t *rapid.T) []miniStatement {
	lit := rapid.SampledFrom([]string{"1", "s", "m"})
	pair := func(n int) [2]string { return [2]string{fmt.Sprintf("x%d", n), fmt.Sprintf("y%d", n)} }
	both := func(p [2]string, x, y string) []miniStatement {
		return []miniStatement{{assign: p[0], value: x}, {assign: p[1], value: y}}
	}
	first := func(label string) []miniStatement {
		v := lit.Draw(t, label)
		w := v
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			w = lit.Draw(t, label+" other")
		}
		return both(pair(0), v, w)
	}
	list := []miniStatement{{then: first("then"), els: first("else")}}
	n := rapid.IntRange(0, 4).Draw(t, "copies")
	for i := range n {
		branch := func(label string) []miniStatement {
			old := pair(rapid.IntRange(0, i).Draw(t, label))
			x, y := old[0], old[1]
			if rapid.Bool().Draw(t, "swap") {
				x, y = y, x
			}
			return both(pair(i+1), x, y)
		}
		list = append(list, miniStatement{then: branch("then of"), els: branch("else of")})
	}
	last, other := pair(n), pair(rapid.IntRange(0, n).Draw(t, "compared"))
	return append(list, miniStatement{left: last[0], right: other[1]})
}

func checkAgainstWays(t *rapid.T, list []miniStatement) {
	list = append([]miniStatement{{left: "1", right: "1"}}, list...)
	outputs := 0
	text := miniText(list, &outputs)
	reads := map[string]map[bool]bool{}
	bad := false
	for _, w := range miniRun(list, []miniWay{{locals: map[string]string{}}}, reads, "") {
		bad = bad || w.bad
	}
	for _, shapes := range reads {
		bad = bad || len(shapes) > 1
	}
	if err := compiles(text); (err != nil) != bad {
		t.Fatalf("%s\ncompile error %v, but trying all ways finds an error: %v", text, err, bad)
	}
}

func TestTypesOnEveryWay(t *testing.T) {
	t.Run("any", rapid.MakeCheck(func(t *rapid.T) { checkAgainstWays(t, drawBlock(t, 2)) }))
	t.Run("coupled", rapid.MakeCheck(func(t *rapid.T) { checkAgainstWays(t, drawCoupled(t)) }))
}

// What the query alone cannot decide is left to evaluation, what it can is not.
func TestLocalTypes(t *testing.T) {
	branch := func(then, els, after string) string {
		return `[{"if":{"condition":{"exists":"c"},"then":[` + then + `],"else":[` + els + `]}},` + after + `]`
	}
	a := func(name, value string) string { return `{"assign":{"` + name + `":` + value + `}}` }
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"integer or string beside a member":  {branch(a("x", "1"), a("x", `"s"`), `{"output":{"r":{"==":[{"lvar":"x"},{"dvar":"m"}]}}}`), true},
		"integer or string beside integer":   {branch(a("x", "1"), a("x", `"s"`), `{"output":{"r":{"==":[{"lvar":"x"},2]}}}`), false},
		"integer or member beside integer":   {branch(a("x", "1"), a("x", `{"dvar":"m"}`), `{"output":{"r":{"<":[{"lvar":"x"},2]}}}`), true},
		"boolean or integer as condition":    {branch(a("x", "1"), a("x", `true`), `{"output":{"r":{"not":{"lvar":"x"}}}}`), false},
		"array or scalar, read":              {branch(a("x", `{"dvar":"e[]"}`), a("x", `1`), `{"output":{"r":{"lvar":"x"}}}`), false},
		"array or scalar, never read":        {branch(a("x", `{"dvar":"e[]"}`), a("x", `1`), `{"output":{"r":true}}`), true},
		"array on both ways, quantified":     {branch(a("x", `{"dvar":"e[]"}`), a("x", `{"dvar":"g[]"}`), `{"output":{"r":{"==":[{"lvar":"x"},1,"or"]}}}`), true},
		"literal date through a local":       {`[{"assign":{"d":"no date"}},{"output":{"r":{"get_age":[{"lvar":"d"},"YYYY-MM-DD"]}}}]`, true},
		"integer local as date":              {`[{"assign":{"d":{"now":[]}}},{"output":{"r":{"get_age":[{"lvar":"d"},"YYYY-MM-DD"]}}}]`, false},
		"age as haystack":                    {output(`{"contains":[{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]},"1"]}`), false},
		"literal no date":                    {output(`{"get_day_diff":["31/04/2020","DD/MM/YYYY"]}`), false},
		"literal date":                       {output(`{"get_day_diff":["30/04/2020","DD/MM/YYYY"]}`), true},
		"in of two types":                    {output(`{"in":[{"dvar":"a"},[1,"1"]]}`), false},
		"in of another type than the left":   {output(`{"in":[1,["1"]]}`), false},
		"in of nothing":                      {output(`{"in":[{"now":[]},[]]}`), true},
		"array of ages beside a string":      {output(`{"==":[{"get_age":[{"dvar":"e[]"},"YYYY-MM-DD"]},"x"]}`), false},
		"folded booleans":                    {output(`{"~==":[true,true]}`), false},
		"ordered strings":                    {output(`{"<":["a","b"]}`), false},
		"ordered array beside a boolean":     {output(`{"<":[{"dvar":"e[]"},true]}`), false},
		"array in not":                       {output(`{"not":{"dvar":"e[]"}}`), false},
		"array in and":                       {output(`{"and":[{"dvar":"e[]"}]}`), false},
		"integer in and after it is decided": {output(`{"and":[false,1]}`), false},
		"top-level boolean":                  {`true`, false},
		"unread local in a dead branch":      {branch("", a("x", `{"lvar":"y"}`), `{"output":{"r":true}}`), false},
	} {
		if err := compiles(c.text); (err == nil) != c.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
