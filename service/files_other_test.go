//go:build !linux

package service_test

import "errors"

func limitFiles(uint64) error { return errors.ErrUnsupported }
