package zkvm

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// wired is a relation with the labels of its rows and linear forms.
type wired struct {
	r      *libzk.Relation[elem]
	labels []string
}

func (l *laid) wire() (*wired, error) {
	_, r, err := l.p.relate(transcript.New([]byte("test")), nil, true)
	if err != nil {
		return nil, err
	}
	return newWired(r.GF), nil
}

func newWired(r *libzk.Relation[elem]) *wired {
	w := &wired{r: r}
	labels := reflect.ValueOf(r).Elem().FieldByName("labels")
	for i := range labels.Len() {
		w.labels = append(w.labels, labels.Index(i).String())
	}
	return w
}

func (w *wired) rowLabel(i int) string {
	return w.labels[reflect.ValueOf(w.r.Rows[i]).FieldByName("label").Uint()]
}

func (w *wired) linearLabel(i int) string {
	return w.labels[reflect.ValueOf(w.r.Linear[i]).FieldByName("label").Uint()]
}

// broken lists the labels of the rows and linear forms that do not hold.
func (w *wired) broken(secrets []elem) map[string]bool {
	witness := make([]elem, w.r.Space.WitnessLen())
	copy(witness, secrets)
	v := w.r.Space.Evaluate(witness)
	out := map[string]bool{}
	for i, row := range w.r.Rows {
		if field.Mul(v.At(row.A), v.At(row.B)) != v.At(row.C) {
			out[w.rowLabel(i)] = true
		}
	}
	for i, l := range w.r.Linear {
		if v.At(l.Ref) != (elem{}) {
			out[w.linearLabel(i)] = true
		}
	}
	return out
}

