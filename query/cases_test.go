package query

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/languagecases"
)

// testCase is one entry of cases.json.
type testCase struct{ languagecases.Case }

func readCases(t testing.TB, file string) (cases []testCase) {
	t.Helper()
	for _, c := range languagecases.Read(t, file) {
		cases = append(cases, testCase{c})
	}
	return cases
}

func (c *testCase) compile() (*Program, error) {
	var tags []string
	var opts []Option
	for tag, doc := range c.Documents {
		tags = append(tags, tag)
		if doc.Format == "jwt" {
			opts = append(opts, WithFormat(tag, JWT))
		}
	}
	return Compile([]byte(c.Query), tags, opts...)
}

// evaluate parses all documents and runs the program.
func evaluate(p *Program, payloads map[string][]byte, now time.Time) (Outputs, error) {
	docs := make(map[string]*document.Document)
	for tag, payload := range payloads {
		doc, err := document.Parse(payload)
		if err != nil {
			return Outputs{}, fmt.Errorf("parsing document %q: %w", tag, err)
		}
		docs[tag] = doc
	}
	return p.Eval(docs, now)
}

func runCases(t *testing.T, file string) {
	for _, c := range readCases(t, file) {
		t.Run(c.Name, func(t *testing.T) { c.run(t) })
	}
}

func (c *testCase) run(t *testing.T) {
	prog, err := c.compile()
	if c.Expect.Error == "compile" {
		if !errors.Is(err, ErrCompile) || errors.Is(err, ErrEval) {
			t.Fatalf("got %v, want a compile error (%s)", err, c.Why)
		}
		return
	}
	if err != nil {
		t.Fatalf("compiling: %v (%s)", err, c.Why)
	}
	out, err := evaluate(prog, c.Payloads(t), c.Time(t))
	switch {
	case c.Expect.Error == "eval":
		if !errors.Is(err, ErrEval) && !errors.Is(err, document.ErrMalformed) {
			t.Fatalf("got %s and error %v, want an evaluation error (%s)", out.JSON, err, c.Why)
		}
	case c.Expect.Output == nil:
		t.Fatalf("the case expects nothing that this test knows: %+v", c.Expect)
	case err != nil:
		t.Fatalf("got error %v, want %s (%s)", err, *c.Expect.Output, c.Why)
	case string(out.JSON) != *c.Expect.Output:
		t.Fatalf("got  %s\nwant %s (%s)", out.JSON, *c.Expect.Output, c.Why)
	}
}

func TestCases(t *testing.T) { runCases(t, "testdata/cases.json") }

// Claims that real issuers sign, names and numbers replaced.
func TestTokens(t *testing.T) { runCases(t, "testdata/tokens.json") }

func TestVectors(t *testing.T) {
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS is not set: no vectors beside testdata")
	}
	runCases(t, filepath.Join(dir, "query", "cases.json"))
}
