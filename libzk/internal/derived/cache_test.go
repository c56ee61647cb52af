package derived

import (
	"fmt"
	"sync"
	"testing"
)

// TestLine22Cache: derived tables are made once for each key and forgotten past
// the limit, the one unused for longest first.
func TestLine22Cache(t *testing.T) {
	c := NewCache(3)
	made := map[string]int{}
	get := func(key string) { c.Get(key, func() any { made[key]++; return key }) }
	for _, key := range []string{"a", "b", "c", "a", "d", "a", "c", "b"} {
		get(key)
	}
	// d drove b out, so b is made twice.
	if got, want := fmt.Sprint(made), "map[a:1 b:2 c:1 d:1]"; got != want {
		t.Errorf("made %s, want %s", got, want)
	}
	for i := range 100 {
		get(fmt.Sprint(i))
	}
	if len(c.entries) != 3 {
		t.Errorf("%d entries, want 3", len(c.entries))
	}
	c.Clear()
	get("99")
	if made["99"] != 2 {
		t.Error("cleared and not made again")
	}

	var mu sync.Mutex
	var wg sync.WaitGroup
	count := 0
	for range 20 {
		wg.Go(func() {
			v := c.Get("shared", func() any { mu.Lock(); defer mu.Unlock(); count++; return 42 })
			if v != 42 {
				t.Errorf("got %v", v)
			}
		})
	}
	wg.Wait()
	if count != 1 {
		t.Errorf("made %d times at once", count)
	}
}
