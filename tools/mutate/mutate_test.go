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

import "errors"

type machine struct{ rows []int }

func (m *machine) row(a, b int)        { m.rows = append(m.rows, a*b) }
func (m *machine) zero() int           { return 0 }
func (m *machine) together(c ...int) (n int) {
	for _, c := range c {
		n += c
	}
	return n
}

func Check(a, b int) error {
	m := &machine{}
	m.row(a, b)
	if a > 9 {
		return errors.New("large")
	}
	if m.together(a, b) > 5 {
		return errors.New("sum")
	}
	if len(m.rows) == 0 {
		return errors.New("no row")
	}
	return nil
}
`

func TestMutate(t *testing.T) {
	all, err := mutate("sample.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // what must stand in the changed file
		"sample.go Check drop 0":   "mutantDrop(a, b)",
		"sample.go Check accept 0": "if (a > 9) && false {",
		"sample.go Check accept 1": "if (m.together(a, b) > 5) && false {",
		"sample.go Check term 0":   "m.together(mutantFirst(m.zero(), a), b)",
		"sample.go Check term 1":   "m.together(a, mutantFirst(m.zero(), b))",
		"sample.go Check accept 2": "if (len(m.rows) == 0) && false {",
	}
	for _, m := range all {
		name := m.Name[:strings.LastIndex(m.Name, " ")]
		if want[name] == "" || !strings.Contains(string(m.source), want[name]) {
			t.Errorf("%s: %s", m.Name, m.Text)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

// TestRunner tries the changes of a small module whose test misses one check.
func TestRunner(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module sample\n\ngo 1.26\n",
		"sample.go": sample,
		"sample_test.go": `package sample

import "testing"

func TestCheck(t *testing.T) {
	if Check(1, 2) != nil || Check(3, 3) == nil || Check(0, 6) == nil || Check(6, 0) == nil {
		t.Fatal("wrong")
	}
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := mutate("sample.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{root: dir, timeout: time.Minute}
	defer r.close()
	survivors := map[string]bool{}
	for _, m := range all {
		m.tests = []test{{Package: "."}}
		o, by, err := r.try(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		if o == survived {
			survivors[m.Text] = true
		} else if o == noticed && by != ".: TestCheck" {
			t.Errorf("%s: noticed by %s", m.Text, by)
		} else if o == invalid {
			t.Errorf("%s does not compile", m.Text)
		}
	}
	// That a large a is refused no test sees, nor that there is a row where there is one.
	if len(survivors) != 2 || !survivors["a > 9"] || !survivors["len(m.rows) == 0"] {
		t.Errorf("survivors: %v", survivors)
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
