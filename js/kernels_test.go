package js_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The kernels that are committed are those of the text beside them.
func TestKernelsAreAssembled(t *testing.T) {
	needNode(t)
	dir := t.TempDir()
	if output, err := exec.Command("node", "kernels/assemble.mjs", dir).CombinedOutput(); err != nil {
		t.Fatalf("assembling: %v\n%s", err, output)
	}
	for _, name := range []string{"gf128.wasm", "stubs.wasm"} {
		if want := read(t, dir, name); want != read(t, "kernels", name) {
			t.Errorf("kernels/%s is not what its text assembles to: run node kernels/assemble.mjs", name)
		}
		if text, err := os.ReadFile(filepath.Join("kernels", name)); err != nil || !bytes.HasPrefix(text, []byte("\x00asm")) {
			t.Errorf("kernels/%s is no WebAssembly: %v", name, err)
		}
	}
}
