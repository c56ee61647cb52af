package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
	"slices"
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
	// Parallel is how many jobs are proven at once; 0 stands for one more than Cores. On two
	// processors two at once make half as many more as one after the other, and the third, which has one of
	// these while a job of another is handed in and its next fetched, a sixth more than two.
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
	// Command makes the command of a process that runs [Prover]; with it each proof
	// is made in such a process, and without in this one.
	Command func() *exec.Cmd
	// Families are the families of circuits that this worker proves; nil stands for any.
	// Known reports whether another worker proves one, or has lately: jobs of such are
	// left to that, and handed back if that shows only when they are opened. nil stands
	// for none.
	Families []string
	Known    func(family string) bool
	// ProcessPerKey lets a process see the jobs of one owner only.
	ProcessPerKey bool
}

// Worker proves jobs until it is stopped.
type Worker struct {
	config  Config
	metrics *metrics
	memory  *memory
	cores   *cores
	pool    *pool // nil without Config.Command
	hosts   *hosts

	mu       sync.Mutex
	ready    []*assignment // whose keys have been fetched
	wake     context.CancelFunc
	fetching map[string]int // by owner

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
		c.Parallel = c.Cores + 1
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
	if c.Known == nil {
		c.Known = func(string) bool { return false }
	}
	if c.Resolver == nil {
		c.Resolver = zkpass.KeySets{}
	}
	w := &Worker{
		config: c, memory: newMemory(c.Memory), cores: &cores{all: c.Cores}, hosts: newHosts(c.Resolver), fetching: map[string]int{},
		finishTimeout: defaultFinishTimeout,
	}
	if c.Command != nil {
		w.pool = &pool{command: c.Command, perKey: c.ProcessPerKey, log: c.Logger}
	}
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
	if w.pool != nil {
		w.pool.fill(w.config.Parallel)
		defer w.pool.close()
	}
	proving, stopProving := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopProving(nil)
	places := make(chan struct{}, w.config.Parallel)
	var running sync.WaitGroup
	var err error
	for ctx.Err() == nil && err == nil {
		select {
		case <-ctx.Done():
			continue
		case places <- struct{}{}:
		}
		var a *assignment
		if a, err = w.next(ctx, &running); a == nil {
			<-places
			continue
		}
		running.Go(func() {
			defer func() { <-places }()
			w.run(proving, a)
		})
	}
	stopped := make(chan struct{})
	go func() { running.Wait(); close(stopped) }()
	select {
	case <-stopped:
	case <-time.After(w.config.Grace):
		stopProving(errStopping)
		<-stopped
	}
	for _, a := range w.takeReady() {
		w.giveBack(a.claim, w.logOf(a.claim), 0)
	}
	return err
}

// next waits for a job that can be proven: one whose keys have come, or a new one. It
// returns nil when ctx ends.
func (w *Worker) next(ctx context.Context, running *sync.WaitGroup) (*assignment, error) {
	for {
		taking, cancel := context.WithCancel(ctx)
		a := w.readyOr(cancel)
		if a != nil {
			cancel()
			return a, nil
		}
		claim, err := w.config.Jobs.Take(taking, w.fits)
		interrupted := taking.Err() != nil
		cancel()
		switch {
		case claim != nil:
		case ctx.Err() != nil:
			return nil, nil
		case interrupted:
			continue
		default:
			return nil, err
		}
		if a = w.begin(claim); a == nil { // it was handed back
			continue
		}
		if a.failed != nil || !names(&a.request.DVR) {
			return a, nil
		}
		w.fetchBeside(ctx, a, running)
	}
}

// fits reports whether to take a job of a family, "" if that is not known: those that
// nobody proves any more are to be told so.
func (w *Worker) fits(family string) bool {
	return family == "" || w.has(family) || !w.config.Known(family)
}

func (w *Worker) has(family string) bool {
	return w.config.Families == nil || slices.Contains(w.config.Families, family)
}

// readyOr returns a job whose keys have come. If there is none, wake is called when
// there is.
func (w *Worker) readyOr(wake context.CancelFunc) *assignment {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ready) == 0 {
		w.wake = wake
		return nil
	}
	a := w.ready[0]
	w.ready = w.ready[1:]
	return a
}

func (w *Worker) takeReady() []*assignment {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.ready
	w.ready = nil
	return all
}

// How many jobs may wait for their keys at once: of one owner, and for each place where
// one is proven.
const (
	maxFetching       = 8
	fetchingEachPlace = 16
)

// fetchBeside fetches the keys of a job while others are proven: a host that is slow
// must not hold a place, nor memory. A job of an owner that has many of these waits in
// the queue.
func (w *Worker) fetchBeside(ctx context.Context, a *assignment, running *sync.WaitGroup) {
	owner, all := a.claim.Owner(), 0
	w.mu.Lock()
	for _, n := range w.fetching {
		all += n
	}
	full := w.fetching[owner] >= maxFetching || all >= fetchingEachPlace*w.config.Parallel
	if !full {
		w.fetching[owner]++
	}
	w.mu.Unlock()
	if full {
		w.giveBack(a.claim, w.logOf(a.claim), time.Second)
		return
	}
	running.Go(func() {
		fetching, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(a.claim.Context(), cancel)()
		a.failed = w.safely(w.logOf(a.claim), func() error { return w.fetch(fetching, a) })
		if a.failed != nil && a.request != nil {
			a.failed = about(&a.request.DVR, a.failed)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.fetching[owner]--; w.fetching[owner] == 0 {
			delete(w.fetching, owner)
		}
		if ctx.Err() != nil {
			a.failed = nil // it was this worker that gave up
		}
		w.ready = append(w.ready, a)
		if w.wake != nil {
			w.wake()
		}
	})
}
