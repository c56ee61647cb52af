//go:build !linux

package service

import "errors"

// freeSpace is not known here.
func freeSpace(string) (int64, error) { return 0, errors.ErrUnsupported }

// allocate does nothing here.
func allocate(string, int64) error { return errors.ErrUnsupported }

// openFiles is not known here.
func openFiles() int { return 0 }
