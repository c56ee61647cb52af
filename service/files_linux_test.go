package service_test

import "golang.org/x/sys/unix"

// limitFiles is ulimit -n for this process.
func limitFiles(n uint64) error {
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: n})
}
