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
)

// Jobs is where jobs come from: a [job.Queue].
type Jobs interface {
	Take(ctx context.Context) (*job.Claim, error)
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
	// Parallel is how many jobs are proven at once; 0 stands for one for every two
	// processors, since a proof uses what it finds.
	Parallel int
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
}

// New makes a worker.
func New(c Config) (*Worker, error) {
	if c.Jobs == nil || c.Keys == nil {
		return nil, errors.New("making a worker: jobs and keys are needed")
	}
	if c.Parallel < 0 || c.Deadline < 0 || c.Grace < 0 {
		return nil, errors.New("making a worker: parallel, deadline and grace must not be negative")
	}
	if c.Parallel == 0 {
		c.Parallel = max(1, runtime.NumCPU()/2)
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
	w := &Worker{config: c, memory: newMemory(maxMemory)}
	var err error
	if w.metrics, err = newMetrics(c.Metrics); err != nil {
		return nil, fmt.Errorf("making a worker: %w", err)
	}
	return w, nil
}

// Run proves jobs until ctx ends. Then it takes no more, lets those under way end
// for Config.Grace, and hands back what is not done by then.
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
		claim, err := w.config.Jobs.Take(ctx)
		if ctx.Err() != nil && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
		w.run(proving, claim)
	}
}
