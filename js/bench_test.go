package js_test

import (
	"encoding/json"
	"os/exec"
	"runtime"
	"testing"
)

// memoryLimit is what a process of Node may take for proving and verifying the example,
// in bytes.
const memoryLimit = 250_000_000

// figures are those of the benchmark of docs/performance.md.
type figures struct {
	SIMD   bool   `json:"simd"`
	Output string `json:"output"`
	Memory int64  `json:"peak_rss_bytes"`
}

func bench(t *testing.T, args ...string) (f figures) {
	t.Helper()
	application(t)
	output, err := exec.Command("node", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(output, &f); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	t.Logf("%s", output)
	if f.Output != `{"result":true}` {
		t.Errorf("the output is %s", f.Output)
	}
	return f
}

// The process stays small, however often it proves and verifies.
func TestMemory(t *testing.T) {
	for _, alg := range []string{"ES256", "RS256"} {
		if f := bench(t, "bench.mjs", "3", alg); !f.SIMD || f.Memory > memoryLimit {
			t.Errorf("%s: %d bytes of memory, want at most %d; SIMD: %t", alg, f.Memory, memoryLimit, f.SIMD)
		}
	}
}

// An engine without SIMD proves and verifies too, with the kernels of plain Go.
func TestWithoutSIMD(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("there is no way to switch SIMD off here")
	}
	// V8 has SIMD on processors with SSE 4.1.
	if f := bench(t, "--no-enable-sse4-1", "bench.mjs", "1"); f.SIMD {
		t.Error("SIMD is still on")
	}
}
