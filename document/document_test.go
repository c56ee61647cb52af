package document

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return d
}

func TestPositions(t *testing.T) {
	const text = " {\"a\" : [1, \"x\\n\"],\"\\u0062\":{},\"a\":-0.5e1 , \"t\":true,\"f\":false,\"n\":null}\n"
	d := mustParse(t, text)
	at := func(s string) int { return strings.Index(text, s) }
	if d.Root.Start != 1 || d.Root.End != len(text)-1 || d.Root.Depth != 0 {
		t.Errorf("root at [%d,%d) depth %d", d.Root.Start, d.Root.End, d.Root.Depth)
	}
	type row struct {
		Name    string
		Escaped bool
		NameRaw string
		Kind    Kind
		Raw     string
		Start   int
		Depth   int
	}
	var got []row
	for _, m := range d.Root.Members {
		got = append(got, row{m.Name, m.Escaped, text[m.NameStart:m.NameEnd], m.Value.Kind, string(d.Raw(m.Value)), m.Value.Start, m.Value.Depth})
	}
	want := []row{
		{"a", false, `"a"`, Array, `[1, "x\n"]`, at("["), 1},
		{"b", true, `"\u0062"`, Object, `{}`, at("{}"), 1},
		{"a", false, `"a"`, Number, `-0.5e1`, at("-0.5"), 1},
		{"t", false, `"t"`, True, `true`, at("true"), 1},
		{"f", false, `"f"`, False, `false`, at("false"), 1},
		{"n", false, `"n"`, Null, `null`, at("null"), 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	elems := d.Root.Members[0].Value.Elems
	if len(elems) != 2 || elems[0].Kind != Number || elems[0].Depth != 2 || elems[1].Start != at(`"x`) || !elems[1].Escaped || elems[1].RawLen() != 3 {
		t.Errorf("elements: %+v", elems)
	}
}

func TestText(t *testing.T) {
	for raw, want := range map[string]string{
		`""`:                         "",
		`"plain é"`:                  "plain é",
		`"\"\\\/\b\f\n\r\t"`:         "\"\\/\b\f\n\r\t",
		`"\u0000\u001f\u00e9"`:       "\x00\x1fé",
		`"\uD83D\uDe00."`:            "😀.",
		`"\uDBFF\uDFFF"`:             "\U0010FFFF",
		`"\\u0041"`:                  `\u0041`,
		`"\uFFFD\uffff\uE000\ud7ff"`: "\uFFFD\uFFFF\uE000\uD7FF",
	} {
		d := mustParse(t, `{"v":`+raw+`}`)
		if got, err := d.Text(d.Root.Members[0].Value); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", raw, got, err, want)
		}
	}
	d := mustParse(t, `{"v":1}`)
	if _, err := d.Text(d.Root.Members[0].Value); !errors.Is(err, ErrNotString) {
		t.Errorf("text of an integer: %v", err)
	}
}

func TestInt(t *testing.T) {
	for raw, want := range map[string]int64{
		"0": 0, "-0": 0, "7": 7, "-7": -7,
		"9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63,
	} {
		d := mustParse(t, `{"v":`+raw+`}`)
		if got, err := d.Int(d.Root.Members[0].Value); err != nil || got != want {
			t.Errorf("%s: got %d, %v", raw, got, err)
		}
	}
	for _, raw := range []string{
		"9223372036854775808", "-9223372036854775809", "1.0", "1e2", "1E2", "-0.0", "0e0", `"1"`, "true", "null", "[1]",
		"1" + strings.Repeat("0", 5000),
	} {
		d := mustParse(t, `{"v":`+raw+`}`)
		if got, err := d.Int(d.Root.Members[0].Value); !errors.Is(err, ErrNotInteger) {
			t.Errorf("%.30s: got %d, %v", raw, got, err)
		}
	}
}

// Names are compared as they are decoded, in whatever spelling.
func TestFind(t *testing.T) {
	d := mustParse(t, `{"a":1,"b":2,"b":3,"o":{"x":1,"\u0079":2,"https:\/\/x":3,"\ud83d\ude00":4,"z\u0000":5,"\\u0061":6},"A":4,"c":5,"\u0063":6,"d":1,"e":{"f":1,"f":2}}`)
	find := func(n *Node, name, want string) {
		t.Helper()
		m, err := n.Find(name)
		switch {
		case want == "twice":
			if !errors.Is(err, ErrDuplicate) || m != nil {
				t.Errorf("%q: %v, %v", name, m, err)
			}
		case err != nil || (m == nil) != (want == "") || m != nil && string(d.Raw(m.Value)) != want:
			t.Errorf("%q: %v, %v, want %q", name, m, err, want)
		}
	}
	for name, want := range map[string]string{"a": "1", "A": "4", "zz": "", "": "", "b": "twice", "c": "twice", "d": "1", `\u0063`: ""} {
		find(d.Root, name, want)
	}
	o, err := d.Root.Find("o")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"x": "1", "y": "2", "https://x": "3", `https:\/\/x`: "", "😀": "4", "z\x00": "5", "z": "", `\u0061`: "6", "a": "", `\\u0061`: "",
	} {
		find(o.Value, name, want)
	}
	find(d.Root.Members[0].Value, "a", "") // a number has none
}

