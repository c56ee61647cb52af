package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// profile is what a package's tests reach, each run by itself without a change.
type profile struct {
	binary string
	dir    string // the package's, where its tests run
	flags  []string
	tests  []profiled
}

type profiled struct {
	Name    string          `json:"name"`
	Seconds float64         `json:"seconds"` // of processors
	Reached []string        `json:"reached"` // ids of changes
	reached map[string]bool // the same
	turn    int             // of those that run first, of the rest, of those that run last
}

// The turns of tests.
const (
	first = iota
	rest
	last
)

// profileOf measures the tests of a binary, but for those that it has a line for in the cache.
func (r *runner) profileOf(ctx context.Context, p *profile, t test, cache string) error {
	known := map[string]profiled{}
	if f, err := os.Open(cache); err == nil {
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var q profiled
			if json.Unmarshal(lines.Bytes(), &q) == nil { // the last may be half a line
				known[q.Name] = q
			}
		}
		f.Close()
	}
	var patterns [4]*regexp.Regexp
	for i, text := range [...]string{t.Only, t.Skip, t.First, t.Last} {
		var err error
		if patterns[i], err = regexp.Compile(text); err != nil {
			return fmt.Errorf("plan: %s: %w", t.Package, err)
		}
	}
	matches := func(i int, text, name string) bool { return text != "" && patterns[i].MatchString(name) }
	out, err := r.test(ctx, p, nil, "-test.list", r.tests)
	if err != nil {
		return fmt.Errorf("%s: listing tests: %w\n%s", t.Package, err, out)
	}
	w, err := os.OpenFile(cache, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer w.Close()
	for _, name := range strings.Fields(string(out)) {
		if strings.HasPrefix(name, "Benchmark") || !patterns[0].MatchString(name) || matches(1, t.Skip, name) {
			continue
		}
		q, ok := known[name]
		if !ok {
			fmt.Fprintf(os.Stderr, "mutate: %s: measuring %s\n", t.Package, name)
			if q, err = r.measure(ctx, p, name); err != nil {
				return fmt.Errorf("%s: %s without a change: %w", t.Package, name, err)
			}
			line, err := json.Marshal(q)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		q.reached = map[string]bool{}
		for _, id := range q.Reached {
			q.reached[id] = true
		}
		q.turn = rest
		if matches(2, t.First, name) {
			q.turn = first
		} else if matches(3, t.Last, name) {
			q.turn = last
		}
		p.tests = append(p.tests, q)
	}
	if len(p.tests) == 0 && r.tests == "." {
		return fmt.Errorf("plan: %s: no test is named so", t.Package)
	}
	return nil
}

// measure runs one test without a change.
func (r *runner) measure(ctx context.Context, p *profile, name string) (q profiled, err error) {
	reached := r.path("reached")
	if err := os.WriteFile(reached, nil, 0o600); err != nil {
		return q, err
	}
	out, used, err := r.timed(ctx, p, []string{variableReached + "=" + reached}, "-test.run", "^"+name+"$")
	if err != nil {
		return q, fmt.Errorf("%w\n%s", err, out)
	}
	text, err := os.ReadFile(reached)
	return profiled{Name: name, Seconds: used.Seconds(), Reached: strings.Fields(string(text))}, err
}

// test runs a package's test binary.
func (r *runner) test(ctx context.Context, p *profile, env []string, args ...string) ([]byte, error) {
	out, _, err := r.timed(ctx, p, env, args...)
	return out, err
}

// timed is test, and tells what it has used of processors, which does not depend on what else these have to do.
func (r *runner) timed(ctx context.Context, p *profile, env []string, args ...string) ([]byte, time.Duration, error) {
	ctx, stop := context.WithTimeout(ctx, r.timeout)
	defer stop()
	flags := append([]string{"-test.short", "-test.failfast", "-test.timeout=0"}, p.flags...)
	cmd := exec.CommandContext(ctx, p.binary, append(flags, args...)...)
	cmd.Dir, cmd.WaitDelay = p.dir, 5*time.Second
	cmd.Env = append(os.Environ(), env...)
	if r.noVectors {
		cmd.Env = append(cmd.Env, "ZKPASS_VECTORS=")
	}
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	var used time.Duration
	if s := cmd.ProcessState; s != nil {
		used = s.UserTime() + s.SystemTime()
	}
	return out, used, err
}
