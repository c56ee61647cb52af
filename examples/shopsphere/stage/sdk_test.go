package stage

import (
	"io/fs"
	"strings"
	"testing"
)

// TestBuildSDK: what pages load is there, and the worker and the WebAssembly are where
// the code looks for them.
func TestBuildSDK(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles zkPass for browsers")
	}
	files, err := BuildSDK(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	code, err := fs.ReadFile(files, "sdk.js")
	if err != nil {
		t.Fatal(err)
	}
	modules, err := fs.Glob(files, "zkpass-*.wasm")
	if err != nil || len(modules) != 1 {
		t.Fatalf("WebAssembly: %q, %v", modules, err)
	}
	for _, want := range []string{"export {", "prove", `new URL("./worker-browser.js", import.meta.url)`, `new URL("./` + modules[0] + `", import.meta.url)`} {
		if !strings.Contains(string(code), want) {
			t.Errorf("sdk.js has no %s", want)
		}
	}
	if _, err := fs.Stat(files, "worker-browser.js"); err != nil {
		t.Error(err)
	}
}
