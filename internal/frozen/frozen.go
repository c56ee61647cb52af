// Package frozen holds digests to those in a file, for tests of what may never change.
package frozen

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Variable, set to add, has digests without a line added to their file.
const Variable = "ZKPASS_FREEZE"

// Read reads a file of digests in hexadecimal, by name: lines as sha256sum writes them.
func Read(t testing.TB, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil && !(adding() && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	kept := map[string]string{}
	for line := range strings.Lines(string(text)) {
		digest, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || kept[name] != "" {
			t.Fatalf("%s: line %q", file, line)
		}
		kept[name] = digest
	}
	return kept
}

func adding() bool { return os.Getenv(Variable) == "add" }

// Hold compares digests, by name, with those of a file. Names with a nil digest are only
// to be there. changed says what a change means.
func Hold(t testing.TB, file string, digests map[string][]byte, changed string) {
	t.Helper()
	kept := Read(t, file)
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		if _, ok := digests[name]; !ok {
			t.Errorf("%s: %s is gone", file, name)
		}
	}
	var added strings.Builder
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		digest := digests[name]
		switch want, ok := kept[name]; {
		case digest == nil:
		case !ok && adding():
			fmt.Fprintf(&added, "%x  %s\n", digest, name)
		case !ok:
			t.Errorf("%s: no digest of %s is kept; a new one is added by %s=add", file, name, Variable)
		case fmt.Sprintf("%x", digest) != want:
			t.Errorf("%s: %s has changed: %s", file, name, changed)
		}
	}
	if added.Len() == 0 {
		return
	}
	out, err := os.OpenFile(filepath.FromSlash(file), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.WriteString(added.String()); err != nil {
		t.Fatal(err)
	}
}
