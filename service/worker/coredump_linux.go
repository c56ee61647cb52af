package worker

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// DisableCoreDumps keeps the memory of this process, which holds user data and
// keys, out of core dumps and away from debuggers of the same user. Commands that
// prove for others call it first. It lasts until the process ends and does not
// pass to programs that this one starts.
//
// It takes both steps, since the size limit does not hold for dumps that the
// kernel pipes to a program, as systemd-coredump (core(5)).
func DisableCoreDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("setting the size limit of core dumps: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("making the process not dumpable: %w", err)
	}
	return nil
}
