package json

import "testing"

// TestCost holds the figures of the package comment.
func TestCost(t *testing.T) {
	c := Circuit()
	wires := 0
	for j, l := range c.Layers {
		wires += l.Inputs
		t.Logf("layer %d: %d wires in, %d terms", j, l.Inputs, len(l.Terms))
	}
	for _, figure := range []struct {
		what      string
		got, want int
	}{
		{"inputs", c.Inputs(), Inputs + 1},
		{"layers", len(c.Layers), 4},
		{"terms", c.Terms(), 349},
		{"wires", wires, 176},
	} {
		if figure.got != figure.want {
			t.Errorf("%s: %d, documented %d", figure.what, figure.got, figure.want)
		}
	}
}
