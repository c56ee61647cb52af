package zkvm

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/program"
)

const provenPayload = `{"s":"Abc","t":"aBC","i":-5,"_i_zkpass_public_":true,"j":9223372036854775807,"y":true,"n":false,` +
	`"_s_zkpass_public_":true,"o":{"s":"in","i":0},"u":"e\u0041","nul":null}`

// provenQueries use every operator with a result in true and in false, each kind
// of operand on either side, and each kind of statement and output.
var provenQueries = []struct{ text, want string }{
	{`[{"output":{"r":{"==":[{"dvar":"s"},"Abc"]}}},{"output":{"q":{"==":["abc",{"dvar":"s"}]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"!=":[{"dvar":"s"},{"dvar":"t"}]}}},{"output":{"q":{"!=":[{"dvar":"s"},"Abc"]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"==":[{"dvar":"i"},-5]}}},{"output":{"q":{"==":[{"dvar":"i"},{"dvar":"j"}]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"==":[{"dvar":"y"},true]}}},{"output":{"q":{"!=":[{"dvar":"n"},{"<":[1,2]}]}}}]`, `{"r":true,"q":true}`},
	{`[{"output":{"r":{"~==":[{"dvar":"s"},"ABC"]}}},{"output":{"q":{"~==":[{"dvar":"t"},{"dvar":"o.s"}]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"~!=":[{"dvar":"s"},{"dvar":"t"}]}}},{"output":{"q":{"~!=":["x",{"dvar":"t"}]}}}]`, `{"r":false,"q":true}`},
	{`[{"output":{"r":{"<":[{"dvar":"i"},{"dvar":"j"}]}}},{"output":{"q":{"<":[{"dvar":"i"},-5]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"<=":[{"dvar":"i"},-5]}}},{"output":{"q":{"<=":[0,{"dvar":"i"}]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{">":[{"dvar":"j"},9223372036854775806]}}},{"output":{"q":{">":[{"dvar":"i"},{"now":[]}]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{">=":[{"dvar":"o.i"},0]}}},{"output":{"q":{">=":[{"dvar":"i"},{"dvar":"o.i"}]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"and":[{"dvar":"y"},{"not":{"dvar":"n"}}]}}},{"output":{"q":{"and":[{"dvar":"n"},{"dvar":"nope"}]}}},{"output":{"e":{"and":[]}}}]`, `{"r":true,"q":false,"e":true}`},
	{`[{"output":{"r":{"or":[{"dvar":"y"},{"==":[{"dvar":"nul"},1]}]}}},{"output":{"q":{"or":[{"dvar":"n"},{"dvar":"n"}]}}},{"output":{"e":{"or":[]}}}]`, `{"r":true,"q":false,"e":false}`},
	{`{"not":{"==":[{"dvar":"i"},5]}}`, `{"result":true}`},
	{`[{"output":{"r":{"exists":"o.s"}}},{"output":{"q":{"exists":"nul"}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"in":[{"dvar":"s"},["x","Abc"]]}}},{"output":{"q":{"in":[{"dvar":"i"},[1,2]]}}}]`, `{"r":true,"q":false}`},
	{`[{"output":{"r":{"contains":[{"dvar":"s"},"bc"]}}},{"output":{"q":{"~!contains":[{"dvar":"s"},{"dvar":"t"}]}}},` +
		`{"output":{"e":{"contains":["xAbc",{"dvar":"s"}]}}}]`, `{"r":true,"q":false,"e":true}`},
	{`[{"output":{"r":{"dvar":"s"}}},{"output":{"q":{"dvar":"i"}}},{"output":{"e":{"dvar":"n"}}}]`, `{"r":"Abc","q":-5,"e":false}`},
	{`[{"output":{"r":"\n\u0000é"}},{"output":{"q":-9223372036854775808}},{"output":{"e":{"now":[]}}},{"output":{"b":false}}]`, `{"r":"\n\u0000é","q":-9223372036854775808,"e":1771000000,"b":false}`},
	{`[{"if":{"condition":{"dvar":"y"},"then":[{"output":{"r":{"dvar":"i"}}}],"else":[{"output":{"r":{"dvar":"u"}}}]}}]`, `{"r":-5}`},
	{`[{"if":{"condition":{"dvar":"n"},"then":[{"output":{"q":{"dvar":"u"}}}]}},{"output":{"r":1}}]`, `{"r":1}`},
	{`[{"if":{"condition":{"dvar":"n"},"then":[{"output":{"r":1}}]}}]`, `{}`},
	{`[{"if":{"condition":{"dvar":"n"},"then":[{"assign":{"x":{"dvar":"t"}}}],"else":[{"if":{"condition":{">":[{"dvar":"i"},0]},` +
		`"then":[{"assign":{"x":"lit"}}],"else":[{"assign":{"x":{"dvar":"s"}}}]}}]}},{"assign":{"z":{"lvar":"x"}}},` +
		`{"output":{"r":{"lvar":"z"}}},{"output":{"q":{"~==":[{"lvar":"x"},{"dvar":"t"}]}}}]`, `{"r":"Abc","q":true}`},
	{`[{"if":{"condition":{"dvar":"y"},"then":[{"assign":{"x":{"dvar":"i"}}},{"output":{"b":true}},{"output":{"a":{"lvar":"x"}}}],` +
		`"else":[{"assign":{"x":{"now":[]}}},{"output":{"a":{"lvar":"x"}}},{"output":{"b":true}}]}},{"output":{"r":{"<":[{"lvar":"x"},0]}}}]`, `{"b":true,"a":-5,"r":true}`},
}

