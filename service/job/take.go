package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// takeTick is how often Take looks for what becomes free without an event: jobs of
// workers that are not heard of, and those that were handed back with a delay.
const takeTick = 250 * time.Millisecond

// Take waits for a job and claims it, in a fair order over owners, see fair.go. fits
// tells which families of circuits the worker has; nil takes any. It rides out a
// store that cannot be reached, and fails only when ctx ends or the queue is closed.
// The claim keeps itself alive until Finish or Return, one of which must be called.
func (q *Queue) Take(ctx context.Context, fits func(family string) bool) (*Claim, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(q.ctx, func() { cancel(fmt.Errorf("%w: closing", ErrUnavailable)) })()
	for {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("taking a job: %w", context.Cause(ctx))
		}
		news := q.index.news()
		key, rec, revision, ok := q.index.pick(fits)
		if !ok {
			q.awaitWork(ctx, news)
			continue
		}
		claim, err := q.claim(ctx, key, rec, revision)
		q.index.picked(key)
		if err == nil && claim != nil {
			return claim, nil
		}
		if err != nil && ctx.Err() == nil {
			q.config.Logger.Warn("taking a job", "error", err)
			pause(ctx, 500*time.Millisecond)
		}
	}
}

func (q *Queue) awaitWork(ctx context.Context, news <-chan struct{}) {
	timer := time.NewTimer(takeTick)
	defer timer.Stop()
	select {
	case <-news:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// claim makes the record say that the job is this worker's, if it still is as the
// index has it. Whoever writes it last has the job: a worker that had it finds out
// at the latest when it finishes. There is no claim if another was faster.
func (q *Queue) claim(ctx context.Context, key string, rec record, revision uint64) (*Claim, error) {
	// A claim that is made is not left to nobody because the worker stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*operationTimeout)
	defer cancel()
	c := q.newClaim(key, rec)
	q.index.hold(c, revision)
	var err error
	if c.revision, err = q.store.putRecord(ctx, key, c.record, revision, 0); err != nil {
		q.index.unhold(c)
		c.cancel(ErrLost)
		if !errors.Is(err, errStale) {
			return nil, err
		}
		return nil, q.relearn(ctx, key)
	}
	q.index.learn(key, &c.record, c.revision)
	message, err := q.store.input(ctx, key)
	if err != nil {
		// Not this job's fault, nor that of whoever takes it next.
		if back := c.giveBack(func(r *record) { r.Delay = time.Second }); back != nil {
			q.config.Logger.Warn("taking a job", "error", back)
		}
		return nil, err
	}
	c.task = new(task)
	if message == nil || json.Unmarshal(message.Data, c.task) != nil {
		c.end()
		return nil, q.abandon(ctx, key, c.record, c.revision)
	}
	go c.keep()
	return c, nil
}

// relearn reads what another has written.
func (q *Queue) relearn(ctx context.Context, key string) error {
	rec, revision, err := q.store.record(ctx, key)
	if err != nil {
		return err
	}
	if rec != nil || revision > 0 {
		q.index.learn(key, rec, revision)
	}
	pause(ctx, settling)
	return nil
}

// abandon deletes a job whose input is gone: nobody can ever finish it.
func (q *Queue) abandon(ctx context.Context, key string, rec record, revision uint64) error {
	after := record{State: deleted, Owner: rec.Owner, Accepted: rec.Accepted}
	// Only from the state that was seen: the job may have ended in between.
	revision, err := q.store.putRecord(ctx, key, after, revision, q.config.ResultTTL)
	if errors.Is(err, errStale) {
		return nil
	}
	if err != nil {
		return err
	}
	q.index.learn(key, &after, revision)
	q.metrics.end(deleted)
	q.config.Logger.Error("deleted a job whose input is gone from the queue", "accepted", rec.Accepted)
	return nil
}
