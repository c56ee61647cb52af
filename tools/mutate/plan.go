package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// group is a set of files that the same tests watch.
type group struct {
	// Files are patterns of [path.Match] below the module's directory. A file belongs to the first
	// group that names it.
	Files []string `json:"files"`
	// Tests are run one after the other until one fails.
	Tests []test `json:"tests"`
}

// test is the tests of one package, as go test -short runs them.
type test struct {
	Package string `json:"package"` // its directory
	// Only is a regular expression of tests to run; empty for all.
	Only string `json:"only,omitempty"`
	// Skip is one of tests that are never run: too slow for what they notice.
	Skip string `json:"skip,omitempty"`
	// First is one of tests that run before all others of the package: those that attack.
	First string `json:"first,omitempty"`
	// Last is one of tests that run after all others of the package: they hold what may not change, and not what is right.
	Last string `json:"last,omitempty"`
}

// mutant is one change.
type mutant struct {
	// Name is file, function, kind and which of these in the function, and a part of
	// the hash of the text that is changed.
	Name   string
	Text   string // what is changed, on one line
	file   string // below the module's directory
	number int    // in its package
	in     *goPackage
	wrap   wrap
	tests  []test
}

// function names the function that is changed.
func (m *mutant) function() string { return strings.Join(strings.Fields(m.Name)[:2], " ") }

// id is what the environment of a woven binary calls the change.
func (m *mutant) id() string { return fmt.Sprintf("%s:%d", m.in.path, m.number) }

// plan is all changes, group by group, and the packages with them woven in.
type plan struct {
	packages []*goPackage
	mutants  []mutant
}

func readPlan(ctx context.Context, root, file string) (*plan, error) {
	var groups []group
	if err := readJSON(file, &groups); err != nil {
		return nil, err
	}
	var dirs []string
	for _, g := range groups {
		for _, pattern := range g.Files {
			if d := path.Dir(pattern); !slices.Contains(dirs, d) {
				dirs = append(dirs, d)
			}
		}
	}
	packages, err := loadPackages(ctx, root, dirs)
	if err != nil {
		return nil, err
	}
	return newPlan(groups, packages)
}

func newPlan(groups []group, packages []*goPackage) (*plan, error) {
	p := &plan{packages: packages}
	byGroup := make([][]mutant, len(groups))
	used := map[string]bool{}
	for _, pkg := range packages {
		for _, m := range mutate(pkg) {
			m.in = pkg
			for i, g := range groups {
				pattern, ok := matches(g.Files, m.file)
				if ok {
					used[pattern] = true
					m.tests = g.Tests
					byGroup[i] = append(byGroup[i], m)
					break
				}
			}
		}
	}
	for i, g := range groups {
		for _, pattern := range g.Files {
			if !used[pattern] {
				return nil, fmt.Errorf("plan: %s: no file with a change, but those of groups before", pattern)
			}
		}
		p.mutants = append(p.mutants, byGroup[i]...)
	}
	return p, nil
}

func matches(patterns []string, name string) (string, bool) {
	for _, pattern := range patterns {
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return pattern, true
		}
	}
	return "", false
}

// overlay is the woven text of all files, and the file that each package has more.
func (p *plan) overlay() map[string][]byte {
	texts := map[string][]byte{}
	for _, pkg := range p.packages {
		wraps := map[string][]wrap{}
		n := 0
		for _, m := range p.mutants {
			if m.in == pkg {
				wraps[m.file] = append(wraps[m.file], m.wrap)
				n = max(n, m.number+1)
			}
		}
		if n == 0 {
			continue
		}
		for _, f := range pkg.files {
			if w := wraps[f.name]; len(w) > 0 {
				texts[f.name] = weave(f.source, w)
			}
		}
		texts[path.Join(pkg.dir, "mutant_switchboard.go")] = switchboard(pkg, n)
	}
	return texts
}

// readEquivalent reads the reasons of changes that change nothing. One that names
// no change is an error: the code has moved on.
func readEquivalent(file string, all []mutant) (map[string]string, error) {
	var reasons map[string]string
	if err := readJSON(file, &reasons); err != nil {
		return nil, err
	}
	for name, reason := range reasons {
		if reason == "" {
			return nil, fmt.Errorf("%s: %s: no reason", file, name)
		}
		if !slices.ContainsFunc(all, func(m mutant) bool { return m.Name == name }) {
			return nil, fmt.Errorf("%s: %s: there is no such change any more", file, name)
		}
	}
	return reasons, nil
}

func readJSON(file string, v any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
