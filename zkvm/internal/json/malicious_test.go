package json

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// force is Trace for a prover that does not care about brackets and depth.
func force(t *testing.T, document string, n, depth int) []Row {
	t.Helper()
	rows := make([]Row, n+1)
	s := Start
	for i := range len(document) {
		x := document[i]
		next, flags, err := Step(s, x, depth)
		if errors.Is(err, ErrBracket) || errors.Is(err, ErrDepth) {
			next.Mode, flags, _ = advance(local{s.Mode, s.Name, s.Depth&1 != 0, s.Objects&1 != 0}, x)
			if flags.Open {
				next.Depth, next.Objects = s.Depth, s.Objects<<1|uint16(x>>5&1)
				next.Objects &= 1<<depth - 1
			} else {
				next.Depth, next.Objects = s.Depth>>1, s.Objects>>1
			}
		} else if err != nil {
			t.Fatalf("%s: byte %d: %v", document, i, err)
		}
		rows[i] = Row{Active: true, X: x, State: s, Flags: flags}
		s = next
	}
	for i := len(document); i <= n; i++ {
		rows[i].State = s
	}
	for i := len(document) - 1; i >= 0; i-- {
		rows[i].Escape = rows[i+1].State.Mode.inside() && (rows[i].X == '\\' || rows[i+1].Escape)
	}
	return rows
}

