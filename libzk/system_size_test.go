package libzk

import (
	"math"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/opening"
)

func TestPathBytes(t *testing.T) {
	for n := opening.MinColumns; n <= opening.MaxColumns; n += queries {
		if got, want := pathBytes(n), int(math.Floor(26*(math.Log2(float64(n)/queries)+0.5)+1e-9)); got != want {
			t.Errorf("%d columns: %d, want %d", n, got, want)
		}
	}
}
