package zkpass

import (
	"os/exec"
	"strings"
	"testing"
)

// Issuers and holders link no prover and no query compiler.
func TestImportsNoProver(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("no go command to list imports with: %v", err)
	}
	const module = "github.com/zkpass-go/zkpass"
	if !strings.Contains(string(output), module+"\n") {
		t.Fatal("the list lacks the package itself")
	}
	for _, path := range strings.Fields(string(output)) {
		for _, forbidden := range []string{"/zkvm", "/libzk", "/query", "/local", "/verify"} {
			if path == module+forbidden || strings.HasPrefix(path, module+forbidden+"/") {
				t.Errorf("imports %s", path)
			}
		}
	}
}
