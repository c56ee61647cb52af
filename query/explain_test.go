package query

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplain(t *testing.T) {
	const text = `[{"assign":{"late":{">":[{"dvar":"bank.loans[?status == 'open'].days"},30,"or"]}}},
		{"if":{"condition":{"and":[{">=":[{"get_age":[{"dvar":"id.born"},"DD/MM/YYYY"]},18]},{"not":{"lvar":"late"}}]},
		"then":[{"output":{"result":true}},{"output":{"name":{"dvar":"id.name"}}}],"else":[{"output":{"result":false}}]}},
		{"output":{"skills":{"dvar":"id.skills[?ok].name"}}},{"output":{"loans":{"count":"bank.loans[]"}}}]`
	p, err := Compile([]byte(text), []string{"id", "bank", "gym"}, WithFormat("id", JWT))
	if err != nil {
		t.Fatal(err)
	}
	const want = `It reads:
  bank.loans[?status == 'open'].days: its value
  id.born: its value
  id.name: its value, whether the issuer marked it
  id.skills[?ok].name: its value, whether the issuer marked it
  bank.loans[]: how many elements it has, whether the issuer marked it
It computes:
  late = each of bank.loans[?status == 'open'].days is more than 30 (at least one element)
The verifier learns:
  result = true
    if the age in full years of the date in id.born is at least 18 and not (the local late)
    reveals a value that the query or the time fixes
    reveals by being there or not, whether its conditions hold: what that tells of bank.loans[?status == 'open'].days, id.born
  name = id.name
    if the age in full years of the date in id.born is at least 18 and not (the local late)
    reveals the value of id.name; there is no proof unless the issuer marked it with _name_zkpass_public_, or it is true or false
    reveals by being there or not, whether its conditions hold: what that tells of bank.loans[?status == 'open'].days, id.born
  result = false
    if not (the age in full years of the date in id.born is at least 18 and not (the local late))
    reveals a value that the query or the time fixes
    reveals by being there or not, whether its conditions hold: what that tells of bank.loans[?status == 'open'].days, id.born
  skills = each of id.skills[?ok].name
    reveals the value of id.skills[?ok].name; there is no proof unless the issuer marked it with _name_zkpass_public_
    reveals how many elements the filter of id.skills[?ok].name keeps, marked or not
  loans = the number of elements of bank.loans[]
    reveals how many elements bank.loans[] has; there is no proof unless the issuer marked it with _loans_zkpass_public_
warning: the query reads nothing of document gym: the proof tells no more than that its issuer signed it
warning: the query never looks at exp of document id, so an expired token passes: consider {"<": [{"now": []}, {"dvar": "id.exp"}]}
`
	if diff := cmp.Diff(want, Explain(p).String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
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
		`"a\"b"`: `"a\"b"`, `-7`: `-7`, `true`: `true`, `{"now":[]}`: `the evaluation time in Unix seconds`,
		`{"dvar":"a"}`: `a`, `{"dvar":"a[]"}`: `each of a[]`, `{"exists":"a"}`: `a is there and not null`, `{"count":"a[?f]"}`: `the number of elements of a[?f]`,
		`{"and":[]}`: `true`, `{"or":[]}`: `false`, `{"or":[true,{"and":[{"exists":"a"},false]}]}`: `true or (a is there and not null and false)`, `{"not":true}`: `not (true)`,
		`{"==":[1,2]}`: `1 equals 2`, `{"!=":[1,2]}`: `1 differs from 2`, `{"<":[1,2]}`: `1 is less than 2`, `{"<=":[1,2]}`: `1 is at most 2`,
		`{">":[1,2]}`: `1 is more than 2`, `{">=":[1,2]}`: `1 is at least 2`, `{"~==":["a","b"]}`: `"a" equals "b" (capital and small letters alike)`,
		`{"~!=":["a",{"dvar":"b[]"}]}`: `"a" differs from each of b[] (capital and small letters alike) (every element)`, `{"==":[{"dvar":"b[]"},1,"or"]}`: `each of b[] equals 1 (at least one element)`,
		`{"contains":["a","b"]}`: `"a" contains "b"`, `{"~!contains":["a","b"]}`: `"a" does not contain "b" (capital and small letters alike)`, `{"in":[1,[2,3]]}`: `1 is one of [2, 3]`,
		`{"get_age":[{"dvar":"a"},"DD/MM/YYYY"]}`: `the age in full years of the date in a`, `{"get_day_diff":[{"dvar":"a"},"DD/MM/YYYY"]}`: `the number of days since the date in a`,
	} {
		p := mustCompile(t, output(text))
		if got := p.words(p.Body[0].Expr); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
