package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const sample = `package sample

import (
	"errors"
	"io"
)

type machine struct{ rows []int }

func (m *machine) row(a, b int) { m.rows = append(m.rows, a*b) }
func (m *machine) zero() int    { return 0 }
func (m *machine) together(c ...int) (n int) {
	for _, c := range c {
		n += c
	}
	return n
}

func Check(a, b int) error {
	m := &machine{}
	m.row(a, b)
	if a > 9 || b > 9 {
		return errors.New("large")
	}
	if m.together(a, b) > 5 {
		return errors.New("sum")
	}
	if len(m.rows) == 0 {
		return errors.New("no row")
	}
	if err := positive(b); err != nil {
		return err
	}
	return positive(a)
}

func positive(a int) (err error) {
	switch {
	case a < 0:
		return errors.New("negative")
	}
	return nil
}

func Mask(r io.Reader) (b [2]byte) {
	io.ReadFull(r, b[:])
	return b
}

func Forgotten(a int) bool {
	if a > 9 {
		return false
	}
	return true
}
`

// sampleChanges are the changes of the sample, and what must stand in the woven file for each.
var sampleChanges = map[string]string{
	"sample.go Check drop 0":       "if mutantOn(1) { mutantDrop(a, b) } else { m.row(a, b) }",
	"sample.go Check accept 0":     "if (((a > 9) && !mutantOn(3)) || ((b > 9) && !mutantOn(4))) && !mutantOn(2) {",
	"sample.go Check accept 1":     "((a > 9) && !mutantOn(3))",
	"sample.go Check accept 2":     "((b > 9) && !mutantOn(4))",
	"sample.go Check accept 3":     "> 5) && !mutantOn(5)",
	"sample.go Check accept 4":     "(len(m.rows) == 0) && !mutantOn(8)",
	"sample.go Check term 0":       "mutantTerm(mutantOn(6), m.zero, a)",
	"sample.go Check term 1":       "mutantTerm(mutantOn(7), m.zero, b)",
	"sample.go Check unchecked 0":  "mutantNil(mutantOn(0), positive(a))",
	"sample.go Check unchecked 1":  "mutantNil(mutantOn(9), positive(b))",
	"sample.go positive accept 0":  "case (a < 0) && !",
	"sample.go Mask drop 0":        "{ mutantDrop(r, b[:]) }",
	"sample.go Mask mask 0":        "io.ReadFull(mutantReader(mutantOn(",
	"sample.go Forgotten accept 0": "if (a > 9) && !",
}

// sampleModule writes the sample as a module and reads it as a plan.
func sampleModule(t *testing.T) (dir string, p *plan) {
	dir = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module sample\n\ngo 1.26\n",
		"sample.go": sample,
		"plan.json": `[{"files": ["*.go"], "tests": [{"package": ".", "skip": "^TestSlow"}]}]`,
		"sample_test.go": `package sample

import (
	"bytes"
	"testing"
)

func TestCheck(t *testing.T) {
	if Check(1, 2) != nil || Check(3, 3) == nil || Check(0, 6) == nil || Check(6, 0) == nil || Check(-3, 12) == nil || Check(-1, 1) == nil || Check(1, -1) == nil {
		t.Fatal("wrong")
	}
}

func TestMask(t *testing.T) {
	if Mask(bytes.NewReader([]byte{3, 4})) != [2]byte{3, 4} {
		t.Fatal("wrong")
	}
}

func TestSlow(t *testing.T) { Forgotten(1) }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := readPlan(t.Context(), dir, filepath.Join(dir, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, p
}

func TestMutate(t *testing.T) {
	_, p := sampleModule(t)
	woven := string(p.overlay()["sample.go"])
	missing := map[string]bool{}
	for name := range sampleChanges {
		missing[name] = true
	}
	for _, m := range p.mutants {
		name := m.Name[:strings.LastIndex(m.Name, " ")]
		if want := sampleChanges[name]; want == "" || !strings.Contains(woven, want) {
			t.Errorf("%s: %s: %q is missing in\n%s", m.Name, m.Text, want, woven)
		}
		delete(missing, name)
	}
	for name := range missing {
		t.Errorf("%s is missing", name)
	}
}

func TestWeaveNests(t *testing.T) {
	got := weave([]byte("abcdef"), []wrap{{1, 5, "(", ")"}, {1, 5, "[", "]"}, {1, 2, "<", ">"}, {2, 5, "{", "}"}, {5, 6, "'", "'"}})
	if want := "a([<b>{cde}])'f'"; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBatches(t *testing.T) {
	for likely, want := range map[string]string{"": "ba c d", "d": "d ba c", "e": "ba c d"} {
		var got []string
		for _, b := range batches([]profiled{{Name: "d", Seconds: 9}, {Name: "b", Seconds: 0.1}, {Name: "a", Seconds: 0.1}, {Name: "c", Seconds: 1}}, likely) {
			s := ""
			for _, q := range b {
				s += q.Name
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s first: %s, want %s", likely, s, want)
		}
	}
}

// TestRunner tries the changes of a small module whose tests miss some.
func TestRunner(t *testing.T) {
	dir, p := sampleModule(t)
	work := t.TempDir()
	for range 2 { // the second time with what the first has measured
		r := &runner{root: dir, dir: work, plan: p, tests: ".", timeout: time.Minute}
		found := map[outcome][]string{}
		for _, m := range p.mutants {
			o, by, err := r.try(context.Background(), m)
			if err != nil {
				t.Fatal(err)
			}
			name := m.Name[:strings.LastIndex(m.Name, " ")]
			if o == noticed && by != ".: TestCheck" && by != ".: TestMask" {
				t.Errorf("%s: noticed by %s", name, by)
			}
			found[o] = append(found[o], name)
		}
		// No test has a large number whose sum is not large, a large a, or no row.
		if got, want := strings.Join(found[survived], ", "), "sample.go Check accept 0, sample.go Check accept 2"; got != want {
			t.Errorf("survived: %s\nwant %s", got, want)
		}
		if got, want := strings.Join(found[unreached], ", "), "sample.go Check accept 1, sample.go Check accept 4, sample.go Forgotten accept 0"; got != want {
			t.Errorf("unreached: %s, want %s", got, want)
		}
	}
}

func TestResultsOutliveARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	for _, o := range []outcome{survived, noticed} {
		if err := appendResult(path, result{Name: "a", Outcome: o}); err != nil {
			t.Fatal(err)
		}
	}
	known, err := readResults(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := known[key{"a", false}].Outcome; got != noticed || len(known) != 1 {
		t.Errorf("%v", known)
	}
}
