//go:build unix && !linux

package main

import (
	"runtime"
	"syscall"
	"time"
)

// processAge tells nothing here.
func processAge() (time.Duration, bool) { return 0, false }

// peakRSS returns the most memory that the process has had, in bytes.
func peakRSS() (int64, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss), nil
	}
	return int64(usage.Maxrss) * 1024, nil
}
