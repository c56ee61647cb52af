package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
)

// Submission is a job to be done.
type Submission struct {
	Owner string // whose it is: the id of an API key
	Input Input
	// SealTo is the encryption key of the workers. The id travels to them under it.
	SealTo *zkpass.PublicKey
	// Family is the family of circuits that is to prove, if that is known: only
	// workers that have it take the job.
	Family string
	// Weight is the owner's share beside those of others, 0 for 1; Limit how many of
	// its jobs may be proven at once, 0 for any number.
	Weight float64
	Limit  int
	// IdempotencyKey, if any, makes repeated submissions one job; Secret is then
	// the owner's API secret, without which nobody gets the id from the store.
	IdempotencyKey string
	Secret         []byte
}

// task is the message of a job in the queue.
type task struct {
	Input
	SealedID string `json:"id"`
}

// Submit accepts a job: once it returns without an error, all that it takes to
// finish the job is on disk, or on a quorum of the cluster. Errors are [ErrFull]
// and [ErrTooMany], with nothing left behind, [ErrConflict] and [ErrGone] for
// idempotency keys, [zkpass.ErrTooLarge] for an input that does not fit a message,
// and [ErrUnavailable].
//
// A submission writes, in this order,
//
//  1. the reservation of the idempotency key, if there is one: the id, sealed, and
//     a hash of the input;
//  2. the message to the workers, which a full queue refuses;
//  3. the record, which makes it a job;
//  4. that the reservation has become a job.
//
// What a crash leaves between them: After 1, a reservation, which expires in a
// minute; a retry with the same input takes it over, with the same id. After 2,
// also a message without a record. Nobody else can know its id. No worker sees it; a
// retry finds it there, for a subject takes only one, and makes the record. After 3,
// the job; a retry takes over the reservation and finds the record.
//
// A message without a record may also be what is left of a job that ended, if
// removing it failed. Sweeping removes both, long after a submission with its
// reservation is over, so that none still counts on a message that was removed.
func (q *Queue) Submit(ctx context.Context, s Submission) (ID, error) {
	if s.Owner == "" || s.SealTo == nil || s.IdempotencyKey != "" && len(s.Secret) == 0 {
		return "", errors.New("submitting a job: want an owner, a key to seal to, and a secret with an idempotency key")
	}
	ctx, cancel := context.WithTimeout(ctx, q.config.submitTimeout())
	defer cancel()
	id, err := q.submit(ctx, s)
	if err != nil {
		return "", fmt.Errorf("submitting a job: %w", err)
	}
	return id, nil
}

func (q *Queue) submit(ctx context.Context, s Submission) (ID, error) {
	if s.IdempotencyKey == "" {
		id := newID()
		return id, q.admit(ctx, s, id)
	}
	for {
		held, err := q.reserved(ctx, s)
		if err != nil {
			return "", err
		}
		if held == nil {
			// Counted before it is reserved, so that refusals cost no writing.
			if !q.index.room(ownerName(s.Owner), q.config.MaxPerOwner) {
				return "", ErrTooMany
			}
			held, err = q.reserve(ctx, s)
			if errors.Is(err, errStale) && pause(ctx, settling) {
				continue // another submission was quicker
			}
			if err != nil {
				return "", unavailable("reserving the idempotency key", err)
			}
		}
		return held.id, q.submitReserved(ctx, s, held)
	}
}

// submitReserved submits with a reservation: a new one, that of a job, or that of
// a submission that was cut off or is still under way.
func (q *Queue) submitReserved(ctx context.Context, s Submission, held *reservation) error {
	rec, _, err := q.store.record(ctx, held.id.key())
	switch {
	case err != nil:
		return err
	case rec != nil && rec.State == deleted, rec == nil && held.Accepted:
		return ErrGone
	case rec != nil:
		return q.confirm(ctx, held)
	}
	err = q.admit(ctx, s, held.id)
	if errors.Is(err, ErrFull) || errors.Is(err, ErrTooMany) {
		q.unreserve(ctx, held)
	}
	if err != nil {
		return err
	}
	return q.confirm(ctx, held)
}

// admit writes a job unless its owner has too many.
func (q *Queue) admit(ctx context.Context, s Submission, id ID) error {
	owner := ownerName(s.Owner)
	if !q.index.admit(owner, q.config.MaxPerOwner) {
		return ErrTooMany
	}
	defer q.index.dismiss(owner)
	rec := record{
		State: Queued, Owner: owner, Accepted: time.Now().UTC().Truncate(time.Millisecond),
		Weight: s.Weight, Limit: s.Limit, Family: s.Family,
	}
	if err := q.enqueue(ctx, s, id, &rec); err != nil {
		return err
	}
	return q.enter(ctx, id.key(), rec)
}

// enqueue writes the message, unless it is there, and notes where it stands.
func (q *Queue) enqueue(ctx context.Context, s Submission, id ID, rec *record) error {
	sealed, err := zkpass.EncryptDataToJWEToken(s.SealTo, string(id))
	if err != nil {
		return fmt.Errorf("sealing the id: %w", err)
	}
	message, err := json.Marshal(task{Input: s.Input, SealedID: sealed})
	if err != nil {
		return fmt.Errorf("encoding the job: %w", err)
	}
	if limit := q.config.Conn.MaxPayload(); int64(len(message)) > limit {
		return fmt.Errorf("%w: the input makes a message of %d bytes, the store takes %d", zkpass.ErrTooLarge, len(message), limit)
	}
	rec.Size = int64(len(message))
	if err := q.hasSpace(rec.Owner, rec.Size); err != nil {
		return err
	}
	for {
		ack, err := publish(ctx, q.store.js, queueSubject+id.key(), message, jetstream.WithExpectStream(queueStream), jetstream.WithExpectLastSequencePerSubject(0))
		switch {
		case err == nil:
			rec.Seq = ack.Sequence
			return nil
		case isRefusal(err, "maximum messages exceeded"):
			return ErrFull
		case !errors.Is(err, errStale):
			return err
		}
		// A submission of the same wrote it, or has only proposed it: see errStale.
		there, err := q.store.input(ctx, id.key())
		if err != nil {
			return err
		}
		if there != nil {
			rec.Seq = there.Sequence
			return nil
		}
		if rec, _, err := q.store.record(ctx, id.key()); rec != nil || err != nil {
			return err // it was there, and the job has ended
		}
		if !pause(ctx, settling) {
			return unavailable("writing to the queue", ctx.Err())
		}
	}
}

// enter writes the record, unless it is there.
func (q *Queue) enter(ctx context.Context, key string, rec record) error {
	for {
		revision, err := q.store.putRecord(ctx, key, rec, 0, 0)
		if err == nil {
			q.index.learn(key, &rec, revision)
		}
		if !errors.Is(err, errStale) {
			return err
		}
		// A submission of the same makes it.
		if there, _, err := q.store.record(ctx, key); there != nil || err != nil {
			return err
		}
		if !pause(ctx, settling) {
			return unavailable("writing the record", ctx.Err())
		}
	}
}

// isRefusal reports whether the store refused a message for a limit, which the
// server tells apart in words only.
func isRefusal(err error, words string) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == 10077 && strings.Contains(api.Description, words)
}

func ownerName(owner string) string { return digest("zkpass owner", owner)[:32] }
