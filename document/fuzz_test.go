package document

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// The oracle decides by encoding/json and by walks over the bytes that rely on
// the text being valid JSON: a backslash then stands only in strings, and what
// follows it is a valid escape.

func wellFormed(text []byte) bool {
	if len(text) > MaxSize || !utf8.Valid(text) || !json.Valid(text) {
		return false
	}
	return bytes.TrimLeft(text, " \t\r\n")[0] == '{' && nesting(text) <= MaxDepth && surrogatesPaired(string(text))
}

func nesting(text []byte) (most int) {
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}

func surrogatesPaired(text string) bool {
	half := func(s string) (low, any bool) {
		if !strings.HasPrefix(s, `\u`) {
			return false, false
		}
		n, err := strconv.ParseUint(s[2:6], 16, 16)
		return n>>10 == 0xDC00>>10, err == nil && n>>11 == 0xD800>>11
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if low, any := half(text[i:]); any {
			second, _ := half(text[i+6:])
			if low || !second {
				return false
			}
			i += 10
		}
		i++
	}
	return true
}

// rebuild writes a document from its tree alone; what lies between values is
// taken from the text to show that positions are right.
func rebuild(t *testing.T, d *Document, n *Node) string {
	text := d.Bytes()
	raw := string(d.Raw(n))
	switch n.Kind {
	case Object:
		if text[n.Start] != '{' || text[n.End-1] != '}' {
			t.Fatalf("object at [%d,%d)", n.Start, n.End)
		}
		out := "{"
		for i, m := range n.Members {
			if i > 0 {
				out += ","
			}
			if m.Value.Depth != n.Depth+1 || m.Escaped != bytes.ContainsRune(text[m.NameStart:m.NameEnd], '\\') {
				t.Fatalf("member at %d: %+v", m.NameStart, m)
			}
			var name string
			if err := json.Unmarshal(text[m.NameStart:m.NameEnd], &name); err != nil || name != m.Name {
				t.Fatalf("name at %d is %q, want %q (%v)", m.NameStart, m.Name, name, err)
			}
			out += string(text[m.NameStart:m.NameEnd]) + ":" + rebuild(t, d, m.Value)
		}
		return out + "}"
	case Array:
		if text[n.Start] != '[' || text[n.End-1] != ']' {
			t.Fatalf("array at [%d,%d)", n.Start, n.End)
		}
		out := "["
		for i, e := range n.Elems {
			if i > 0 {
				out += ","
			}
			if e.Depth != n.Depth+1 {
				t.Fatalf("element at %d has depth %d", e.Start, e.Depth)
			}
			out += rebuild(t, d, e)
		}
		return out + "]"
	case String:
		var want string
		got, err := d.Text(n)
		if jerr := json.Unmarshal([]byte(raw), &want); jerr != nil || err != nil || got != want {
			t.Fatalf("string at %d is %q, want %q (%v, %v)", n.Start, got, want, err, jerr)
		}
		if n.Escaped != strings.Contains(raw, `\`) || n.RawLen() != len(raw)-2 {
			t.Fatalf("string at %d: %+v", n.Start, n)
		}
	case Number:
		var want int64
		got, err := d.Int(n)
		if jerr := json.Unmarshal([]byte(raw), &want); (jerr == nil) != (err == nil) || err == nil && got != want {
			t.Fatalf("number at %d is %d, %v; want %d, %v", n.Start, got, err, want, jerr)
		}
		checkDecimal(t, d, n)
	}
	return raw
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{}`, ` {"a":1,"b":[true,false,null,-0,1.5e-3,"x\n\ud83d\ude00"],"a":{"":{}}} `, `{"a":"\ud800"}`, `{"a":"\udc00\ud800"}`, `{"a":"\\ud800"}`,
		`{"a":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}`, `{"a":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}`, "{\"a\":\"\xed\xa0\x80\"}", `{"a":01}`, `[]`, "\ufeff{}", `{"\u0061":1}`,
		`{"a":9223372036854775807,"b":-9223372036854775808,"c":9223372036854775808}`,
		`{"a":9223372036854775807.999999999,"b":-9223372036854775808.000,"c":-0.000000001,"d":0.0000000001,"e":1.50}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if want := wellFormed(text); (err == nil) != want {
			t.Fatalf("Parse(%q): %v, want well formed %v", text, err, want)
		}
		if err != nil {
			return
		}
		var want bytes.Buffer
		if err := json.Compact(&want, text); err != nil {
			t.Fatal(err)
		}
		if got := rebuild(t, d, d.Root); got != want.String() {
			t.Fatalf("rebuilt %s\nwant    %s", got, want.String())
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("\"\\/\b\t\n\f\r\x00\x1f\x7f<>&é😀")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		d, err := ParseValue(AppendString(nil, s), 6*len(s)+2, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.Text(d.Root); err != nil || got != s {
			t.Fatalf("got %q, %v; want %q", got, err, s)
		}
	})
}
