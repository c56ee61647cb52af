package zkvm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// list is an array of n elements.
func list(n int, element func(i int) string) string {
	var elements []string
	for i := range n {
		elements = append(elements, element(i))
	}
	return "[" + strings.Join(elements, ",") + "]"
}

func every(text string) func(int) string { return func(int) string { return text } }

// comparisons are all comparisons of a long array with a literal.
func comparisons(path, literal string) (out []string) {
	ops := []string{"==", "!="}
	switch literal[0] {
	case '"':
		ops = append(ops, "~==", "~!=")
	case 't', 'f':
	default:
		ops = append(ops, "<", "<=", ">", ">=")
	}
	for _, op := range ops {
		for _, quantifier := range []string{`"and"`, `"or"`} {
			out = append(out, `{"`+op+`":[{"dvar":"`+path+`"},`+literal+`,`+quantifier+`]}`, `{"`+op+`":[`+literal+`,{"dvar":"`+path+`"},`+quantifier+`]}`)
		}
	}
	return out
}

// TestLong holds comparisons and counts of long arrays against the evaluator, each
// in a statement of many.
func TestLong(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for _, tail := range []string{"", `,"z":"\n"`} {
		payload := `{"g":["admin","staff","Admin"],"same":["a","a","a"],"cap":["a","A"],"one":["a"],"e":[],"t":[true,true],"f":[false,false],"m":[true,false],"q":["","\"a"],"n":[1,2.5,"x",null,[],{}],"s":"a"` + tail + `}`
		if tail == "" {
			payload = strings.ReplaceAll(payload, `"\"a"`, `"'a"`)
		}
		var texts, truths []string // no more than eight paths may have [] in one query
		for _, path := range []string{"g[]", "same[]", "cap[]", "one[]", "e[]", "q[]"} {
			for _, literal := range []string{`"a"`, `"admin"`, `""`, `"\"a"`, `"aa"`} {
				texts = append(texts, comparisons(path, literal)...)
			}
		}
		for _, path := range []string{"t[]", "f[]", "m[]", "e[]"} {
			for _, literal := range []string{"true", "false"} {
				truths = append(truths, comparisons(path, literal)...)
			}
		}
		truths = append(truths, `{"==":[{"count":"g[]"},3]}`, `{"<":[{"count":"n[]"},6]}`, `{"==":[{"count":"e[]"},{"count":"e[]"}]}`)
		for _, all := range [][]string{texts, truths} {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			if testing.Short() {
				all = all[:len(all)/5]
			}
			for len(all) > 0 {
				n := min(32, len(all))
				chunk := all[:n:n]
				if tail != "" {
					chunk = append(chunk, `{"==":[{"dvar":"z"},"\n"]}`)
				}
				questions(t, payload, chunk...)
				all = all[n:]
			}
		}
	}
	// Elements of other types, and what is no array, are errors where they are needed.
	for _, value := range []string{`["a",1]`, `["a",null]`, `["a",true]`, `["a",["a"]]`, `[{"k":"a"}]`, `[true,"a"]`, `[true,null]`, `[true,1]`, `[[true]]`, `"a"`, `{}`, `null`, `true`} {
		for _, e := range []string{`{"==":[{"dvar":"a[]"},"a","or"]}`, `{"!=":[{"dvar":"a[]"},"b"]}`, `{"==":[{"dvar":"a[]"},true,"or"]}`, `{"!=":[true,{"dvar":"a[]"}]}`, `{"or":[{"exists":"b"},{"==":[{"dvar":"a[]"},"a"]}]}`, `{">=":[{"count":"a[]"},0]}`} {
			expression(t, e, `{"a":`+value+`,"b":1}`)
			if !testing.Short() {
				expression(t, e, `{"a":`+value+`}`)
			}
		}
	}
	// Beside other uses of the same array, and of one inside an element.
	expression(t, `{"and":[{"==":[{"dvar":"a[]"},"x","or"]},{"==":[{"dvar":"a[]"},{"dvar":"b"},"or"]},{"==":[{"count":"a[]"},2]},{"==":[{"dvar":"a[1]"},"x"]}]}`, `{"a":["y","x"],"b":"y"}`)
	expression(t, `{"==":[{"dvar":"a[1].b[]"},"x","or"]}`, `{"a":[{"b":["z"]},{"b":["y","x"]},{"b":["x"]}]}`)
	ask(t, boolean(`{"count":"a[]"}`), `{"a":[1,2],"_a_zkpass_public_":true}`).verify(t, "output of a count", `{"r":2}`, `{"r":1}`, `{"r":3}`)
	ask(t, boolean(`{"count":"a[]"}`), `{"a":[1,2]}`).verify(t, "output of a count without its marker", `{"r":2}`)
}

