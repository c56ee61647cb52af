package zkvm

import (
	"fmt"
	"os"
	"testing"
)

func TestSeams(t *testing.T) {
	if os.Getenv(longRuns) == "" {
		t.Skip("set " + longRuns + " to run it")
	}
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
