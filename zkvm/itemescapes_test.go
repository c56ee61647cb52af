package zkvm

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

func TestEscapesInElements(t *testing.T) {
	t.Parallel()
	const payload = `{"a":["x\u0041","X\u0061",""," \n","\ud83d\ude00\"\\\/\b\f\r\t\u20ac\u0000"],"m":["\u0078","x",-12,true,null,["\n"],{"k":"\n"}],"one":["\u0041b"],"e":[],"d":["2000\u002d02-29","2004\u002F02/29"],` +
		`"o":[{"k":"\u0073","n":"1\u0032","d":"19\u0039\u0039-12-31"},{"k":"s","n":"12","d":"1999-12-31"},{"k":"\\u0073","n":12},{"k":null},{}],"s":"x\u0041","p":"xA","q":"ab","n":12,"t":true}`
	for _, e := range []string{
		`{"==":[{"dvar":"a[]"},"xA","or"]}`, `{"==":[{"dvar":"a[]"},"x","or"]}`, `{"==":[{"dvar":"a[]"},"x\\u0041","or"]}`, `{"~==":[{"dvar":"a[]"},"xa","or"]}`, `{"~==":[{"dvar":"a[]"},"xab","or"]}`,
		`{"==":[{"dvar":"a[]"},"","or"]}`, `{"==":[{"dvar":"a[]"}," \n","or"]}`, `{"==":[{"dvar":"a[]"},"😀\"\\/\b\f\r\t€\u0000","or"]}`, `{"==":[{"dvar":"a[]"},"😀\"\\/\b\f\r\t€","or"]}`,
		`{"==":[{"dvar":"a[]"},{"dvar":"s"},"or"]}`, `{"==":[{"dvar":"p"},{"dvar":"a[]"},"or"]}`, `{"~==":[{"dvar":"p"},{"dvar":"a[]"},"or"]}`, `{"!=":[{"dvar":"a[]"},{"dvar":"q"}]}`, `{"==":[{"dvar":"one[]"},"Ab"]}`, `{"~==":[{"dvar":"one[]"},{"dvar":"q"}]}`,
		`{"==":[{"dvar":"one[]"},{"dvar":"n"}]}`, `{"==":[{"dvar":"m[]"},"x","or"]}`, `{"==":[{"dvar":"m[]"},{"dvar":"n"},"or"]}`, `{"==":[{"dvar":"e[]"},{"dvar":"s"}]}`,
		`{"==":[{"count":"o[?k == 's']"},2]}`, `{"==":[{"count":"o[?k == '\\\\u0073']"},1]}`, `{"==":[{"dvar":"o[?k == 's'].n"},"12"]}`, `{"==":[{"dvar":"o[?k == '\\\\u0073'].n"},12]}`,
		`{"==":[{"count":"m[?k == '\n']"},1]}`, `{">":[{"get_age":[{"dvar":"d[]"},"YYYY-MM-DD"]},20]}`, `{"==":[{"get_day_diff":[{"dvar":"o[?k == 's'].d"},"YYYY-MM-DD"]},9541]}`, `{">":[{"get_age":[{"dvar":"a[]"},"YYYY-MM-DD"]},20]}`,
		`{"or":[{"dvar":"t"},{"==":[{"dvar":"m[]"},"x"]}]}`,
	} {
		expression(t, e, payload)
	}
	const marked = `,"_a_zkpass_public_":true}`
	for _, tt := range []struct {
		text, payload string
		others        []string
	}{
		{boolean(`{"dvar":"a[]"}`), `{"a":["\u0041\u0022","B","\u005c"]` + marked, []string{`{"r":["A\"","B"]}`, `{"r":["A","B","\\"]}`, `{"r":["B","A\"","\\"]}`, `{"r":["\\u0041\\u0022","B","\\u005c"]}`, `{"r":["A\"B","","\\"]}`}},
		{boolean(`{"dvar":"a[]"}`), `{"a":["\u0041"]}`, []string{`{"r":["A"]}`, `{"r":["\\u0041"]}`}},
		{boolean(`{"dvar":"a[]"}`), `{"a":["\u0041",1]` + marked, []string{`{"r":["A"]}`, `{"r":["A","1"]}`}},
		{boolean(`{"dvar":"o[?k == 'ü'].a"}`), `{"o":[{"k":"\u00fc","a":"\n"` + marked + `,{"k":"u","a":2}]}`, []string{`{"r":[]}`, `{"r":["n"]}`, `{"r":["\n","2"]}`}},
		{`[{"assign":{"v":{"dvar":"a[]"}}},{"output":{"r":{"~==":[{"lvar":"v"},"ab"]}}},{"output":{"v":{"lvar":"v"}}}]`, `{"a":["\u0041b","a\u0042"]` + marked,
			[]string{`{"r":true,"v":["Ab","ab"]}`, `{"r":false,"v":["Ab","aB"]}`}},
		{`[{"assign":{"v":{"dvar":"a[]"}}},{"output":{"r":{"==":[{"lvar":"v"},7]}}}]`, `{"a":[7,7],"s":"\n"}`, anyOutput},
	} {
		ask(t, tt.text, tt.payload).verify(t, tt.text+tt.payload, tt.others...)
	}
	// Of more than 256 bytes as written, though what is decoded is shorter.
	for _, n := range []int{42, 43} {
		word := strings.Repeat(`\u0061`, n) + "aaaa"
		text := strings.Repeat("a", n+4)
		expression(t, `{"==":[{"dvar":"a[]"},"`+text+`"]}`, `{"a":["`+word+`"]}`)
		expression(t, `{"==":[{"count":"a[?k == '`+text+`']"},1]}`, `{"a":[{"k":"`+word+`"}]}`)
		expression(t, `{"or":[{"==":[{"dvar":"n"},1]},{"==":[{"dvar":"a[]"},"x"]}]}`, `{"n":1,"a":["`+word+`"]}`)
	}
	// Without escapes in the class an element that has one cannot be used, and with
	// them nothing changes for others.
	q := ask(t, boolean(`{"==":[{"dvar":"a[]"},"ab","or"]}`), `{"a":["ab","\u0061b"]}`)
	q.verify(t, "class with escapes", `{"r":false}`)
	q.st.Documents[0].Class.Escapes = false
	if err := q.try(string(q.output)); err == nil {
		t.Error("class without escapes: accepted")
	}
	q = ask(t, boolean(`{"==":[{"dvar":"a[]"},"ab","or"]}`), `{"a":["ab","b"]}`)
	q.st.Documents[0].Class.Escapes = true
	q.verify(t, "no escape", `{"r":false}`, `{}`)
}