func TestMalformed(t *testing.T) {
	open := func(n int) string { return strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1) }
	size := func(n int) string { return `{"a":"` + strings.Repeat("x", n-8) + `"}` }
	for _, text := range []string{open(MaxDepth), size(MaxSize), "\r\n\t {} ", `{"a":[],"a":[[]]}`, "{\"\u007f\u2028\":\"\U0010ffff\"}"} {
		mustParse(t, text)
	}
	for _, c := range []struct {
		text   string
		offset int
	}{
		{"", 0}, {" ", 1}, {"[]", 0}, {"1", 0}, {"\ufeff{}", 0}, {"{}{}", 2}, {"{} x", 3}, {"{}\x00", 2},
		{"{", 1}, {`{"a"`, 4}, {`{"a":`, 5}, {`{"a":1`, 6}, {`{"a":1,`, 7}, {`{"a":1,}`, 7}, {`{,}`, 1}, {`{"a" 1}`, 5}, {`{a:1}`, 1}, {`{"a":1]`, 6},
		{`{"a":[1,]}`, 8}, {`{"a":[1 2]}`, 8}, {`{"a":[}`, 6},
		{`{"a":01}`, 6}, {`{"a":-}`, 6}, {`{"a":+1}`, 5}, {`{"a":1.}`, 7}, {`{"a":.1}`, 5}, {`{"a":1e}`, 7}, {`{"a":1e+}`, 8}, {`{"a":-01}`, 7}, {`{"a":0x1}`, 6},
		{`{"a":tru}`, 8}, {`{"a":nul`, 8}, {`{"a":True}`, 5}, {`{"a":NaN}`, 5},
		{"{\"a\":\"\n\"}", 6}, {"{\"a\":\"\x00\"}", 6}, {`{"a":"`, 6}, {`{"a":"\`, 7}, {`{"a":"\x"}`, 7}, {`{"a":"\u12"}`, 10}, {`{"a":"\u12`, 10}, {`{"a":"\u 123"}`, 8},
		{`{"a":"\ud800"}`, 6}, {`{"a":"\udc00"}`, 6}, {`{"a":"\ud800\ud800"}`, 6}, {`{"a":"\ud800x"}`, 6}, {`{"a":"\ud800\n"}`, 6}, {`{"\ud800":1}`, 2},
		{`{"a":"\udc00\ud800"}`, 6}, {`{"a":"\ud800\u`, 14}, {`{"a":"\ud800\`, 6},
		{"{\"a\":\"\xff\"}", 6}, {"{\"a\":\"\xc0\x80\"}", 6}, {"{\"a\":\"\xed\xa0\x80\"}", 6}, {"{\"a\":\"\xf4\x90\x80\x80\"}", 6}, {"{\"a\":\"\xe2\x82", 6},
		{open(MaxDepth + 1), 5 * MaxDepth}, {size(MaxSize + 1), MaxSize}, {`{"a":` + strings.Repeat("[", 5000), 5 + MaxDepth - 1},
	} {
		d, err := Parse([]byte(c.text))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !errors.Is(err, ErrMalformed) || d != nil {
			t.Errorf("Parse(%.40q): got %v, want a SyntaxError", c.text, err)
			continue
		}
		if syntax.Offset != c.offset {
			t.Errorf("Parse(%.40q): offset %d, want %d (%v)", c.text, syntax.Offset, c.offset, err)
		}
	}
}

func TestErrorsHoldNoDocument(t *testing.T) {
	const secret = "Zebra"
	for _, text := range []string{
		`{"` + secret + `":}`, `{"a":"` + secret + `" x}`, `{"a":` + secret + `}`, `{"a":"` + secret + "\x01" + `"}`, `{"a":"\` + secret + `"}`,
	} {
		if _, err := Parse([]byte(text)); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

func TestParseValue(t *testing.T) {
	for _, text := range []string{`[]`, `1`, `"x"`, ` null `, `[[]]`} {
		if _, err := ParseValue([]byte(text), 6, 2); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{`[[[]]]`, `"xxxxx"`, ``, `1 1`} {
		if _, err := ParseValue([]byte(text), 6, 2); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, want an error", text, err)
		}
	}
}

func TestAppendString(t *testing.T) {
	const in = "\"\\/\b\t\n\f\r\x00\x01\x1f\x7f<>&'é\u2028😀"
	const want = `"\"\\/\b\t\n\f\r\u0000\u0001\u001f` + "\x7f<>&'é\u2028😀" + `"`
	if got := string(AppendString(nil, in)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