// TestMalicious holds, for each assertion, witnesses that break it and nothing
// else: the list has every violation in all copies.
func TestMalicious(t *testing.T) {
	const depth = 3
	cases := []struct {
		name     string
		document string
		cheat    func(rows []Row)
		want     string
	}{
		{"the start of a value is hidden", `{"a":"b"}`, func(r []Row) { r[5].Flags.Value = false }, "transition@5"},
		{"the outermost object is no value", `{"a":"b"}`, func(r []Row) { r[0].Flags.Value = false }, "transition@0"},
		{"a name is hidden", `{"a":1}`, func(r []Row) { r[1].Flags.Name = false; r[2].State.Name = false; r[3].State.Name = false }, "transition@1 transition@3"},
		{"a name in a value", `{"a":"\"b\":1"}`, func(r []Row) {
			r[7].Flags.Name = true
			for i := 8; i <= 13; i++ {
				r[i].State.Name = true
			}
		}, "transition@7 transition@13"},
		{"a quote that ends a string early", `{"a":"\"b"}`, func(r []Row) { r[8].State.Mode = afterValue }, "transition@7 transition@8"},
		{"an escape that is passed over", `{"a":"\"}`, func(r []Row) {
			r[7].State.Mode = inString
			r[8].State.Mode = afterValue
			for i := 9; i < len(r); i++ {
				r[i] = Row{State: Done}
			}
			r[8].Flags = Flags{Close: true}
			r[7].Escape = false
		}, "transition@6"},
		{"a token that contains whitespace", `{"a": 1}`, func(r []Row) { r[5].Flags.Token = true }, "transition@5"},
		{"a number cut short", `{"a":12}`, func(r []Row) { r[6].Flags.Token = false }, "transition@6"},
		{"an opener that is none", `{"a":1}`, func(r []Row) { r[0].Flags.Open = false; dig(r[1:7], 0, 0); r[6].Flags.Close = false }, "transition@0 transition@6"},
		{"a byte after the end", `{}`, func(r []Row) { r[2].X = ' ' }, "transition@2"},
		{"a flag after the end", `{}`, func(r []Row) { r[2].Flags.Value = true }, "transition@2"},
		{"a zero byte in the payload", `{}`, func(r []Row) { r[2].Active = true }, "transition@2"},
		{"a byte that is not in the payload", `{"a":1}`, func(r []Row) { r[5].Active = false }, "transition@5"},
		{"a mode that is none", `{}  `, func(r []Row) { r[3].State.Mode = 31 }, "transition@2 transition@3"},
		{"whitespace starts a second document", `{} `, func(r []Row) { r[3].State.Mode = start; r[4].State.Mode = start }, "transition@2 transition@3 transition@4"},
		{"the last brace is missing", `{"a":1 }`, func(r []Row) { r[7] = Row{State: r[7].State} }, "stack@7"},
		{"the end inside a number", `{"a":1}`, func(r []Row) { r[6] = Row{State: r[6].State}; dig(r[7:], 1, 1) }, "transition@6"},
		{"an array closed as an object", `{"a":[1}}`, nil, "stack@7"},
		{"an object closed as an array", `{"a":1]`, nil, "stack@6"},
		{"an empty array closed as an object", `{"a":[}}`, nil, "stack@6"},
		{"an empty object closed as an array", `{]`, nil, "stack@1"},
		{"one closer too many", `{}}`, nil, "stack@2"},
		{"nested too deeply", `{"a":[[[1]]]`, nil, "stack@7"},
		{"an array taken for an object", `{"a":[1]}`, func(r []Row) { dig(r[6:8], 0b11, 0b11) }, "stack@5 stack@7"},
		{"a level that comes and goes", `{"a":   1}`, func(r []Row) { dig(r[6:7], 0b11, 0b01) }, "stack@5 stack@6"},
		{"a level with a hole", `{"a":   1}`, func(r []Row) { dig(r[6:7], 0b101, 0b01) }, "stack@5 stack@6"},
		{"a type above the depth", `{"a":   1}`, func(r []Row) { dig(r[6:7], 0b01, 0b11) }, "stack@5 stack@6"},
		{"two levels exchanged", `{"a":[{"b":1}]}`, func(r []Row) { dig(r[7:13], 0b111, 0b110) }, "stack@6 stack@12"},
		{"a name outside of strings", `{"a": 1}`, func(r []Row) { r[5].State.Name = true }, "name@4"},
		{"a name after the end", `{}`, func(r []Row) { r[3].State.Name = true }, "name@2"},
		{"a name that stops being one", `{"ab":1}`, func(r []Row) { r[3].State.Name = false }, "name@2 name@3"},
		{"an escape that is hidden", `{"a":"b\"c"}`, func(r []Row) { r[5].Escape = false }, "escape@5"},
		{"the second of two backslashes", `{"a":"\\"}`, func(r []Row) { r[7].Escape = false }, "escape@7"},
		{"an escape that is not there", `{"a":"bc"}`, func(r []Row) { r[5].Escape = true }, "escape@5"},
		{"an escape that comes from another string", `{"a":"b","c\n":1}`, func(r []Row) { r[7].Escape = true; r[6].Escape = true; r[5].Escape = true }, "escape@7"},
		{"an escape outside of strings", `{"a":"b","c\n":1}`, func(r []Row) { r[8].Escape = true }, "escape@8"},
		{"an escape past the end", `{}`, func(r []Row) { r[3].Escape = true }, "escape@3"},
	}
	alone := map[string]bool{}
	for _, c := range cases {
		rows := force(t, c.document, len(c.document)+3, depth)
		if c.cheat != nil {
			c.cheat(rows)
		}
		values := ValuesOf(rows)
		var found, broken []string
		for i := range values {
			if label, _ := evaluate(t, values[i:i+1]); label != "" {
				broken = append(broken, fmt.Sprintf("%s@%d", label, i))
			}
			for _, label := range values[i].Violations(depth) {
				found = append(found, fmt.Sprintf("%s@%d", label, i))
			}
		}
		want := strings.Fields(c.want)
		slices.Sort(want)
		slices.Sort(found)
		slices.Sort(broken)
		if !slices.Equal(found, want) {
			t.Errorf("%s: evaluator finds %v, want %v", c.name, found, want)
		}
		if !slices.Equal(broken, want) {
			t.Errorf("%s: circuit finds %v, want %v", c.name, broken, want)
		}
		if label, _ := evaluate(t, values); label == "" {
			t.Errorf("%s: accepted", c.name)
		}
		if len(want) == 1 {
			label, _, _ := strings.Cut(want[0], "@")
			alone[label] = true
		}
	}
	for _, label := range []string{LabelTransition, LabelStack, LabelName, LabelEscape} {
		if !alone[label] {
			t.Errorf("no case breaks %s alone", label)
		}
	}
}

// dig replaces the stacks of rows.
func dig(rows []Row, depth, objects uint16) {
	for i := range rows {
		rows[i].State.Depth, rows[i].State.Objects = depth, objects
	}
}

// TestPadding: a copy that does not exist has all inputs zero, the constant one
// included, and satisfies everything. So does an idle copy, which is zero but
// for the constant one.
func TestPadding(t *testing.T) {
	inputs := make([]gf128.Elem, Circuit().Inputs())
	if _, err := Circuit().Evaluate(inputs, 1); err != nil {
		t.Errorf("an all-zero copy: %v", err)
	}
	inputs[0].Lo = 1
	if _, err := Circuit().Evaluate(inputs, 1); err != nil {
		t.Errorf("an idle copy, which is zero but for the one: %v", err)
	}
	inputs[1].Lo = 1 // active
	if _, err := Circuit().Evaluate(inputs, 1); err == nil {
		t.Error("an active copy of a zero byte is accepted")
	}
}
