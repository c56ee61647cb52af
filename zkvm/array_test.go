package zkvm

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
)

// laid is a statement laid out for checking without a proof.
type laid struct{ p *plan }

func layOut(st *Statement, secrets []Secret) (*laid, error) {
	p, err := newPlan(st, secrets, rand.Reader)
	return &laid{p}, err
}

// check evaluates all that the statement's proof would prove.
func (l *laid) check() error {
	_, r, err := l.p.relate(transcript.New([]byte("test")), nil, true)
	if err != nil {
		return err
	}
	return l.p.gf.Check(r.GF, l.p.secrets.GF)
}

// checkOutput checks a statement with another output.
func checkOutput(st *Statement, secrets []Secret, output string) error {
	other := *st
	other.Output = []byte(output)
	l, err := layOut(&other, secrets)
	if err != nil {
		return err
	}
	return l.check()
}

func compileJWT(t testing.TB, text string) *query.Program {
	t.Helper()
	p, err := tryCompile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func tryCompile(text string) (*query.Program, error) {
	return query.Compile([]byte(text), []string{""}, query.WithFormat("", query.JWT))
}

// agree compares circuit and evaluator: what the evaluator gives is provable and
// the other candidates are not; where it gives an error nothing is.
func agree(t *testing.T, p *query.Program, payload string, now int64, candidates ...string) (evaluated bool) {
	t.Helper()
	doc, err := document.Parse([]byte(payload))
	if err != nil {
		t.Fatalf("%s: %v", payload, err)
	}
	out, evalErr := p.Eval(map[string]*document.Document{p.Documents[0].Tag: doc}, time.Unix(now, 0))
	d, s := sign(t, testKey, payload)
	d.Tag = p.Documents[0].Tag
	if d.Class, err = ClassFor(len(payload), 8); err != nil {
		t.Fatal(err)
	}
	d.Class.Escapes, d.Class.Names = readsEscape(p, d.Tag, doc), readsNames(p, d.Tag, doc)
	st := &Statement{Program: p, Time: now, Documents: []Document{d}}
	if evalErr == nil {
		if err := checkOutput(st, []Secret{s}, string(out.JSON)); err != nil {
			t.Errorf("document %s: output %s: %v", payload, out.JSON, err)
		}
	}
	for _, c := range candidates {
		if evalErr == nil && c == string(out.JSON) {
			continue
		}
		if err := checkOutput(st, []Secret{s}, c); err == nil {
			t.Errorf("document %s: output %s accepted, evaluator: %s %v", payload, c, out.JSON, evalErr)
		} else if errors.Is(err, ErrUnsupported) {
			t.Errorf("document %s: %v", payload, err)
		}
	}
	return evalErr == nil
}

func boolean(test string) string { return `[{"output":{"r":` + test + `}}]` }

var booleans = []string{`{"r":true}`, `{"r":false}`, `{}`}

func TestIndexSteps(t *testing.T) {
	for _, c := range []struct{ query, payload string }{
		{`{"==":[{"dvar":"a[2]"},30]}`, `{"a":[10,20,30]}`},
		{`{"==":[{"dvar":"a[2]"},30]}`, `{"a":[10,20,31,30]}`},
		{`{"==":[{"dvar":"a[2]"},30]}`, `{"a":[10,20]}`},
		{`{"==":[{"dvar":"a[0]"},30]}`, `{"a":{"b":30}}`},
		{`{"==":[{"dvar":"a[0]"},30]}`, `{"a":30}`},
		{`{"==":[{"dvar":"a[0]"},30]}`, `{"b":[30]}`},
		{`{"==":[{"dvar":"a[0]"},30]}`, `{"a":[[30]]}`},
		{`{"==":[{"dvar":"a[0]"},30]}`, `{"a":[]}`},
		{`{"==":[{"dvar":"a[1][0].x"},7]}`, `{"a":[[],[{"x":7}]]}`},
		{`{"==":[{"dvar":"a[1][0].x"},7]}`, `{"a":[[{"x":7}],[{"x":8}, {"x":7}]],"b":[0,[{"x":7}]]}`},
		{`{"==":[{"dvar":"a[1]"},"x"]}`, `{"z":["x","x"],"a":["\"",{"a":["x","x"]},"x"]}`},
		{`{"==":[{"dvar":"a[1]"},{"dvar":"a[2]"}]}`, `{"a":["\"","y","y"]}`},
		{`{"==":[{"dvar":"a[4095]"},1]}`, `{"a":[1,1,1]}`},
		{`{"and":[{"==":[{"dvar":"a.b"},1]},{"==":[{"dvar":"a[0]"},1]}]}`, `{"a":{"b":2}}`},
		{`{"or":[{"==":[{"dvar":"a.b"},1]},{"==":[{"dvar":"a[0]"},1]}]}`, `{"a":{"b":1}}`},
		{`{"==":[{"dvar":"a[0]"},1]}`, `{"a":[1],"a":[1]}`},
	} {
		t.Run(c.query+c.payload, func(t *testing.T) {
			agree(t, compileJWT(t, boolean(c.query)), c.payload, testNow, booleans...)
		})
	}
}

func TestEach(t *testing.T) {
	many := func(n int) string { return `{"a":[` + strings.TrimSuffix(strings.Repeat("1,", n), ",") + `]}` }
	for _, c := range []struct{ query, payload string }{
		{`{"==":[{"dvar":"a[]"},1]}`, many(32)},
		{`{"==":[{"count":"a[]"},33]}`, many(33)},
		{`{"<":[{"dvar":"a[]"},{"count":"a[]"}]}`, many(33)},
		{`{"==":[{"dvar":"a[]"},1]}`, many(0)},
		{`{"==":[{"dvar":"a[]"},1,"or"]}`, many(0)},
		{`{"==":[{"dvar":"a[]"},1,"or"]}`, `{"a":[2,3,1]}`},
		{`{"==":[{"dvar":"a[]"},1]}`, `{"a":[1,2]}`},
		{`{"==":[{"dvar":"a[]"},1]}`, `{"a":[1,null]}`},
		{`{"==":[{"dvar":"a[]"},1,"or"]}`, `{"a":[1,"1"]}`},
		{`{"==":[{"dvar":"a[]"},1,"or"]}`, `{"a":[1,[1]]}`},
		{`{"==":[{"dvar":"a[]"},1]}`, `{"a":{"b":1}}`},
		{`{"==":[{"dvar":"a[]"},1]}`, `{"a":1}`},
		{`{"==":[{"dvar":"a[]"},1]}`, `{}`},
		{`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":[]}`},
		{`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":[],"b":1}`},
		{`{"<":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":[],"b":"1"}`},
		{`{"~==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":[],"b":1}`},
		{`{"~==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":["Xy","xY"],"b":"XY"}`},
		{`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":["x","x"],"b":"x"}`},
		{`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":[true,true],"b":true}`},
		{`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`, `{"a":[1,true],"b":true}`},
		{`{"!=":["x",{"dvar":"a[]"}]}`, `{"a":["y","x"]}`},
		{`{"!=":["x",{"dvar":"a[]"}]}`, `{"a":["y","z"]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},{"age":24}]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},{"age":25}]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},{"age":24,"age":24}]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},{"age":24,"\u0061":24}]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},{}]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},{"b":{"age":3}}]}`},
		{`{">":[25,{"dvar":"a[].age"}]}`, `{"a":[{"age":3},[{"age":3}]]}`},
		{`{">":[25,{"dvar":"a[].age"},"or"]}`, `{"a":[{"b":{"age":300},"age":3 , "c":[{"age":9}]},{"age" : -0}], "x":[{"age":100}]}`},
		{`{"==":[{"dvar":"a[].b.c"},"x"]}`, `{"a":[{"b":{"c":"x"}},{"b":{"c":"x"}}]}`},
		{`{"==":[{"dvar":"a[].b.c"},"x"]}`, `{"a":[{"b":{"c":"x"}},{"b":{"d":"x"}}]}`},
		{`{"==":[{"dvar":"a[].b[0]"},7]}`, `{"a":[{"b":[7,1]},{"b":[7]}]}`},
		{`{"==":[{"dvar":"a[].b[0]"},7]}`, `{"a":[{"b":[7,1]},{"b":[]}]}`},
		{`{"<=":[{"dvar":"a[][1]"},4]}`, `{"a":[[9,4],[8,3]]}`},
		{`{"<=":[{"dvar":"a[][1].x"},4]}`, `{"a":[[9,{"x":4}],[8,{"x":3},2]]}`},
		{`{"<=":[{"dvar":"a[][1]"},4]}`, `{"a":[[9,4],[8]]}`},
		{`{"<=":[{"dvar":"b[1].a[]"},4]}`, `{"b":[0,{"a":[1,2]}],"a":[9]}`},
		{`{"<=":[{"dvar":"b[1].a[]"},4]}`, `{"b":[{"a":[1,2]}]}`},
		{`{"==":[{"dvar":"a[]"},1]}`, `{"a":[1],"a":[1]}`},
		{`{"or":[true,{"==":[{"dvar":"a[]"},1]}]}`, many(40)},
		{`{"or":[{"==":[{"dvar":"a[].x"},1]},{"==":[{"dvar":"b"},2]}]}`, `{"a":[{"x":2,"y":1,"y":2}],"b":2}`},
		{`{"==":[{"dvar":"a[]"},"` + strings.Repeat("s", 256) + `","or"]}`, `{"a":["` + strings.Repeat("s", 256) + `","` + strings.Repeat("t", 255) + `"]}`},
		{`{"==":[{"dvar":"a[]"},"s","or"]}`, `{"a":["s","` + strings.Repeat("s", 257) + `"]}`},
		{`{"==":[{"dvar":"a[]"},9223372036854775807]}`, `{"a":[9223372036854775807,9223372036854775807]}`},
		{`{"==":[{"dvar":"a[]"},9223372036854775807,"or"]}`, `{"a":[9223372036854775807,9223372036854775808]}`},
		{`{"==":[{"dvar":"a[]"},1,"or"]}`, `{"a":[1,1.0]}`},
	} {
		t.Run(c.query+c.payload[:min(len(c.payload), 60)], func(t *testing.T) {
			agree(t, compileJWT(t, boolean(c.query)), c.payload, testNow, booleans...)
		})
	}
}

func TestFilters(t *testing.T) {
	list := `{"x":[{"id":"A","f":true,"n":1},{"id":"B","f":false,"n":2},{"id":"C","f":null,"n":3},{"id":"D","n":4},{"id":"E","f":true,"n":5}]}`
	for _, c := range []struct{ query, payload string }{
		{`{"==":[{"count":"x[?f]"},2]}`, list},
		{`{"==":[{"count":"x[?!f]"},3]}`, list},
		{`{"==":[{"count":"x[]"},5]}`, list},
		{`{"<":[{"count":"x[]"},{"count":"x[?f]"}]}`, list},
		{`{"==":[{"dvar":"x[?id == 'D'].n"},4]}`, list},
		{`{"==":[{"dvar":"x[?id == 'd'].n"},4,"or"]}`, list},
		{`{"==":[{"dvar":"x[?f].n"},{"dvar":"x[4].n"},"or"]}`, list},
		{`{"==":[{"count":"x[?k == '']"},1]}`, `{"x":[{"k":""},{},{"k":null},{"k":"a"}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},{"f":"true"}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},5]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},["f",true]]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},{"f":{}}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},{"f":[]}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},{"f":0}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},{"f":-1}]}`},
		{`{"==":[{"count":"x[?!f]"},1]}`, `{"x":[{"f":false},{"f":"x"}]}`},
		{`{"==":[{"count":"x[?k == '1']"},1]}`, `{"x":[{"k":"1"},{"k":1}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true,"f":true}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true},{"f":false,"\u0067":1}]}`},
		{`{"==":[{"count":"x[?f]"},1]}`, `{"x":[{"f":true,"g":1,"g":2}]}`},
		{`{"==":[{"dvar":"x[?f].n"},1]}`, `{"x":[{"f":true,"n":1},{"f":false},{"f":false,"n":"q"}]}`},
		{`{"==":[{"dvar":"x[?f].n"},1]}`, `{"x":[{"f":true,"n":1},{"f":false,"n":2,"n":3},{"n":2,"n":3}]}`},
		{`{"==":[{"dvar":"x[?f].n"},1]}`, `{"x":[{"f":true,"n":1},{"f":true,"n":1,"n":1}]}`},
		{`{"==":[{"dvar":"x[?f].b.c"},1]}`, `{"x":[{"f":true,"b":{"c":1}},{"f":false,"b":{"c":1,"\u0061":2}},{"f":false,"b":{"c":1},"b":{"c":1}},{"b":{"c":1,"c":1}}]}`},
		{`{"==":[{"dvar":"x[?f].b.c"},1]}`, `{"x":[{"f":true,"b":{"c":1,"\u0061":2}}]}`},
		{`{"==":[{"dvar":"x[?f].b.c"},1]}`, `{"x":[{"f":true,"b":{"c":1},"b":{"d":1}}]}`},
		{`{"==":[{"dvar":"x[?f].b.c"},1]}`, `{"x":[{"f":true,"b":{"c":1,"c":1}}]}`},
		{`{"==":[{"dvar":"x[?f].n"},1]}`, `{"x":[{"f":true,"n":1},{"f":false,"\u0061":1}]}`},
		{`{"==":[{"dvar":"x[?f].f"},true]}`, `{"x":[{"f":true}]}`},
		{`{"==":[{"count":"x[]"},0]}`, `{"x":[]}`},
		{`{"==":[{"count":"x[]"},0]}`, `{"x":null}`},
		{`{"==":[{"count":"x[]"},0]}`, `{}`},
		{`{"==":[{"count":"x[]"},0]}`, `{"x":{}}`},
		{`{"==":[{"count":"x[]"},2]}`, `{"x":[{"\u0061":1},[]]}`},
		{`{"==":[{"count":"x[?f]"},0]}`, `{"x":[]}`},
	} {
		t.Run(c.query+c.payload, func(t *testing.T) {
			agree(t, compileJWT(t, boolean(c.query)), c.payload, testNow, booleans...)
		})
	}
}

func TestArrayOutputs(t *testing.T) {
	marked := `"_a_zkpass_public_":true`
	for _, c := range []struct {
		value, payload string
		others         []string
	}{
		{`{"dvar":"a[]"}`, `{"a":["Go","C"],` + marked + `}`, []string{`["C","Go"]`, `["Go"]`, `["Go","C","C"]`, `[]`, `"Go"`, `["Go","D"]`, `[1,2]`}},
		{`{"dvar":"a[]"}`, `{"a":["Go","C"]}`, []string{`["Go","C"]`}},
		{`{"dvar":"a[]"}`, `{"a":["Go","C"],"_a_zkpass_public_":false}`, []string{`["Go","C"]`}},
		{`{"dvar":"a[]"}`, `{"a":[],` + marked + `}`, []string{`[0]`, `0`, `[""]`}},
		{`{"dvar":"a[]"}`, `{"a":[]}`, []string{`[]`}},
		{`{"dvar":"a[]"}`, `{"a":[true,false],` + marked + `}`, []string{`[false,true]`, `[true,true]`, `[true]`, `[false]`, `[true,false,false]`}},
		{`{"dvar":"a[]"}`, `{"a":[true,false]}`, []string{`[true,false]`}},
		{`{"dvar":"a[]"}`, `{"a":[1,"x"],` + marked + `}`, []string{`[1]`, `["x"]`}},
		{`{"dvar":"a[]"}`, `{"a":[0,0],` + marked + `}`, []string{`[0]`, `[]`, `[0,0,0]`, `[false,false]`, `["",""]`}},
		{`{"dvar":"k[?f].a"}`, `{"k":[{"f":true,"a":1,` + marked + `},{"f":false,"a":2}]}`, []string{`[1,2]`, `[2]`}},
		{`{"dvar":"k[?f].a"}`, `{"k":[{"f":true,"a":1,` + marked + `},{"f":true,"a":2}]}`, []string{`[1,2]`, `[1]`}},
		{`{"dvar":"k[?!f].a"}`, `{"k":[{"f":true,"a":1},{"f":false,"a":2,` + marked + `},{"a":9,` + marked + `}]}`, []string{`[1,2]`, `[9,2]`}},
		{`{"dvar":"k[?f].a"}`, `{"k":[{"f":false,"a":1}]}`, []string{`[1]`, `0`}},
		{`{"dvar":"k[?t == 's'].a"}`, `{"k":[{"t":"s","a":"x",` + marked + `}]}`, []string{`["y"]`, `[]`}},
		{`{"dvar":"k[].a"}`, `{"k":[{"a":1,` + marked + `},{"a":2,"b":{` + marked + `}}]}`, []string{`[1,2]`}},
		{`{"dvar":"k[].a"}`, `{"k":[{"a":1,` + marked + `},{"a":2,` + marked + `,` + marked + `}]}`, []string{`[1,2]`}},
		{`{"dvar":"k[?f].a"}`, `{"k":[{"f":true,"a":1,` + marked + `},{"a":2,` + marked + `,` + marked + `}]}`, []string{`[1,2]`}},
		{`{"dvar":"k[?f].a"}`, `{"k":[{"f":true,"a":1,` + marked + `},{"f":true,"a":2,` + marked + `,` + marked + `}]}`, []string{`[1,2]`}},
		{`{"dvar":"k[].a[1]"}`, `{"k":[{"a":[1,3],` + marked + `},{"a":[2,4],` + marked + `}]}`, []string{`[1,2]`}},
		{`{"dvar":"a[][1]"}`, `{"a":[[1,3],[2,4]],` + marked + `}`, []string{`[1,2]`}},
		{`{"dvar":"a[1]"}`, `{"a":["x","Go"],` + marked + `}`, []string{`"x"`, `["Go"]`}},
		{`{"dvar":"a[1]"}`, `{"a":["x","Go"]}`, []string{`"Go"`}},
		{`{"count":"a[]"}`, `{"a":["x",{}],` + marked + `}`, []string{`1`, `3`, `[2]`, `"2"`, `true`}},
		{`{"count":"a[]"}`, `{"a":["x","Go"]}`, []string{`2`}},
		{`{"count":"a[?f]"}`, `{"a":[{"f":true},{"f":false}],` + marked + `}`, []string{`2`, `0`}},
		{`{"dvar":"a[]"}`, `{"a":[-1,9223372036854775807,-9223372036854775808],` + marked + `}`, []string{`[-1,9223372036854775807,9223372036854775807]`}},
	} {
		candidates := []string{`{}`}
		for _, o := range c.others {
			candidates = append(candidates, `{"r":`+o+`}`)
		}
		t.Run(c.value+c.payload, func(t *testing.T) {
			agree(t, compileJWT(t, boolean(c.value)), c.payload, testNow, candidates...)
			// Through a local; an assigned array is needed as a whole.
			agree(t, compileJWT(t, `[{"assign":{"v":`+c.value+`}},{"output":{"r":{"lvar":"v"}}}]`), c.payload, testNow, candidates...)
			agree(t, compileJWT(t, `[{"assign":{"v":`+c.value+`}},{"output":{"r":true}}]`), c.payload, testNow, booleans...)
		})
	}
}

// Locals that are arrays on several ways.
func TestArrayLocals(t *testing.T) {
	p := compileJWT(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":{"dvar":"a[]"}}}],"else":[{"assign":{"v":{"dvar":"b[].x"}}}]}},`+
		`{"output":{"r":{"lvar":"v"}}},{"output":{"s":{"==":[{"lvar":"v"},{"dvar":"d"},"or"]}}}]`)
	m := `"_a_zkpass_public_":true`
	e := `"_x_zkpass_public_":true`
	candidates := []string{`{"r":[1,2],"s":true}`, `{"r":[1,2],"s":false}`, `{"r":[2],"s":true}`, `{"r":[2],"s":false}`, `{"r":["q"],"s":true}`}
	for _, payload := range []string{
		`{"c":true,"a":[1,2],` + m + `,"d":2}`,
		`{"c":true,"a":[1,2],` + m + `,"d":3,"b":[{"x":2}]}`,
		`{"c":false,"a":[1,2],"d":2,"b":[{"x":2,` + e + `}]}`,
		`{"c":false,"a":[1,2],` + m + `,"d":2,"b":[{"x":2}]}`,
		`{"c":false,"d":"q","b":[{"x":"q",` + e + `}]}`,
		`{"c":false,"d":1,"b":[{"x":"q",` + e + `}]}`,
	} {
		agree(t, p, payload, testNow, candidates...)
	}
}

// The specification's own cases that use arrays: one in three, or with ZKPASS_LONG
// all. TestAgreementCases has all of them, with other outputs that are claimed.
func TestArrayCases(t *testing.T) {
	text, err := os.ReadFile("../query/testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name      string
		Query     json.RawMessage
		Documents map[string]struct {
			Format      string
			PayloadText *string `json:"payload_text"`
		}
		Now    json.RawMessage
		Expect struct{ Output, Error string }
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for i, c := range cases {
		d, ok := c.Documents[""]
		if i%3 != 0 && os.Getenv(longRuns) == "" || !ok || d.PayloadText == nil || len(c.Documents) != 1 || c.Expect.Error == "compile" || len(*d.PayloadText) > MaxPayload {
			continue
		}
		var text string
		if json.Unmarshal(c.Query, &text) != nil {
			text = string(c.Query)
		}
		format := query.ZkPass
		if d.Format == "jwt" {
			format = query.JWT
		}
		p, err := query.Compile([]byte(text), []string{""}, query.WithFormat("", format))
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if !usesArrays(p) {
			continue
		}
		if _, err := document.Parse([]byte(*d.PayloadText)); err != nil {
			continue
		}
		var now time.Time
		var seconds int64
		if json.Unmarshal(c.Now, &seconds) == nil {
			now = time.Unix(seconds, 0)
		} else if err := json.Unmarshal(c.Now, &now); err != nil {
			t.Fatal(err)
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			candidates := append([]string{`{"r":[]}`, `{"r":[1]}`, `{"r":0}`, `{"r":1}`, `{"r":"x"}`}, booleans...)
			if agree(t, p, *d.PayloadText, now.Unix(), candidates...) != (c.Expect.Error == "") {
				t.Errorf("expected %+v", c.Expect)
			}
		})
	}
	if ran < 40 {
		t.Errorf("%d cases", ran)
	}
}

func usesArrays(p *query.Program) bool {
	for _, path := range p.Paths {
		for _, s := range path.Steps {
			if s.Kind != query.Member {
				return true
			}
		}
	}
	return false
}

func TestArrayProof(t *testing.T) {
	f := newFixture(t, `[{"output":{"r":{">":[{"dvar":"loans[?status == 'open'].days"},30,"or"]}}},{"output":{"n":{"dvar":"skills[]"}}}]`,
		`{"loans":[{"status":"open","days":3},{"status":"closed","days":90},{"status":"open","days":31}],"skills":["Go","C"],"_skills_zkpass_public_":true}`)
	start := time.Now()
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: proved in %v, %d bytes", f.st.Output, time.Since(start), len(proof))
	if err := Verify(f.st, proof); err != nil {
		t.Fatal(err)
	}
	st := *f.st
	st.Output = []byte(`{"r":true,"n":["C","Go"]}`)
	if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
		t.Errorf("other output: %v", err)
	}
	// A prover that commits to anything else.
	l, err := layOut(f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	l.p.secrets.GF[l.p.gf.Bits-200].Lo ^= 1
	proof, err = l.p.system.ProveUnchecked(f.st.encode(), l.p.secrets, rand.Reader, func(t *transcript.Transcript) ([]byte, *libzk.Relations, error) {
		return l.p.relate(t, nil, true)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(f.st, proof); !errors.Is(err, ErrProof) {
		t.Errorf("wrong witness: %v", err)
	}
}
