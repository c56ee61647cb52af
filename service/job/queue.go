package job

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Queue is the jobs of a service. Its methods may be called by many goroutines at
// once. Each of them gives the store a few seconds, then fails with an error that
// wraps [ErrUnavailable].
type Queue struct {
	config  Config
	store   *store
	index   *index
	metrics *metrics
	free    freeSpace

	sweeping sync.Mutex
	orphans  map[string]time.Time // messages without a job, since when

	ctx      context.Context // ends with Close
	stop     context.CancelFunc
	progress *nats.Subscription

	starting sync.Mutex // held to start something, and by Close to forbid it
	running  sync.WaitGroup
}

// Open makes the queue in the store, or opens the one that is there, with all its
// jobs.
func Open(ctx context.Context, config Config) (*Queue, error) {
	config, err := config.valid()
	if err != nil {
		return nil, fmt.Errorf("opening the job queue: %w", err)
	}
	q := &Queue{config: config, index: newIndex(config.AckWait, config.Sole), orphans: map[string]time.Time{}}
	if err := q.open(ctx); err != nil {
		return nil, fmt.Errorf("opening the job queue: %w", err)
	}
	return q, nil
}

func (q *Queue) open(ctx context.Context) (err error) {
	// Streams on a cluster take a while to find their leaders.
	opening, cancel := context.WithTimeout(ctx, 6*operationTimeout)
	defer cancel()
	if q.store, err = openStore(opening, q.config); err != nil {
		return err
	}
	q.progress, err = q.config.Conn.Subscribe(progressSubject+"*", q.heard)
	if err != nil {
		return unavailable("subscribing to progress", err)
	}
	// The probe's message has a place of its own in the queue from the start.
	if err := q.Probe(opening); err != nil {
		q.config.Logger.Warn("the store does not take what is written", "error", err)
	}
	q.ctx, q.stop = context.WithCancel(context.Background())
	ready := make(chan struct{})
	q.start(func() { q.follow(ready) })
	select {
	case <-ready:
	case <-opening.Done():
		q.Close()
		return unavailable("reading the jobs there are", opening.Err())
	}
	if q.metrics, err = newMetrics(q); err != nil {
		q.Close()
		return err
	}
	q.start(q.keepSweeping)
	return nil
}

// start runs work that Close waits for. After Close it does nothing: methods that
// are still on their way then must not add to what is being waited for.
func (q *Queue) start(work func()) {
	q.starting.Lock()
	defer q.starting.Unlock()
	if q.ctx.Err() == nil {
		q.running.Go(work)
	}
}

// Close ends everything that waits and all claims, whose jobs go to other workers
// after AckWait: return them before. The connection stays open.
func (q *Queue) Close() error {
	q.starting.Lock()
	q.stop()
	q.starting.Unlock()
	for _, c := range q.index.held() {
		c.lose()
	}
	q.progress.Unsubscribe()
	q.running.Wait()
	q.metrics.unregister()
	return nil
}

// Stats counts unfinished jobs.
type Stats struct{ Queued, Proving int }

// Stats counts without asking the store.
func (q *Queue) Stats() Stats { return q.index.stats() }

// OldestQueued is when the oldest unfinished job was accepted; false if there is
// none. No job needs a key that was out of use by then.
func (q *Queue) OldestQueued(ctx context.Context) (time.Time, bool, error) {
	var oldest time.Time
	err := retry(ctx, "asking for the queue", func(ctx context.Context) error {
		info, err := q.store.queue.Info(ctx)
		if err != nil {
			return err
		}
		first := q.index.first()
		if first == 0 && info.State.Msgs <= 1 { // that of the probe
			return nil
		}
		oldest = info.State.FirstTime // no later than that of any job
		if message, err := q.store.queue.GetMsg(ctx, first); first > 0 && err == nil {
			oldest = message.Time
		}
		return nil
	})
	return oldest, err == nil && !oldest.IsZero(), err
}

// report is what a worker says of a job while it has it. It goes to whoever
// listens and is not stored.
type report struct {
	Claim    string  `json:"claim"`
	Step     string  `json:"step"`
	Progress float64 `json:"progress"`
}

func (q *Queue) heard(message *nats.Msg) {
	var r report
	if json.Unmarshal(message.Data, &r) == nil {
		q.index.heard(message.Subject[len(progressSubject):], r.Claim, r.Step, r.Progress)
	}
}
