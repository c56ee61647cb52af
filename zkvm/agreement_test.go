package zkvm

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/languagecases"
	"github.com/zkpass-go/zkpass/query"
)

// The circuit and the reference evaluator of package query must agree: where
// the evaluator has a result, the honest witness satisfies the circuit with that
// output and with no other; where it has none, with no output at all.

// languageCase is a case that the circuit decides too.
type languageCase struct{ languagecases.Case }

func readLanguageCases(t testing.TB) []languageCase {
	t.Helper()
	return readCases(t, "../query/testdata/cases.json")
}

func readCases(t testing.TB, file string) (cases []languageCase) {
	t.Helper()
	for _, c := range languagecases.Read(t, file) {
		cases = append(cases, languageCase{c})
	}
	return cases
}

func (c *languageCase) compile(t testing.TB) (*query.Program, map[string][]byte, error) {
	t.Helper()
	var opts []query.Option
	for tag, d := range c.Documents {
		if d.Format == "jwt" {
			opts = append(opts, query.WithFormat(tag, query.JWT))
		}
	}
	payloads := c.Payloads(t)
	p, err := query.Compile([]byte(c.Query), slices.Collect(maps.Keys(payloads)), opts...)
	return p, payloads, err
}

// The reasons for which a case that compiles need not be provable.
const (
	covered       = "covered"
	noMalformed   = "payload that is not well formed"
	compileErrors = "compile error"
)

// The numbers of cases that the circuit is known to decide. They only grow.
const (
	coveredOutputs = 454
	coveredErrors  = 157
)

func TestAgreementCases(t *testing.T) {
	cases := readLanguageCases(t)
	counts := map[string]int{}
	outputs, errs := 0, 0
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			reason := c.agree(t)
			counts[reason]++
			if reason == covered && c.Expect.Error == "" {
				outputs++
			} else if reason == covered {
				errs++
			}
		})
	}
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%4d %s", counts[reason], reason)
	}
	t.Logf("of %d cases the circuit decides %d: %d outputs, %d errors", len(cases), counts[covered], outputs, errs)
	if outputs < coveredOutputs || errs < coveredErrors {
		t.Errorf("want %d outputs and %d errors or more", coveredOutputs, coveredErrors)
	}
}

// TestAgreementTokens: tokens as real issuers sign them, all decided.
func TestAgreementTokens(t *testing.T) {
	for _, c := range readCases(t, "../query/testdata/tokens.json") {
		t.Run(c.Name, func(t *testing.T) {
			if reason := c.agree(t); reason != covered {
				t.Errorf("not decided: %s", reason)
			}
		})
	}
}

// agree holds the circuit against one case, and returns why it is not covered.
func (c *languageCase) agree(t *testing.T) string {
	p, payloads, err := c.compile(t)
	if c.Expect.Error == "compile" {
		if !errors.Is(err, query.ErrCompile) {
			t.Fatalf("compiling: %v, want a compile error", err)
		}
		return compileErrors
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSubject(t, p, payloads, c.Time(t).Unix())
	switch {
	case errors.Is(err, document.ErrMalformed):
		if c.Expect.Error != "eval" {
			t.Fatalf("%v, but the case has an output", err)
		}
		c.refuseMalformed(t, p, payloads)
		return noMalformed
	case err != nil:
		t.Fatal(err)
	}
	random := seeded(1)
	want, evalErr := s.evaluate()
	if (evalErr != nil) != (c.Expect.Error == "eval") || evalErr == nil && string(want) != *c.Expect.Output {
		t.Fatalf("the evaluator has %s and %v", want, evalErr)
	}
	if evalErr != nil {
		for _, output := range candidates(s, 40) {
			if err := s.check(output, random, unsigned); !refused(err) {
				t.Errorf("%s: %v, but the evaluator says: %v", output, err, evalErr)
			}
		}
		return covered
	}
	if err := s.check(want, random, everything); err != nil {
		t.Errorf("output %s: %v", want, err)
	}
	for _, output := range mutations(t, p, want) {
		if err := s.check(output, random, unsigned); !refused(err) {
			t.Errorf("%s: %v, but the evaluator has %s", output, err, want)
		}
	}
	return covered
}

// refuseMalformed requires that no witness can be made over the payloads.
func (c *languageCase) refuseMalformed(t *testing.T, p *query.Program, payloads map[string][]byte) {
	s := &subject{program: p, st: Statement{Program: p, Time: c.Time(t).Unix()}}
	for _, source := range p.Documents {
		d, secret := sign(t, testKey, string(payloads[source.Tag]))
		d.Tag, d.Class = source.Tag, Class{Bytes: sizes[len(sizes)-1], Depth: depths[len(depths)-1]}
		s.st.Documents = append(s.st.Documents, d)
		s.secrets = append(s.secrets, secret)
	}
	err := s.check([]byte("{}"), seeded(1), unsigned)
	if !errors.Is(err, document.ErrMalformed) && !errors.Is(err, ErrClass) {
		t.Errorf("laying out: %v, want a refusal of the payload", err)
	}
}
