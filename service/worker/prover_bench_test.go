package worker

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

// BenchmarkProver is a job as a worker has it done: laid out and proven in a process of its
// own that has one processor. It tells the processor time of that process for its start with
// the first job, of which each job bears a part of maxProofs, and for each job after it.
func BenchmarkProver(b *testing.B) {
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.RS256} {
		b.Run(string(alg), func(b *testing.B) {
			c := memoryCase{"", and(join(4, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`)), map[string]string{"": filled(420, join(4, `"m%[1]d":%[1]d`))}, alg}
			work := c.task(b)
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
			ready := used(child)
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
			job()
			first := used(child)
			for b.Loop() {
				job()
			}
			ms := func(d time.Duration) float64 { return d.Seconds() * 1000 }
			b.ReportMetric(ms(ready), "start-cpu-ms")
			b.ReportMetric(ms(first-ready), "first-cpu-ms")
			b.ReportMetric(ms(used(child)-first)/float64(b.N), "cpu-ms/op")
		})
	}
}

// used is the processor time of a prover; 0 where the system does not tell.
func used(c *child) (sum time.Duration) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(text), ") ")
	if fields := strings.Fields(after); len(fields) > 12 { // from the third on, the state
		for _, text := range fields[11:13] {
			ticks, _ := strconv.Atoi(text)
			sum += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return sum
}
