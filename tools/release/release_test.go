package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var at = time.Unix(1_800_000_000, 0).UTC()

// The order in which files come, and the clock, are in no archive.
func TestPackIsDeterministic(t *testing.T) {
	a, b := entry{"a", 0o644, []byte("one")}, entry{"b/c", 0o755, []byte("two")}
	for name, pack := range map[string]func(string, []entry, time.Time) ([]byte, error){"tar.gz": tarGz, "zip": zipped} {
		first, err := pack("x", []entry{a, b}, at)
		if err != nil {
			t.Fatal(err)
		}
		second, err := pack("x", []entry{b, a}, at.In(time.FixedZone("elsewhere", 3600)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s: the same files give other bytes", name)
		}
		if other, _ := pack("x", []entry{a, {"b/c", 0o644, b.text}}, at); bytes.Equal(first, other) {
			t.Errorf("%s: modes are not in it", name)
		}
	}
}

func TestContainer(t *testing.T) {
	text, err := container([]byte("program"), at)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]tar.Header{}
	for r := tar.NewReader(bytes.NewReader(text)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got[header.Name] = *header
	}
	if h := got["zkpass"]; h.Mode != 0o755 || h.Uid != 0 || h.Size != 7 {
		t.Errorf("the program: %+v", h)
	}
	if h := got["data/"]; h.Mode != 0o700 || h.Uid != containerUser || h.Gid != containerUser {
		t.Errorf("its data: %+v", h)
	}
}

// A changed tree has no commit that anybody could build it from.
func TestChangedTree(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "a"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "new"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSource(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "has changes") {
		t.Errorf("got %v", err)
	}
}

// The same commit, built in two directories, under two names of home and temporary
// directory, with another umask, gives the same bytes. It takes minutes: ZKPASS_LONG=1.
func TestReproducible(t *testing.T) {
	if os.Getenv("ZKPASS_LONG") == "" {
		t.Skip("set ZKPASS_LONG=1 to build a release twice")
	}
	var sums [2][]byte
	for i := range sums {
		dir := t.TempDir()
		checkout := filepath.Join(dir, strings.Repeat("longer", i+1))
		if out, err := exec.Command("git", "clone", "-q", "../..", checkout).CombinedOutput(); err != nil {
			t.Fatalf("git clone: %v: %s", err, out)
		}
		out := filepath.Join(dir, "dist")
		if err := release(context.Background(), checkout, out, []string{"linux/amd64", "windows/arm64"}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = text
	}
	if !bytes.Equal(sums[0], sums[1]) {
		t.Errorf("two builds differ:\n%s\n%s", sums[0], sums[1])
	}
}