// TestLongLimits: 1,024 elements and one more, and strings of 256 bytes and one more.
func TestLongLimits(t *testing.T) {
	t.Parallel()
	for _, n := range []int{query.MaxElements + 1, query.MaxLongArray, query.MaxLongArray + 1} {
		want := yes
		if n > query.MaxLongArray {
			want = ""
		}
		for _, b := range []bound{
			{"strings", boolean(`{"and":[{"==":[{"dvar":"a[]"},"x","or"]},{"!=":[{"dvar":"a[]"},"y"]},{">":[{"count":"a[]"},32]}]}`), `{"a":` + list(n-1, every(`"z"`)) + `}`, want},
			{"booleans", boolean(`{"==":[{"dvar":"a[]"},true]}`), `{"a":` + list(n, every("true")) + `}`, want},
		} {
			b.name += fmt.Sprint(" ", n)
			if b.payload = strings.Replace(b.payload, `"z"]`, `"z","x"]`, 1); n == query.MaxLongArray || !testing.Short() || b.want == "" {
				b.run(t)
			}
		}
	}
	for _, n := range []int{query.MaxString, query.MaxString + 1} {
		want := yes
		if n > query.MaxString {
			want = ""
		}
		for name, text := range map[string]string{"plain": strings.Repeat("a", n), "escapes": strings.Repeat(`\u0061`, 3) + strings.Repeat("a", n-3)} {
			b := bound{fmt.Sprint(name, " ", n), boolean(`{"==":[{"dvar":"a[]"},"x","or"]}`), `{"a":["b","` + text + `","x","c"]}`, want}
			b.run(t)
		}
	}
}

// TestLongLies breaks one rule at a time of long arrays.
func TestLongLies(t *testing.T) {
	t.Parallel()
	const ask1 = `{"==":[{"dvar":"a[]"},"x","or"]}`
	answers := func(a *attack, some, all bool) {
		for _, z := range a.sources[0].Longs[memberAt(a.sources[0], "a").Child].Texts {
			a.set(some, z.Some.R)
			a.set(all, z.All.R)
		}
	}
	for _, c := range []struct {
		name, text, payload string
		claim               string
		secrets             func(a *attack)
		label               string
	}{
		{"one is equal", ask1, `{"a":["y","z"]}`, yes, func(a *attack) { answers(a, true, false) }, "element that is equal"},
		{"none is equal", ask1, `{"a":["y","x"]}`, `{"r":false}`, func(a *attack) { answers(a, false, false) }, zeroProduct},
		{"all are equal", `{"==":[{"dvar":"a[]"},"x"]}`, `{"a":["x","z"]}`, yes, func(a *attack) { answers(a, true, true) }, "elements that are all equal"},
		{"not all are equal", `{"==":[{"dvar":"a[]"},"x"]}`, `{"a":["x","x"]}`, `{"r":false}`, func(a *attack) { answers(a, true, false) }, zeroProduct},
		{"all are true", `{"==":[{"dvar":"a[]"},true]}`, `{"a":[true,false]}`, yes, func(a *attack) {
			a.set(true, a.sources[0].Longs[memberAt(a.sources[0], "a").Child].Booleans[1].R)
		}, "elements that are all true"},
		{"all are false", `{"==":[{"dvar":"a[]"},false]}`, `{"a":[true,false]}`, yes, func(a *attack) {
			a.set(true, a.sources[0].Longs[memberAt(a.sources[0], "a").Child].Booleans[0].R)
		}, "elements that are all false"},
		{"another count", `{"==":[{"count":"a[]"},3]}`, `{"a":["x","y"]}`, yes, nil, "long array"},
		{"a number among the strings", ask1, `{"a":["x",1]}`, yes, nil, "long array"},
		{"no array", ask1, `{"a":"x"}`, `{"r":false}`, nil, "long array"},
		{"missing", ask1, `{"b":"x"}`, `{"r":false}`, nil, "long array"},
		{"a string among the booleans", `{"==":[{"dvar":"a[]"},true]}`, `{"a":[true,"t"]}`, yes, nil, "long array"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ask(t, boolean(c.text), c.payload)
			if string(q.output) == c.claim {
				t.Fatalf("the claim is true")
			}
			a := newAttack(t, q.claim(c.claim), cheat{secrets: func(a *attack) {
				if c.secrets != nil {
					c.secrets(a)
				}
				if c.name == "another count" {
					l := a.sources[0].Longs[memberAt(a.sources[0], "a").Child]
					for b := range value.LongCountBits {
						a.set(3>>b&1 == 1, l.Total.Bits[value.FractionBits+b])
					}
					for _, r := range a.equalities(t) {
						a.set(true, r)
					}
				}
			}})
			a.refused(t, c.label, c.name == "one is equal" || c.name == "another count")
		})
	}
	// 1,025 as 1 + 1,024, the bits of a count that no array may have.
	q := ask(t, boolean(`{">":[{"count":"a[]"},1024]}`), `{"a":`+list(1025, every("1"))+`}`)
	newAttack(t, q.claim(yes), cheat{secrets: func(a *attack) {
		l := a.sources[0].Longs[memberAt(a.sources[0], "a").Child]
		a.set(true, l.Total.Bits[value.FractionBits], l.Total.Bits[value.FractionBits+10])
	}}).refused(t, "count of a long array", false)
	// A string that is too long, promised not to be: its windows are all zero.
	long := ask(t, boolean(ask1), `{"a":["x","`+strings.Repeat("a", query.MaxString+1)+`"]}`)
	newAttack(t, long.claim(yes), cheat{secrets: func(a *attack) {
		a.set(true, *a.sources[0].Longs[memberAt(a.sources[0], "a").Child].Limited)
	}}).refused(t, zeroProduct, true)
	// Where it ends is no choice: a byte of it that is called outside.
	newAttack(t, long.claim(yes), cheat{secrets: func(a *attack) {
		l := a.sources[0].Longs[memberAt(a.sources[0], "a").Child]
		a.set(true, *l.Limited)
		a.set(false, l.Inside[150])
	}}).refused(t, "extent of an element of a long array", false)
}

