package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ticksPerSecond is USER_HZ, the unit of times in /proc, which is 100 on every
// architecture that Go supports.
const ticksPerSecond = 100

// processAge returns how long ago this process started: the time since boot less
// field 22 of /proc/self/stat (proc_pid_stat(5)), which is precise to 10 ms.
func processAge() (time.Duration, bool) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, false
	}
	start, err := parseStartTime(stat)
	if err != nil {
		return 0, false
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return 0, false
	}
	return time.Duration(now.Nano()) - start, true
}

// parseStartTime returns the start of a process since boot.
func parseStartTime(stat []byte) (time.Duration, error) {
	// Field 2 is the name of the program in brackets, and may hold anything.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return 0, errors.New("too few fields")
	}
	ticks, err := strconv.ParseInt(string(fields[19]), 10, 40)
	if err != nil {
		return 0, err
	}
	return time.Duration(ticks) * (time.Second / ticksPerSecond), nil
}

// peakRSS returns the most memory that the process has had, in bytes. getrusage
// would tell the peak of the parent too, as it was when this process was started.
func peakRSS() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		if peak, ok := parsePeak(status); ok {
			return peak, nil
		}
	}
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return usage.Maxrss * 1024, nil
}

// parsePeak returns the member VmHWM of /proc/self/status in bytes.
func parsePeak(status []byte) (int64, bool) {
	for line := range bytes.Lines(status) {
		value, found := bytes.CutPrefix(line, []byte("VmHWM:"))
		if !found {
			continue
		}
		kib, found := bytes.CutSuffix(bytes.TrimSpace(value), []byte(" kB"))
		n, err := strconv.ParseInt(string(kib), 10, 50)
		return n * 1024, found && err == nil
	}
	return 0, false
}
