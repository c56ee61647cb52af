//go:build !unix || solaris || illumos || aix

package jetstream

import (
	"fmt"
	"os"
	"runtime"
)

// lockDirectory refuses: without a lock two processes could write to one store.
func lockDirectory(string) (*os.File, error) {
	return nil, fmt.Errorf("no file locks on %s: use an external NATS server", runtime.GOOS)
}
