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

func TestGroup(t *testing.T) {
	defer Limit(0)
	for _, limit := range []int{0, 1} {
		Limit(limit)
		var g Group
		done := make([]bool, 20)
		for i := range done {
			g.Go(func() { done[i] = true })
			if limit == 1 && !done[i] {
				t.Error("with one processor work is not done at once")
			}
		}
		g.Wait()
		for i, ok := range done {
			if !ok {
				t.Errorf("limit %d: piece %d is not done", limit, i)
			}
		}
	}
}

// TestGroupOfOne: a single piece is nothing to begin another goroutine for, and is done once.
func TestGroupOfOne(t *testing.T) {
	if Count() == 1 {
		t.Skip("one processor")
	}
	var g Group
	done := 0
	g.Go(func() { done++ })
	if done > 0 {
		t.Error("the last piece does not wait")
	}
	g.Wait()
	g.Wait()
	if done != 1 {
		t.Errorf("done %d times", done)
	}
}

func TestWorth(t *testing.T) {
	defer Limit(0)
	Limit(1)
	if n := Worth(100, 1<<30); n != 1 {
		t.Errorf("%d goroutines on one processor", n)
	}
	Limit(0)
	for _, c := range []struct{ n, elements, want int }{
		{100, 0, 1}, {100, 1<<16 - 1, 1}, {100, 1<<17 - 1, 1}, {1, 1 << 30, 1}, {0, 1 << 30, 1},
		{100, 1 << 17, min(2, Count())}, {100, 1 << 30, min(100, Count())},
	} {
		if n := Worth(c.n, c.elements); n != c.want {
			t.Errorf("%d pieces of %d elements: %d goroutines, want %d", c.n, c.elements, n, c.want)
		}
	}
}
