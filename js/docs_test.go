package js_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The programs of docs/clients.md make an exchange together.
func TestDocs(t *testing.T) {
	app := application(t)
	programs := regexp.MustCompile("(?s)```js ([a-z]+\\.mjs)\n(.*?)```\n").FindAllStringSubmatch(read(t, "../docs/clients.md")+"\n", -1)
	if len(programs) != 4 {
		t.Fatalf("docs/clients.md has %d programs, want 4", len(programs))
	}
	for _, program := range programs {
		if err := os.WriteFile(filepath.Join(app.dir, program[1]), []byte(program[2]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	url, key := startVerifier(t)
	app.node(t, []string{"ZKPASS_VERIFIER=" + url, "ZKPASS_VERIFIER_KEY=" + key}, "--test", "test/docs.test.mjs")
}
