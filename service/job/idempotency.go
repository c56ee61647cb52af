package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// reservation is what is stored under an idempotency key.
type reservation struct {
	Input    string `json:"input"` // hashed
	SealedID []byte `json:"id"`
	Accepted bool   `json:"accepted"` // the job exists, or existed

	key      string
	id       ID
	revision uint64
}

// idempotencyPurpose derives a key for one idempotency key from an API secret.
func idempotencyPurpose(s Submission) string { return "zkpass idempotency " + s.IdempotencyKey }

func idempotencyName(s Submission) string {
	return digest("zkpass idempotency", s.Owner, s.IdempotencyKey)
}

func inputDigest(input Input) string {
	return digest("zkpass input", input.UserDataToken, input.DVRToken)
}

// reserved reads the reservation of a submission; nil if there is none.
func (q *Queue) reserved(ctx context.Context, s Submission) (*reservation, error) {
	key := idempotencyName(s)
	value, revision, err := q.store.idempotency.get(ctx, key)
	if err != nil || value == nil {
		return nil, err
	}
	held := &reservation{key: key, revision: revision}
	if err := json.Unmarshal(value, held); err != nil {
		return nil, errors.New("parsing a reservation: not as this version writes them")
	}
	id, err := unseal(s.Secret, idempotencyPurpose(s), key, held.SealedID)
	if err != nil {
		return nil, fmt.Errorf("%w, or by a holder of another secret", ErrConflict)
	}
	if held.Input != inputDigest(s.Input) {
		return nil, ErrConflict
	}
	held.id, err = ParseID(string(id))
	return held, err
}

// reserve takes an idempotency key for a while, with a new id; errStale if another
// has it.
func (q *Queue) reserve(ctx context.Context, s Submission) (*reservation, error) {
	held := &reservation{Input: inputDigest(s.Input), key: idempotencyName(s), id: newID()}
	var err error
	if held.SealedID, err = seal(s.Secret, idempotencyPurpose(s), held.key, []byte(held.id)); err != nil {
		return nil, err
	}
	// An expired value leaves a marker, which has a revision.
	value, revision, err := q.store.idempotency.get(ctx, held.key)
	if err != nil {
		return nil, err
	}
	if value != nil {
		return nil, errStale
	}
	if err := q.writeReservation(ctx, held, revision); err != nil {
		return nil, err
	}
	return held, nil
}

// confirm makes a reservation last: its job exists. A submission of the same at the
// same time may confirm it too, or take it away because it was refused; or the
// reservation has expired.
func (q *Queue) confirm(ctx context.Context, held *reservation) error {
	if held.Accepted {
		return nil
	}
	held.Accepted = true
	for revision := held.revision; ; {
		err := q.writeReservation(ctx, held, revision)
		if !errors.Is(err, errStale) {
			return err
		}
		var value []byte
		if value, revision, err = q.store.idempotency.get(ctx, held.key); err != nil {
			return err
		}
		if value != nil {
			now := new(reservation)
			if json.Unmarshal(value, now) != nil || !bytes.Equal(now.SealedID, held.SealedID) {
				return unavailable("confirming the idempotency key", errStale)
			}
			if now.Accepted {
				return nil
			}
		}
		if !pause(ctx, settling) {
			return unavailable("confirming the idempotency key", ctx.Err())
		}
	}
}

// unreserve frees the idempotency key of a submission that was refused, unless
// another has confirmed it. If that fails, it frees itself soon.
func (q *Queue) unreserve(ctx context.Context, held *reservation) {
	if err := q.store.idempotency.remove(ctx, held.key, held.revision); err != nil && !errors.Is(err, errStale) {
		q.config.Logger.Warn("an idempotency key stays reserved for a minute", "error", err)
	}
}

func (q *Queue) writeReservation(ctx context.Context, held *reservation, revision uint64) error {
	value, err := json.Marshal(held)
	if err != nil {
		return fmt.Errorf("encoding a reservation: %w", err)
	}
	ttl := q.config.reservationTTL()
	if held.Accepted {
		ttl = 0
	}
	written, err := q.store.idempotency.put(ctx, held.key, value, revision, ttl)
	if err == nil {
		held.revision = written
	}
	return err
}
