package worker

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A thread that proves has low priority; others keep theirs.
func TestLowerPriority(t *testing.T) {
	before, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	lowered := make(chan int)
	go func() {
		lowerPriority()
		p, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		if err != nil {
			t.Error(err)
		}
		lowered <- p
	}()
	// The system call returns 20 less the nice value.
	if got := <-lowered; 20-got < niceness {
		t.Errorf("the proving thread has nice %d, want %d or more", 20-got, niceness)
	}
	for range 100 {
		if after, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err != nil || after != before {
			t.Fatalf("another thread has nice %d, %v; want %d", 20-after, err, 20-before)
		}
	}
}
