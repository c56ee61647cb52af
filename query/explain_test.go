package query

import (
	"encoding/json"
	"fmt"
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

func TestAdvice(t *testing.T) {
	const bound = `{"and":[{"<":[{"now":[]},{"dvar":"exp"}]},{"==":[{"dvar":"iss"},"x"]},{"==":[{"dvar":"aud"},"y"]},%s]}`
	also := func(e string) string { return output(strings.Replace(bound, "%s", e, 1)) }
	for _, c := range []struct {
		text, tag string
		format    Format
		want      []string // parts of each advice, in order
	}{
		{also(`true`), "", JWT, nil},
		{strings.ReplaceAll(also(`true`), `{"dvar":"`, `{"dvar":"t.`), "t", JWT, nil},
		{strings.Replace(also(`true`), `{"dvar":"aud"}`, `{"dvar":"aud[]"}`, 1), "", JWT, nil},
		{strings.Replace(also(`true`), `{"dvar":"aud"}`, `{"dvar":"azp"}`, 1), "", JWT, nil},
		{strings.Replace(also(`true`), `{"dvar":"aud"}`, `{"dvar":"nonce"}`, 1), "", JWT, nil},
		{strings.Replace(also(`{"is":["aud","string"]}`), `{"dvar":"aud"}`, `{"dvar":"sub"}`, 1), "", JWT, []string{"none of aud, azp and nonce of the document"}},
		{strings.Replace(also(`true`), `{"dvar":"iss"}`, `{"dvar":"o.iss"}`, 1), "", JWT, []string{"never looks at iss of the document"}},
		{output(`{"exists":"exp"}`), "", JWT, []string{"never looks at exp", "aud", "iss"}},
		{output(`{"==":[{"dvar":"a.exp"},1]}`), "", JWT, []string{"never looks at exp", "aud", "iss"}},
		{output(`{"==":[{"dvar":"t.a"},1]}`), "t", JWT, []string{`{"dvar": "t.exp"}`, `{"dvar": "t.aud"}`, `{"dvar": "t.iss"}`}},
		{output(`{"==":[{"dvar":"a"},1]}`), "", ZkPass, nil},
		{output(`true`), "", ZkPass, []string{"reads nothing"}},
		{output(`{"exists":"a` + strings.Repeat(".a", 16) + `"}`), "", ZkPass, []string{"never finds anything"}},
		{output(`{"exists":"a` + strings.Repeat(".a", 14) + `"}`), "", ZkPass, nil},
		{output(`{"and":[{"contains":[{"dvar":"a"},"@example.com"]},{"~!contains":[{"dvar":"a"},".evil"]},{"contains":[{"dvar":"a"},"https://x/"]},{"contains":[{"dvar":"a"},"a@b"]}]}`), "", ZkPass,
			[]string{"statement 1, output r, and 1: contains finds the text anywhere, as in x@example.com.evil.org: consider ends_with", "and 2: ~!contains finds the text anywhere, as in x@example.com.evil.org: consider ~!ends_with", "and 3: contains finds the text anywhere, as in https://evil.org/?https://example.com/: consider starts_with"}},
		{output(`{"and":[{"ends_with":[{"dvar":"a"},"@example.com"]},{"contains":["@example.com",{"dvar":"a"}]}]}`), "", ZkPass, nil},
		{output(`{"and":[{"~==":[{"dvar":"a"},"É"]},{"~contains":[{"dvar":"a"},"x"]},{"~starts_with":[{"dvar":"a"},"日本"]}]}`), "", ZkPass, []string{"and 1: ~ takes capital and small letters from A to Z as alike and no others"}},
		{output(`{"or":[true,{"dvar":"a"}]}`), "", ZkPass, []string{"statement 1, output r: this is always true"}},
		{output(`{"and":[true,{"dvar":"a"}]}`), "", ZkPass, nil},
		{output(`{"and":[{"dvar":"a"},{"<":[{"count":"l[]"},0]}]}`), "", ZkPass, []string{"output r: this is always false"}},
		{`[{"if":{"condition":true,"then":[{"output":{"r":{"dvar":"a"}}}]}}]`, "", ZkPass, []string{"statement 1, condition: this is always true"}},
		{`[{"assign":{"x":{"not":true}}},{"if":{"condition":{"lvar":"x"},"then":[{"output":{"r":{"dvar":"a"}}}]}}]`, "", ZkPass, []string{"statement 1, assign x: this is always false", "statement 2, condition: this is always false"}},
		{output(`{"and":[{"dvar":"a"},{"dvar":"a"},` + strings.TrimSuffix(strings.Repeat(`{"contains":[{"dvar":"a"},"@x"]},`, 9), ",") + `]}`), "", ZkPass, []string{"and 3", "and 4", "and 5", "and 6 more of this kind"}},
	} {
		p, err := Compile([]byte(c.text), []string{c.tag}, WithFormat(c.tag, c.format))
		if err != nil {
			t.Fatal(err)
		}
		x := checkExplanation(t, p)
		var got []string
		for _, a := range x.Advice {
			got = append(got, a.String())
			if catalogues[English][key(a.Key)] == "" {
				t.Errorf("%s: no sentence has key %q", c.text, a.Key)
			}
			if strings.Contains(x.String(), a.Text) {
				t.Errorf("%s: the holder reads %q", c.text, a.Text)
			}
		}
		ok := len(got) == len(c.want)
		for i := range got {
			ok = ok && strings.Contains(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%s:\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// What is always the same reveals nothing.
func TestExplainConstants(t *testing.T) {
	for _, c := range []struct {
		e    string
		want string // true, false or neither
	}{
		{`{"or":[true,{"dvar":"a"}]}`, "true"}, {`{"or":[{"dvar":"a"},true]}`, "true"}, {`{"or":[{"dvar":"a"},false]}`, ""}, {`{"or":[]}`, "false"},
		{`{"and":[{"dvar":"a"},false]}`, "false"}, {`{"and":[{"dvar":"a"}]}`, ""}, {`{"and":[]}`, "true"}, {`{"not":{"or":[true]}}`, "false"},
		{`{"==":[1,1.0]}`, "true"}, {`{"<":[1.5,1]}`, "false"}, {`{"~==":["É","é"]}`, "false"}, {`{"~!=":["A","a"]}`, "false"},
		{`{"==":[{"dvar":"a"},{"dvar":"a"}]}`, "true"}, {`{">=":[{"dvar":"a"},{"dvar":"a"}]}`, "true"}, {`{"!=":[{"dvar":"a"},{"dvar":"a"}]}`, "false"}, {`{"<":[{"dvar":"a"},{"dvar":"b"}]}`, ""},
		{`{">=":[{"count":"l[]"},0]}`, "true"}, {`{"<":[{"count":"l[]"},0]}`, "false"}, {`{">":[{"count":"l[]"},0]}`, ""}, {`{"<=":[{"count":"l[?f]"},32]}`, "true"}, {`{"<=":[{"count":"l[]"},32]}`, ""},
		{`{">":[{"count":"l[]"},1024]}`, "false"}, {`{"==":[{"count":"l[]"},1025]}`, "false"}, {`{"!=":[-1,{"count":"l[]"}]}`, "true"}, {`{"<=":[{"count":"l[]"},1023]}`, ""},
		{`{">=":[{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]},0]}`, "true"}, {`{">":[{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]},9998]}`, "false"}, {`{">":[{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]},9997.5]}`, ""},
		{`{">":[{"get_age":[{"dvar":"d[]"},"YYYY-MM-DD"]},9998]}`, ""}, {`{"<":[{"now":[]},0]}`, ""},
		{`{"contains":[{"dvar":"s"},""]}`, "true"}, {`{"!ends_with":[{"dvar":"s"},""]}`, "false"}, {`{"starts_with":["ab","b"]}`, "false"}, {`{"~ends_with":["aB","b"]}`, "true"}, {`{"contains":[{"dvar":"s"},{"dvar":"s"}]}`, "true"},
		{`{"contains":[{"dvar":"s"},{"dvar":"a"}]}`, ""}, {`{"in":[{"dvar":"a"},[]]}`, "false"}, {`{"in":[1,[2,1.0]]}`, "true"}, {`{"in":["a",["b"]]}`, "false"}, {`{"in":[{"dvar":"a"},["b"]]}`, ""},
		{`{"==":[{"dvar":"l[]"},1]}`, ""}, {`{"exists":"a"}`, ""}, {`{"is":["a","null"]}`, ""},
	} {
		for _, text := range []string{output(c.e), `[{"assign":{"x":` + c.e + `}},{"output":{"r":{"lvar":"x"}}}]`} {
			r := checkExplanation(t, mustCompile(t, text)).Outputs[0].Reveals[0]
			got := map[key]string{sayAlways: "true", sayNever: "false"}[key(r.Key)]
			if got != c.want || (got != "") != (r.Kind == RevealsFixed) && !strings.Contains(c.e, "now") || got != "" && len(r.Reads) > 0 {
				t.Errorf("%s: %+v, want %q", text, r, c.want)
			}
		}
	}
	x := Explain(mustCompile(t, output(`{"or":[true,{"dvar":"a"}]}`)))
	if x.Reads[0].Shown != ShownNot || len(x.Reads[0].Uses) != 1 {
		t.Errorf("reads of what is always true: %+v", x.Reads[0])
	}
}

// A constant that is found is one: no document gives anything else.
func TestConstantsHold(t *testing.T) {
	found := 0
	for _, c := range readCases(t, "testdata/cases.json") {
		p, err := c.compile()
		if err != nil {
			continue
		}
		known := constantsOf(p)
		out, err := evaluate(p, c.Payloads(t), c.Time(t))
		if err != nil {
			continue
		}
		statements := make([]int, len(p.Outputs))
		p.walk(func(s *Statement) {
			if s.Kind == Output {
				statements[s.Slot]++
			}
		})
		p.walk(func(s *Statement) {
			v, always := known[s.Expr]
			if s.Kind != Output || !always || statements[s.Slot] > 1 {
				return
			}
			for _, r := range out.Results {
				if r.Name == p.Outputs[s.Slot] {
					if found++; r.Value.Type != Boolean || r.Value.Bool != v {
						t.Errorf("%s: %s is %v, not always %v", c.Name, r.Name, r.Value, v)
					}
				}
			}
		})
	}
	if found < 20 {
		t.Errorf("only %d constants", found)
	}
}

func TestExplainWarnsOfSearch(t *testing.T) {
	compared := func(n int, format string) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(format, i, i*100))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	nested := `[` + strings.Repeat(`{"if":{"condition":{">":[{"dvar":"a"},%d]},"then":[`, 4) + `{"output":{"r":1}}` + strings.Repeat(`]}}`, 4) + `]`
	for name, c := range map[string]struct {
		text string
		want string // the warning, empty for none
	}{
		"four outputs":        {compared(4, `{"output":{"o%d":{">":[{"dvar":"balance"},%d]}}}`), "4 answers compare ‘balance’: together they narrow it down, and may tell it"},
		"200 outputs":         {compared(200, `{"output":{"o%d":{">":[{"dvar":"balance"},%d]}}}`), "200 answers compare ‘balance’"},
		"three outputs":       {compared(3, `{"output":{"o%d":{">":[{"dvar":"balance"},%d]}}}`), ""},
		"one answer":          {output(`{"and":` + compared(9, `{"or":[{"exists":"e%d"},{">":[{"dvar":"a"},%d]}]}`) + `}`), ""},
		"the same each time":  {compared(9, `{"output":{"o%d":{">":[{"dvar":"a"},5]}}},{"output":{"p%d":{"exists":"a"}}}`), ""},
		"nested ifs":          {fmt.Sprintf(nested, 1, 2, 3, 4), "4 answers compare ‘a’"},
		"presence":            {compared(9, `{"output":{"o%d":{"exists":"a[%d]"}}}`), ""},
		"ages":                {compared(5, `{"output":{"o%d":{"<":[{"get_age":[{"dvar":"born"},"YYYY-MM-DD"]},%d]}}}`), "4 answers compare ‘born’"},
		"through locals":      {compared(5, `{"assign":{"l%[1]d":{"in":[{"dvar":"a"},[%[2]d]]}}},{"output":{"o%[1]d":{"not":{"lvar":"l%[1]d"}}}}`), "5 answers compare ‘a’"},
		"through a local":     {`[{"assign":{"x":{"dvar":"a"}}},` + compared(5, `{"output":{"o%d":{"==":[{"lvar":"x"},%d]}}}`)[1:], "5 answers compare ‘a’"},
		"a local of branches": {`[` + strings.Repeat(`{"if":{"condition":{">":[{"dvar":"a"},1%d]},"then":[`, 3) + `{"assign":{"x":1}}` + strings.Repeat(`],"else":[{"assign":{"x":0}}]}}`, 3) + `,{"output":{"r":{"==":[{"lvar":"x"},1]}}}]`, "4 answers compare ‘a’"},
		"always true":         {compared(9, `{"output":{"o%d":{"or":[true,{"==":[{"dvar":"a"},%d]}]}}}`), ""},
		"many members":        {output("1")[:len(output("1"))-1] + "," + strings.ReplaceAll(compared(4, `{"output":{"p%[1]d":{"<":[{"dvar":"p"},%[2]d]}}},{"output":{"q%[1]d":{"<":[{"dvar":"q"},%[2]d]}}},{"output":{"s%[1]d":{"<":[{"dvar":"s"},%[2]d]}}},{"output":{"t%[1]d":{"<":[{"dvar":"t"},%[2]d]}}}`)[1:], "%!(EXTRA", ""), "1 more paths are compared as often"},
	} {
		if strings.Contains(c.text, "%d") {
			c.text = strings.NewReplacer("1%d", "1").Replace(c.text)
			for i := 1; strings.Contains(c.text, `"a"},1]}`); i++ {
				c.text = strings.Replace(c.text, `"a"},1]}`, fmt.Sprintf(`"a"},%d.5]}`, i), 1)
			}
		}
		p, err := Compile([]byte(c.text), []string{""})
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, c.text)
			continue
		}
		got := strings.Join(checkExplanation(t, p).Warnings, "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: warnings %q, want %q", name, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		`"a\"b"`: `"a\"b"`, `-7`: `-7`, `true`: `true`, `{"now":[]}`: `the time of the proof in seconds since 1970`,
		`{"dvar":"a"}`: `‘a’`, `{"dvar":"a[]"}`: `each of ‘a[]’`, `{"exists":"a"}`: `‘a’ is there and not null`, `{"count":"a[?f]"}`: `the number of elements of ‘a[]’ (only where ‘f’ is true)`,
		`{"and":[]}`: `true`, `{"or":[]}`: `false`, `{"or":[true,{"and":[{"exists":"a"},false]}]}`: `true or (‘a’ is there and not null and false)`, `{"not":true}`: `not (true)`,
		`{"==":[1,2]}`: `1 equals 2`, `{"!=":[1,2]}`: `1 differs from 2`, `{"<":[1,2]}`: `1 is less than 2`, `{"<=":[1,2]}`: `1 is at most 2`,
		`{">":[1,2]}`: `1 is more than 2`, `{">=":[1,2]}`: `1 is at least 2`, `{"~==":["a","b"]}`: `"a" equals "b" (capital and small letters A to Z alike)`,
		`{"~!=":["a",{"dvar":"b[]"}]}`: `"a" differs from each of ‘b[]’ (capital and small letters A to Z alike) (every element)`, `{"==":[{"dvar":"b[]"},1,"or"]}`: `each of ‘b[]’ equals 1 (at least one element)`,
		`{"contains":["a","b"]}`: `"a" contains "b"`, `{"~!contains":["a","b"]}`: `"a" does not contain "b" (capital and small letters A to Z alike)`, `{"in":[1,[2,3]]}`: `1 is one of [2, 3]`,
		`{"get_age":[{"dvar":"a"},"DD/MM/YYYY"]}`: `the age in full years of the date in ‘a’`, `{"get_day_diff":[{"dvar":"a"},"DD/MM/YYYY"]}`: `the number of days since the date in ‘a’`,
		`{"get_time":[{"dvar":"a"},"RFC3339"]}`: `the time in ‘a’ in seconds since 1970`, `{"is":["a","object"]}`: `‘a’ is there and is an object`, `{"is":["a","boolean"]}`: `‘a’ is there and is true or false`,
		`{"starts_with":["a","b"]}`: `"a" starts with "b"`, `{"~!ends_with":["a","b"]}`: `"a" does not end with "b" (capital and small letters A to Z alike)`, `{"==":[1.50,-0.5]}`: `1.5 equals -0.5`,
	} {
		p := mustCompile(t, output(text))
		w := phrase{style: styles[0], words: english}
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