// equalities are the flags of number equalities.
func (a *attack) equalities(t *testing.T) (list []ref) {
	t.Helper()
	_, r, err := a.relate(transcript.New([]byte("rows")))
	if err != nil {
		t.Fatal(err)
	}
	w := newWired(r.GF)
	for i, row := range w.r.Rows {
		if w.rowLabel(i) == "number equality" {
			list = append(list, row.A)
		}
	}
	return list
}

// TestLongCost: at most 30 committed bits for each byte of the class, besides those
// of what any path needs.
func TestLongCost(t *testing.T) {
	for _, c := range []struct {
		letters string
		most    int
	}{{"", 3}, {"e", 30}} {
		class, err := ParseClass("1920/8" + c.letters)
		if err != nil {
			t.Fatal(err)
		}
		committed := func(text string) int {
			q := ask(t, boolean(text), `{"a":["x"],"s":"x"}`)
			q.st.Documents[0].Class = class
			p, err := q.plan(yes)
			if err != nil {
				t.Fatal(err)
			}
			return p.gf.Bits + 16*p.gf.Symbols
		}
		if own := committed(`{"<":[{"dvar":"a[]"},5,"or"]}`) - committed(`{"is":["a[0]","number"]}`); own > 16*class.Bytes+32 {
			t.Errorf("class %s: %d committed bits for numbers", class, own)
		}
		if more := committed(`{"and":[{"<":[{"dvar":"a[]"},5,"or"]},{">":[{"dvar":"a[]"},1]}]}`) - committed(`{"<":[{"dvar":"a[]"},5,"or"]}`); more > 2*class.Bytes+8 {
			t.Errorf("class %s: %d committed bits for another literal", class, more)
		}
		// A string that is decoded brings what all share.
		base := `{"==":[{"dvar":"s"},"x"]},{"is":["a[0]","string"]}`
		own := committed(`{"and":[`+base+`,{"~==":[{"dvar":"a[]"},"x","or"]}]}`) - committed(`{"and":[`+base+`,{"is":["a[0]","string"]}]}`)
		t.Logf("class %s: %.1f committed bits a byte", class, float64(own)/float64(class.Bytes))
		if own > c.most*class.Bytes+16 { // and the bits of its count and answers
			t.Errorf("class %s: %d committed bits", class, own)
		}
	}
}

func TestLongProof(t *testing.T) {
	for _, tail := range []string{"", `,"z":"\n"`} {
		q := ask(t, `[{"output":{"m":{"<":[{"dvar":"m[]"},{"now":[]}]}}},{"output":{"r":{"~==":[{"dvar":"g[]"},"ADMIN","or"]}}},{"output":{"n":{"count":"g[]"}}},{"output":{"z":{"or":[{"not":{"exists":"z"}},{"==":[{"dvar":"z"},"\n"]}]}}}]`,
			`{"g":`+list(100, func(i int) string { return fmt.Sprintf(`"g%d"`, i) })+`,"m":`+list(40, every("1.5"))+`,"h":["admin"],"_g_zkpass_public_":true`+tail+`}`)
		if want := `{"m":true,"r":false,"n":100,"z":true}`; string(q.output) != want {
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
		st.Output = []byte(`{"m":true,"r":true,"n":100,"z":true}`)
		if err := Verify(&st, proof); err == nil {
			t.Error("another output is accepted")
		}
	}
}
