package job

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	sweepInterval = time.Minute
	// sweepAge is how old a job must be to be looked at.
	sweepAge = 2 * time.Minute
)

// keepSweeping removes now and then what cannot be finished any more.
func (q *Queue) keepSweeping() {
	for pause(q.ctx, sweepInterval) {
		if err := q.sweep(q.ctx, sweepAge); err != nil && q.ctx.Err() == nil {
			q.config.Logger.Warn("looking for jobs without inputs", "error", err)
		}
	}
}

// sweep deletes unfinished jobs that have no message in the queue: nobody will
// ever take them, and they would count against their owners for good. None should
// be there, since the message comes before the record and goes after it has ended;
// but operators purge streams, and servers have faults.
func (q *Queue) sweep(ctx context.Context, age time.Duration) error {
	suspects := q.index.olderThan(age)
	if len(suspects) == 0 {
		return nil
	}
	info, err := q.store.queue.Info(ctx, jetstream.WithSubjectFilter(queueSubject+"*"))
	if err != nil {
		return err
	}
	for key, suspect := range suspects {
		if _, there := info.State.Subjects[queueSubject+key]; there {
			continue
		}
		after := suspect.record
		after.State, after.Claim = deleted, ""
		// Only from the state that was seen before the messages were listed: the job
		// may have ended in between.
		revision, err := q.store.putRecord(ctx, key, after, suspect.revision, q.config.ResultTTL)
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return err
		}
		q.index.learn(key, &after, revision)
		q.metrics.end(deleted)
		q.config.Logger.Error("deleted a job whose input is gone from the queue", "accepted", after.Accepted)
	}
	return nil
}
