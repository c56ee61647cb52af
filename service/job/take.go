package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// pullWait is how long one request for a message stays with the server. A request
// that was lost costs a worker this long.
const pullWait = 5 * time.Second

// Take waits for a job and claims it. It rides out a store that cannot be reached,
// and fails only when ctx ends or the queue is closed. The claim keeps itself alive
// until Finish or Return, one of which must be called.
func (q *Queue) Take(ctx context.Context) (*Claim, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(q.ctx, func() { cancel(fmt.Errorf("%w: closing", ErrUnavailable)) })()
	for {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("taking a job: %w", context.Cause(ctx))
		}
		claim, err := q.tryTake(ctx)
		if err == nil && claim != nil {
			return claim, nil
		}
		if err != nil && ctx.Err() == nil {
			q.config.Logger.Warn("taking a job", "error", err)
			pause(ctx, 500*time.Millisecond)
			q.reopenConsumer(ctx)
		}
	}
}

// reopenConsumer makes the consumer again should it be gone, as after a cluster's
// store was restored from an older copy.
func (q *Queue) reopenConsumer(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	if _, err := q.store.openConsumer(ctx, q.config); err != nil {
		q.config.Logger.Warn("taking a job", "error", err)
	}
}

func (q *Queue) tryTake(ctx context.Context) (*Claim, error) {
	message, err := q.pull(ctx)
	if err != nil || message == nil {
		return nil, err
	}
	var t task
	if json.Unmarshal(message.Data(), &t) != nil || len(message.Subject()) <= len(queueSubject) {
		// Its record, should there be one, is swept.
		q.config.Logger.Error("dropping a message that is no job")
		return nil, message.Term()
	}
	return q.claim(ctx, message, &t)
}

// pull waits for one message; nil if there is none yet.
func (q *Queue) pull(ctx context.Context) (jetstream.Msg, error) {
	batch, err := q.store.consumer.Fetch(1, jetstream.FetchMaxWait(pullWait))
	if err != nil {
		return nil, err
	}
	select {
	case message := <-batch.Messages():
		return message, batch.Error()
	case <-ctx.Done():
		// The server may be about to answer. What comes now is handed back at
		// once; else the job would have to wait for AckWait.
		go func() {
			for message := range batch.Messages() {
				message.Nak()
			}
		}()
		return nil, ctx.Err()
	}
}

// claim makes the record say that the job is this worker's. Whoever writes it last
// has the job: a worker that had it finds out at the latest when it finishes. A
// message for which there is nothing to do is acknowledged; then there is no claim.
func (q *Queue) claim(ctx context.Context, message jetstream.Msg, t *task) (*Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*operationTimeout)
	defer cancel()
	key := message.Subject()[len(queueSubject):]
	for {
		rec, revision, err := q.store.record(ctx, key)
		if err != nil {
			return nil, err // delivered again after AckWait
		}
		if rec == nil {
			// See Submit.
			meta, err := message.Metadata()
			if err != nil {
				return nil, err
			}
			if time.Since(meta.Timestamp) > q.config.ResultTTL {
				return nil, message.Ack()
			}
			rec = &record{State: Queued, Owner: t.Owner, Accepted: t.Accepted}
		}
		if !rec.pending() {
			return nil, message.Ack()
		}
		c := q.newClaim(message, t, key, *rec)
		q.index.hold(c, revision)
		c.revision, err = q.store.putRecord(ctx, key, c.record, revision, 0)
		if err == nil {
			q.index.learn(key, &c.record, c.revision)
			go c.keep()
			return c, nil
		}
		q.index.unhold(c)
		c.cancel(ErrLost)
		if !errors.Is(err, errStale) || !pause(ctx, settling) {
			return nil, err
		}
	}
}
