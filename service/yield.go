package service

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// processors is what GOMAXPROCS was before YieldToRequests, or 0.
var processors atomic.Int32

// YieldToRequests makes proofs of this process give way to requests: Go gets more
// processors than proofs keep busy, so that it always has one for what has come
// in, and the system shares the real ones fairly among them. For commands, to be
// called before [Serve] or [Work]; it changes GOMAXPROCS once.
var YieldToRequests = sync.OnceFunc(func() {
	n := runtime.GOMAXPROCS(0)
	processors.Store(int32(n))
	runtime.GOMAXPROCS(2*n + 2)
})

// proofCores is how many processors proofs share.
func proofCores() int {
	if n := processors.Load(); n > 0 {
		return int(n)
	}
	return runtime.GOMAXPROCS(0)
}
