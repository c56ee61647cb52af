// Package natskv keeps in NATS JetStream which requests have been answered, for
// verifiers that run in several processes: a [Store] is a verify.OnceStore.
//
// It is a package of its own, so that package verify links no NATS. It keeps
// neither requests nor answers, only hashes of request ids, each until its request
// can no longer be answered.
package natskv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/lasting"
	"github.com/zkpass-go/zkpass/verify"
)

const (
	// DefaultBucket is the key-value bucket of a [Store].
	DefaultBucket = "zkpass_answered"
	// DefaultTimeout is how long a store waits for the server.
	DefaultTimeout = 5 * time.Second
)

// ErrBucket means that the bucket is there, with a configuration under which it
// could forget ids too early.
var ErrBucket = errors.New("bucket not fit to keep answered requests")

// Options change how a [Store] works. The zero value is good.
type Options struct {
	// Bucket is the name of the bucket, made if it is not there; empty stands for
	// [DefaultBucket]. All processes of a verifier use the same one.
	Bucket string
	// Replicas is on how many servers of a cluster the bucket lives; 0 stands for 3 on
	// a cluster and 1 else. One that has fewer gets as many; it never loses any.
	Replicas int
	// Timeout is how long to wait for the server; 0 stands for [DefaultTimeout].
	Timeout time.Duration
}

// Store is a verify.OnceStore in a key-value bucket. It is safe for concurrent use,
// by any number of processes.
//
// An id outlives a crash of the server only as far as the server has written it to
// disk: set sync_interval to always there, or use several replicas.
type Store struct {
	bucket  jetstream.KeyValue
	timeout time.Duration
	margin  time.Duration
}

var _ verify.OnceStore = (*Store)(nil)

// markerTTL is how long the server remembers that it has removed an id. It needs
// to be set for ids to have times of their own.
const markerTTL = time.Minute

// Open opens the bucket, and makes it if it is not there. A bucket that could
// forget ids too early is [ErrBucket].
func Open(ctx context.Context, js jetstream.JetStream, opts Options) (*Store, error) {
	name := opts.Bucket
	if name == "" {
		name = DefaultBucket
	}
	// The clocks of processes differ: what one of them takes to be over, another
	// may still accept.
	s := &Store{timeout: opts.Timeout, margin: zkpass.Skew}
	if s.timeout == 0 {
		s.timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	replicas := opts.Replicas
	if replicas == 0 {
		replicas = 1
		if js.Conn().ConnectedClusterName() != "" {
			replicas = clusterReplicas
		}
	}
	var err error
	s.bucket, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: name, Description: "answered zkPass requests", Replicas: replicas, Storage: jetstream.FileStorage,
		LimitMarkerTTL: markerTTL,
	})
	if errors.Is(err, jetstream.ErrBucketExists) {
		s.bucket, err = js.KeyValue(ctx, name)
	}
	if err != nil {
		return nil, fmt.Errorf("opening bucket %s: %w", name, err)
	}
	if err := check(ctx, js, name); err != nil {
		return nil, fmt.Errorf("opening bucket %s: %w", name, err)
	}
	if err := raise(ctx, js, name, replicas); err != nil {
		return nil, fmt.Errorf("opening bucket %s: %w", name, err)
	}
	return s, nil
}

// clusterReplicas lets any one server of a cluster be lost.
const clusterReplicas = 3

// raise gives the bucket as many copies as it should have. Which ids are used is worth
// more than to start with fewer: with one server lost, ids could be used again.
func raise(ctx context.Context, js jetstream.JetStream, name string, replicas int) error {
	stream, err := js.Stream(ctx, "KV_"+name)
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	if config.Replicas >= replicas {
		return nil
	}
	config.Replicas = replicas
	if _, err := js.UpdateStream(ctx, config); err != nil {
		return fmt.Errorf("raising it to %d copies: %w", replicas, err)
	}
	return nil
}

// check refuses whatever makes a server remove an id before its time.
func check(ctx context.Context, js jetstream.JetStream, name string) error {
	stream, err := js.Stream(ctx, "KV_"+name)
	if err != nil {
		return err
	}
	if err := lasting.Check(stream.CachedInfo().Config); err != nil {
		return fmt.Errorf("%w: %w", ErrBucket, err)
	}
	return nil
}

// maxKept is what an id is kept at most, unless it is kept for ever.
const maxKept = 200 * 365 * 24 * time.Hour

// Use implements verify.OnceStore. A full bucket, a server that does not answer in
// time, and every other doubt is an error; the id may then be used up all the
// same.
func (s *Store) Use(ctx context.Context, id string, now, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var options []jetstream.KVCreateOpt
	// Without a time of its own an id is kept for ever.
	if kept := until.Sub(now); kept < maxKept {
		options = append(options, jetstream.KeyTTL(wholeSeconds(max(kept, 0)+s.margin)))
	}
	_, err := s.bucket.Create(ctx, key(id), nil, options...)
	switch {
	case errors.Is(err, jetstream.ErrKeyExists):
		return verify.ErrReplayed
	case err != nil:
		return fmt.Errorf("writing to bucket %s: %w", s.bucket.Bucket(), err)
	}
	return nil
}

// wholeSeconds rounds up to what the server can count, at the least a second.
func wholeSeconds(d time.Duration) time.Duration {
	return max((d + time.Second - 1).Truncate(time.Second), time.Second)
}

// key returns the key of an id. Ids are any text, keys are not.
func key(id string) string {
	sum := sha256.Sum256([]byte("zkpass answered request\x00" + id))
	return hex.EncodeToString(sum[:])
}
