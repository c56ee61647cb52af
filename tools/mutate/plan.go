package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// group is a set of files that the same tests watch.
type group struct {
	// Files are patterns of [filepath.Glob] below the module's directory; tests are
	// left out.
	Files []string `json:"files"`
	// Tests are run one after the other until one fails.
	Tests []test `json:"tests"`
}

// test is one run of go test.
type test struct {
	Package string `json:"package"`
	Run     string `json:"run,omitempty"` // of go test; empty for all
	Short   bool   `json:"short,omitempty"`
}

// mutant is one change of one file.
type mutant struct {
	// Name is file, function, kind and which of these in the function, and a part of
	// the hash of the text that is changed.
	Name   string
	Text   string // what is changed, on one line
	file   string // below the module's directory
	source []byte // the whole file with the change
	tests  []test
}

func readPlan(root, path string) ([]mutant, error) {
	var groups []group
	if err := readJSON(path, &groups); err != nil {
		return nil, err
	}
	var all []mutant
	seen := map[string]bool{}
	for _, g := range groups {
		for _, pattern := range g.Files {
			files, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				return nil, fmt.Errorf("plan: %s: %w", pattern, err)
			}
			files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
			if len(files) == 0 {
				return nil, fmt.Errorf("plan: %s: no such file", pattern)
			}
			for _, f := range files {
				name, err := filepath.Rel(root, f)
				if err != nil {
					return nil, err
				}
				if seen[name] {
					continue // an earlier group has it
				}
				seen[name] = true
				source, err := os.ReadFile(f)
				if err != nil {
					return nil, err
				}
				changes, err := mutate(filepath.ToSlash(name), source)
				if err != nil {
					return nil, err
				}
				for i := range changes {
					changes[i].tests = g.Tests
				}
				all = append(all, changes...)
			}
		}
	}
	return all, nil
}

// readEquivalent reads the reasons of changes that change nothing. One that names
// no change is an error: the code has moved on.
func readEquivalent(path string, all []mutant) (map[string]string, error) {
	var reasons map[string]string
	if err := readJSON(path, &reasons); err != nil {
		return nil, err
	}
	for name, reason := range reasons {
		if reason == "" {
			return nil, fmt.Errorf("%s: %s: no reason", path, name)
		}
		if !slices.ContainsFunc(all, func(m mutant) bool { return m.Name == name }) {
			return nil, fmt.Errorf("%s: %s: there is no such change any more", path, name)
		}
	}
	return reasons, nil
}

func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
