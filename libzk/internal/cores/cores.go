// Package cores says how many goroutines a proof keeps busy at once.
package cores

import (
	"runtime"
	"sync"
	"sync/atomic"
)

var limit atomic.Int32

// Limit bounds the number for all proofs of the process; 0 lifts the bound.
func Limit(n int) { limit.Store(int32(max(n, 0))) }

// Count returns the number: that of processors that Go uses, or the limit if that
// is less.
func Count() int {
	n := runtime.GOMAXPROCS(0)
	if bound := int(limit.Load()); bound > 0 {
		return min(n, bound)
	}
	return n
}

// Group waits for pieces of work that may run at once. The last piece runs on the goroutine that
// waits: to have another processor begin takes longer than many a piece. With one processor to use
// that goroutine runs all of them, so that the work stays on a thread whose priority its
// caller has lowered.
type Group struct {
	wg   sync.WaitGroup
	last func() // has not begun
}

// Go adds a piece of work, which may wait until Wait to begin.
func (g *Group) Go(work func()) {
	if Count() == 1 {
		work()
		return
	}
	if g.last != nil {
		g.wg.Go(g.last)
	}
	g.last = work
}

// Wait waits for all pieces.
func (g *Group) Wait() {
	if work := g.last; work != nil {
		g.last = nil
		work()
	}
	g.wg.Wait()
}

// Each does work(0..n-1), several at once.
func Each(n int, work func(i int)) {
	if n == 1 {
		work(0)
		return
	}
	var next atomic.Int64
	var g Group
	for range min(n, Count()) {
		g.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	g.Wait()
}

// Worth is the number of goroutines, n at most, that pay for work of so many nanoseconds, or as many products.
// To have another processor begin takes a tenth of a millisecond where it has gone to sleep, in virtual machines.
func Worth(n, cost int) int {
	const least = 1 << 16
	return max(1, min(n, Count(), cost/least))
}