// provenSubjects are the fixed queries, and random programs with a result.
func provenSubjects(t *testing.T, random int) []*subject {
	t.Helper()
	var list []*subject
	ops := map[query.Op]bool{}
	for _, q := range provenQueries {
		for _, format := range []query.Format{query.JWT, query.ZkPass} {
			if format == query.ZkPass && len(list)%4 != 0 {
				continue
			}
			payload := provenPayload
			if format == query.ZkPass {
				payload = `{"iat":1, "data" : ` + payload + "}"
			}
			p, err := query.Compile([]byte(q.text), []string{testDocument}, query.WithFormat(testDocument, format))
			if err != nil {
				t.Fatalf("%s: %v", q.text, err)
			}
			s, err := newSubject(t, p, map[string][]byte{testDocument: []byte(payload)}, testNow)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.evaluate(); err != nil || string(got) != q.want {
				t.Fatalf("%s: evaluator has %s, %v; want %s", q.text, got, err, q.want)
			}
			eachExpression(p.Body, func(e *query.Expr) { ops[e.Op] = true })
			list = append(list, s)
		}
	}
	for op := query.Constant; op <= query.In; op++ {
		if !ops[op] && op != query.Count {
			t.Errorf("no query has operation %d", op)
		}
	}
	for seed := uint64(1 << 32); random > 0; seed++ {
		r := mathrand.New(mathrand.NewPCG(seed, 1))
		docs := drawDocuments(r)
		s, err := subjectOf(t, docs, newAuthor(r, docs).program())
		if err != nil || len(s.program.Paths) < 2 || len(docs) < 2 && random%4 == 0 {
			continue
		}
		if _, err := s.evaluate(); err != nil {
			continue
		}
		list = append(list, s)
		random--
	}
	return list
}

// eachExpression calls f for all expressions of a list of statements.
func eachExpression(list []query.Statement, f func(*query.Expr)) {
	var walk func(e *query.Expr)
	walk = func(e *query.Expr) {
		f(e)
		for _, a := range e.Args {
			walk(a)
		}
	}
	for _, s := range list {
		walk(s.Expr)
		eachExpression(s.Then, f)
		eachExpression(s.Else, f)
	}
}

// TestAgreementProofs makes whole proofs: of the right output, which Verify
// accepts for it alone, and of another one by force, which Verify refuses.
func TestAgreementProofs(t *testing.T) {
	random := 12
	if testing.Short() {
		random = 2
	}
	subjects := provenSubjects(t, random)
	forced := 0
	for i, s := range subjects {
		if testing.Short() && i%5 != 0 {
			continue
		}
		want, err := s.evaluate()
		if err != nil {
			t.Fatal(err)
		}
		proof, err := Prove(context.Background(), s.with(want), s.secrets)
		if err != nil {
			t.Errorf("proof %d of %s: %v", i, want, err)
			continue
		}
		if err := Verify(s.with(want), proof); err != nil {
			t.Errorf("proof %d of %s: %v", i, want, err)
		}
		others := slices.DeleteFunc(mutations(t, s.program, want), func(o []byte) bool {
			_, err := program.ParseOutputs(s.program, o)
			return err != nil
		})
		for _, other := range others {
			if err := Verify(s.with(other), proof); !errors.Is(err, ErrProof) {
				t.Errorf("proof %d of %s verified with %s: %v", i, want, other, err)
			}
		}
		other := others[i%len(others)]
		var v *circuit.Violation
		if _, err := Prove(context.Background(), s.with(other), s.secrets); !errors.As(err, &v) {
			t.Errorf("proving %s instead of %s: %v", other, want, err)
		}
		if err := Verify(s.with(other), s.force(t, other)); !errors.Is(err, ErrProof) {
			t.Errorf("proof %d of %s by force: %v", i, other, err)
		}
		forced++
	}
	t.Logf("%d proofs, and as many by force", forced)
}

// force is the proof of an output that a prover makes who does not check.
func (s *subject) force(t *testing.T, output []byte) []byte {
	t.Helper()
	p, err := newPlan(s.with(output), s.secrets, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := p.system.ProveUnchecked(p.st.encode(), p.secrets, rand.Reader, func(tr *transcript.Transcript) ([]byte, *libzk.Relations, error) {
		return p.relate(tr, nil, true)
	})
	if err != nil {
		t.Fatal(err)
	}
	return proof
}
