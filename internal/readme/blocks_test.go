// Package readme holds the tests of README.md and docs: what they show is run, and
// what they link to is there. It has no code of its own.
package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the directory of the module.
const root = "../.."

// block is a fenced block of a Markdown file.
type block struct {
	line int    // of its opening fence
	info string // what follows the fence
	text string
}

// blocks reads the fenced blocks of a file, named from the root.
func blocks(t *testing.T, name string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	open := false
	for i, line := range strings.SplitAfter(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "```") && !open:
			all = append(all, block{line: i + 1, info: strings.TrimSpace(line[3:])})
			open = true
		case strings.HasPrefix(line, "```"):
			open = false
		case open:
			all[len(all)-1].text += line
		}
	}
	if open {
		t.Fatalf("%s: a block is not closed", name)
	}
	if len(all) == 0 {
		t.Fatalf("%s has no blocks", name)
	}
	return all
}

// matches compares output with what a page shows; … stands for any text.
func matches(shown, output string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(shown), "…", "(?s:.*?)")
	return regexp.MustCompile("^" + pattern + "$").MatchString(output)
}
