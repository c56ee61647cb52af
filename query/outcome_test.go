package query

import "testing"

func TestTells(t *testing.T) {
	for text, want := range map[string][2]string{
		output(`{"==":[{"dvar":"a"},1]}`): {"a equals 1", "this does not hold: a equals 1"},
		output(`{"and":[{"==":[{"dvar":"a"},1]},{"dvar":"b"},{"not":{"exists":"c"}}]}`): {
			"all of these hold: a equals 1; b is true; not (c is there and not null)",
			"at least one of these does not hold, and not which: a equals 1; b is true; not (c is there and not null)"},
		output(`{"or":[{"dvar":"a"},{"dvar":"b"}]}`): {
			"at least one of these holds, and not which: a is true; b is true", "none of these holds: a is true; b is true"},
		output(`{"not":{"or":[{"dvar":"a"},{"dvar":"b"}]}}`): {
			"none of these holds: a is true; b is true", "at least one of these holds, and not which: a is true; b is true"},
		output(`{"and":[{"dvar":"a"}]}`): {"a is true", "this does not hold: a is true"},
		output(`{"not":{"and":[]}}`):     {"the query fixes it", "the query fixes it"},
		`[{"assign":{"y":{"or":[{"dvar":"a"},{"dvar":"b"}]}}},{"assign":{"x":{"lvar":"y"}}},{"output":{"r":{"lvar":"x"}}}]`: {
			"at least one of these holds, and not which: a is true; b is true", "none of these holds: a is true; b is true"},
		`[{"assign":{"x":{"<":[{"dvar":"a"},2]}}},{"output":{"r":{"and":[{"lvar":"x"},{"dvar":"b"}]}}}]`: {
			"all of these hold: a is less than 2; b is true", "at least one of these does not hold, and not which: a is less than 2; b is true"},
		`[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"x":{"<":[{"dvar":"a"},2]}}}],"else":[{"assign":{"x":{"exists":"b"}}}]}},{"output":{"r":{"lvar":"x"}}}]`: {
			"the local x is true", "this does not hold: the local x is true"},
	} {
		p := mustCompile(t, text)
		x := explainer{prog: p, uses: make([]uint8, len(p.Paths)), locals: make([]uint64, len(p.Locals)), assigned: make([][]*Expr, len(p.Locals))}
		x.block(p.Body, nil, 0)
		e := p.Body[len(p.Body)-1].Expr
		for i, v := range []bool{true, false} {
			if got := x.tells(e, v); got != want[i] {
				t.Errorf("%s, %v:\n got %s\nwant %s", text, v, got, want[i])
			}
		}
	}
}
