package query

import (
	"strings"
	"testing"
)

func TestOutcomes(t *testing.T) {
	const (
		all, notAll = "all of these hold: ", "at least one of these does not hold, and not which: "
		some, none  = "at least one of these holds, and not which: ", "none of these holds: "
		yes, no     = "this holds: ", "this does not hold: "
	)
	for text, want := range map[string][2]string{
		output(`{"==":[{"dvar":"a"},1]}`): {yes + "‘a’ equals 1", no + "‘a’ equals 1"},
		output(`{"and":[{"==":[{"dvar":"a"},1]},{"dvar":"b"},{"not":{"exists":"c"}}]}`): {
			all + "‘a’ equals 1; ‘b’ is true; not (‘c’ is there and not null)", notAll + "‘a’ equals 1; ‘b’ is true; not (‘c’ is there and not null)"},
		output(`{"or":[{"dvar":"a"},{"not":{"dvar":"b"}}]}`):    {some + "‘a’ is true; not (‘b’ is true)", none + "‘a’ is true; not (‘b’ is true)"},
		output(`{"not":{"or":[{"dvar":"a"},{"exists":"b"}]}}`):  {none + "‘a’ is true; ‘b’ is there and not null", some + "‘a’ is true; ‘b’ is there and not null"},
		output(`{"and":[{"==":[{"dvar":"a"},2]}]}`):             {yes + "‘a’ equals 2", no + "‘a’ equals 2"},
		output(`{"not":{"not":{"and":[{"exists":"a"},true]}}}`): {all + "‘a’ is there and not null; true", notAll + "‘a’ is there and not null; true"},
		output(`{"not":{"exists":"a"}}`):                        {no + "‘a’ is there and not null", yes + "‘a’ is there and not null"},
		`[{"assign":{"y":{"or":[{"dvar":"a"},{"dvar":"b"}]}}},{"assign":{"x":{"lvar":"y"}}},{"output":{"r":{"and":[{"lvar":"x"}]}}}]`: {
			some + "‘a’ is true; ‘b’ is true", none + "‘a’ is true; ‘b’ is true"},
		`[{"assign":{"x":{"<":[{"dvar":"a"},2]}}},{"output":{"r":{"and":[{"lvar":"x"},{"dvar":"b"}]}}}]`: {
			all + "‘a’ is less than 2; ‘b’ is true", notAll + "‘a’ is less than 2; ‘b’ is true"},
		`[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"x":{"<":[{"dvar":"a"},2]}}}],"else":[{"assign":{"x":{"exists":"b"}}}]}},{"output":{"r":{"lvar":"x"}}}]`: {
			yes + "the computed ‘x’ is true", no + "the computed ‘x’ is true"},
	} {
		x := Explain(mustCompile(t, text))
		reveals := x.Outputs[len(x.Outputs)-1].Reveals
		for i, v := range []bool{true, false} {
			r := reveals[i]
			got := r.Text
			if len(r.Facts) > 0 {
				got += ": " + strings.Join(r.Facts, "; ")
			}
			if got != want[i] || r.Kind != RevealsOutcome || r.Outcome == nil || *r.Outcome != v {
				t.Errorf("%s, %v:\n got %s\nwant %s", text, v, got, want[i])
			}
		}
	}
}
