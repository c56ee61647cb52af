package readme

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// The demonstration is a module of its own, so that what it needs stays out of its
// users' builds; its tests belong to all tests nevertheless. Those in a browser say
// so when they are skipped for want of one.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("runs another module's tests")
	}
	cmd := exec.Command("go", "test", "-timeout", "20m", "./...")
	cmd.Dir = filepath.Join(root, "examples/shopsphere")
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	t.Logf("%s", output)
}
