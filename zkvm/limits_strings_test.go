package zkvm

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

// TestLimitNames: a name of 128 bytes is found beside shorter and longer ones that
// start alike, wherever a query may have names.
func TestLimitNames(t *testing.T) {
	n := strings.Repeat("n", query.MaxName)
	others := `"` + n[1:] + `":2,"` + n + `n":3`
	for _, b := range []bound{
		{"a member", boolean(`{"==":[{"dvar":"` + n + `"},1]}`), `{` + others + `,"` + n + `":1}`, yes},
		{"a missing member", boolean(`{"exists":"` + n + `"}`), `{` + others + `}`, `{"r":false}`},
		{"an output, a local and a member that is marked", `[{"assign":{"` + n + `":{"dvar":"` + n + `"}}},{"output":{"` + n + `":{"lvar":"` + n + `"}}}]`,
			`{"` + n + `":"x","_` + n + `_zkpass_public_":true,"_` + n[1:] + `_zkpass_public_":false}`, `{"` + n + `":"x"}`},
		{"a member that is not marked", boolean(`{"dvar":"` + n + `"}`), `{"` + n + `":"x","_` + n[1:] + `_zkpass_public_":true}`, ``},
		{"a filter and a member of elements", boolean(`{"==":[{"dvar":"a[?` + n + ` == '\t'].` + n[1:] + `"},2]}`),
			`{"a":[{` + others + `,"` + n + `":"\t"},{` + others + `}]}`, yes},
	} {
		b.run(t)
	}
}

// TestLimitStrings: literals of 256 bytes, and strings of 256 bytes as they are
// decoded, wherever strings are used and however they are written.
func TestLimitStrings(t *testing.T) {
	long := func(n int) string { return strings.Repeat("aB", n)[:n] }
	escapes := func(n int) string { return strings.Repeat(`\u0061`, 20) + long(n-20) }
	decoded := func(n int) string { return strings.Repeat("a", 20) + long(n-20) }
	for _, n := range []int{query.MaxString, query.MaxString + 1} {
		for kind, s := range map[string][2]string{"plain": {long(n), long(min(n, query.MaxLiteral))}, "with escapes": {escapes(n), decoded(min(n, query.MaxLiteral))}} {
			written, literal := s[0], s[1]
			want := yes
			if n > query.MaxString {
				want = ""
			}
			name := func(use string) string { return fmt.Sprintf("%d bytes, %s, %s", n, kind, use) }
			member := `{"a":"` + written + `","b":"` + written + `","i":7}`
			list := `{"a":[{"k":"` + written + `","v":1},{"k":"a","v":2}],"l":["` + written + `"],"s":"` + written + `"}`
			for _, b := range []bound{
				{name("equal to a literal"), boolean(`{"==":[{"dvar":"a"},"` + literal + `"]}`), member, want},
				{name("folded, equal to a member"), boolean(`{"~==":[{"dvar":"a"},{"dvar":"b"}]}`), member, want},
				{name("one of a list"), boolean(`{"in":[{"dvar":"a"},["x","` + literal + `"]]}`), member, want},
				{name("a literal in it"), boolean(`{"contains":[{"dvar":"a"},"` + literal[1:] + `"]}`), member, want},
				{name("in a literal"), boolean(`{"contains":["` + literal + `",{"dvar":"a"}]}`), member, want},
				{name("in a member"), boolean(`{"~contains":[{"dvar":"a"},{"dvar":"b"}]}`), member, want},
				{name("not needed"), boolean(`{"or":[{"==":[{"dvar":"i"},7]},{"==":[{"dvar":"a"},"` + literal + `"]}]}`), member, yes},
				{name("an element"), boolean(`{"==":[{"dvar":"l[]"},"` + literal + `"]}`), list, want},
				{name("folded, an element and a member"), boolean(`{"~==":[{"dvar":"l[]"},{"dvar":"s"}]}`), list, want},
				{name("the text of a filter"), boolean(`{"==":[{"dvar":"a[?k == '` + literal + `'].v"},1]}`), list, want},
				{name("the text of another filter"), boolean(`{"==":[{"dvar":"a[?k == 'a'].v"},2]}`), list, want},
			} {
				b.run(t)
			}
		}
	}
	// Every byte with an escape: 1,536 bytes as they are written.
	for _, n := range []int{query.MaxString, query.MaxString + 1} {
		want := yes
		if n > query.MaxString {
			want = ""
		}
		payload := `{"a":"` + strings.Repeat(`\u007a`, n) + `","l":["` + strings.Repeat(`\u007A`, n) + `"]}`
		literal := strings.Repeat("z", query.MaxString)
		for _, path := range []string{"a", "l[]"} {
			b := bound{fmt.Sprintf("%d escapes, %s", n, path), boolean(`{"==":[{"dvar":"` + path + `"},"` + literal + `"]}`), payload, want}
			b.run(t)
		}
	}
	// As an output.
	for _, n := range []int{query.MaxString, query.MaxString + 1} {
		want := [2]string{`{"r":"` + decoded(n) + `"}`, `{"r":["` + decoded(n) + `"]}`}
		if n > query.MaxString {
			want = [2]string{}
		}
		payload := `{"a":["` + escapes(n) + `"],"b":"` + escapes(n) + `","_a_zkpass_public_":true,"_b_zkpass_public_":true}`
		for i, path := range []string{"b", "a[]"} {
			b := bound{fmt.Sprintf("%d bytes with escapes, output of %s", n, path), boolean(`{"dvar":"` + path + `"}`), payload, want[i]}
			b.run(t)
		}
	}
}

// TestLimitOutputStrings: a string that is too long to be used is no output of any query, so that a verifier
// refuses the statement, before any proof. 256 bytes may be, however they are written.
func TestLimitOutputStrings(t *testing.T) {
	q := ask(t, boolean(`{"dvar":"a"}`), `{"a":"x","_a_zkpass_public_":true}`)
	for text, bytes := range map[string]int{
		strings.Repeat("a", query.MaxString): query.MaxString, strings.Repeat("a", query.MaxString+1): query.MaxString + 1,
		strings.Repeat("é", query.MaxString/2): query.MaxString, strings.Repeat("é", query.MaxString/2) + "a": query.MaxString + 1,
		strings.Repeat(`\n`, query.MaxString): query.MaxString, strings.Repeat(`\n`, query.MaxString+1): query.MaxString + 1,
	} {
		for _, output := range []string{`{"r":"` + text + `"}`, `{"r":["x","` + text + `"]}`} {
			st := *q.st
			st.Output = []byte(output)
			if _, err := newPlan(&st, nil, nil); errors.Is(err, errOutput) != (bytes > query.MaxString) {
				t.Errorf("output with a string of %d bytes: %v", bytes, err)
			}
		}
	}
}
