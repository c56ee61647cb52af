package verifier

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/lasting"
	cluster "github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/verify"
)

// The buckets of a [Store].
const (
	requestsBucket = "zkpass_verifier_requests"
	answeredBucket = "zkpass_verifier_answered"
	callsBucket    = "zkpass_verifier_calls"
)

// storeTimeout is how long a store waits for the server.
const storeTimeout = 10 * time.Second

// markerTTL is how long the server remembers that it has removed a key. It needs to
// be set for keys to have times of their own.
const markerTTL = time.Minute

// errStore means that the store did not do what it was asked.
var errStore = errors.New("the store cannot be reached")

// Store keeps requests, which of them are answered, and calls that may come again,
// in three key-value buckets. It is safe for concurrent use by any number of
// processes.
type Store struct {
	requests, answered, calls jetstream.KeyValue
}

// Space is how many bytes each bucket may take: requests are up to 128 KiB each.
type Space struct{ Requests, Answered, Calls int64 }

// OpenStore opens the buckets and makes those that are not there, with copies on
// the given number of nodes.
func OpenStore(ctx context.Context, js jetstream.JetStream, replicas int, space Space) (*Store, error) {
	s := &Store{}
	for _, b := range []struct {
		name, what string
		size       int64
		bucket     *jetstream.KeyValue
	}{
		{requestsBucket, "zkPass requests that may be answered", space.Requests, &s.requests},
		{answeredBucket, "zkPass requests that have been answered", space.Answered, &s.answered},
		{callsBucket, "calls of a zkPass verifier that may come again", space.Calls, &s.calls},
	} {
		var err error
		*b.bucket, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: b.name, Description: b.what, Replicas: max(replicas, 1), Storage: jetstream.FileStorage,
			LimitMarkerTTL: markerTTL, MaxBytes: max(b.size, 0),
		})
		if errors.Is(err, jetstream.ErrBucketExists) {
			*b.bucket, err = js.KeyValue(ctx, b.name)
		}
		if err == nil {
			err = fit(ctx, *b.bucket)
		}
		if err == nil {
			*b.bucket, err = cluster.LeaderOnly(ctx, js, *b.bucket)
		}
		if err == nil && replicas > 1 {
			err = cluster.Raise(ctx, js, "KV_"+b.name, replicas)
		}
		if err != nil {
			return nil, fmt.Errorf("opening bucket %s: %w", b.name, err)
		}
	}
	return s, nil
}

// errBucket means that a bucket could forget what it must keep.
var errBucket = errors.New("not fit for a verifier")

// fit refuses a bucket that forgets before the time: an answered request that is
// forgotten could be answered again.
func fit(ctx context.Context, kv jetstream.KeyValue) error {
	status, err := kv.Status(ctx)
	if err != nil {
		return err
	}
	info, ok := status.(*jetstream.KeyValueBucketStatus)
	if !ok {
		return fmt.Errorf("%w: its configuration cannot be read", errBucket)
	}
	if err := lasting.Check(info.StreamInfo().Config); err != nil {
		return fmt.Errorf("%w: %w", errBucket, err)
	}
	return nil
}

// Probe writes to the store, and takes it back.
func (s *Store) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if _, err := s.calls.Put(ctx, "probe", nil); err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

// keep keeps a request for a time.
func (s *Store) keep(ctx context.Context, id, token string, life time.Duration) error {
	return create(ctx, s.requests, keyOf("request", id), []byte(token), life)
}

// request returns the token of a request.
func (s *Store) request(ctx context.Context, id string) (string, error) {
	value, err := get(ctx, s.requests, keyOf("request", id))
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return "", ErrUnknownRequest
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrCannotTell, err)
	}
	return string(value), nil
}

// begin notes a call, and returns when it was made first.
func (s *Store) begin(ctx context.Context, call Idempotency, now time.Time, life time.Duration) (time.Time, error) {
	key := hex.EncodeToString(call.key[:])
	value := binary.BigEndian.AppendUint64(call.body[:], uint64(now.Unix()))
	err := create(ctx, s.calls, key, value, life)
	if err == nil {
		return now, nil
	}
	if errors.Is(err, jetstream.ErrKeyExists) {
		value, err = get(ctx, s.calls, key)
	}
	switch {
	case err != nil:
		return now, fmt.Errorf("%w: %w", ErrCannotTell, err)
	case len(value) != sha256.Size+8 || !bytes.Equal(value[:sha256.Size], call.body[:]):
		return now, ErrConflict
	}
	return time.Unix(int64(binary.BigEndian.Uint64(value[sha256.Size:])), 0).UTC(), nil
}

// once is a verify.OnceStore that lets the same call come again.
type once struct {
	*Store
	call Idempotency
}

var _ verify.OnceStore = (*once)(nil)

// Use implements [verify.OnceStore]. The look and the mark are one write. What is
// kept is the call that has used the id up, so that this call alone, made again
// after a crash or a lost answer, has its answer.
func (o *once) Use(ctx context.Context, id string, now, until time.Time) error {
	var claim []byte
	if o.call.given() {
		claim = o.call.body[:]
	}
	key := keyOf("answered", id)
	// The clocks of processes differ: what one of them takes to be over, another may
	// still accept.
	err := create(ctx, o.answered, key, claim, until.Sub(now)+zkpass.Skew)
	if !errors.Is(err, jetstream.ErrKeyExists) {
		if err != nil {
			return fmt.Errorf("%w: %w", errStore, err)
		}
		return nil
	}
	if claim == nil {
		return verify.ErrReplayed
	}
	by, err := get(ctx, o.answered, key)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errStore, err)
	case !bytes.Equal(by, claim):
		return verify.ErrReplayed
	}
	return nil
}

func create(ctx context.Context, kv jetstream.KeyValue, key string, value []byte, life time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	// The server counts whole seconds, one at the least.
	life = max((life + time.Second - 1).Truncate(time.Second), time.Second)
	_, err := kv.Create(ctx, key, value, jetstream.KeyTTL(life))
	return err
}

func get(ctx context.Context, kv jetstream.KeyValue, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	entry, err := kv.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return entry.Value(), nil
}

// keyOf is the key of an id: ids are any text, keys are not, and what is asked for
// stands in no log of a server.
func keyOf(what, id string) string {
	sum := sha256.Sum256([]byte("zkpass verifier " + what + "\x00" + id))
	return hex.EncodeToString(sum[:])
}
