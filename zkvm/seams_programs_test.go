package zkvm

import (
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

// TestSeamsPrograms tries outputs, markers and branches of arrays, counts and
// dates, each with claims that are false.
func TestSeamsPrograms(t *testing.T) {
	m := `,"_a_zkpass_public_":true,"_d_zkpass_public_":true`
	for _, c := range []struct {
		text, payload string
		claims        []string
	}{
		{`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"dvar":"a[]"}}}],"else":[{"assign":{"x":{"dvar":"b[]"}}}]}},{"output":{"r":{"lvar":"x"}}}]`,
			`{"t":true,"a":["p","q"],"b":["u"]`, []string{`{"r":["p","q"]}`, `{"r":["u"]}`, `{"r":[]}`, `{"r":["p"]}`, `{"r":"p"}`, `{"r":["q","p"]}`}},
		{`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"dvar":"a[]"}}}],"else":[{"assign":{"x":{"dvar":"b[]"}}}]}},{"output":{"r":{"lvar":"x"}}}]`,
			`{"t":false,"a":["p","q"],"b":["u"]`, []string{`{"r":["p","q"]}`, `{"r":["u"]}`, `{"r":[]}`}},
		{`[{"output":{"r":{"get_age":[{"dvar":"a[?f].d"},"YYYY-MM-DD"]}}}]`, `{"a":[{"f":true,"d":"2000-01-01","_d_zkpass_public_":true},{"d":"x"}]`, []string{`{"r":[26]}`, `{"r":[25]}`, `{"r":[]}`, `{"r":26}`, `{"r":[26,26]}`, `{"r":["26"]}`, `{"r":[true]}`}},
		{`[{"output":{"r":{"get_age":[{"dvar":"a[?f].d"},"YYYY-MM-DD"]}}}]`, `{"a":[{"f":true,"d":"2000-01-01"},{"d":"x","_d_zkpass_public_":true}]`, []string{`{"r":[26]}`, `{"r":[]}`}},
		{`[{"output":{"r":{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]}}}]`, `{"d":"2000-01-01"`, []string{`{"r":26}`, `{"r":27}`, `{"r":"26"}`}},
		{`[{"output":{"r":{"count":"a[?f]"}}}]`, `{"a":[{"f":true},{}]`, []string{`{"r":1}`, `{"r":2}`, `{"r":0}`, `{"r":[1]}`, `{"r":true}`}},
		{`[{"output":{"r":{"count":"b[?f]"}}}]`, `{"b":[{"f":true},{}]`, []string{`{"r":1}`, `{"r":2}`}},
		{`[{"output":{"r":{"dvar":"a[]"}}}]`, `{"a":[true,false]`, []string{`{"r":[true,false]}`, `{"r":[false,true]}`, `{"r":[true,true]}`}},
		{`[{"output":{"r":{"dvar":"b[]"}}}]`, `{"b":[true,false]`, []string{`{"r":[true,false]}`}},
		{`[{"output":{"r":{"dvar":"a[]"}}}]`, `{"a":[true,1]`, []string{`{"r":[true]}`, `{"r":[1]}`}},
		{`[{"output":{"r":{"dvar":"a[1]"}}},{"output":{"s":{"==":[{"dvar":"a[]"},2,"or"]}}}]`, `{"a":[1,2,3]`, []string{`{"r":2,"s":true}`, `{"r":2,"s":false}`, `{"r":1,"s":true}`, `{"s":true}`}},
		{`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"get_day_diff":[{"dvar":"d"},"YYYY-MM-DD"]}}}],"else":[{"assign":{"x":{"count":"b[]"}}}]}},{"output":{"r":{"in":[{"lvar":"x"},[1,9545,2]]}}},{"output":{"v":{"lvar":"x"}}}]`,
			`{"t":false,"d":"bad","b":[1]`, []string{`{"r":true,"v":1}`, `{"r":false,"v":1}`, `{"r":true,"v":2}`}},
		{`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"dvar":"d"}}}],"else":[{"assign":{"x":"2001-02-03"}}]}},{"output":{"r":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}}]`,
			`{"t":false,"d":"2000-02-03"`, []string{`{"r":25}`, `{"r":26}`}},
		{`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"dvar":"d"}}}],"else":[{"assign":{"x":"2001-02-03"}}]}},{"output":{"r":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}}]`,
			`{"t":true,"d":"2000\u002d02-03"`, []string{`{"r":25}`, `{"r":26}`}},
	} {
		p, err := query.Compile([]byte(c.text), []string{""}, query.WithFormat("", query.JWT))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for _, tail := range []string{m + "}", "}", m + `,"z":"\t"}`} {
			func() {
				defer func() {
					if e := recover(); e != nil {
						t.Errorf("PANIC %s %s: %v", c.text, c.payload, e)
					}
				}()
				q := askProgram(t, p, c.payload+tail, testNow)
				t.Logf("%s -> %s", c.payload+tail, q.output)
				q.verify(t, c.text+c.payload+tail, c.claims...)
			}()
		}
	}
}
