package libzk

import (
	"math"
	"testing"
)

func TestPathBytes(t *testing.T) {
	for n := 1024; n <= maxColumns; n += queries {
		if got, want := pathBytes(n), int(math.Floor(32*(math.Log2(float64(n)/queries)+0.5)+1e-9)); got != want {
			t.Errorf("%d columns: %d, want %d", n, got, want)
		}
	}
}
