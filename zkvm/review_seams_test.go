package zkvm

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestReviewSeams(t *testing.T) {
	const esc = `,"zz":"\n"`
	docs := []string{
		`{"a":["x","12",12,true,null],"i":12,"t":true,"s":"12","b":["x"],"e":[],"d":"2000-02-29","dd":["2000-02-29","1999-12-31"],"o":{}%s}`,
		`{"a":[],"i":"","t":"true","s":"x","b":["12","12"],"e":[1],"d":["2000-02-29"],"dd":["2000-02-30"],"o":[{}]%s}`,
		`{"a":{"a":[]},"i":null,"t":[true],"s":"true","b":[["x"]],"e":null,"d":20000229,"dd":[],"o":[{"f":true,"n":"x"},{"f":null,"n":"12"},{"n":3,"n":4}]%s}`,
		`{"a":["a","b"],"i":-0,"t":false,"s":"","b":[""],"e":[[]],"d":"0001-01-01","dd":["2030-01-01"],"o":[{"f":"x","n":"12"},{"f":"","n":true}]%s}`,
		`{"a":[-9223372036854775808],"i":9223372036854775807,"s":"{}","b":["{}","[]"],"d":"2000/02/29","dd":["2000-02-29",null],"o":[{"f":false,"n":"a"},{"f":true,"n":"b"},{"\u0066":true}]%s}`,
	}
	for _, e := range []string{
		`{"==":[{"dvar":"s"},"12"]}`, `{"==":[{"dvar":"i"},"12"]}`, `{"==":[{"dvar":"i"},12]}`, `{"==":[{"dvar":"t"},true]}`, `{"==":[{"dvar":"s"},{"dvar":"i"}]}`,
		`{"!=":[{"dvar":"s"},{"dvar":"b[0]"}]}`, `{"==":[{"dvar":"b[]"},{"dvar":"s"}]}`, `{"!=":[{"dvar":"b[]"},{"dvar":"s"},"or"]}`, `{"~==":[{"dvar":"b[]"},{"dvar":"s"},"or"]}`,
		`{"~!=":[{"dvar":"s"},{"dvar":"e[]"}]}`, `{"<":[{"dvar":"e[]"},{"dvar":"i"}]}`, `{"==":[{"dvar":"e[]"},{"dvar":"t"}]}`, `{"==":[{"dvar":"a[]"},"x","or"]}`,
		`{"contains":[{"dvar":"s"},{"dvar":"b[0]"}]}`, `{"contains":[{"dvar":"b[0]"},""]}`, `{"contains":[{"dvar":"i"},""]}`, `{"contains":["",{"dvar":"s"}]}`, `{"contains":["12",{"dvar":"i"}]}`,
		`{"in":[{"dvar":"s"},[]]}`, `{"in":[{"dvar":"t"},[true,false]]}`, `{"in":[{"dvar":"i"},[12,0]]}`, `{"in":[{"dvar":"b[0]"},["x","{}"]]}`, `{"in":[{"get_day_diff":[{"dvar":"d"},"YYYY-MM-DD"]},[1,2,3]]}`,
		`{">":[{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]},18]}`, `{">":[{"get_age":[{"dvar":"dd[]"},"YYYY-MM-DD"]},18]}`, `{">":[{"get_day_diff":[{"dvar":"dd[]"},"YYYY-MM-DD"]},18,"or"]}`, `{">":[{"get_age":[{"dvar":"dd[1]"},"YYYY-MM-DD"]},18]}`,
		`{"exists":"a[0]"}`, `{"exists":"a.a"}`, `{"exists":"a[4]"}`, `{"exists":"o[0].f"}`, `{"exists":"o.f"}`, `{"exists":"b[0][0]"}`,
		`{"==":[{"count":"a[]"},0]}`, `{"==":[{"count":"o[?f]"},1]}`, `{"==":[{"count":"o[?!f]"},1]}`, `{"==":[{"count":"o[?f == 'x']"},1]}`, `{"==":[{"dvar":"o[?f].n"},"b"]}`, `{"==":[{"dvar":"o[?!f].n"},"12"]}`, `{"==":[{"dvar":"o[?f == ''].n"},true]}`,
		`{"==":[{"dvar":"o[?n == '12'].n"},"12"]}`,
		`{"and":[{"not":{"exists":"e"}},{"==":[{"dvar":"e[]"},1]}]}`, `{"or":[{"exists":"a[0]"},{"==":[{"dvar":"a[0]"},1]}]}`, `{"or":[{"==":[{"count":"a[]"},0]},{"==":[{"dvar":"a[]"},"x","or"]}]}`,
	} {
		for _, d := range docs {
			for _, x := range []string{"", esc} {
				p := fmt.Sprintf(d, x)
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Errorf("PANIC %s over %s: %v", e, p, r)
						}
					}()
					q, err := askTry(t, `[{"output":{"r":`+e+`}}]`, p)
					if err != nil {
						t.Errorf("%s: %v", e, err)
						return
					}
					q.verify(t, e+" over "+p, anyOutput...)
				}()
			}
		}
	}
}

