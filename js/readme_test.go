package js_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README's program runs as it stands, and prints what the README says.
func TestReadme(t *testing.T) {
	app := application(t)
	text := read(t, "README.md")
	_, rest, found := strings.Cut(text, "```js\n")
	program, rest, found2 := strings.Cut(rest, "```\n")
	_, rest, found3 := strings.Cut(rest, "```text\n")
	want, rest, found4 := strings.Cut(rest, "```\n")
	if !found || !found2 || !found3 || !found4 || strings.Contains(rest, "```js") {
		t.Fatal("want one program and what it prints")
	}
	if err := os.WriteFile(filepath.Join(app.dir, "readme.mjs"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	output := app.node(t, nil, "readme.mjs")
	if !strings.HasSuffix(output, want) {
		t.Errorf("the program printed\n%s\nwant at its end\n%s", output, want)
	}
}
