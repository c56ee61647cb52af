// Package cores says how many goroutines a proof keeps busy at once.
package cores

import (
	"runtime"
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
