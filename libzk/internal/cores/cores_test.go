package cores

import (
	"runtime"
	"testing"
)

func TestCount(t *testing.T) {
	defer Limit(0)
	all := runtime.GOMAXPROCS(0)
	for _, c := range []struct{ limit, want int }{{0, all}, {1, 1}, {all + 1, all}, {-1, all}} {
		if Limit(c.limit); Count() != c.want {
			t.Errorf("limit %d: got %d, want %d", c.limit, Count(), c.want)
		}
	}
}
