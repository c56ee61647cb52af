//go:build !linux

package worker

import "errors"

// enterSandbox does what there is here, which is little.
func enterSandbox() (s sandboxed) {
	s.note("core dumps off", DisableCoreDumps())
	s.note("system calls", errors.ErrUnsupported)
	s.note("files", errors.ErrUnsupported)
	return s
}

// limitMemory does nothing here.
func limitMemory(int, int64) {}
