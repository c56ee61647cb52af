package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// record is the state of a job as it is stored. It is kept without end while the
// job is unfinished, then for ResultTTL.
type record struct {
	State    State     `json:"state"`
	Owner    string    `json:"owner"` // hashed
	Accepted time.Time `json:"accepted"`
	Ended    time.Time `json:"ended,omitzero"`
	// Claim names the taking of the job by a worker that the state comes from.
	Claim    string `json:"claim,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
	// Crashes counts the proving processes that died of the job.
	Crashes int `json:"crashes,omitempty"`
	// Seq is where the input stands in the queue: what is lower came earlier.
	Seq uint64 `json:"seq"`
	// Size is what is stored: the input's, then the outcome's, in bytes.
	Size int64 `json:"size"`
	// Weight, Limit and Family are those of the submission.
	Weight float64 `json:"weight,omitempty"`
	Limit  int     `json:"limit,omitempty"`
	Family string  `json:"family,omitempty"`
	// Delay is how long nobody is to take the job that was handed back.
	Delay time.Duration `json:"delay,omitempty"`
	// Upload and Parts lead to the outcome.
	Upload string `json:"upload,omitempty"`
	Parts  int    `json:"parts,omitempty"`
}

// deleted is the state of a record that only keeps workers from starting anew
// what the owner has deleted.
const deleted State = "deleted"

func (r *record) pending() bool { return r != nil && (r.State == Queued || r.State == Proving) }

// errStale means that a value was changed by another since it was read, or is being
// changed: on a cluster the leader already refuses for what it has only proposed to
// the others, which a read does not show yet and may come to nothing. So nobody may
// conclude from it that something is there; read, wait and try again.
var errStale = errors.New("changed by another")

// settling is how long to wait for a proposal to show or vanish.
const settling = 20 * time.Millisecond

// bucket is a key-value bucket with what package jetstream's lacks: updates with
// a time to live, and retries that wait for a new leader.
type bucket struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	prefix string
}

// get reads a value. There is none if it is nil; the revision is then 0 or that of
// a marker left by a value that expired.
func (b *bucket) get(ctx context.Context, key string) (value []byte, revision uint64, err error) {
	err = retry(ctx, "reading the store", func(ctx context.Context) error {
		message, err := b.stream.GetLastMsgForSubject(ctx, b.prefix+key)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			value, revision = nil, 0
			return nil
		case err != nil:
			return err
		}
		value, revision = message.Data, message.Sequence
		if message.Header.Get("KV-Operation") != "" || message.Header.Get(jetstream.MarkerReasonHeader) != "" {
			value = nil
		}
		return nil
	})
	return value, revision, err
}

// put writes a value if the key is still at a revision (0: not there), to be kept
// for ttl (0: as long as the bucket keeps values). It fails with errStale, with
// nothing written, or with ErrUnavailable: then it may have been written.
func (b *bucket) put(ctx context.Context, key string, value []byte, revision uint64, ttl time.Duration) (uint64, error) {
	options := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(revision)}
	if ttl > 0 {
		options = append(options, jetstream.WithMsgTTL(ttl))
	}
	ack, err := publish(ctx, b.js, b.prefix+key, value, options...)
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// remove deletes a value if the key is still at a revision.
func (b *bucket) remove(ctx context.Context, key string, revision uint64) error {
	message := nats.NewMsg(b.prefix + key)
	message.Header.Set("KV-Operation", "PURGE")
	message.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	_, err := publishMessage(ctx, b.js, message,
		jetstream.WithExpectLastSequencePerSubject(revision), jetstream.WithMsgTTL(markerTTL))
	return err
}

// record reads the record of a job; nil if there is none.
func (s *store) record(ctx context.Context, key string) (*record, uint64, error) {
	value, revision, err := s.records.get(ctx, key)
	if err != nil || value == nil {
		return nil, revision, err
	}
	rec, err := parseRecord(value)
	return rec, revision, err
}

func parseRecord(value []byte) (*record, error) {
	rec := new(record)
	if err := json.Unmarshal(value, rec); err != nil {
		return nil, errors.New("parsing a job's record: not as this version writes them")
	}
	return rec, nil
}

// putRecord writes a record; see bucket.put.
func (s *store) putRecord(ctx context.Context, key string, rec record, revision uint64, ttl time.Duration) (uint64, error) {
	value, err := json.Marshal(rec)
	if err != nil {
		return 0, fmt.Errorf("encoding a record: %w", err)
	}
	return s.records.put(ctx, key, value, revision, ttl)
}

// input reads the message of a job in the queue; nil if there is none.
func (s *store) input(ctx context.Context, key string) (message *jetstream.RawStreamMsg, err error) {
	err = retry(ctx, "reading the queue", func(ctx context.Context) error {
		message, err = s.queue.GetLastMsgForSubject(ctx, queueSubject+key)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			message = nil
			return nil
		}
		return err
	})
	return message, err
}

// dropInput removes the message of a job from the queue and overwrites it: to
// delete it alone would leave it in the store's files, as long as there are others
// beside it.
func (s *store) dropInput(ctx context.Context, key string) error {
	message, err := s.input(ctx, key)
	if err != nil || message == nil {
		return err
	}
	err = s.queue.SecureDeleteMsg(ctx, message.Sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) || isCode(err, 10043) { // another was faster
		return nil
	}
	return err
}

func publish(ctx context.Context, js jetstream.JetStream, subject string, data []byte, options ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	return publishMessage(ctx, js, &nats.Msg{Subject: subject, Data: data}, options...)
}

// publishMessage stores a message. It tries again while the store says that it
// did not take it, for want of a leader for example, but never after silence.
func publishMessage(ctx context.Context, js jetstream.JetStream, message *nats.Msg, options ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	options = append(options, jetstream.WithRetryAttempts(0))
	for {
		// The library writes headers into the message.
		attempt := &nats.Msg{Subject: message.Subject, Data: message.Data, Header: nats.Header{}}
		for name, values := range message.Header {
			attempt.Header[name] = values
		}
		ack, err := js.PublishMsg(ctx, attempt, options...)
		switch {
		case err == nil:
			return ack, nil
		case isCode(err, 10071, 10164): // wrong last sequence
			return nil, errStale
		case !notStored(err) || !pause(ctx, 100*time.Millisecond):
			return nil, unavailable("writing to the store", err)
		}
	}
}

// notStored reports whether a message was certainly not stored, and may be soon.
func notStored(err error) bool {
	return errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) ||
		errors.Is(err, nats.ErrReconnectBufExceeded) ||
		// No leader, not ready to compare sequences, a queue of requests that is full.
		isCode(err, 10008, 10163, 10167)
}

func isCode(err error, codes ...jetstream.ErrorCode) bool {
	var api *jetstream.APIError
	if !errors.As(err, &api) {
		return false
	}
	for _, code := range codes {
		if api.ErrorCode == code {
			return true
		}
	}
	return false
}

// retry repeats a request without effects until it is answered or
// operationTimeout is over.
func retry(ctx context.Context, doing string, request func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	for {
		attempt, end := context.WithTimeout(ctx, attemptTimeout)
		err := request(attempt)
		end()
		if err == nil {
			return nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return unavailable(doing, err)
		}
	}
}

// pause waits, and reports whether it did to the end.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func unavailable(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, err)
}