// Every assertion of the array gadgets is one that some wrong witness breaks: each
// committed values that rows with the label read are changed one by one, and so are
// published values. (A change that breaks nothing is one of a value that is not
// needed; the statement stays true.)
func TestLine12ArrayAssertions(t *testing.T) {
	tripped := map[string]bool{}
	for _, c := range []struct{ query, payload string }{
		{`[{"output":{"r":{"~==":[{"dvar":"a[?k == 's'].b.c"},"XY","or"]}}},{"output":{"o":{"dvar":"o[]"}}}]`,
			`{"a":[{"k":"s","b":{"c":"xY"}},{"k":"t"},{"k":"s","b":{"c":"q"}}],"o":["u","v"],"_o_zkpass_public_":true,"z":"\n"}`},
		{`[{"output":{"r":{">":[{"dvar":"a[?!f].n"},{"dvar":"b[1]"}]}}},{"output":{"o":{"dvar":"a[?!f].n"}}},{"output":{"n":{"<":[{"count":"a[?!f]"},9]}}}]`,
			`{"a":[{"f":true},{"n":-12,"_n_zkpass_public_":true},{"f":null,"n":7,"_n_zkpass_public_":true}],"b":[[1],-13]}`},
		{`[{"assign":{"v":{"dvar":"a[][0]"}}},{"output":{"r":{"==":[{"lvar":"v"},true,"or"]}}},{"output":{"s":{"==":[{"dvar":"t[]"},{"dvar":"u"}]}}}]`,
			`{"a":[[false,1],[true]],"t":["` + "long enough to make the document exceed the length of a string, so that the length must be proven as well: it has to be a document of more than two hundred and fifty eight bytes in all" + `"],"u":"v"}`},
		{`[{"output":{"r":{"~==":[{"dvar":"a[?k == '\"'].n"},"x\n","or"]}}},{"output":{"o":{"dvar":"o[]"}}}]`,
			`{"a":[{"k":"\"","n":"\u0058\n"},{"k":"t"}],"o":["\u0075","v"],"_o_zkpass_public_":true}`},
		{`[{"if":{"condition":{"dvar":"c"},"then":[{"output":{"r":{"==":[{"dvar":"a[]"},{"dvar":"n"},"or"]}}}]}}]`, `{"c":true,"a":[2,1],"n":1}`},
	} {
		f := newFixture(t, c.query, c.payload)
		l, err := layOut(f.st, f.secrets)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.check(); err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		w, err := l.wire()
		if err != nil {
			t.Fatal(err)
		}
		if unused := l.p.gf.Unused(w.r); len(unused) > 0 {
			t.Errorf("%s: nothing reads secrets %v", c.query, unused)
		}
		secrets := l.p.secrets.GF
		// Some rows of each label whose second factor is not zero, and the committed
		// values they read.
		rows := map[string]int{}
		flips := map[int]bool{}
		witness := make([]elem, w.r.Space.WitnessLen())
		copy(witness, secrets)
		v := w.r.Space.Evaluate(witness)
		for i, row := range w.r.Rows {
			label := w.rowLabel(i)
			if !slices.Contains(arrayLabels, label) || rows[label] == 1 || v.At(row.B) == (elem{}) {
				continue
			}
			rows[label]++
			for _, r := range []int{int(row.C), int(row.A), int(row.B)} {
				if r >= 0 && r < len(secrets) {
					flips[r] = true
				}
			}
		}
		t.Logf("%d changes", len(flips))
		for at := range flips {
			old := secrets[at]
			secrets[at] = field.Add(old, one)
			w, err := l.wire()
			switch {
			case errors.Is(err, libzk.ErrChallenge):
				tripped["zero"] = true // a published product is zero
			case err != nil:
				t.Fatal(err)
			default:
				for label := range w.broken(secrets) {
					tripped[label] = true
				}
			}
			secrets[at] = old
		}
		published, _, err := l.p.relate(transcript.New([]byte("test")), nil, true)
		if err != nil {
			t.Fatal(err)
		}
		for at := len(published) % 16; at < len(published); at += 29 * 16 {
			changed := slices.Clone(published)
			changed[at] ^= 1
			_, r, err := l.p.relate(transcript.New([]byte("test")), changed, false)
			if err != nil {
				t.Fatal(err)
			}
			broken := newWired(r.GF).broken(secrets)
			for label := range broken {
				tripped[label] = true
			}
			if len(broken) == 0 {
				if err := l.p.gf.Check(r.GF, secrets); err == nil {
					t.Errorf("%s: published byte %d changed", c.query, at)
				}
			}
		}
	}
	// What forbids a use of a document that is wrong, or another output.
	for _, c := range []struct{ query, payload, output string }{
		{boolean(`{"==":[{"dvar":"a[]"},1]}`), `{"a":{}}`, `{"r":true}`},
		{boolean(`{"==":[{"dvar":"a[].n"},1]}`), `{"a":[{"n":1,"n":1}]}`, `{"r":true}`},
		{boolean(`{"==":[{"dvar":"a[?f].n"},1]}`), `{"a":[{"f":true,"n":1,"n":1}]}`, `{"r":true}`},
		{boolean(`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`), `{"a":[]}`, `{"r":true}`},
		{boolean(`{"<":[{"dvar":"a[]"},{"dvar":"b"}]}`), `{"a":[],"b":"1"}`, `{"r":true}`},
		{boolean(`{"~==":[{"dvar":"a[]"},{"dvar":"b"}]}`), `{"a":[],"b":1}`, `{"r":true}`},
		{boolean(`{"dvar":"a[]"}`), `{"a":[1,2],"_a_zkpass_public_":true}`, `{"r":[1]}`},
		{boolean(`{"dvar":"a[]"}`), `{"a":[1,2],"_a_zkpass_public_":true}`, `{"r":[1,3]}`},
		{boolean(`{"dvar":"a[].n"}`), `{"a":[{"n":1},{"n":2}]}`, `{"r":[1,2]}`},
		{`[{"assign":{"v":{"dvar":"a[]"}}},{"output":{"r":true}}]`, `{"a":[1,"2"]}`, `{"r":true}`},
		{boolean(`{"dvar":"a[]"}`), `{"a":["x"],"_a_zkpass_public_":true}`, `{"r":["y"]}`},
		{boolean(`{"dvar":"a[]"}`), `{"a":["x"],"_a_zkpass_public_":true}`, `{"r":"x"}`},
		{boolean(`{"dvar":"a[]"}`), `{"a":[true],"_a_zkpass_public_":true}`, `{"r":[false]}`},
	} {
		d, s := sign(t, testKey, c.payload)
		var err error
		if d.Class, err = ClassFor(len(c.payload), 8); err != nil {
			t.Fatal(err)
		}
		st := &Statement{Program: compileJWT(t, c.query), Time: testNow, Documents: []Document{d}, Output: []byte(c.output)}
		l, err := layOut(st, []Secret{s})
		if err != nil {
			t.Fatal(err)
		}
		w, err := l.wire()
		if err != nil {
			t.Fatal(err)
		}
		broken := w.broken(l.p.secrets.GF)
		if len(broken) == 0 {
			t.Errorf("%s over %s: %s accepted", c.query, c.payload, c.output)
		}
		for label := range broken {
			tripped[label] = true
		}
	}
	for _, label := range append([]string{"zero"}, arrayLabels...) {
		if !tripped[label] {
			t.Errorf("nothing broke %q", label)
		}
	}
}

// arrayLabels are all assertions of search's element.go and each.go, value's items.go and
// itemescapes.go and program's array.go, but for labelOutside, which TestLine07EscapesInElements breaks, and
// "names beside those in elements", which TestNamesLies does.
var arrayLabels = []string{
	"elements of arrays", "elements at a level", "elements of a container", "next element", "elements so far", "element of an index",
	"next region", "name in a group", "first name in a group", "value in a group", "name seen in a group",
	"rank of an element", "element that is there", "filter's text",
	"first byte of an element's value", "extent of an element's value", "bytes of an element's value", "letters of an element's value",
	"first byte of a value", "kind by the first byte", "number of an element",
	labelSilent, labelPlace, labelDecoded,
	"element's string within its limit", "length of an element's string", "string of an element",
	"array", "names in elements", "names in a kept element", "kept element", "undecided", "elements of one type",
	"number of elements of an output", "output equals the public element", "element of an output", "disclosable element",
	"operand beside an array", "number member", "string member", "boolean member", "output of another type",
}
