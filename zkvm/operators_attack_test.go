package zkvm

import (
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// tampering changes committed secrets and published values of an honest prover one
// by one and notes which assertions fail. A changed secret's published values are
// computed anew, as a cheating prover would; changed published values keep the
// honest secrets.
type tampering struct {
	plan   *plan
	failed map[string]int
	passed map[int]bool // full secrets that may change: masks
}

func newTampering(t *testing.T, q *question, output string) *tampering {
	t.Helper()
	p, err := q.plan(output)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.try(); err != nil && string(q.output) == output {
		t.Fatal(err)
	}
	return &tampering{p, map[string]int{}, map[int]bool{}}
}

// note counts a failure.
func (a *tampering) note(err error) bool {
	var v *circuit.Violation
	switch {
	case errors.As(err, &v):
		a.failed[v.Label]++
	case errors.Is(err, errNever), errors.Is(err, machine.ErrZero):
		a.failed["published zero"]++
	default:
		return false
	}
	return true
}

// bits flips the last n bits. None may pass.
func (a *tampering) bits(t *testing.T, n int) {
	t.Helper()
	for i := a.plan.gf.Bits - n; i < a.plan.gf.Bits; i++ {
		x := &a.plan.secrets.GF[i]
		*x = field.Add(*x, one)
		if !a.note(a.plan.try()) {
			t.Errorf("bit %d from the end can be flipped", a.plan.gf.Bits-i)
		}
		*x = field.Add(*x, one)
	}
}

// full changes full secrets. Those that pass must be masks: uniform.
func (a *tampering) full(t *testing.T, step int) {
	t.Helper()
	for i := a.plan.gf.Bits + a.plan.gf.Symbols; i < len(a.plan.secrets.GF); i += step {
		x := &a.plan.secrets.GF[i]
		*x = field.Add(*x, one)
		changed := *x
		if !a.note(a.plan.try()) && changed.Hi == 0 {
			t.Errorf("full secret %d is no mask and can be changed", i)
		}
		*x = field.Add(*x, one)
	}
}

// published changes the last n published elements.
func (a *tampering) published(t *testing.T, n int) {
	t.Helper()
	p := a.plan
	bytes, _, err := p.relate(transcript.New([]byte("operators")), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	for at := len(bytes) - field.Size(); at >= max(0, len(bytes)-n*field.Size()); at -= field.Size() {
		bytes[at]++
		_, r, err := p.relate(transcript.New([]byte("operators")), bytes, false)
		if err == nil {
			err = p.gf.Check(r.GF, p.secrets.GF)
		}
		if !a.note(err) {
			t.Errorf("published element %d from the end can be changed: %v", (len(bytes)-at)/field.Size(), err)
		}
		bytes[at]--
	}
}

func (a *tampering) want(t *testing.T, labels ...string) {
	t.Helper()
	for _, l := range labels {
		if a.failed[l] == 0 {
			t.Errorf("nothing trips %q, only %q", l, slices.Sorted(maps.Keys(a.failed)))
		}
	}
}

func TestOperatorAttacks(t *testing.T) {
	t.Parallel()
	payload := `{"h":"Banda","n":"AND","i":7,"z":null}`
	for _, tt := range []struct {
		expression string
		bits       int
		published  int
		labels     []string
	}{
		{`{"exists":"z"}`, 2, 3, []string{"published zero", "dot product", "null: difference"}},
		{`{"exists":"i"}`, 2, 3, []string{"null"}},
		{`{"or":[{"==":[{"dvar":"i"},8]},{"exists":"i"}]}`, 4, 3, []string{"exists"}},
		{`{"in":[{"dvar":"h"},["Banda","b"]]}`, 1, 4, []string{"published zero", "product"}},
		{`{"in":[{"dvar":"h"},["Bandb","b"]]}`, 1, 4, []string{"string in a list", "string in a list: difference"}},
		{`{"in":[{"dvar":"i"},[6,8]]}`, 1, 4, []string{"number in a list"}},
		{`{"in":[{"dvar":"i"},[7]]}`, 1, 1, []string{"published zero", "number in a list: difference"}},
		{`{"or":[{"==":[{"dvar":"i"},8]},{"in":[{"dvar":"h"},["Bandb","b"]]}]}`, 3, 3, []string{"in"}},
		{`{"contains":[{"dvar":"h"},"and"]}`, 1, 6, []string{"published zero", "product"}},
		{`{"contains":[{"dvar":"h"},"anda\""]}`, 0, 0, nil},
		{`{"contains":[{"dvar":"h"},"bnd"]}`, 1, 6, []string{"string in a member", "product"}},
		{`{"~contains":["Bandung",{"dvar":"n"}]}`, 1, 4, []string{"published zero", "member in a literal: difference", "product"}},
		{`{"contains":["",{"dvar":"n"}]}`, 1, 2, []string{"member in a literal", "start of a string"}},
		{`{"contains":["Bandung",{"dvar":"n"}]}`, 1, 4, []string{"member in a literal"}},
		{`{"~contains":[{"dvar":"h"},{"dvar":"n"}]}`, 1, 12, []string{
			"published zero", "characters of a string", "string from the needle's length on", "product", "dot product"}},
		{`{"contains":[{"dvar":"h"},{"dvar":"n"}]}`, 1, 12, []string{"member in a member"}},
		{`{"or":[{"==":[{"dvar":"i"},8]},{"contains":[{"dvar":"h"},"and"]}]}`, 3, 3, []string{"contains"}},
	} {
		q := ask(t, `[{"output":{"r":`+tt.expression+`}}]`, payload)
		a := newTampering(t, q, string(q.output))
		a.bits(t, tt.bits)
		if tt.published == 12 {
			a.full(t, 11)
		}
		a.published(t, tt.published)
		t.Logf("%s: %v", tt.expression, a.failed)
		a.want(t, tt.labels...)
	}
	// What the guard forbids: the evaluator has an error, and the honest witness
	// trips the assertion with any output.
	for _, tt := range []struct{ query, payload, label string }{
		{`{"exists":"a"}`, `{"a":1,"a":2}`, "names on the way of exists"},
		{`{"exists":"a.b"}`, `{"a":{"b":1,"\u0062":1}}`, "names on the way of exists"},
		{`{"exists":"a.b"}`, `{"a":1,"a":{}}`, "names on the way of exists"},
		{`{"in":[{"dvar":"a"},[]]}`, `{"a":null}`, "value of in"},
		{`{"in":[{"dvar":"a"},["x"]]}`, `{"a":1}`, "string member"},
		{`{"in":[{"dvar":"a"},[1]]}`, `{"a":"1"}`, "number member"},
		{`{"in":[{"dvar":"a"},[true]]}`, `{"a":"1"}`, "boolean member"},
		{`{"contains":[{"dvar":"a"},""]}`, `{"a":1}`, "string member"},
		{`{"contains":["",{"dvar":"a"}]}`, `{}`, "string member"},
	} {
		q := ask(t, `[{"output":{"r":`+tt.query+`}}]`, tt.payload)
		if q.output != nil {
			t.Fatalf("%s: %s", tt.query, q.output)
		}
		for _, o := range anyOutput[:2] {
			a := newTampering(t, q, o)
			a.note(a.plan.try())
			a.want(t, tt.label)
		}
	}
	// Two operands with two values each need a flag for each pair.
	text := `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"x":{"dvar":"s"}}},{"assign":{"y":"b"}}],"else":[{"assign":{"x":"abc"}},{"assign":{"y":{"dvar":"s"}}}]}},` +
		`{"output":{"r":{"contains":[{"lvar":"x"},{"lvar":"y"}]}}}]`
	for _, payload := range []string{`{"c":true,"s":"abc"}`, `{"c":false,"s":"bc"}`, `{"c":true,"s":"ac"}`, `{"c":false,"s":"ac"}`} {
		q := ask(t, text, payload)
		q.verify(t, payload, anyOutput...)
		a := newTampering(t, q, string(q.output))
		a.bits(t, 11)
		a.want(t, "operands")
	}
}

// TestOperatorForgeries proves false statements as a cheating prover would.
func TestOperatorForgeries(t *testing.T) {
	t.Parallel()
	payload := `{"h":"Banda","n":"and","z":null}`
	for _, e := range []string{`{"not":{"exists":"h"}}`, `{"exists":"z"}`, `{"in":[{"dvar":"h"},["a","b"]]}`, `{"contains":[{"dvar":"h"},"xyz"]}`, `{"!contains":[{"dvar":"h"},{"dvar":"n"}]}`} {
		q := ask(t, `[{"output":{"r":`+e+`}}]`, payload)
		if string(q.output) != `{"r":false}` {
			t.Fatalf("%s: %s", e, q.output)
		}
		st := *q.st
		st.Output = []byte(`{"r":true}`)
		p, err := newPlan(&st, q.secrets, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		x := &p.secrets.GF[p.gf.Bits-1] // the answer's bit
		*x = field.Add(*x, one)
		proof, err := p.system.ProveUnchecked(st.encode(), p.secrets, rand.Reader, func(tr *transcript.Transcript) ([]byte, *libzk.Relations, error) {
			b, r, err := p.relate(tr, nil, true)
			if errors.Is(err, libzk.ErrChallenge) {
				err = errNever // the prover must publish a zero
			}
			return b, r, err
		})
		if errors.Is(err, errNever) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", e, err)
		}
	}
}
