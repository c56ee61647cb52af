package service

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// processors is what GOMAXPROCS was before YieldToRequests, or 0.
var processors atomic.Int32

// collectAt is how much larger than what is in use the heap grows before garbage
// is collected, in percent, unless GOGC says otherwise. Where proofs are made in this process each leaves some 10 MB;
// collecting that often takes processors from requests.
const collectAt = 400

// YieldToRequests makes proofs of this process give way to requests: Go gets more
// processors than proofs keep busy, so that it always has one for what has come
// in, threads that prove have a low priority (see package worker), and garbage is
// collected less often. For commands, to be called before [Serve] or [Work]; it
// changes GOMAXPROCS and GOGC once.
var YieldToRequests = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
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
