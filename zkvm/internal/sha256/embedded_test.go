//go:build !js && !wasip1 && !compilecircuits

package sha256

import (
	"slices"
	"testing"
)

// TestEmbedded: the embedded circuit is the one that Compile makes, term for term. After a change of
// the circuit run go generate.
func TestEmbedded(t *testing.T) {
	got, want := Load(), Compile()
	if got.ID != want.ID || got.Name != want.Name || got.OneWire != want.OneWire || !slices.Equal(got.Constants, want.Constants) || len(got.Layers) != len(want.Layers) {
		t.Fatalf("embedded circuit %s %x, compiled %s %x: run go generate", got.Name, got.ID[:8], want.Name, want.ID[:8])
	}
	for j := range want.Layers {
		g, w := &got.Layers[j], &want.Layers[j]
		if g.Outputs != w.Outputs || g.Inputs != w.Inputs || !slices.Equal(g.Terms, w.Terms) {
			t.Errorf("layer %d differs: run go generate", j)
		}
		for i := range w.Outputs {
			if got.Label(j, i) != want.Label(j, i) {
				t.Errorf("layer %d, label %d: %q, want %q: run go generate", j, i, got.Label(j, i), want.Label(j, i))
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Load()
	}
}
