package query

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplain(t *testing.T) {
	const text = `[{"assign":{"late":{">":[{"dvar":"bank.loans[?status == 'open'].days"},30,"or"]}}},
		{"if":{"condition":{"and":[{">=":[{"get_age":[{"dvar":"id.born"},"DD/MM/YYYY"]},18]},{"not":{"lvar":"late"}}]},
		"then":[{"output":{"result":true}},{"output":{"name":{"dvar":"id.name"}}}],"else":[{"output":{"result":false}}]}},
		{"output":{"skills":{"dvar":"id.skills[?ok].name"}}},{"output":{"loans":{"count":"bank.loans[]"}}},
		{"if":{"condition":{"dvar":"id.vip"},"then":[{"output":{"vip":{"or":[{"lvar":"late"},{"exists":"id.vip"}]}}}]}},{"assign":{"unused":{"dvar":"id.unused"}}}]`
	p, err := Compile([]byte(text), []string{"id", "bank", "gym"}, WithFormat("id", JWT))
	if err != nil {
		t.Fatal(err)
	}
	const want = `The verifier learns:
  ‘result’ = true
    only if the age in full years of the date in ‘id.born’ is at least 18 and not (the computed ‘late’ is true)
    tells nothing by its value, which the query or the time fixes
    tells by being there or not, whether its conditions hold, and what that tells of ‘bank.loans[].days’ (only where ‘status’ is "open"), ‘id.born’
  ‘name’ = ‘id.name’
    only if the age in full years of the date in ‘id.born’ is at least 18 and not (the computed ‘late’ is true)
    tells the value of ‘id.name’; there is no proof unless the issuer marked it with ‘_name_zkpass_public_’, or it is true or false
    tells by being there or not, whether its conditions hold, and what that tells of ‘bank.loans[].days’ (only where ‘status’ is "open"), ‘id.born’
  ‘result’ = false
    only if not (the age in full years of the date in ‘id.born’ is at least 18 and not (the computed ‘late’ is true))
    tells nothing by its value, which the query or the time fixes
    tells by being there or not, whether its conditions hold, and what that tells of ‘bank.loans[].days’ (only where ‘status’ is "open"), ‘id.born’
  ‘skills’ = each of ‘id.skills[].name’ (only where ‘ok’ is true)
    tells the value of ‘id.skills[].name’ (only where ‘ok’ is true); there is no proof unless the issuer marked it with ‘_name_zkpass_public_’
    tells how many elements the filter of ‘id.skills[].name’ (only where ‘ok’ is true) keeps, marked or not
  ‘loans’ = the number of elements of ‘bank.loans[]’
    tells how many elements ‘bank.loans[]’ has; there is no proof unless the issuer marked it with ‘_loans_zkpass_public_’
  ‘vip’, true or false
    only if ‘id.vip’ is true
    if true: at least one of these holds, and not which:
      - each of ‘bank.loans[].days’ (only where ‘status’ is "open") is more than 30 (at least one element)
      - ‘id.vip’ is there and not null
    if false: none of these holds
    tells by being there or not, whether its conditions hold, and what that tells of ‘id.vip’
It reads:
  ‘bank.loans[].days’ (only where ‘status’ is "open") (its value): not shown, but the answers tell something of it
  ‘id.born’ (its value): not shown, but the answers tell something of it
  ‘id.name’ (its value, whether the issuer marked it): shown, or what is computed from it is, if the issuer marked it
  ‘id.skills[].name’ (only where ‘ok’ is true) (its value, whether the issuer marked it): shown, or what is computed from it is, if the issuer marked it
  ‘bank.loans[]’ (how many elements it has, whether the issuer marked it): shown, or what is computed from it is, if the issuer marked it
  ‘id.vip’ (its value, whether it is there): not shown, but the answers tell something of it
  ‘id.unused’ (its value): not shown
On the way it computes, without showing it:
  ‘late’ = each of ‘bank.loans[].days’ (only where ‘status’ is "open") is more than 30 (at least one element)
  ‘unused’ = ‘id.unused’
warning: the query reads nothing of document ‘gym’: the proof tells no more than that its issuer signed it
warning: the query never looks at exp of document ‘id’, so an expired token passes: consider {"<": [{"now": []}, {"dvar": "id.exp"}]}
`
	if diff := cmp.Diff(want, Explain(p).String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The text leaves out a local only where its value stands in its place.
func TestExplainLeavesOutLocals(t *testing.T) {
	for text, want := range map[string]bool{
		`[{"assign":{"x":{"exists":"a"}}},{"output":{"r":{"lvar":"x"}}}]`:                                                      false,
		`[{"assign":{"x":{"exists":"a"}}},{"output":{"r":{"and":[true,{"lvar":"x"}]}}}]`:                                       true,
		`[{"assign":{"x":{"exists":"a"}}},{"output":{"r":{"==":[true,{"lvar":"x"}]}}}]`:                                        true,
		`[{"assign":{"x":{"exists":"a"}}},{"output":{"r":{"lvar":"x"}}},{"output":{"s":{"and":[{"not":{"lvar":"x"}},true]}}}]`: true,
		`[{"assign":{"x":{"exists":"a"}}},{"output":{"r":1}}]`:                                                                 true,
		`[{"assign":{"x":{"exists":"a"}}},{"if":{"condition":{"lvar":"x"},"then":[]}},{"output":{"r":1}}]`:                     true,
	} {
		x := Explain(mustCompile(t, text))
		if got := strings.Contains(x.String(), "‘x’ = ‘a’ is there"); got != want || len(x.Locals) != 1 {
			t.Errorf("%s: the local is in the text: %v, want %v; %d locals", text, got, want, len(x.Locals))
		}
	}
}

func TestExplainWarnings(t *testing.T) {
	for _, c := range []struct {
		text, tag string
		format    Format
		want      string // part of the only warning, empty for none
	}{
		{output(`{"<":[{"now":[]},{"dvar":"exp"}]}`), "", JWT, ""},
		{output(`{"<":[{"now":[]},{"dvar":"t.exp"}]}`), "t", JWT, ""},
		{output(`{"exists":"exp"}`), "", JWT, "never looks at exp"},
		{output(`{"==":[{"dvar":"a.exp"},1]}`), "", JWT, "never looks at exp"},
		{output(`{"==":[{"dvar":"t.a"},1]}`), "t", JWT, `{"dvar": "t.exp"}`},
		{output(`{"==":[{"dvar":"a"},1]}`), "", ZkPass, ""},
		{output(`true`), "", ZkPass, "reads nothing"},
		{output(`{"exists":"a` + strings.Repeat(".a", 16) + `"}`), "", ZkPass, "never finds anything"},
		{output(`{"exists":"a` + strings.Repeat(".a", 14) + `"}`), "", ZkPass, ""},
	} {
		p, err := Compile([]byte(c.text), []string{c.tag}, WithFormat(c.tag, c.format))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(Explain(p).Warnings, "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: warnings %q, want %q", c.text, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		`"a\"b"`: `"a\"b"`, `-7`: `-7`, `true`: `true`, `{"now":[]}`: `the time of the proof in seconds since 1970`,
		`{"dvar":"a"}`: `‘a’`, `{"dvar":"a[]"}`: `each of ‘a[]’`, `{"exists":"a"}`: `‘a’ is there and not null`, `{"count":"a[?f]"}`: `the number of elements of ‘a[]’ (only where ‘f’ is true)`,
		`{"and":[]}`: `true`, `{"or":[]}`: `false`, `{"or":[true,{"and":[{"exists":"a"},false]}]}`: `true or (‘a’ is there and not null and false)`, `{"not":true}`: `not (true)`,
		`{"==":[1,2]}`: `1 equals 2`, `{"!=":[1,2]}`: `1 differs from 2`, `{"<":[1,2]}`: `1 is less than 2`, `{"<=":[1,2]}`: `1 is at most 2`,
		`{">":[1,2]}`: `1 is more than 2`, `{">=":[1,2]}`: `1 is at least 2`, `{"~==":["a","b"]}`: `"a" equals "b" (capital and small letters alike)`,
		`{"~!=":["a",{"dvar":"b[]"}]}`: `"a" differs from each of ‘b[]’ (capital and small letters alike) (every element)`, `{"==":[{"dvar":"b[]"},1,"or"]}`: `each of ‘b[]’ equals 1 (at least one element)`,
		`{"contains":["a","b"]}`: `"a" contains "b"`, `{"~!contains":["a","b"]}`: `"a" does not contain "b" (capital and small letters alike)`, `{"in":[1,[2,3]]}`: `1 is one of [2, 3]`,
		`{"get_age":[{"dvar":"a"},"DD/MM/YYYY"]}`: `the age in full years of the date in ‘a’`, `{"get_day_diff":[{"dvar":"a"},"DD/MM/YYYY"]}`: `the number of days since the date in ‘a’`,
	} {
		p := mustCompile(t, output(text))
		w := phrase{style: styles[0]}
		if w.expr(p, p.Body[0].Expr); string(w.buf) != want || w.cut {
			t.Errorf("%s: got %s, want %s", text, w.buf, want)
		}
	}
}

// The JSON is read by apps of others: it changes by new members only.
func TestExplainJSON(t *testing.T) {
	p, err := Compile([]byte(`[{"assign":{"x":{"or":[{"dvar":"a.ok"},{"exists":"a.\"b c\""}]}}},
		{"if":{"condition":{"lvar":"x"},"then":[{"output":{"my name":{"dvar":"a.name"}}}]}},{"output":{"r":{"lvar":"x"}}}]`), []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(Explain(p), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/explanation.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
