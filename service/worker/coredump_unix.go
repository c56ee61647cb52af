//go:build unix && !linux

package worker

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// DisableCoreDumps keeps the memory of this process, which holds user data and
// keys, out of core dumps. Commands that prove for others call it first.
func DisableCoreDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("setting the size limit of core dumps: %w", err)
	}
	return nil
}
