package attest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who verifies links no code for devices, and who neither verifies nor serves links
// nothing of attestation.
func TestImports(t *testing.T) {
	const module = "github.com/zkpass-go/zkpass"
	for of, forbidden := range map[string][]string{
		module + "/attest": {
			module + "/attest/source", module + "/service", "github.com/hf/nsm", "github.com/mdlayher/vsock",
			"github.com/google/go-sev-guest/client", "github.com/google/go-tdx-guest/client", "github.com/google/go-configfs-tsm/report",
			"testing",
		},
		module:             {module + "/attest", "github.com/google/go-sev-guest/abi", "github.com/veraison/go-cose"},
		module + "/verify": {module + "/attest", "github.com/google/go-sev-guest/abi", "github.com/veraison/go-cose"},
	} {
		output, err := exec.Command("go", "list", "-deps", of).Output()
		if err != nil {
			t.Skipf("no go command to list imports with: %v", err)
		}
		linked := strings.Fields(string(output))
		if !slices.Contains(linked, of) {
			t.Fatalf("the list of %s lacks the package itself", of)
		}
		for _, path := range forbidden {
			if slices.Contains(linked, path) {
				t.Errorf("%s imports %s", of, path)
			}
		}
	}
}
