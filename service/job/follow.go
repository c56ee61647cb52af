package job

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// probeInterval is how often the watch is compared with the store. What the index
// says is wrong for at most about two of them.
const probeInterval = time.Second

// follow keeps the index like the records until the queue is closed.
func (q *Queue) follow(ready chan<- struct{}) {
	caughtUp := sync.OnceFunc(func() { close(ready) })
	for q.ctx.Err() == nil {
		err := q.watch(caughtUp)
		q.index.stale()
		if q.ctx.Err() == nil {
			q.config.Logger.Warn("following the jobs anew", "error", err)
			pause(q.ctx, probeInterval/4)
		}
	}
}

var errLags = errors.New("the watch lags")

// watch reads all records, then every change, until something is wrong.
func (q *Queue) watch(caughtUp func()) error {
	ctx, cancel := context.WithCancelCause(q.ctx)
	defer cancel(nil)
	// A request that is lost must not hold the watch for ever.
	timer := time.AfterFunc(operationTimeout, func() { cancel(errLags) })
	defer timer.Stop()
	info, err := q.store.records.stream.Info(ctx)
	if err != nil {
		return err
	}
	records, err := q.store.js.KeyValue(ctx, recordBucket)
	if err != nil {
		return err
	}
	last := info.State.LastSeq
	q.index.begin(last)
	watch, err := records.WatchAll(ctx)
	if err != nil {
		return err
	}
	defer watch.Stop()
	timer.Stop()
	var probing sync.WaitGroup
	defer probing.Wait()
	defer cancel(nil)
	probing.Go(func() { cancel(q.probe(ctx)) })
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case entry, open := <-watch.Updates():
			switch {
			case !open:
				return errors.New("the watch ended")
			case entry == nil:
				q.index.caughtUp(last)
				caughtUp()
			default:
				q.take(entry)
			}
		}
	}
}

func (q *Queue) take(entry jetstream.KeyValueEntry) {
	if entry.Key() == bucketProbe {
		q.index.reached(entry.Revision())
		return
	}
	var rec *record
	if entry.Operation() == jetstream.KeyValuePut {
		var err error
		if rec, err = parseRecord(entry.Value()); err != nil {
			q.config.Logger.Error("a job's record is not readable", "revision", entry.Revision())
		}
	}
	q.index.watched(entry.Key(), rec, entry.Revision())
}

// probe returns once the store cannot be asked, or the watch neither has what was
// written an interval ago nor gets on.
func (q *Queue) probe(ctx context.Context) error {
	var last, before uint64
	for pause(ctx, probeInterval) {
		seen, _ := q.index.position()
		if seen < last && seen == before {
			return errLags
		}
		before = seen
		attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
		info, err := q.store.records.stream.Info(attempt)
		cancel()
		if err != nil {
			return err
		}
		last = info.State.LastSeq
	}
	return ctx.Err()
}