func askTry(t testing.TB, text, payload string) (*question, error) {
	if _, err := tryCompile(text); err != nil {
		return nil, err
	}
	return ask(t, text, payload), nil
}

func TestReviewBits(t *testing.T) {
	for _, c := range []struct{ query, payload string }{
		{`[{"output":{"r":{"contains":[{"dvar":"s"},{"dvar":"p"}]}}},{"output":{"q":{"~==":[{"dvar":"s"},"ABCD\n"]}}}]`, `{"s":"abC\u0044\n","p":"b\u0043"}`},
		{`[{"output":{"g":{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]}}},{"output":{"h":{"get_day_diff":[{"dvar":"d"},"YYYY-MM-DD"]}}}]`, `{"d":"2000-02-29","_d_zkpass_public_":true}`},
		{`[{"output":{"r":{">":[{"get_age":[{"dvar":"d[?f].d"},"YYYY-MM-DD"]},3]}}},{"output":{"c":{"count":"d[?f]"}}}]`, `{"d":[{"f":true,"d":"2000-02-29"},{"f":false}],"_d_zkpass_public_":true}`},
		{`[{"output":{"r":{"contains":[{"dvar":"s"},{"dvar":"p"}]}}},{"output":{"q":{"in":[{"dvar":"s"},["x","abcd"]]}}},{"output":{"e":{"exists":"s"}}},{"output":{"k":{"contains":["zabcd",{"dvar":"s"}]}}}]`, `{"s":"abcd","p":"bc"}`},
	} {
		q := ask(t, c.query, c.payload)
		if q.output == nil {
			t.Fatal(c.query)
		}
		a := newAttack(t, q.claim(string(q.output)), cheat{})
		if l := a.check(t); l != "" {
			t.Fatal(c.query, l)
		}
		base := int(a.sources[0].digest[255]) + 1
		total := len(a.plan.secrets.GF)
		free := map[string]int{}
		n := 0
		// skip base64/json: sample the tail more
		start := base + (a.gf.Subfield-base)/3
		span := total - start
		step := 1 + span/420
		for i := start + rand.IntN(step); i < total; i += step {
			x := &a.plan.secrets.GF[i]
			*x = field.Add(*x, one)
			n++
			if !a.breaks(t) {
				free[a.readers(t, i)]++
			}
			*x = field.Add(*x, one)
		}
		t.Logf("%s: %d of %d", c.query[:40], n, total-base)
		for k, v := range free {
			t.Logf("  free %d: %s", v, k)
		}
	}
}

// readers: labels of rows whose inputs change with the secret.
func (a *attack) readers(t testing.TB, i int) string {
	labels := map[string]bool{}
	_ = labels
	if i >= a.gf.Subfield {
		return fmt.Sprintf("full+%d", (i-a.gf.Subfield)/64*64)
	}
	for _, l := range a.sources[0].leaves {
		all := append([]*leaf{l}, l.items...)
		for k, m := range all {
			d := func(r ref) int { return i - int(r) }
			if !m.isInteger.fixed && d(m.isInteger.r) >= 0 && d(m.isInteger.r) <= 6*digits+64 {
				return fmt.Sprintf("integer %s item %d value %v", l.at.name, k, a.get(m.isInteger.r))
			}
		}
	}
	return strings.TrimSpace(fmt.Sprintf("sub %d of %d", i, a.gf.Subfield))
}
