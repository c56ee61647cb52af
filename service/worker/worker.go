package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

// Defaults of Config.
const (
	DefaultDeadline = 120 * time.Second
	DefaultGrace    = 30 * time.Second
	DefaultMemory   = 4 << 30
)

// Jobs is where jobs come from: a [job.Queue].
type Jobs interface {
	Take(ctx context.Context, fits func(family string) bool) (*job.Claim, error)
}

// Keys are the keys of the service: a [keyring.Ring].
type Keys interface {
	Signing() *zkpass.PrivateKey
	Decryption(kid string) (*zkpass.PrivateKey, error)
}

// Config says what a Worker works with. Jobs and Keys are needed.
type Config struct {
	Jobs Jobs
	Keys Keys
	// Resolver finds keys that requests name by a key set's URL, and decides
	// which URLs may be fetched; nil allows none.
	Resolver zkpass.KeyResolver
	// Cores is how many processors proofs share; 0 stands for GOMAXPROCS. A process
	// that serves requests too has a higher GOMAXPROCS than this.
	Cores int
	// Parallel is how many jobs are proven at once; 0 stands for Cores: on two
	// processors two proofs at once make half as many more as one after the other.
	Parallel int
	// Memory is what proofs at once may need, in bytes, by an estimate; a proof that
	// needs more alone is refused. 0 stands for half of what the machine or control
	// group has, or [DefaultMemory] where that is not known.
	Memory int64
	// Deadline is for one job, from when there is memory for its proof.
	Deadline time.Duration
	// Grace is how long jobs under way may take to end when Run is stopped.
	Grace   time.Duration
	Logger  *slog.Logger
	Metrics prometheus.Registerer
	// Now tells the time of evaluation; nil stands for [time.Now].
	Now func() time.Time
}

// Worker proves jobs until it is stopped.
type Worker struct {
	config  Config
	metrics *metrics
	memory  *memory
	cores   *cores

	finishTimeout time.Duration
}

// New makes a worker.
func New(c Config) (*Worker, error) {
	if c.Jobs == nil || c.Keys == nil {
		return nil, errors.New("making a worker: jobs and keys are needed")
	}
	if c.Cores < 0 || c.Parallel < 0 || c.Deadline < 0 || c.Grace < 0 {
		return nil, errors.New("making a worker: cores, parallel, deadline and grace must not be negative")
	}
	if c.Cores == 0 {
		c.Cores = runtime.GOMAXPROCS(0)
	}
	if c.Parallel == 0 {
		c.Parallel = c.Cores
	}
	if c.Memory == 0 {
		c.Memory = DefaultMemory
		if n := physicalMemory(); n > 0 {
			c.Memory = max(n/2, MinMemory)
		}
	}
	if c.Memory < MinMemory {
		return nil, fmt.Errorf("making a worker: memory of %d bytes, want %d or more", c.Memory, MinMemory)
	}
	if c.Deadline == 0 {
		c.Deadline = DefaultDeadline
	}
	if c.Grace == 0 {
		c.Grace = DefaultGrace
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	w := &Worker{config: c, memory: newMemory(c.Memory), cores: &cores{all: c.Cores}, finishTimeout: defaultFinishTimeout}
	var err error
	if w.metrics, err = newMetrics(c.Metrics); err != nil {
		return nil, fmt.Errorf("making a worker: %w", err)
	}
	return w, nil
}

// Run proves jobs until ctx ends. Then it takes no more, lets those under way end
// for Config.Grace, and hands back what is not done by then. A proof that cannot
// be stopped where it is goes on after Run has returned; nobody gets its result.
func (w *Worker) Run(ctx context.Context) error {
	proving, stopProving := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopProving(nil)
	var takers sync.WaitGroup
	failures := make(chan error, w.config.Parallel)
	for range w.config.Parallel {
		takers.Go(func() { failures <- w.take(ctx, proving) })
	}
	stopped := make(chan struct{})
	go func() { takers.Wait(); close(stopped) }()
	select {
	case <-stopped:
	case <-ctx.Done():
		select {
		case <-stopped:
		case <-time.After(w.config.Grace):
			stopProving(errStopping)
			<-stopped
		}
	}
	close(failures)
	var err error
	for failure := range failures {
		err = errors.Join(err, failure)
	}
	return err
}

// take takes one job after the other.
func (w *Worker) take(ctx, proving context.Context) error {
	for {
		claim, err := w.config.Jobs.Take(ctx, nil)
		if ctx.Err() != nil && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
		w.run(proving, claim)
	}
}
