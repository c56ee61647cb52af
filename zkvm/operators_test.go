package zkvm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
)

// question is a query over one signed document: a statement without its output,
// and what the reference evaluator says.
type question struct {
	fixture
	output []byte // of the evaluator, nil if it has none
}

func ask(t testing.TB, text, payload string) *question {
	t.Helper()
	p, err := query.Compile([]byte(text), []string{""}, query.WithFormat("", query.JWT))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return askProgram(t, p, payload, testNow)
}

func askProgram(t testing.TB, p *query.Program, payload string, now int64) *question {
	t.Helper()
	doc, err := document.Parse([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	d, s := sign(t, testKey, payload)
	deepest := strings.Count(payload, "{") + strings.Count(payload, "[")
	if d.Class, err = ClassFor(len(payload), min(deepest, document.MaxDepth)); err != nil {
		t.Fatal(err)
	}
	d.Class.Escapes, d.Class.Names = strings.Contains(payload, `\`), readsNames(p, "", doc)
	q := &question{fixture: fixture{&Statement{Program: p, Time: now, Documents: []Document{d}}, []Secret{s}}}
	if out, err := p.Eval(map[string]*document.Document{"": doc}, time.Unix(now, 0)); err == nil {
		q.output = out.JSON
	}
	return q
}

// errNever means that an honest prover would draw challenges for ever.
var errNever = errors.New("a published product is zero")

// try checks the honest prover's witness for an output.
func (q *question) try(output string) error {
	p, err := q.plan(output)
	if err != nil {
		return err
	}
	return p.try()
}

func (q *question) plan(output string) (*plan, error) {
	st := *q.st
	st.Output = []byte(output)
	return newPlan(&st, q.secrets, rand.Reader)
}

func (p *plan) try() error {
	_, r, err := p.relate(transcript.New([]byte("operators")), nil, true)
	if errors.Is(err, libzk.ErrChallenge) {
		return errNever
	}
	if err != nil {
		return err
	}
	return p.gf.Check(r.GF, p.secrets.GF)
}

// verify checks that the circuits agree with the evaluator, and that they refuse
// the other outputs.
func (q *question) verify(t testing.TB, name string, others ...string) {
	t.Helper()
	if q.output != nil {
		if err := q.try(string(q.output)); err != nil {
			t.Errorf("%s: output %s: %v", name, q.output, err)
		}
	}
	for _, o := range others {
		if o == string(q.output) {
			continue
		}
		var v *circuit.Violation
		if err := q.try(o); !errors.As(err, &v) && !errors.Is(err, errNever) {
			t.Errorf("%s: output %s instead of %s: %v", name, o, q.output, err)
		}
	}
}

var anyOutput = []string{`{"r":true}`, `{"r":false}`, `{}`}

// expression tests one expression over one document.
func expression(t testing.TB, e, payload string) {
	t.Helper()
	q := ask(t, `[{"output":{"r":`+e+`}}]`, payload)
	q.verify(t, e+" over "+payload, anyOutput...)
}

func TestIn(t *testing.T) {
	t.Parallel()
	payload := `{"s":"b","i":-3,"t":true,"n":null,"o":{},"e":"","x":"a\u0062","d":1,"d":1}`
	for _, e := range []string{
		`{"in":[{"dvar":"s"},["a","b","c"]]}`, `{"in":[{"dvar":"s"},["a","bb","c"]]}`, `{"in":[{"dvar":"s"},["b"]]}`, `{"in":[{"dvar":"s"},["b","b"]]}`,
		`{"in":[{"dvar":"s"},["B","\"","\n"]]}`, `{"in":[{"dvar":"s"},["\""]]}`, `{"in":[{"dvar":"s"},[1,2]]}`, `{"in":[{"dvar":"s"},[true]]}`,
		`{"in":[{"dvar":"i"},[1,-3,3]]}`, `{"in":[{"dvar":"i"},[1,3]]}`, `{"in":[{"dvar":"i"},[-3]]}`, `{"in":[{"dvar":"i"},["-3","3"]]}`,
		`{"in":[{"dvar":"t"},[true]]}`, `{"in":[{"dvar":"t"},[false]]}`, `{"in":[{"dvar":"t"},[true,false]]}`, `{"in":[{"dvar":"t"},["true"]]}`,
		`{"in":[{"dvar":"s"},[]]}`, `{"in":[{"dvar":"i"},[]]}`, `{"in":[{"dvar":"t"},[]]}`, `{"in":[{"dvar":"n"},[]]}`, `{"in":[{"dvar":"o"},[]]}`,
		`{"in":[{"dvar":"zz"},["a","b"]]}`, `{"in":[{"dvar":"n"},["a","b"]]}`, `{"in":[{"dvar":"o"},["a","b"]]}`, `{"in":[{"dvar":"d"},[1,2]]}`,
		`{"in":[{"dvar":"e"},["a",""]]}`, `{"in":[{"dvar":"e"},["a","b"]]}`, `{"in":["a",["a","b"]]}`, `{"in":[2,[1,3]]}`, `{"in":[{"now":[]},[1771000000,1]]}`,
		`{"in":[{"not":{"dvar":"t"}},[false]]}`, `{"in":[{"not":{"dvar":"t"}},[true]]}`,
		`{"or":[true,{"in":[{"dvar":"zz"},["a","b"]]}]}`, `{"and":[{"exists":"zz"},{"in":[{"dvar":"zz"},[1,2]]}]}`,
		`{"in":[{"dvar":"i"},[` + strings.TrimSuffix(strings.Repeat("7,", 1), ",") + manyIntegers(150) + `]]}`,
	} {
		expression(t, e, payload)
	}
	for _, s := range []string{"yes", "no"} {
		for _, c := range []bool{true, false} {
			q := ask(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"x":{"dvar":"s"}}}],"else":[{"assign":{"x":"no"}}]}},`+
				`{"output":{"r":{"in":[{"lvar":"x"},["yes","maybe"]]}}}]`, fmt.Sprintf(`{"c":%v,"s":%q}`, c, s))
			q.verify(t, "local", anyOutput...)
		}
	}
}

