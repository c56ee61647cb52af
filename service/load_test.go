package service_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service"
)

// TestLoad measures a service that runs alone: the answers to 1,000 refusals and
// status requests a second while proofs run at full rate, the proofs a minute, and
// the memory with a full queue. It prints figures for docs/operations.md:
//
//	ZKPASS_LOAD=1 go test ./service -run TestLoad -v -timeout 20m
//
// ZKPASS_LOAD_QUEUED=1500 queues so many jobs instead of 10,000, and
// ZKPASS_TEST_IN_PROCESS=1 makes proofs in the service's process, to compare what
// processes of their own cost.
//
// Nothing here depends on how fast the machine is but the figures.
func TestLoad(t *testing.T) {
	if os.Getenv("ZKPASS_LOAD") == "" {
		t.Skip("set ZKPASS_LOAD=1 to measure a service under load")
	}
	queued, seconds := 10_000, 20
	if n, err := strconv.Atoi(os.Getenv("ZKPASS_LOAD_QUEUED")); err == nil {
		queued = n
	}
	dir, address := t.TempDir(), freeAddress(t)
	config := service.DefaultConfig()
	config.DataDir = dir
	key := newAPIKey(t, config)
	p := start(t, "serve", "serve", "ZKPASS_DATA_DIR="+dir, "ZKPASS_LISTEN="+address, "ZKPASS_LIMITS_WRONG_KEYS=100000", "ZKPASS_LIMITS_WRONG_KEYS_BURST=100000",
		fmt.Sprintf("ZKPASS_JOBS_MAX_QUEUED=%d", queued+100), "ZKPASS_JOBS_MAX_PER_KEY=100000", "ZKPASS_LOG_LEVEL=error", "ZKPASS_JOBS_PARALLEL="+os.Getenv("ZKPASS_LOAD_PARALLEL"))
	awaitReady(t, p, address)
	t.Logf("memory when idle: %d MB", residentMB(t, p))
	x := newExchange(t)
	c := newCustomer(t, key, address)
	body := c.body(t, x)

	begin := time.Now()
	var accepted atomic.Int64
	var last atomic.Value
	var submitters sync.WaitGroup
	for range 16 {
		submitters.Go(func() {
			own := &customer{addresses: c.addresses, key: key}
			for accepted.Add(1) <= int64(queued) {
				got, err := own.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", body)
				if err != nil || got.Status != http.StatusAccepted {
					t.Errorf("submitting: %+v, %v", got, err)
					return
				}
				last.Store(got.URL)
			}
		})
	}
	submitters.Wait()
	t.Logf("%d jobs accepted in %.1f s, %.0f a second", queued, time.Since(begin).Seconds(), float64(queued)/time.Since(begin).Seconds())
	t.Logf("memory with them in the queue: %d MB", residentMB(t, p))

	ended := func() int { return queued - c.ahead(t, last.Load().(string)) }
	before, begin := ended(), time.Now()
	latencies := flood(t, address, key, last.Load().(string), 1000, time.Duration(seconds)*time.Second)
	rate := float64(ended()-before) / time.Since(begin).Minutes()
	report(t, "while proofs run at full rate", latencies)
	t.Logf("proofs a minute meanwhile: %.0f", rate)

	before, begin = ended(), time.Now()
	usedBefore := processorTimes(t, p)
	time.Sleep(time.Duration(seconds) * time.Second)
	proven, took, used := float64(ended()-before), time.Since(begin), processorTimes(t, p)
	t.Logf("proofs a minute without other requests: %.0f", proven/took.Minutes())
	if used != nil {
		each := func(i int) float64 { return (used[i] - usedBefore[i]).Seconds() * 1000 / proven }
		t.Logf("processor time of a proof: %.1f ms of the service (%.1f in the system), %.1f ms of provers (%.1f in the system), %.1f ms in all",
			each(0)+each(1), each(1), each(2)+each(3), each(3), each(0)+each(1)+each(2)+each(3))
	}
	t.Logf("memory at the end: %d MB", residentMB(t, p))
}

// ahead asks how many jobs are before one.
func (c *customer) ahead(t *testing.T, path string) int {
	t.Helper()
	got, err := c.call(t.Context(), http.MethodGet, path, "", nil)
	if err != nil || got.Status != http.StatusAccepted {
		t.Fatalf("asking for the last job: %+v, %v", got, err)
	}
	return got.Ahead
}

// flood sends requests at a fixed rate, whether answers come or not, and returns
// how long each took from the moment it was due.
func flood(t *testing.T, address, key, status string, perSecond int, lasting time.Duration) []time.Duration {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200, MaxConnsPerHost: 200}}
	name, secret, _ := strings.Cut(key, ":")
	var mu sync.Mutex
	var latencies []time.Duration
	var requests sync.WaitGroup
	begin := time.Now()
	for i := range perSecond * int(lasting/time.Second) {
		due := begin.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(due))
		requests.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			method, path, want := http.MethodGet, status, http.StatusAccepted
			switch i % 4 {
			case 0:
				method, path, want = http.MethodPost, "/v1/proof", http.StatusUnauthorized
			case 1:
				method, path, want = http.MethodPost, "/v1/proof", http.StatusBadRequest
			case 2:
				path, want = "/api/status/AAAAAAAAAAAAAAAAAAAAAA", http.StatusNotFound
			}
			request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, bytes.NewReader([]byte("{}")))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Content-Type", "application/json")
			if i%4 != 0 {
				request.SetBasicAuth(name, secret)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			took := time.Since(due)
			if response.StatusCode != want {
				t.Errorf("%s %s: status %d, want %d", method, path, response.StatusCode, want)
			}
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, took)
		})
	}
	requests.Wait()
	return latencies
}

func report(t *testing.T, when string, latencies []time.Duration) {
	t.Helper()
	slices.Sort(latencies)
	at := func(q float64) time.Duration {
		return latencies[min(len(latencies)-1, int(q*float64(len(latencies))))].Round(10 * time.Microsecond)
	}
	t.Logf("%d requests %s: median %s, p90 %s, p99 %s, most %s", len(latencies), when, at(.5), at(.9), at(.99), at(1))
}

// residentMB reads the memory of a process; 0 where the system does not tell.
func residentMB(t *testing.T, p *process) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, _ := strconv.Atoi(strings.Fields(value)[0])
			return kB / 1000
		}
	}
	return 0
}

// processorTimes reads the processor time of a process, by itself and in the system,
// and that of all its children, those that have ended too; nil where the system does not tell.
func processorTimes(t *testing.T, p *process) []time.Duration {
	t.Helper()
	own := strconv.Itoa(p.cmd.Process.Pid)
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(all) == 0 {
		return nil
	}
	times := make([]time.Duration, 4)
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(after) // from the third on, the state
		if len(fields) < 15 {
			continue
		}
		add := func(to, field int) {
			ticks, _ := strconv.Atoi(fields[field-3])
			times[to] += time.Duration(ticks) * 10 * time.Millisecond // 100 a second for programs, whatever the kernel
		}
		if filepath.Base(filepath.Dir(name)) == own {
			add(0, 14)
			add(1, 15)
			add(2, 16) // its children that have ended
			add(3, 17)
		} else if fields[1] == own {
			add(2, 14)
			add(3, 15)
		}
	}
	return times
}
