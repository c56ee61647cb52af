package job

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// waitTick is how often Wait looks for what changes without an event: how many
// jobs are ahead, and whether a worker was lost.
const waitTick = time.Second

// Status tells an owner how a job stands, or [ErrUnknown]. For unfinished jobs it
// does not ask the store; outcomes it fetches, which a moment later may be gone.
// A process that is cut off from the majority of a cluster together with a server
// that led it may, for the seconds until that server notices, not know of jobs that
// the majority accepts meanwhile.
func (q *Queue) Status(ctx context.Context, owner string, id ID) (*Status, error) {
	status, _, err := q.status(ctx, ownerName(owner), id)
	if err != nil {
		return nil, fmt.Errorf("reading the status of a job: %w", err)
	}
	return status, nil
}

// status also gives a channel that is closed when an unfinished job changes; nil
// if that is not known.
func (q *Queue) status(ctx context.Context, owner string, id ID) (*Status, <-chan struct{}, error) {
	key := id.key()
	if v, ok := q.index.view(key); ok {
		return v.of(owner)
	}
	rec, revision, err := q.store.record(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	if rec == nil || rec.State == deleted || rec.Owner != owner {
		return nil, nil, ErrUnknown
	}
	if rec.pending() {
		q.index.learn(key, rec, revision)
		if v, ok := q.index.view(key); ok {
			return v.of(owner)
		}
		return &Status{State: rec.State, Accepted: rec.Accepted}, nil, nil
	}
	status := &Status{State: rec.State, Accepted: rec.Accepted, Ended: rec.Ended, Progress: 1}
	if status.Outcome, err = q.outcome(ctx, id, rec); err != nil {
		return nil, nil, err
	}
	return status, nil, nil
}

func (v view) of(owner string) (*Status, <-chan struct{}, error) {
	if v.owner != owner {
		return nil, nil, ErrUnknown
	}
	return &v.Status, v.changed, nil
}

func (q *Queue) outcome(ctx context.Context, id ID, rec *record) (*Outcome, error) {
	key := id.key()
	sealed, err := q.store.download(ctx, key, rec)
	if err != nil {
		// Deleted or expired since the record was read?
		now, _, readErr := q.store.record(ctx, key)
		if readErr == nil && (now == nil || now.State == deleted) {
			err = ErrUnknown
		}
		return nil, err
	}
	return unsealOutcome(id, sealed)
}

// Wait returns the status once it differs from the one that was seen, or, if that
// is nil, once the job has ended. When ctx ends before that it returns the status
// as it is then, without an error.
func (q *Queue) Wait(ctx context.Context, owner string, id ID, seen *Status) (*Status, error) {
	owner = ownerName(owner)
	// The last look is as good as the first one, though ctx has ended then.
	lasting := context.WithoutCancel(ctx)
	for {
		status, changed, err := q.status(lasting, owner, id)
		if err != nil {
			return nil, fmt.Errorf("waiting for a job: %w", err)
		}
		if status.State.Ended() || seen != nil && status.differs(seen) || ctx.Err() != nil {
			return status, nil
		}
		if err := q.await(ctx, changed); err != nil {
			return nil, fmt.Errorf("waiting for a job: %w", err)
		}
	}
}

// await returns when it is time to look again.
func (q *Queue) await(ctx context.Context, changed <-chan struct{}) error {
	timer := time.NewTimer(waitTick)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
	case <-q.ctx.Done():
		return fmt.Errorf("%w: closing", ErrUnavailable)
	}
	return nil
}

func (s *Status) differs(seen *Status) bool {
	return s.State != seen.State || s.Step != seen.Step || s.Progress != seen.Progress || s.Ahead != seen.Ahead
}

// Delete ends a job, wherever it stands, and forgets it: its worker stops, and its
// input and outcome are removed. Then the job is unknown. Errors are [ErrUnknown]
// and [ErrUnavailable].
//
// The record is replaced first, by one that keeps workers from the message, so
// that a crash after that leaves only what ages out or is dropped unread.
func (q *Queue) Delete(ctx context.Context, owner string, id ID) error {
	ctx, cancel := context.WithTimeout(ctx, 2*operationTimeout)
	defer cancel()
	if err := q.delete(ctx, ownerName(owner), id.key()); err != nil {
		return fmt.Errorf("deleting a job: %w", err)
	}
	return nil
}

func (q *Queue) delete(ctx context.Context, owner, key string) error {
	for {
		rec, revision, err := q.store.record(ctx, key)
		if err != nil {
			return err
		}
		if rec == nil || rec.State == deleted || rec.Owner != owner {
			return ErrUnknown
		}
		after := record{State: deleted, Owner: owner, Accepted: rec.Accepted}
		revision, err = q.store.putRecord(ctx, key, after, revision, q.config.ResultTTL)
		if errors.Is(err, errStale) && pause(ctx, settling) {
			continue // it went on meanwhile
		}
		if errors.Is(err, errStale) {
			return unavailable("writing the record", err)
		}
		if err != nil {
			return err
		}
		q.index.learn(key, &after, revision)
		if rec.pending() {
			q.metrics.end(deleted)
		}
		q.clean(ctx, key, rec)
		return nil
	}
}

// clean removes what a deleted job leaves. Nothing leads there any more.
func (q *Queue) clean(ctx context.Context, key string, rec *record) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	remove := q.store.dropInput
	if !rec.pending() {
		remove = func(ctx context.Context, key string) error { return q.store.discard(ctx, key, rec.Upload) }
	}
	if err := remove(ctx, key); err != nil {
		q.leftover(key, remove)
		q.config.Logger.Warn("what a deleted job leaves could not be removed yet", "error", err)
	}
}
