package js_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The tests of package verify, with all their changed proofs, pass in WebAssembly.
func TestSuites(t *testing.T) {
	application(t)
	runner, err := filepath.Abs("test/run.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, suite := range []struct{ path, run string }{{"../verify", "."}} {
		cmd := exec.Command("go", "test", "-count=1", "-short", "-run", suite.run, "-exec", "node "+runner, suite.path)
		cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOROOT="+runtime.GOROOT())
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", suite.path, err, output)
		} else {
			t.Logf("%s", output)
		}
	}
}
