package reference

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/languagecases"
	"github.com/zkpass-go/zkpass/query"
)

// A subject is a query with documents and a time.
type subject struct {
	query string
	docs  map[string]Document
	now   int64
}

// byQuery says what package query makes of a subject, and with which error.
func (s *subject) byQuery() (Outcome, error) {
	var tags []string
	var opts []query.Option
	for tag, d := range s.docs {
		tags = append(tags, tag)
		if d.JWT {
			opts = append(opts, query.WithFormat(tag, query.JWT))
		}
	}
	p, err := query.Compile([]byte(s.query), tags, opts...)
	if err != nil {
		return Outcome{Kind: kindOfError(err)}, err
	}
	docs := map[string]*document.Document{}
	for tag, d := range s.docs {
		if docs[tag], err = document.Parse([]byte(d.Payload)); err != nil {
			return Outcome{Kind: kindOfError(err)}, err
		}
	}
	out, err := p.Eval(docs, time.Unix(s.now, 0))
	if err != nil {
		return Outcome{Kind: kindOfError(err)}, err
	}
	return Outcome{Kind: Result, Output: string(out.JSON)}, nil
}

func kindOfError(err error) Kind {
	switch {
	case errors.Is(err, query.ErrCompile):
		return Compile
	case errors.Is(err, query.ErrUndisclosed):
		return Undisclosed
	case errors.Is(err, query.ErrEval):
		return Evaluation
	case errors.Is(err, document.ErrMalformed):
		return Malformed
	}
	return Kind("error of no kind: " + err.Error())
}

// disagreement says how the two differ, and is empty if they agree.
func (s *subject) disagreement() (want Outcome, diff string, err error) {
	want, err = Run(s.query, s.docs, s.now)
	if err != nil {
		return want, "", err
	}
	got, failed := s.byQuery()
	switch {
	case got.Kind != want.Kind || got.Output != want.Output:
		diff = fmt.Sprintf("package query: %s %s %v\nreference:     %s %s %s %s", got.Kind, got.Output, failed, want.Kind, want.Output, want.Path, want.Why)
	case want.Kind == Evaluation || want.Kind == Undisclosed:
		var e *query.EvalError
		if !errors.As(failed, &e) {
			diff = fmt.Sprintf("error of another type: %v", failed)
		} else if e.Pos != want.Pos && !strings.HasPrefix(e.Pos, want.Pos+",") {
			diff = fmt.Sprintf("package query blames %s, the reference %s: %v", e.Pos, want.Pos, failed)
		} else if want.Path != "" && !s.samePath(e.Path, want.Path) {
			diff = fmt.Sprintf("package query blames path %s, the reference %s: %v", e.Path, want.Path, failed)
		}
	}
	return want, diff, nil
}

// samePath tells whether an error's path is one of the query, as errors have it:
// without texts of filters, which are literals.
func (s *subject) samePath(got, want string) bool {
	tags := slices.Collect(maps.Keys(s.docs))
	var steps [2][]step
	for i, path := range []string{got, want} {
		if _, err := catch(func() Outcome { _, steps[i] = splitPath(path, tags); return Outcome{} }); err != nil || steps[i] == nil {
			return false
		}
	}
	for i := range steps[1] {
		if steps[1][i].filter == "equals" {
			steps[1][i].text = "..."
		}
	}
	tag, _, _ := strings.Cut(want, ".")
	return slices.Equal(steps[0], steps[1]) && (len(tags) == 1 || strings.HasPrefix(got, tag+"."))
}

// asCase is a subject as an entry of cases.json.
func (s *subject) asCase() string {
	docs := map[string]any{}
	for tag, d := range s.docs {
		format := "zkpass"
		if d.JWT {
			format = "jwt"
		}
		docs[tag] = map[string]string{"format": format, "payload_text": d.Payload}
	}
	text, err := json.MarshalIndent(map[string]any{"query": s.query, "documents": docs, "now": s.now}, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// languageCase is one entry of cases.json.
type languageCase struct{ languagecases.Case }

func readCases(t testing.TB, file string) (cases []languageCase) {
	t.Helper()
	for _, c := range languagecases.Read(t, file) {
		cases = append(cases, languageCase{c})
	}
	return cases
}

func (c *languageCase) subject(t testing.TB) *subject {
	t.Helper()
	s := &subject{query: c.Query, docs: map[string]Document{}, now: c.Time(t).Unix()}
	for tag, payload := range c.Payloads(t) {
		s.docs[tag] = Document{Payload: string(payload), JWT: c.Documents[tag].Format == "jwt"}
	}
	return s
}

// The reference gives what the language's own cases expect, and package query
// blames the same statement and the same path.
func runCases(t *testing.T, file string) {
	for _, c := range readCases(t, file) {
		t.Run(c.Name, func(t *testing.T) {
			s := c.subject(t)
			got, diff, err := s.disagreement()
			if err != nil {
				t.Fatal(err)
			}
			if diff != "" {
				t.Error(diff)
			}
			kind := "eval"
			switch got.Kind {
			case Result:
				kind = ""
			case Compile:
				kind = "compile"
			}
			if kind != c.Expect.Error || c.Expect.Output != nil && got.Output != *c.Expect.Output {
				t.Errorf("got %+v, want %+v", got, c.Expect)
			}
		})
	}
}

func TestCases(t *testing.T) { runCases(t, "../../testdata/cases.json") }

func TestTokens(t *testing.T) { runCases(t, "../../testdata/tokens.json") }

func TestVectors(t *testing.T) {
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS is not set: no vectors beside testdata")
	}
	runCases(t, filepath.Join(dir, "query", "cases.json"))
}
