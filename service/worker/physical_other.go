//go:build !linux

package worker

// physicalMemory returns 0: it is not known.
func physicalMemory() int64 { return 0 }
