package zkvm

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// TestNames: names are compared decoded, whatever they are written like.
func TestNames(t *testing.T) {
	long := strings.Repeat(`\u006e`, query.MaxName)
	for _, c := range []struct{ expression, payload string }{
		{`{"==":[{"dvar":"a"},1]}`, `{"\u0061":1}`},
		{`{"==":[{"dvar":"a"},1]}`, `{"b\n":2,"a":1}`},
		{`{"==":[{"dvar":"a"},1]}`, `{"\u0061":1,"a":2}`},
		{`{"==":[{"dvar":"a"},1]}`, `{"a":1,"\u0061":1}`},
		{`{"exists":"a"}`, `{"\u0061":1,"\u0061":1}`},
		{`{"exists":"a"}`, `{"a\u0000":1}`},
		{`{"exists":"a"}`, `{"a\"":1}`},
		{`{"exists":"a"}`, `{"\\a":1,"a\\":2}`},
		{`{"exists":"\"\""}`, `{"\u0000":1}`},
		{`{"==":[{"dvar":"\"https://x/y\""},"z"]}`, `{"https:\/\/x\/y":"z"}`},
		{`{"==":[{"dvar":"\"a\\\"b\""},"z"]}`, `{"a\"b":"z"}`},
		{`{"==":[{"dvar":"\"a\\\"b\""},"z"]}`, `{"a\u0022b":"z","a":1,"a\"":2,"b":3}`},
		{`{"==":[{"dvar":"\"\\n\""},"z"]}`, `{"\n":"z"}`},
		{`{"==":[{"dvar":"\"\\u0000\""},"z"]}`, `{"\u0000":"z","":1}`},
		{`{"==":[{"dvar":"\"é😀\""},"z"]}`, `{"\u00e9\ud83d\ude00":"z","\u00e9":0}`},
		{`{"==":[{"dvar":"a.b.c"},1]}`, `{"\u0061":{"b":{"\u0063":1},"\u0062b":2}}`},
		{`{"==":[{"dvar":"a[1].b"},1]}`, `{"a":[{},{"\u0062":1}]}`},
		{`{"==":[{"dvar":"a[].b"},1]}`, `{"a":[{"\u0062":1},{"b":1},{"b":1,"x\t":2}]}`},
		{`{"==":[{"dvar":"a[].b"},1]}`, `{"a":[{"\u0062":1},{"b":1,"\u0062":1}]}`},
		{`{"==":[{"dvar":"a[?f].b.c"},1]}`, `{"a":[{"\u0066":true,"b":{"\u0063":1}},{"f":false,"b":{"c":1,"\u0063":1}},{"b":{"\n":1}}]}`},
		{`{"==":[{"dvar":"a[?f].b.c"},1]}`, `{"a":[{"f":true,"b":{"c":1,"\u0063":1}}]}`},
		{`{"==":[{"dvar":"a[?f].b.c"},1]}`, `{"a":[{"f":true,"\u0066":true,"b":{"c":1}}]}`},
		{`{"==":[{"count":"a[?k == 's']"},1]}`, `{"a":[{"\u006b":"s"},{"k":"\u0073\n"}]}`},
		{`{"or":[{"==":[{"dvar":"n"},1]},{"==":[{"dvar":"o.a"},1]}]}`, `{"n":1,"o":{"a":1,"\u0061":1}}`},
		{`{"==":[{"dvar":"` + strings.Repeat("n", query.MaxName) + `"},1]}`, `{"` + long + `":1,"` + long[6:] + `":2,"n` + long + `":3}`},
	} {
		expression(t, c.expression, c.payload)
	}
	ask(t, boolean(`{"dvar":"a"}`), `{"\u0061":"x\n","_\u0061_zkpass_public_":true}`).verify(t, "output", `{"r":"x"}`, `{"r":"\n"}`)
	ask(t, boolean(`{"dvar":"a"}`), `{"\u0061":"x","_a_zkpass_public_":true,"_\u0061_zkpass_public_":true}`).verify(t, "marker twice", `{"r":"x"}`)
}

