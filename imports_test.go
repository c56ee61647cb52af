package zkpass

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// thirdParty are the modules, beside the standard library and its own, that the
// package and client may link.
var thirdParty = []string{"github.com/go-jose/go-jose/v4"}

// small are the internal packages that it may link.
var small = []string{"/internal/freshness", "/internal/strictjson"}

// Issuers, and holders who have a service prove, link no prover and no query compiler,
// and nothing of a service or its store.
func TestImportsNoProver(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", ".", "./client").Output()
	if err != nil {
		t.Skipf("no go command to list imports with: %v", err)
	}
	const module = "github.com/zkpass-go/zkpass"
	if !strings.Contains(string(output), module+"\n") {
		t.Fatal("the list lacks the package itself")
	}
	for _, path := range strings.Fields(string(output)) {
		if slices.Contains(small, strings.TrimPrefix(path, module)) {
			continue
		}
		for _, forbidden := range []string{"/zkvm", "/libzk", "/query", "/local", "/verify", "/service", "/attest", "/cmd", "/internal"} {
			if path == module+forbidden || strings.HasPrefix(path, module+forbidden+"/") {
				t.Errorf("imports %s", path)
			}
		}
		if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") || within(path, module) || slices.ContainsFunc(thirdParty, func(m string) bool { return within(path, m) }) {
			continue
		}
		t.Errorf("imports %s of a module that is not on the list", path)
	}
}

// within reports whether a package belongs to a module.
func within(path, module string) bool {
	return path == module || strings.HasPrefix(path, module+"/")
}
