package worker

import (
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/libzk"
)

// capacityMemory is the most that a proof may need of which TestCapacity measures the time: larger
// ones take seconds each.
const capacityMemory = 260 << 20

// capacityCases are the statements that docs/operations.md names, and those of TestMemoryTable.
func capacityCases() []memoryCase {
	var cases []memoryCase
	for _, c := range plannedCases() {
		if c.bits <= 2048 { // keys of tests have as many
			cases = append(cases, c.memoryCase())
		}
	}
	return append(cases, memoryCases()...)
}

// processorTime is what it takes of a processor to prove, as the mean of several.
func processorTime(t *testing.T, work *task, times int) float64 {
	t.Helper()
	used := func() float64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
	}
	work.Memory = 1 << 30
	begin := used()
	for range times {
		if r := proveTask(t.Context(), work, func(string, float64) {}); r.Proof == nil {
			t.Fatalf("%+v", r)
		}
	}
	return (used() - begin) / float64(times)
}

// TestCapacity compares the work that is told of statements (libzk.Load.Work), which
// docs/operations.md plans machines with, with the processor time that proving takes, and
// fits its factors to that:
//
//	ZKPASS_CAPACITY=check go test ./service/worker -run TestCapacity -v -timeout 30m
//	ZKPASS_CAPACITY=fit go test ./service/worker -run TestCapacity -v -timeout 30m
//
// Only ratios count: each statement is measured in turn with the one of zkpass bench --sizes 0.5, and of
// either the least counts, so that neither the machine nor what else it has to do matters much.
// ZKPASS_CAPACITY_ONLY selects by a part of the name.
func TestCapacity(t *testing.T) {
	mode := os.Getenv("ZKPASS_CAPACITY")
	if mode != "check" && mode != "fit" {
		t.Skip("set ZKPASS_CAPACITY to check or fit; it takes minutes")
	}
	libzk.LimitCores(1) // as where each core has a proof
	defer libzk.LimitCores(0)
	first := reference.memoryCase()
	unit := first.task(t)
	l, err := unit.load()
	if err != nil {
		t.Fatal(err)
	}
	scale := l.Work()
	processorTime(t, unit, 1)
	var rows [][]float64
	var ratios []float64
	least, most := 1.0, 1.0
	for _, c := range capacityCases() {
		if !strings.Contains(c.name, os.Getenv("ZKPASS_CAPACITY_ONLY")) {
			continue
		}
		work := c.task(t)
		l, err := work.load()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if need(l) > capacityMemory {
			continue
		}
		processorTime(t, work, 1)
		one, all := math.Inf(1), math.Inf(1) // the machine's speed drifts from case to case
		for range 6 {
			one = min(one, processorTime(t, unit, 1))
			all = min(all, processorTime(t, work, 1))
		}
		told, measured := l.Work()/scale, all/one
		ratio := measured / told
		least, most = min(least, ratio), max(most, ratio)
		t.Logf("%-42s told %5.2f, measured %5.2f: %.2f; %.0f ms; %+v", c.name, told, measured, ratio, 1000*all, l)
		rows = append(rows, []float64{float64(min(l.Points, 1)), float64(l.Encoded), float64(l.Inputs)})
		ratios = append(ratios, measured)
	}
	if mode == "check" {
		// Who plans with too little has too few machines; arrays and escapes in small documents
		// cost less than what is told.
		if most > 1.3 || least < 0.6 {
			t.Errorf("proving takes %.2f to %.2f times the work that is told, want 0.6 to 1.3", least, most)
		}
		return
	}
	factors, off := fit(rows, ratios)
	t.Logf("points %.3f, encoded %.3ge-6, inputs %.3ge-6: off by a factor of %.2f at the most", factors[0], 1e6*factors[1], 1e6*factors[2], off)
}

// memoryCase is the statement with its documents.
func (c plannedCase) memoryCase() memoryCase {
	name := fmt.Sprintf("%d members of %d bytes, %s", c.members, len(c.data()), c.algorithm)
	if c.elements > 0 {
		name = fmt.Sprintf("%d elements of %d bytes, %s", c.elements, len(c.data()), c.algorithm)
	}
	return memoryCase{name, c.query(), map[string]string{"": c.data()}, c.algorithm}
}
