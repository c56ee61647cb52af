package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/zkvm"
)

// ProverCommand is the name under which a command runs [Prover], as its only argument.
const ProverCommand = "prover"

const (
	// leastSoft is the least memory from which on a prover collects garbage harder.
	leastSoft = 100 << 20
	// collectAt is how much larger than what is in use the heap grows before garbage is
	// collected, in percent, unless GOGC says otherwise. A proof leaves 10 MB and uses 35, so
	// this is once in some proofs; the memory that a job is given bounds it.
	collectAt = 400
	// keepHeap is how much memory a prover keeps for its next job, in bytes.
	keepHeap = 256 << 20
)

// Prover is the life of a process that proves for a worker: it shuts itself in, reads
// jobs from in and writes results to out, one job at a time, until in ends. It opens no
// store, holds no key of the service and has no network.
func Prover(in io.Reader, out io.Writer) error {
	// Before the sandbox: what is read but once.
	_ = time.Now().Local().String()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	shut := enterSandbox()
	if err := (result{Sandbox: &shut}).write(out); err != nil {
		return err
	}
	orders := make(chan order)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cancelJob := make(chan context.CancelFunc, 1)
	cancelJob <- func() {}
	go func() {
		decoder := json.NewDecoder(in)
		for {
			var o order
			if err := decoder.Decode(&o); err != nil {
				// The worker is gone, and with it whoever wants the proof.
				os.Exit(0)
			}
			if o.Cores > 0 {
				libzk.LimitCores(o.Cores)
				// Or what collects garbage beside the proof takes processors from others.
				runtime.GOMAXPROCS(o.Cores)
			}
			if o.Cancel {
				stop := <-cancelJob
				stop()
				cancelJob <- stop
			}
			if o.Job != nil || o.Measure != nil {
				orders <- o
			}
		}
	}()
	for o := range orders {
		job, stop := context.WithCancel(ctx)
		<-cancelJob
		cancelJob <- stop
		var r result
		if o.Measure != nil {
			r = measureTask(o.Measure)
		} else {
			told := &steps{out: out}
			r = proveTask(job, o.Job, told.step)
			told.end()
			r.Memory = tidy()
		}
		stop()
		if err := r.write(out); err != nil {
			return err
		}
	}
	return nil
}

// stepPause is how long a prover waits before it tells of a step, so that short jobs wake nobody for theirs.
const stepPause = 200 * time.Millisecond

// steps tells of the steps of a job, the latest once in a stepPause at most.
type steps struct {
	out io.Writer

	mu     sync.Mutex
	latest result
	waits  *time.Timer // nil if no step waits to be told
	ended  bool
}

func (s *steps) step(text string, done float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest = result{Step: text, Done: done}
	if s.waits == nil {
		s.waits = time.AfterFunc(stepPause, s.tell)
	}
}

func (s *steps) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		_ = s.latest.write(s.out)
		s.waits = nil
	}
}

// end waits for a step that is being told, and tells no other.
func (s *steps) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.waits != nil {
		s.waits.Stop()
	}
}

// tidy gives back what a large proof has left, and tells what is there.
func tidy() int64 {
	debug.SetMemoryLimit(leastSoft)
	samples := []runtimemetrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	held := func() int64 {
		runtimemetrics.Read(samples)
		return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
	}
	if held() > keepHeap {
		debug.FreeOSMemory()
	}
	return held()
}

// measureTask lays one job out. Whatever is wrong with it, proving it will tell; only
// what is too large must not come so far.
func measureTask(t *task) (r result) {
	defer func() {
		if recover() != nil {
			r = result{Problem: problemOf(errInternal), Kind: "panic"}
		}
	}()
	l, err := t.load()
	if errors.Is(err, zkvm.ErrTooLarge) {
		return result{Problem: problemOf(err)}
	}
	return result{Load: &l}
}

// proveTask proves one job. A panic is a defect: it costs this job.
func proveTask(ctx context.Context, t *task, step func(string, float64)) (r result) {
	defer func() {
		if recover() != nil {
			r = result{Problem: problemOf(errInternal), Kind: "panic"}
		}
	}()
	debug.SetMemoryLimit(max(t.Memory, leastSoft))
	proof, took, err := t.prove(ctx, step)
	if err != nil {
		problem := problemOf(err)
		r.Problem = problem
		if problem.Code == zkpass.ProblemInternal {
			r.Kind = kindOf(err)
		}
		return r
	}
	return result{Proof: proof, Took: took}
}

// prove makes the proof of a task in this process.
func (t *task) prove(ctx context.Context, step func(string, float64)) (*zkpass.Proof, time.Duration, error) {
	request, err := zkpass.ParseDVRToken(t.DVR)
	if err != nil {
		return nil, 0, err
	}
	options := local.Options{
		Resolver: namedKeys(t.Keys),
		Progress: func(text string, done, total int) { step(text, float64(done)/float64(max(total, 1))) },
	}
	if options.Now = t.clock; !t.Now.IsZero() {
		options.Now = func() time.Time { return t.Now }
	}
	made, err := local.ProveRequest(ctx, request, t.UserData, options)
	if err != nil {
		return nil, 0, about(&request.DVR, err)
	}
	return made.Proof, made.Duration, nil
}
