package service

import (
	"runtime"
	"sync"

	"github.com/zkpass-go/zkpass/libzk"
)

// spare is how many goroutines can run besides those of a proof.
const spare = 2

// YieldToRequests makes proofs of this process give way to requests: they keep as
// many goroutines busy as there are processors, and Go gets some more to run, so
// that it always finds one for what has come in; the system's scheduler then shares
// the processors fairly among them. For commands, to be called before [Serve] or
// [Work]; it changes GOMAXPROCS once.
var YieldToRequests = sync.OnceFunc(func() {
	processors := runtime.GOMAXPROCS(0)
	libzk.LimitCores(processors)
	runtime.GOMAXPROCS(processors + spare)
})
