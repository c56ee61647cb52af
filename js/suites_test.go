package js_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The tests of package verify, with all their changed proofs, pass in WebAssembly, and
// those of GF(2^128) with the kernels: with SIMD against plain Go.
func TestSuites(t *testing.T) {
	application(t)
	runner, err := filepath.Abs("test/run.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, suite := range []struct {
		path, run string
		flags     []string
		seen      string // in what the tests say
	}{
		{"../libzk/gf128", ".", []string{"-v"}, "TestKernels/simd"},
		{"../verify", ".", nil, "ok"},
	} {
		args := append([]string{"test", "-count=1", "-short", "-run", suite.run, "-exec", "node " + runner}, suite.flags...)
		cmd := exec.Command("go", append(args, suite.path)...)
		cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOROOT="+runtime.GOROOT())
		if output, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(output), suite.seen) {
			t.Errorf("%s: %v\n%s", suite.path, err, output)
		}
	}
}