// The most elements, every one with an escape, up to the last byte of the class.
func TestEscapesInAllElements(t *testing.T) {
	t.Parallel()
	for _, n := range []int{query.MaxElements, query.MaxElements + 1} {
		list := strings.TrimSuffix(strings.Repeat(`"\n\u0041",`, n), ",")
		payload := `{"a":[` + list + `]`
		payload += strings.Repeat(" ", sizes[3]-len(payload)-1) + "}"
		expression(t, `{"==":[{"dvar":"a[]"},"\nA"]}`, payload)
		expression(t, `{"~==":[{"dvar":"a[]"},"\na","or"]}`, payload)
	}
}

func TestEscapesInElementsProof(t *testing.T) {
	t.Parallel()
	q := ask(t, `[{"output":{"r":{"~==":[{"dvar":"a[?k == 'é'].n"},"x\n","or"]}}},{"output":{"s":{"dvar":"s[]"}}}]`,
		`{"a":[{"k":"\u00e9","n":"\u0058\n"},{"k":"e","n":1}],"s":["\ud83d\ude00","\"C\""],"_s_zkpass_public_":true}`)
	if want := `{"r":true,"s":["😀","\"C\""]}`; string(q.output) != want {
		t.Fatalf("output %s", q.output)
	}
	st := *q.st
	st.Output = q.output
	proof, err := Prove(context.Background(), &st, q.secrets)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("class %s: %d bytes", st.Documents[0].Class, len(proof))
	if err := Verify(&st, proof); err != nil {
		t.Error(err)
	}
	for _, output := range []string{`{"r":false,"s":["😀","\"C\""]}`, `{"r":true,"s":["\"C\"","😀"]}`, `{"r":true,"s":["😀","C"]}`} {
		st.Output = []byte(output)
		if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("output %s: %v", output, err)
		}
		if _, err := Prove(context.Background(), &st, q.secrets); err == nil {
			t.Errorf("output %s is proven", output)
		}
	}
	st.Output = q.output
	st.Documents[0].Class.Escapes = false
	if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
		t.Errorf("other class: %v", err)
	}
}

// TestNoOutputAsItIsWritten: in a class without escapes nobody can give the characters of an escape for the string
// that it stands for, nor this string.
func TestNoOutputAsItIsWritten(t *testing.T) {
	for text, payload := range map[string]string{
		`[{"output":{"r":{"dvar":"s"}}}]`:                                   `{"s":"\u0061b","_s_zkpass_public_":true}`,
		`[{"output":{"r":{"dvar":"a[]"}}}]`:                                 `{"a":["\u0061b"],"_a_zkpass_public_":true}`,
		`[{"output":{"r":{"dvar":"a[0]"}}}]`:                                `{"a":["\u0061b"],"_a_zkpass_public_":true}`,
		`[{"assign":{"v":{"dvar":"a[].s"}}},{"output":{"r":{"lvar":"v"}}}]`: `{"a":[{"s":"\u0061b","_s_zkpass_public_":true}]}`,
	} {
		q := ask(t, text, payload)
		if err := q.try(string(q.output)); err != nil {
			t.Fatalf("%s in a class with escapes: %v", text, err)
		}
		q.st.Documents[0].Class.Escapes = false
		for _, shown := range []string{"ab", `\\u0061b`} {
			claim := strings.Replace(string(q.output), "ab", shown, 1)
			if err := q.try(claim); err == nil {
				t.Errorf("%s in a class without escapes: %s is accepted of %s", text, claim, payload)
			}
		}
	}
}
