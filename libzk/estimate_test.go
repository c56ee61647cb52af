package libzk

import (
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/merkle"
)

func TestTypicalPath(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{1024, 1536, 2048, 5000, 16384} {
		const runs = 50
		sum := 0
		for range runs {
			sum += merkle.PathLen(n, r.Perm(n)[:queries])
		}
		mean, got := float64(sum)/runs, float64(typicalPath(n))
		if got < 0.97*mean || got > 1.03*mean {
			t.Errorf("%d columns: %v digests, their mean is %v", n, got, mean)
		}
	}
}
