package job

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	cluster "github.com/zkpass-go/zkpass/service/jetstream"
)

const (
	sweepInterval = time.Minute
	// sweepAge is how old a job must be to be looked at.
	sweepAge = 2 * time.Minute
)

// keepSweeping removes now and then what cannot be finished any more, and raises
// what has too few copies.
func (q *Queue) keepSweeping() {
	for pause(q.ctx, sweepInterval) {
		if err := q.sweep(q.ctx, sweepAge); err != nil && q.ctx.Err() == nil {
			q.config.Logger.Warn("looking for jobs without inputs", "error", err)
		}
		for _, name := range q.store.streams() {
			ctx, cancel := context.WithTimeout(q.ctx, operationTimeout)
			if err := cluster.Raise(ctx, q.store.js, name, q.config.Replicas); err != nil && q.ctx.Err() == nil {
				q.config.Logger.Warn("a stream has fewer copies than it should", "stream", name, "error", err)
			}
			cancel()
		}
	}
}

// leftoverPause is how long what an ended job leaves stays before it is tried to
// remove it again.
const leftoverPause = time.Second

// leftover removes what is left of a job that has ended, again and again until that
// succeeds. Should the queue be closed before, a sweep of the next one does it.
func (q *Queue) leftover(key string, remove func(context.Context, string) error) {
	q.start(func() {
		for pause(q.ctx, leftoverPause) {
			if remove(q.ctx, key) == nil {
				return
			}
		}
	})
}

// sweep compares the messages in the queue with the unfinished jobs, and removes
// what has no counterpart.
//
// Jobs without a message: nobody could ever finish them, and they would count against
// their owners for good. None should be there, since the message comes before the
// record and goes after it has ended; but operators purge streams, and servers have
// faults.
//
// Messages without a job: left by submissions that were cut off, or by jobs whose
// end could not remove them. They go once they have been seen so for longer than any
// submission lasts with its reservation.
func (q *Queue) sweep(ctx context.Context, age time.Duration) error {
	q.sweeping.Lock()
	defer q.sweeping.Unlock()
	pending, fresh := q.index.pending()
	if !fresh {
		return nil
	}
	info, err := q.store.queue.Info(ctx, jetstream.WithSubjectFilter(queueSubject+"*"))
	if err != nil {
		return err
	}
	for key, suspect := range pending {
		if _, there := info.State.Subjects[queueSubject+key]; there || time.Since(suspect.seen) < age {
			continue
		}
		if err := q.abandon(ctx, key, suspect.record, suspect.revision); err != nil {
			return err
		}
	}
	for key := range q.orphans {
		if _, there := info.State.Subjects[queueSubject+key]; !there {
			delete(q.orphans, key)
		}
	}
	wait := 2 * (q.config.submitTimeout() + q.config.reservationTTL())
	for subject := range info.State.Subjects {
		key := subject[len(queueSubject):]
		if _, ok := pending[key]; ok {
			delete(q.orphans, key)
			continue
		}
		since, seen := q.orphans[key]
		if !seen {
			q.orphans[key] = time.Now()
			continue
		}
		if time.Since(since) < wait {
			continue
		}
		// The last word is the store's.
		rec, _, err := q.store.record(ctx, key)
		if err != nil {
			return err
		}
		if !rec.pending() {
			if err := q.store.dropInput(ctx, key); err != nil {
				return err
			}
		}
		delete(q.orphans, key)
	}
	return nil
}