func manyIntegers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",%d", i-10)
	}
	return b.String()
}

func TestExists(t *testing.T) {
	t.Parallel()
	for i, payload := range []string{
		`{}`, `{"a":null}`, `{"a":0}`, `{"a":"null"}`, `{"a":{"b":1}}`, `{"a":{"b":null}}`, `{"a":{"c":1}}`, `{"a":[{"b":1}]}`, `{"a":"b"}`,
		`{"a":1,"a":2}`, `{"a":{"b":1,"b":1}}`, `{"a":{"c":1,"c":1,"b":{}}}`, `{"\u0061":1}`, `{"x\n":1,"a":{"b":2}}`, `{"a":{"\u0062":1}}`, `{"a":{"b":{"\u0062":1}}}`,
		`{"c":{"a":{"b":1}}}`, `{"c":"a","a":nul}`, `{"a":null,"a":null}`, `{"a":{},"a":{}}`, `{"a":[null]}`, `{"a":false,"b":true}`, `{"a":{"b":{"c":[]}}}`,
	} {
		payload = strings.ReplaceAll(payload, "nul}", "null}")
		for j, e := range []string{
			`{"exists":"a"}`, `{"exists":"a.b"}`, `{"exists":"a.b.c"}`, `{"not":{"exists":"a.b"}}`, `{"or":[{"exists":"a"},{"exists":"a.b"}]}`, `{"exists":"\"q\\\"\""}`,
			`{"and":[{"exists":"a"},{"exists":"a.b"}]}`, `{"and":[false,{"exists":"a.b"}]}`, `{"and":[{"exists":"a.b"},{"==":[{"dvar":"a.b"},1]}]}`,
		} {
			if os.Getenv(longRuns) == "" && j > 2 && (i+j)%4 != 0 {
				continue
			}
			expression(t, e, payload)
		}
	}
}

func TestContains(t *testing.T) {
	t.Parallel()
	payload := `{"h":"Bandung, Jawa","n":"dung","u":"DUNG,","e":"","x":"a\u0062","i":12,"t":true,"b":"ung","long":"` + strings.Repeat("ab", 30) + `","same":"Bandung, Jawa","é":"é"}`
	operators := []string{"contains", "!contains", "~contains", "~!contains"}
	operands := []string{
		`{"dvar":"h"}`, `{"dvar":"n"}`, `{"dvar":"u"}`, `{"dvar":"e"}`, `{"dvar":"b"}`, `{"dvar":"same"}`, `{"dvar":"\"é\""}`, `"Bandung, Jawa"`, `"dung"`, `"DUNG,"`, `""`, `"\""`, `", Jawa"`, `"Jawa\""`, `"Bandung, Jawan"`, `"é"`, `"a"`,
	}
	for k, h := range operands {
		for j, n := range operands {
			if os.Getenv(longRuns) == "" && (3*k+j)%9 != 0 {
				continue
			}
			expression(t, `{"`+operators[(k*7+j)%4]+`":[`+h+`,`+n+`]}`, payload)
		}
	}
	for _, bad := range []string{`{"dvar":"i"}`, `{"dvar":"t"}`, `{"dvar":"zz"}`, `{"now":[]}`} {
		for _, good := range []string{`{"dvar":"h"}`, `"dung"`, `""`} {
			if bad == `{"now":[]}` {
				continue // a compile error
			}
			expression(t, `{"contains":[`+bad+`,`+good+`]}`, payload)
			expression(t, `{"~contains":[`+good+`,`+bad+`]}`, payload)
			expression(t, `{"or":[true,{"contains":[`+bad+`,`+good+`]}]}`, payload)
			expression(t, `{"or":[true,{"contains":[`+good+`,`+bad+`]}]}`, payload)
		}
	}
	expression(t, `{"contains":[{"dvar":"long"},"aba"]}`, payload)
	expression(t, `{"contains":[{"dvar":"long"},"aa"]}`, payload)
	expression(t, `{"contains":[{"dvar":"h"},{"dvar":"long"}]}`, payload)
}