// TestNamesLies: provers that take one name for another where names are decoded, and
// that claim a class without escapes in names.
func TestNamesLies(t *testing.T) {
	const query = `{"==":[{"dvar":"a"},1]}`
	for _, c := range []struct{ name, held, key, value, label string }{
		{"longer by a quote", `{"a\"":1,"z":7}`, `"a\"`, `1`, "name of a member"},
		{"longer by a zero byte", `{"a\u0000":1,"z":7}`, `"a\u`, `1`, "name of a member"},
		{"shorter", `{"\u0062a":1,"z":7}`, `a":1`, `1`, "name of a member"},
		{"the other case", `{"\u0041":1,"z":7}`, `"\u0041`, `1`, "name of a member"},
		{"a value", `{"z\n":"a","y":1}`, `"a"`, `1`, "name of a member"},
		{"written with an escape, decoded otherwise", `{"\\u0061":1,"z":7}`, `"\\u`, `1`, "name of a member"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := forged(t, query, `{"\u0061":1,"zzzzzzzz":7}`, c.held)
			newAttack(t, f, cheat{resolved: func(s []*value.Document) {
				point(memberAt(s[0], "a"), c.held, c.key, c.value, document.Number)
			}}).refused(t, c.label, c.name == "longer by a quote")
		})
	}
	twice := `{"a":1,"\u0061":2}`
	f := forged(t, query, `{"\u0061":1}`, twice)
	newAttack(t, f, cheat{resolved: func(s []*value.Document) {
		a := memberAt(s[0], "a")
		a.Sane, a.Node = true, s[0].Doc.Root.Members[0].Value
	}}).refused(t, zeroProduct, true)

	// In a class without, an escaped name hides nothing.
	plain := forged(t, query, `{"a":1}`, twice)
	newAttack(t, plain, cheat{resolved: func(s []*value.Document) { s[0].Root.Sane = true }}).refused(t, "names without escapes", true)

	// Nor does it below a filter, in an object that it keeps.
	const deep = `{"==":[{"dvar":"a[?f].b.c"},1]}`
	held := `{"a":[{"f":true,"b":{"c":1,"\u0063":2}}]}`
	g := forged(t, deep, `{"a":[{"f":true,"b":{"c":1}}]}`, held)
	if label := newAttack(t, g, cheat{}).check(t); label != "names beside those in elements" {
		t.Errorf("violation %q", label)
	}
	newAttack(t, g, cheat{resolved: func(s []*value.Document) {
		memberOf(memberAt(s[0], "a").Child.Each.Place.Child, "b").Child.Sane = true
	}}).refused(t, "names without escapes", true)
}

// memberOf is the member of a name.
func memberOf(c *search.Container, name string) *search.Member {
	for _, m := range c.Members {
		if m.Name == name {
			return m
		}
	}
	panic("no such member: " + name)
}

// TestNamesCostNothing: a class without escapes in names has no circuit for them.
func TestNamesCostNothing(t *testing.T) {
	q := ask(t, boolean(`{"==":[{"dvar":"a"},1]}`), `{"a":1}`)
	for _, names := range []bool{false, true} {
		q.st.Documents[0].Class.Names = names
		p, err := q.plan(yes)
		if err != nil {
			t.Fatal(err)
		}
		if has := p.shapeOf[circuits.Unescape] >= 0; has != names {
			t.Errorf("escapes in names %v: decoded %v", names, has)
		}
	}
}

func TestNamesProof(t *testing.T) {
	q := ask(t, `[{"output":{"r":{"~==":[{"dvar":"\"https://x\"[?k == 'é'].n"},"x\n","or"]}}},{"output":{"s":{"dvar":"s"}}}]`,
		`{"https:\/\/x":[{"\u006b":"\u00e9","n":"\u0058\n"},{"k":"e","n":1}],"s":"t","_\u0073_zkpass_public_":true}`)
	if want := `{"r":true,"s":"t"}`; string(q.output) != want || q.st.Documents[0].Class.String() != "192/8en" {
		t.Fatalf("output %s, class %s", q.output, q.st.Documents[0].Class)
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
	for _, class := range []string{"192/8e", "192/8n", "192/8"} {
		other := st
		other.Documents = []Document{st.Documents[0]}
		if other.Documents[0].Class, err = ParseClass(class); err != nil {
			t.Fatal(err)
		}
		if err := Verify(&other, proof); !errors.Is(err, ErrProof) {
			t.Errorf("class %s: %v", class, err)
		}
	}
}
