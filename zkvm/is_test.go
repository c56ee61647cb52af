package zkvm

import (
	"fmt"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

var typeNames = []string{"string", "number", "boolean", "null", "array", "object"}

// TestIs asks for every type of every kind of value, of what is not there, and of
// what another kind of value stands in the way of.
func TestIs(t *testing.T) {
	t.Parallel()
	payload := `{"s":"","s2":"a%s","n":0,"m":-1.5e9,"big":123456789012345678901234567890123456789,"t":true,"f":false,"z":null,"a":[1,"x",null,{"k":1}],"e":[],"o":{"p":{}},"0":"7"}`
	paths := []string{"s", "s2", "n", "m", "big", "t", "f", "z", "a", "e", "o", "o.p", "zz", "a[0]", "a[1]", "a[2]", "a[3]", "a[4]", "a.k", "s.k", "a[3].k", "o[0]", "e[0]", "z.z"}
	k := 0
	for _, escape := range []string{"", `\u0061`} {
		for chunk := range slices.Chunk(paths, 8) {
			var list []string
			for _, path := range chunk {
				for _, name := range typeNames {
					list = append(list, fmt.Sprintf(`{"is":["%s","%s"]}`, path, name))
				}
			}
			if testing.Short() {
				k++
				list = list[k%7:][:9]
			}
			if escape != "" {
				list = append(list, `{"==":[{"dvar":"s2"},"aa"]}`)
			}
			questions(t, fmt.Sprintf(payload, escape), list...)
		}
	}
	for _, payload := range []string{`{"a":1,"a":"x"}`, `{"a":{"b":1},"a":2}`, `{"a":{"b":1,"b":null}}`, `{"\u0061":{"b":1},"a":{}}`} {
		for _, e := range []string{`{"is":["a.b","number"]}`, `{"is":["a","string"]}`, `{"or":[{"is":["c","null"]},{"is":["a.b","number"]}]}`, `{"or":[true,{"is":["a.b","number"]}]}`} {
			expression(t, e, payload)
		}
	}
	// With exists and values of the same member, whose first byte they share.
	expression(t, `{"and":[{"is":["a","string"]},{"exists":"a"},{"==":[{"dvar":"a"},"x"]}]}`, `{"a":"x"}`)
	expression(t, `{"or":[{"and":[{"is":["a","boolean"]},{"dvar":"a"}]},{"and":[{"is":["a","string"]},{"==":[{"dvar":"a"},"true"]}]}]}`, `{"a":true}`)
	expression(t, `{"or":[{"and":[{"is":["a","boolean"]},{"dvar":"a"}]},{"and":[{"is":["a","string"]},{"==":[{"dvar":"a"},"true"]}]}]}`, `{"a":"true"}`)
}

// TestIsLies: the byte must be the value's first, the names on the way fit, and each
// kind what the byte says.
func TestIsLies(t *testing.T) {
	t.Parallel()
	byteOf := func(a *attack, c byte) {
		k := a.sources[0].Kinds[memberAt(a.sources[0], "a")]
		for b := range 8 {
			a.set(c>>b&1 == 1, k.First+ref(b))
		}
	}
	for _, c := range []struct {
		name, held string
		first      byte
	}{{"string", `{"a":1}`, '"'}, {"number", `{"a":"1"}`, '1'}, {"null", `{"a":nul}`, 'n'}, {"object", `{"a":[]}`, '{'}, {"array", `{"a":{}}`, '['}, {"boolean", `{"a":null}`, 't'}} {
		held := c.held
		if c.name == "null" {
			held = `{"a":0}`
		}
		q := ask(t, boolean(`{"is":["a","`+c.name+`"]}`), held)
		if string(q.output) != `{"r":false}` {
			t.Fatalf("output %s", q.output)
		}
		a := newAttack(t, q.claim(yes), cheat{secrets: func(a *attack) {
			byteOf(a, c.first)
			a.recompute(t, "kind by the first byte")
		}})
		a.refused(t, "first byte of a member", c.name == "string")
	}
	f := forged(t, `{"is":["a","number"]}`, `{"b":1}`, `{"a":1,"a":2}`)
	newAttack(t, f, cheat{resolved: func(s []*value.Document) { memberAt(s[0], "a").Sane = false }}).refused(t, "names on the way of is", true)
	g := forged(t, `{"is":["a.b","number"]}`, `{"a":{"b":1}}`, `{"a":{"b":1,"b":""}}`)
	newAttack(t, g, cheat{resolved: func(s []*value.Document) {
		b := memberAt(s[0], "a", "b")
		b.Sane, b.Node = true, s[0].Doc.Root.Members[0].Value.Members[0].Value
	}}).refused(t, zeroProduct, true)

	// Every bit by itself, for every kind of first byte.
	for _, value := range []string{`"x"`, `-1`, `7`, `true`, `false`, `null`, `[]`, `{}`} {
		q := ask(t, boolean(`{"and":[{"is":["a","string"]},{"is":["a","object"]}]}`), `{"a":`+value+`}`)
		a := newAttack(t, q.claim(string(q.output)), cheat{})
		k := a.sources[0].Kinds[memberAt(a.sources[0], "a")]
		for i := range kindBits {
			r := k.First + ref(i)
			a.set(!a.get(r), r)
			want := "kind by the first byte"
			if i < 9 {
				want = "first byte of a member"
			}
			if !a.brokenLabels(t)[want] {
				t.Errorf("%s: bit %d is not held by %q", value, i, want)
			}
			a.set(!a.get(r), r)
		}
	}
}

// kindBits is the number of bits that KindsOf commits.
const kindBits = 9 + 7

// recompute sets the results of the rows with a label to what they are of their
// factors, in the order of the rows.
func (a *attack) recompute(t *testing.T, label string) {
	t.Helper()
	_, r, err := a.relate(transcript.New([]byte("rows")))
	if err != nil {
		t.Fatal(err)
	}
	w := newWired(r.GF)
	for i, row := range w.r.Rows {
		if w.rowLabel(i) != label {
			continue
		}
		v := valuesOf(r.GF, a.plan.secrets.GF)
		a.plan.secrets.GF[row.C] = field.Mul(v.At(row.A), v.At(row.B))
	}
}

// brokenLabels are the labels of all conditions that do not hold.
func (a *attack) brokenLabels(t *testing.T) map[string]bool {
	t.Helper()
	_, r, err := a.relate(transcript.New([]byte("broken")))
	if err != nil {
		t.Fatal(err)
	}
	return newWired(r.GF).broken(a.plan.secrets.GF)
}
