package query

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func mustCompile(t testing.TB, text string, opts ...Option) *Program {
	t.Helper()
	p, err := Compile([]byte(text), []string{""}, opts...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestCanonicalSpelling(t *testing.T) {
	for _, same := range [][]string{
		{
			`{"==":["a.b","x"]}`,
			`{"==":[{"dvar":"a.b"},"x"]}`,
			` { "==" : [ { "\u0064var" : "\"a\".b" } , "\u0078" ] } `,
			`[{"assign":{"result":{"==":[{"dvar":"a.b"},"x"]}}},{"output":{"result":{"lvar":"result"}}}]`,
			`[{"assign":{"other name":{"==":[{"dvar":"a.b"},"x"]}}},{"output":{"result":{"lvar":"other name"}}}]`,
		},
		{
			`[{"if":{"condition":{"exists":"a"},"then":[{"output":{"r":{"dvar":"b"}}}],"else":[]}}]`,
			`[{"if":{"then":[{"output":{"r":{"dvar":"b"}}}],"condition":{"exists":"a"}}}]`,
		},
		{output(`{"==":[{"dvar":"a"},1.5]}`), output(`{"==":[{"dvar":"a"},1.500]}`)},
		{output(`{"in":[1,[1,-2]]}`), output(`{"in":[1.0,[1.00,-2.0]]}`)},
		{output(`{"==":[{"dvar":"a[]"},-0.0]}`), output(`{"==":[{"dvar":"a[]"},-0]}`), output(`{"==":[{"dvar":"a[*]"},0,"and"]}`)},
	} {
		want := mustCompile(t, same[0]).Canonical()
		for _, text := range same[1:] {
			if got := mustCompile(t, text).Canonical(); !bytes.Equal(got, want) {
				t.Errorf("%s has another canonical form than %s", text, same[0])
			}
		}
	}
}

// Programs that differ in anything that matters have different canonical forms.
func TestCanonicalDiffers(t *testing.T) {
	texts := []string{
		output(`1`), output(`2`), output(`-1`), output(`"1"`), output(`""`), output(`true`), output(`false`), output(`{"now":[]}`), `[{"output":{"s":1}}]`,
		`[{"output":{"r":1}},{"output":{"s":1}}]`, `[{"output":{"s":1}},{"output":{"r":1}}]`,
		output(`{"dvar":"a"}`), output(`{"dvar":"b"}`), output(`{"dvar":"a.b"}`), output(`{"dvar":"\"a.b\""}`), output(`{"dvar":"a[0]"}`), output(`{"dvar":"a[1]"}`), output(`{"exists":"a"}`),
		output(`{"dvar":"a[]"}`), output(`{"count":"a[]"}`), output(`{"dvar":"a[?f]"}`), output(`{"dvar":"a[?!f]"}`), output(`{"dvar":"a[?f == '']"}`), output(`{"dvar":"a[?f == 'x']"}`), output(`{"dvar":"a[?g]"}`),
		output(`{"and":[]}`), output(`{"or":[]}`), output(`{"and":[true]}`), output(`{"and":[true,false]}`), output(`{"and":[{"and":[true]},false]}`), output(`{"and":[{"and":[true,false]}]}`), output(`{"not":true}`),
		output(`{"==":[1,2]}`), output(`{"!=":[1,2]}`), output(`{"==":[2,1]}`), output(`{"<":[1,2]}`), output(`{"<=":[1,2]}`), output(`{">":[1,2]}`), output(`{">=":[1,2]}`),
		output(`{"==":["a","b"]}`), output(`{"~==":["a","b"]}`), output(`{"~!=":["a","b"]}`), output(`{"==":["ab",""]}`),
		output(`{"==":[{"dvar":"a[]"},1]}`), output(`{"==":[{"dvar":"a[]"},1,"or"]}`), output(`{"==":[1,{"dvar":"a[]"}]}`),
		output(`{"contains":["a","b"]}`), output(`{"~contains":["a","b"]}`), output(`{"!contains":["a","b"]}`), output(`{"~!contains":["a","b"]}`),
		output(`{"starts_with":["a","b"]}`), output(`{"~starts_with":["a","b"]}`), output(`{"!ends_with":["a","b"]}`), output(`{"~!ends_with":["a","b"]}`), output(`{"ends_with":["a","b"]}`),
		output(`{"is":["a","string"]}`), output(`{"is":["a","number"]}`), output(`{"is":["a","null"]}`), output(`{"is":["b","null"]}`), output(`{"get_time":["2026-03-01T12:00:00Z","RFC3339"]}`),
		output(`{"==":[1,1.5]}`), output(`{"==":[1,-1.5]}`), output(`{"==":[1,-2]}`), output(`{"==":[1,1.000000005]}`), output(`{"in":[1,[1.5]]}`),
		output(`{"in":[1,[]]}`), output(`{"in":[1,[1]]}`), output(`{"in":[1,[1,2]]}`), output(`{"in":[1,[2,1]]}`),
		output(`{"get_age":["01/02/2003","DD/MM/YYYY"]}`), output(`{"get_age":["01/02/2003","MM/DD/YYYY"]}`), output(`{"get_day_diff":["01/02/2003","DD/MM/YYYY"]}`),
		`[{"if":{"condition":true,"then":[{"output":{"r":1}}]}}]`, `[{"if":{"condition":true,"then":[],"else":[{"output":{"r":1}}]}}]`, `[{"if":{"condition":true,"then":[]}},{"output":{"r":1}}]`,
		`[{"assign":{"x":1}},{"assign":{"y":2}},{"output":{"r":{"lvar":"x"}}}]`, `[{"assign":{"x":1}},{"assign":{"y":2}},{"output":{"r":{"lvar":"y"}}}]`,
	}
	seen := map[string]string{}
	add := func(name string, p *Program) {
		form := string(p.Canonical())
		if other, ok := seen[form]; ok {
			t.Errorf("%s and %s have one canonical form", name, other)
		}
		seen[form] = name
	}
	for _, text := range texts {
		add(text, mustCompile(t, text))
	}
	add("format jwt", mustCompile(t, output(`1`), WithFormat("", JWT)))
	for _, tags := range [][]string{{"a"}, {"b"}, {"a", "b"}} {
		p, err := Compile([]byte(output(`1`)), tags)
		if err != nil {
			t.Fatal(err)
		}
		add("tags "+tags[0], p)
	}
}

// Equal canonical forms mean equal programs, positions and names of locals aside.
func TestCanonicalOfCases(t *testing.T) {
	same := cmp.Options{
		cmpopts.IgnoreFields(Statement{}, "Pos"), cmpopts.IgnoreFields(Expr{}, "Pos"), cmpopts.IgnoreFields(Program{}, "Locals"),
		cmpopts.IgnoreUnexported(Statement{}, Expr{}), cmpopts.EquateEmpty(),
	}
	programs := map[string]*Program{}
	for _, c := range readCases(t, "testdata/cases.json") {
		p, err := c.compile()
		if err != nil {
			continue
		}
		form := string(p.Canonical())
		if other, ok := programs[form]; ok {
			if diff := cmp.Diff(other, p, same); diff != "" {
				t.Errorf("%s: another program with the same canonical form:\n%s", c.Name, diff)
			}
		}
		programs[form] = p
	}
	if len(programs) < 100 {
		t.Errorf("only %d different programs", len(programs))
	}
}
