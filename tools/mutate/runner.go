package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// outcome is what came of a change.
type outcome string

const (
	noticed   outcome = "noticed"   // a test failed
	survived  outcome = "survived"  // all tests that reach it passed
	unreached outcome = "unreached" // no test reaches it
	open      outcome = "open"      // there was no time for all tests that reach it
)

// runner tries changes, one at a time, with test binaries that have all of them woven in.
type runner struct {
	root, dir string // of the module; of what is built
	plan      *plan
	tests     string // a regular expression: the only tests to run
	timeout   time.Duration
	budget    time.Duration // for the tests of a change, by what they take without one; 0 for all
	noVectors bool
	overlay   string
	built     map[string]bool
	profiles  map[test]*profile
	likely    map[string]string // of each function, the test that noticed its last change
}

func (r *runner) path(name string) string { return filepath.Join(r.dir, name) }

// weave writes all changed files and says where they stand.
func (r *runner) weave() error {
	replace := map[string]string{}
	for name, text := range r.plan.overlay() {
		sum := sha256.Sum256(append([]byte(name+"\x00"), text...))
		file := r.path(hex.EncodeToString(sum[:8]) + "-" + filepath.Base(name))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return err
		}
		replace[filepath.Join(r.root, filepath.FromSlash(name))] = file
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return err
	}
	r.overlay = r.path("overlay.json")
	return os.WriteFile(r.overlay, text, 0o600)
}

// watch is the profile of a package's tests, which is built and measured when it is first needed.
func (r *runner) watch(ctx context.Context, t test) (*profile, error) {
	if p := r.profiles[t]; p != nil {
		return p, nil
	}
	if r.overlay == "" {
		if err := r.weave(); err != nil {
			return nil, err
		}
	}
	name := strings.ReplaceAll(strings.Trim(t.Package, "./"), "/", "-")
	p := &profile{binary: r.path(name + ".test"), dir: filepath.Join(r.root, filepath.FromSlash(t.Package))}
	if err := r.build(ctx, t.Package, p.binary); err != nil {
		return nil, err
	}
	binary, err := os.ReadFile(p.binary)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(binary, []byte("rapid.nofailfile")) { // it would keep what a change fails with
		p.flags = []string{"-rapid.nofailfile"}
	}
	sum := sha256.Sum256(binary)
	cache := r.path(fmt.Sprintf("%s-%s.jsonl", name, hex.EncodeToString(sum[:8])))
	if r.noVectors {
		cache += ".novectors"
	}
	if err := r.profileOf(ctx, p, t, cache); err != nil {
		return nil, err
	}
	if r.profiles == nil {
		r.profiles = map[test]*profile{}
	}
	r.profiles[t] = p
	return p, nil
}

// build builds a package's tests, once.
func (r *runner) build(ctx context.Context, pkg, binary string) error {
	if r.built[pkg] {
		return nil
	}
	fmt.Fprintf(os.Stderr, "mutate: %s: building its tests with all changes\n", pkg)
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-ldflags=-s -w", "-buildvcs=false", "-overlay", r.overlay, "-o", binary, pkg)
	cmd.Dir, cmd.WaitDelay = r.root, 5*time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the tests of %s with all changes: %w\n%s", pkg, err, out)
	}
	if r.built == nil {
		r.built = map[string]bool{}
	}
	r.built[pkg] = true
	return nil
}

// try runs the tests that reach a change, the quickest first. by is the one that noticed.
func (r *runner) try(ctx context.Context, m mutant) (o outcome, by string, err error) {
	o = unreached
	spent := 0.0
	for _, t := range m.tests {
		p, err := r.watch(ctx, t)
		if err != nil {
			return "", "", err
		}
		for turn := first; turn <= last; turn++ {
			var tests []profiled
			for _, q := range p.tests {
				if q.turn == turn && q.reached[m.id()] {
					tests = append(tests, q)
				}
			}
			for _, batch := range batches(tests, r.likely[m.function()]) {
				for _, q := range batch {
					spent += q.Seconds
				}
				if r.budget > 0 && o == survived && spent > r.budget.Seconds() {
					return open, "", nil
				}
				o = survived
				failed, err := r.notices(ctx, p, m, batch)
				if err != nil {
					return "", "", err
				}
				if failed != "" {
					if r.likely == nil {
						r.likely = map[string]string{}
					}
					r.likely[m.function()] = failed
					return noticed, t.Package + ": " + failed, nil
				}
			}
		}
	}
	return o, "", nil
}

// batches are tests to run in one process: first the likely one by itself, if it is among them, then the quickest, each
// batch a few times as long as the one before.
func batches(tests []profiled, likely string) (all [][]profiled) {
	slices.SortStableFunc(tests, func(a, b profiled) int { return int(1e6 * (a.Seconds - b.Seconds)) })
	if i := slices.IndexFunc(tests, func(q profiled) bool { return q.Name == likely }); i >= 0 {
		all = append(all, tests[i:i+1:i+1])
		tests = slices.Concat(tests[:i:i], tests[i+1:])
	}
	limit := 0.3
	for len(tests) > 0 {
		n, sum := 1, tests[0].Seconds
		for n < len(tests) && sum+tests[n].Seconds <= limit {
			sum += tests[n].Seconds
			n++
		}
		all = append(all, tests[:n])
		tests, limit = tests[n:], 4*max(limit, sum)
	}
	return all
}

// notices runs tests with a change and names the first that fails.
func (r *runner) notices(ctx context.Context, p *profile, m mutant, tests []profiled) (string, error) {
	names := make([]string, len(tests))
	usual := 0.0
	for i, q := range tests {
		names[i] = q.Name
		usual += q.Seconds
	}
	limited, stop := context.WithTimeout(ctx, 20*time.Second+time.Duration(40*usual*float64(time.Second)))
	defer stop()
	out, err := r.test(limited, p, []string{variableActive + "=" + m.id()}, "-test.run", "^("+strings.Join(names, "|")+")$")
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return "takes too long", nil
	case errors.As(err, &exit):
		return firstFailure(out), nil
	}
	return "", err
}

// firstFailure is the name of the test that failed first.
func firstFailure(out []byte) string {
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); ok {
			name, _, _ = strings.Cut(name, " ")
			return name
		}
	}
	return "does not end in order"
}

// commitOf names the commit that is checked out, with + if files have changed.
func commitOf(ctx context.Context, root string) (string, error) {
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	commit, err := git("rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "", fmt.Errorf("asking git for the commit: %w", err)
	}
	changed, err := git("status", "--porcelain", "--untracked-files=no", "--", "*.go", ":!tools")
	if err != nil {
		return "", fmt.Errorf("asking git for changes: %w", err)
	}
	if changed != "" {
		commit += "+"
	}
	return commit, nil
}
