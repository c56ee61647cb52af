package worker

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestCores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cores{all: 4}
		var mu sync.Mutex
		told := map[string][]int{}
		proof := func(name string) *sharing {
			return &sharing{limit: func(n int) {
				mu.Lock()
				defer mu.Unlock()
				told[name] = append(told[name], n)
			}}
		}
		want := func(when, name string, numbers ...int) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(told[name], numbers) {
				t.Errorf("%s: %s was told %v, want %v", when, name, told[name], numbers)
			}
			told[name] = nil
		}
		a, b := proof("a"), proof("b")
		leaveA := c.enter(a)
		want("alone", "a", 4)
		leaveB := c.enter(b)
		want("with another", "a", 2)
		want("with another", "b", 2)

		// Proof follows proof: nothing changes.
		for range 3 {
			leaveA()
			time.Sleep(raisePause / 2)
			leaveA = c.enter(a)
			time.Sleep(3 * raisePause)
		}
		want("one after the other", "a")
		want("one after the other", "b")

		leaveA()
		want("the other has just left", "b")
		time.Sleep(2 * raisePause)
		want("the other has left", "b", 4)
		want("it has left", "a")
		leaveA = c.enter(a) // it still has 2
		want("again with another", "a")
		want("again with another", "b", 2)
		leaveA()
		leaveB()
		time.Sleep(2 * raisePause)
		want("all have left", "b")
		c.enter(b)()
		want("alone again", "b", 4)
		time.Sleep(2 * raisePause)
	})
}
