package job

import (
	"sync"
	"testing"
)

// A method that is still on its way while the queue is closed may not start what
// nobody waits for any more: the sweep of the next queue does that work.
func TestCloseEndsStarting(t *testing.T) {
	q := newQueue(t, Config{})
	var mu sync.Mutex
	closed := false
	var onTheirWay sync.WaitGroup
	for range 4 {
		onTheirWay.Go(func() {
			for range 1000 {
				q.start(func() {
					mu.Lock()
					defer mu.Unlock()
					if closed {
						t.Error("work runs after the queue was closed")
					}
				})
			}
		})
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	closed = true
	mu.Unlock()
	onTheirWay.Wait()
	q.start(func() { t.Error("a closed queue starts work") })
	q.running.Wait()
}
