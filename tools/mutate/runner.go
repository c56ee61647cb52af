package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// outcome is what came of a change.
type outcome string

const (
	noticed  outcome = "noticed"  // a test failed
	survived outcome = "survived" // all tests passed
	invalid  outcome = "invalid"  // it does not compile
)

// runner tries changes, one at a time.
type runner struct {
	root      string
	timeout   time.Duration
	noVectors bool
	dir       string // of overlays
}

func (r *runner) close() {
	if r.dir != "" {
		os.RemoveAll(r.dir)
	}
}

// try runs the tests of a change. by is the first that noticed.
func (r *runner) try(ctx context.Context, m mutant) (o outcome, by string, err error) {
	overlay, err := r.overlay(m)
	if err != nil {
		return "", "", err
	}
	ctx, stop := context.WithTimeout(ctx, r.timeout)
	defer stop()
	// What does not compile was noticed by nobody.
	if _, err := r.command(ctx, "build", "-overlay", overlay, "./"+filepath.Dir(m.file)); err != nil {
		if ctx.Err() != nil {
			return "", "", ctx.Err()
		}
		return invalid, "", nil
	}
	for _, t := range m.tests {
		args := []string{"test", "-overlay", overlay, "-count=1", "-failfast", "-timeout", r.timeout.String()}
		if t.Short {
			args = append(args, "-short")
		}
		if t.Run != "" {
			args = append(args, "-run", t.Run)
		}
		out, err := r.command(ctx, append(args, t.Package)...)
		var exit *exec.ExitError
		switch {
		case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
			return noticed, t.Package + ": takes too long", nil
		case ctx.Err() != nil:
			return "", "", ctx.Err()
		case errors.As(err, &exit):
			return noticed, t.Package + ": " + firstFailure(out), nil
		case err != nil:
			return "", "", err
		case bytes.Contains(out, []byte("[no tests to run]")):
			return "", "", fmt.Errorf("plan: %s: no test matches %q", t.Package, t.Run)
		}
	}
	return survived, "", nil
}

// overlay writes the changed file and says where it stands.
func (r *runner) overlay(m mutant) (path string, err error) {
	if r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "mutate"); err != nil {
			return "", err
		}
	}
	changed := filepath.Join(r.dir, "changed.go")
	if err := os.WriteFile(changed, m.source, 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(r.root, m.file): changed}})
	if err != nil {
		return "", err
	}
	path = filepath.Join(r.dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

func (r *runner) command(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.WaitDelay = r.root, 5*time.Second
	cmd.Env = os.Environ()
	if r.noVectors {
		cmd.Env = append(cmd.Env, "ZKPASS_VECTORS=")
	}
	return cmd.CombinedOutput()
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
	changed, err := git("status", "--porcelain", "--untracked-files=no", "--", "*.go")
	if err != nil {
		return "", fmt.Errorf("asking git for changes: %w", err)
	}
	if changed != "" {
		commit += "+"
	}
	return commit, nil
}