// TestContainsRandom compares random strings over few characters.
func TestContainsRandom(t *testing.T) {
	t.Parallel()
	seed := mathrand.Uint64()
	t.Logf("seed %d", seed)
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	word := func(n int) string {
		b := make([]byte, r.IntN(n))
		for i := range b {
			b[i] = "abAé"[r.IntN(3)]
		}
		return string(b)
	}
	values := func(n int) string {
		switch r.IntN(12) {
		case 0:
			return `"a\u0061"`
		case 1:
			return []string{"1", "true", "null", "{}", `["a"]`}[r.IntN(5)]
		}
		return `"` + word(n) + `"`
	}
	operand := func(member string, n int) string {
		switch r.IntN(3) {
		case 0:
			return `"` + word(n) + `"`
		case 1:
			return `{"lvar":"` + member + `"}`
		}
		return `{"dvar":"` + member + `"}`
	}
	rounds := 25
	if os.Getenv(longRuns) != "" {
		rounds = 1000
	}
	for range rounds {
		payload := fmt.Sprintf(`{"c":%v,"h":%s,"n":%s}`, r.IntN(2) == 0, values(30), values(4))
		op := []string{"contains", "!contains", "~contains", "~!contains"}[r.IntN(4)]
		e := `{"` + op + `":[` + operand("h", 30) + `,` + operand("n", 4) + `]}`
		if r.IntN(4) == 0 {
			e = `{"or":[{"dvar":"c"},` + e + `]}`
		}
		branch := func(l string) string {
			return fmt.Sprintf(`{"if":{"condition":{"dvar":"c"},"then":[{"assign":{%q:{"dvar":%q}}}],"else":[{"assign":{%q:%q}}]}},`, l, l, l, word(6))
		}
		text := `[`
		for _, l := range []string{"h", "n"} {
			if strings.Contains(e, `{"lvar":"`+l+`"}`) {
				text += branch(l)
			}
		}
		text += `{"output":{"r":` + e + `}}]`
		ask(t, text, payload).verify(t, text+" over "+payload, anyOutput...)
	}
}

func TestOperatorProofs(t *testing.T) {
	t.Parallel()
	payload := `{"h":"Bandung, Jawa","n":"UNG","i":7}`
	for _, e := range []string{
		`{"and":[{"exists":"h"},{"not":{"exists":"h.x"}},{"in":[{"dvar":"i"},[1,7]]},{"in":[{"dvar":"n"},["a","UNG"]]}]}`,
		`{"and":[{"contains":[{"dvar":"h"},"dung"]},{"!contains":["xUNx",{"dvar":"n"}]}]}`,
		`{"~contains":[{"dvar":"h"},{"dvar":"n"}]}`,
		`{"contains":[{"dvar":"h"},{"dvar":"n"}]}`,
	} {
		q := ask(t, `[{"output":{"r":`+e+`}}]`, payload)
		st := *q.st
		st.Output = q.output
		proof, err := Prove(context.Background(), &st, q.secrets)
		if err != nil {
			t.Errorf("%s: %v", e, err)
			continue
		}
		t.Logf("%s: %s, %d bytes", e, q.output, len(proof))
		if err := Verify(&st, proof); err != nil {
			t.Errorf("%s: %v", e, err)
		}
		for _, o := range anyOutput {
			if st.Output = []byte(o); o != string(q.output) {
				if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
					t.Errorf("%s: output %s: %v", e, o, err)
				}
			}
		}
	}
}
