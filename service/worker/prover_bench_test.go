package worker

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
)

// BenchmarkProver is a job as a worker has it done, laid out and proven on one processor, in
// a process of its own and in the worker's. It tells the processor time of a job: that of
// both processes, with the part that a job bears of a prover's start, one of maxProofs. What
// the first takes more than the second is what isolation costs.
func BenchmarkProver(b *testing.B) {
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.RS256} {
		c := memoryCase{"", and(join(4, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`)), map[string]string{"": filled(420, join(4, `"m%[1]d":%[1]d`))}, alg}
		b.Run(string(alg)+"/apart", func(b *testing.B) { benchmarkApart(b, c.task(b)) })
		b.Run(string(alg)+"/here", func(b *testing.B) { benchmarkHere(b, c.task(b)) })
	}
}

func benchmarkApart(b *testing.B, work *task) {
	p := &pool{log: slog.New(slog.DiscardHandler), command: func() *exec.Cmd {
		cmd := proverAs("prove")()
		cmd.Stderr = io.Discard
		return cmd
	}}
	child, err := p.start()
	if err != nil {
		b.Fatal(err)
	}
	defer child.kill()
	job := func() {
		r, err := child.measure(b.Context(), work)
		if err != nil || r.Load == nil {
			b.Fatalf("got %+v, %v", r, err)
		}
		work.Memory = need(*r.Load)
		_ = child.send(order{Cores: 1})
		if r, err = child.prove(b.Context(), work, func(string, float64) {}); err != nil || r.Proof == nil {
			b.Fatalf("no proof: %+v, %v", r, err)
		}
	}
	pid := child.cmd.Process.Pid
	job()
	first, own := used(pid), used(os.Getpid())
	for b.Loop() {
		job()
	}
	each := (used(pid) - first) / float64(b.N)
	worker := (used(os.Getpid()) - own) / float64(b.N)
	start := first - each
	b.ReportMetric(start, "start-cpu-ms")
	b.ReportMetric(worker, "worker-cpu-ms/op")
	b.ReportMetric(each+worker+start/maxProofs, "cpu-ms/op")
}

func benchmarkHere(b *testing.B, work *task) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as in a service, see package service
	libzk.LimitCores(1)
	defer libzk.LimitCores(0)
	job := func() {
		if _, err := work.load(); err != nil {
			b.Fatal(err)
		}
		if _, _, err := work.prove(b.Context(), func(string, float64) {}); err != nil {
			b.Fatal(err)
		}
	}
	job()
	own := used(os.Getpid())
	for b.Loop() {
		job()
	}
	b.ReportMetric((used(os.Getpid())-own)/float64(b.N), "cpu-ms/op")
}

// used is the processor time of a process in ms, 10 at a time; 0 where the system does not tell.
func used(pid int) (ms float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(text), ") ")
	if fields := strings.Fields(after); len(fields) > 12 { // from the third on, the state
		for _, text := range fields[11:13] {
			ticks, _ := strconv.Atoi(text)
			ms += float64(ticks) * 10
		}
	}
	return ms
}
