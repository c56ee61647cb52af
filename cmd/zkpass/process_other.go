//go:build !unix

package main

import (
	"errors"
	"time"
)

// processAge tells nothing here.
func processAge() (time.Duration, bool) { return 0, false }

// peakRSS is not known here.
func peakRSS() (int64, error) { return 0, errors.ErrUnsupported }
