package apikey

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile waits for an exclusive lock, which ends with the process at the
// latest. Each call opens the file anew, so it excludes within a process too.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	var whole windows.Overlapped
	err = windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &whole)
	if err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}

// syncDir does nothing: directories cannot be synced here.
func syncDir(string) error { return nil }
