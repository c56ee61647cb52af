package main

import (
	"testing"
	"time"
)

func TestParseStartTime(t *testing.T) {
	const fields = " S 1 2 3 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 12345 1 1 18446744073709551615"
	for _, name := range []string{"(zkpass)", "(a b)", "(a) S 1 (b)"} {
		if got, err := parseStartTime([]byte("42 " + name + fields)); err != nil || got != 123450*time.Millisecond {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
	for _, stat := range []string{"", "42 (zkpass)", "42 (zkpass) S 1 2", "42 (x)" + " a b c d e f g h i j k l m n o p q r s -x"} {
		if got, err := parseStartTime([]byte(stat)); err == nil {
			t.Errorf("%q: got %s", stat, got)
		}
	}
}

func TestParsePeak(t *testing.T) {
	if got, ok := parsePeak([]byte("Name:\tzkpass\nVmPeak:\t  9999 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 99 kB\n")); !ok || got != 1234*1024 {
		t.Errorf("got %d, %t", got, ok)
	}
	for _, status := range []string{"", "VmPeak:\t 1 kB\n", "VmHWM:\n", "VmHWM:\tx kB\n", "VmHWM:\t 1 MB\n"} {
		if got, ok := parsePeak([]byte(status)); ok {
			t.Errorf("%q: got %d", status, got)
		}
	}
}

func TestProcess(t *testing.T) {
	age, ok := processAge()
	if known := time.Since(initialised); !ok || age < known-20*time.Millisecond || age > known+longestStart {
		t.Errorf("started %s ago, %t, packages %s ago", age, ok, known)
	}
	if peak, err := peakRSS(); err != nil || peak < 1<<20 {
		t.Errorf("peak %d, %v", peak, err)
	}
}
