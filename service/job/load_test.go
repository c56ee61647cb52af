package job

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/zkpass-go/zkpass"
)

// fill submits jobs from several clients and returns their ids.
func fill(t testing.TB, q *Queue, jobs, size int) []ID {
	t.Helper()
	ids := make([]ID, jobs)
	body := strings.Repeat("x", size/2)
	var next atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(jobs); i = next.Add(1) - 1 {
				s := submission(fmt.Sprint("owner ", i%100), body)
				id, err := q.Submit(t.Context(), s)
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = id
			}
		})
	}
	group.Wait()
	return ids
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// A full queue of 10,000 jobs with 320 MB of inputs: these are on disk, what is in
// memory is small, and the states of all are at hand.
func TestLine30TenThousandJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	const jobs, size, most = 10_000, 32_000, 64 << 20
	// Without a sync for each write, which says nothing about memory.
	node := startNode(t, server.Options{Port: server.RANDOM_PORT, StoreDir: storeDir(t)})
	q := open(t, Config{Conn: connect(t, node.ClientURL()), MaxQueued: jobs})
	before := heap()
	ids := fill(t, q, jobs, size)
	submitError(t, q, submission("late", "one"), ErrFull)
	if s := q.Stats(); s.Queued != jobs {
		t.Errorf("%+v", s)
	}
	var after uint64
	// The server lets go of blocks it wrote after some seconds.
	eventually(t, fmt.Sprintf("memory below %d MB", most>>20), func() bool {
		after = heap()
		return after < before+most
	})
	t.Logf("%d jobs with %d MB of inputs take %d MB of memory", jobs, jobs*size/1_000_000, (int64(after)-int64(before))>>20)
	sent := q.config.Conn.Stats().OutMsgs
	for i, id := range ids {
		if s := status(t, q, fmt.Sprint("owner ", i%100), id); s.State != Queued || s.Ahead >= jobs {
			t.Fatalf("%+v", s)
		}
	}
	// The probe of the watch is all that goes to the server meanwhile.
	if more := q.config.Conn.Stats().OutMsgs - sent; more > 20 {
		t.Errorf("%d messages for %d statuses", more, jobs)
	}
}

func BenchmarkSubmit(b *testing.B) {
	q := newQueue(b, Config{MaxQueued: 1e6, MaxPerOwner: 1e6})
	s := submission("alice", strings.Repeat("x", 4000))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			submit(b, q, s)
		}
	})
}

func BenchmarkStatus(b *testing.B) {
	q := newQueue(b, Config{MaxPerOwner: 1e6})
	ids := fill(b, q, 1000, 1000)
	b.ResetTimer()
	for i := range b.N {
		status(b, q, fmt.Sprint("owner ", i%1000%100), ids[i%1000])
	}
}

func BenchmarkStatusUnknown(b *testing.B) {
	q := newQueue(b, Config{})
	id := newID()
	for b.Loop() {
		if _, err := q.Status(b.Context(), "alice", id); err == nil {
			b.Fatal("a status")
		}
	}
}

func BenchmarkLife(b *testing.B) {
	q := newQueue(b, Config{})
	token := strings.Repeat("x", 400_000)
	for b.Loop() {
		id := submit(b, q, submission("alice", "one"))
		c, _ := take(b, q)
		finish(b, c, id, Outcome{Token: token})
		wait(b, q, "alice", id)
	}
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	q := newQueue(t, Config{Metrics: registry, MaxQueued: 7})
	for i := range 4 {
		submit(t, q, submission("alice", fmt.Sprint(i)))
	}
	c, id := take(t, q)
	finish(t, c, id, Outcome{Token: "proof"})
	c, id = take(t, q)
	finish(t, c, id, Outcome{Problem: zkpass.NewProblem(422, zkpass.ProblemQuery, "")})
	_, id = take(t, q)
	want := map[string]float64{
		"zkpass_jobs queued": 1, "zkpass_jobs proving": 1, "zkpass_queue_depth": 2, "zkpass_queue_limit": 7,
		"zkpass_jobs_ended_total done": 1, "zkpass_jobs_ended_total failed": 1, "zkpass_jobs_ended_total deleted": 0,
		"zkpass_job_seconds": 2,
	}
	compareMetrics(t, registry, want)
	if err := q.Delete(t.Context(), "alice", id); err != nil {
		t.Fatal(err)
	}
	want["zkpass_jobs proving"], want["zkpass_queue_depth"], want["zkpass_jobs_ended_total deleted"] = 0, 1, 1
	compareMetrics(t, registry, want)
	if again, err := Open(t.Context(), q.config); err == nil {
		again.Close()
		t.Error("two queues with metrics in one registry")
	}
	compareMetrics(t, registry, want)
	q.Close()
	compareMetrics(t, registry, map[string]float64{})
}

func compareMetrics(t *testing.T, registry *prometheus.Registry, want map[string]float64) {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.Metric {
			name := family.GetName()
			for _, label := range metric.Label {
				name += " " + label.GetValue()
			}
			// Getters of what a metric is not give 0.
			have[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue() +
				float64(metric.GetHistogram().GetSampleCount())
		}
	}
	if len(have) != len(want) {
		t.Errorf("metrics: %v, want %v", have, want)
	}
	for name, value := range want {
		if have[name] != value {
			t.Errorf("%s: %v, want %v", name, have[name], value)
		}
	}
}
