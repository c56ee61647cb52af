package zkvm

import (
	"go/build"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rooms are the nodes of the figure of docs/architecture.md, by their directories.
var rooms = map[string]string{
	".": "zkvm", "program": "program", "value": "value", "search": "search", "signature": "signature", "text": "text", "machine": "machine", "circuits": "circuits",
	"sha256": "fixed", "base64url": "fixed", "json": "fixed", "decimal": "fixed", "rsa": "fixed", "ecdsa": "fixed",
}

// TestRoomsOfTheFigure: the figure of docs/architecture.md has an arrow exactly where one
// room imports another.
func TestRoomsOfTheFigure(t *testing.T) {
	text, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  (\w+ --> \w+)$`).FindAllStringSubmatch(string(text), -1) {
		drawn[m[1]] = true
	}
	directories, err := filepath.Glob("internal/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(directories, ".") {
		room, ok := rooms[filepath.Base(d)]
		if !ok {
			if d != filepath.Join("internal", "golden") { // it makes statements for tests
				t.Errorf("%s is no room of the figure", d)
			}
			continue
		}
		p, err := build.ImportDir(d, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range p.Imports {
			_, name, ok := strings.Cut(path, "/zkvm/internal/")
			if !ok || rooms[name] == room {
				continue
			}
			arrow := room + " --> " + rooms[name]
			if _, ok := drawn[arrow]; !ok {
				t.Errorf("%s imports %s, and the figure has no arrow %q", d, name, arrow)
			}
			drawn[arrow] = false
		}
	}
	for arrow, unused := range drawn {
		if unused {
			t.Errorf("the figure has %q, and no import is so", arrow)
		}
	}
}
