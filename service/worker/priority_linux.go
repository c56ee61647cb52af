package worker

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// niceness of threads that prove. Whatever else the process does comes first.
const niceness = 10

// lowerPriority moves the calling goroutine to a thread of its own with low
// priority, until it ends; the thread ends with it. What cannot be lowered stays
// as it is.
func lowerPriority() {
	runtime.LockOSThread()
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, niceness) // on Linux, of this thread
}
