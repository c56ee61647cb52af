package keyring

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	cluster "github.com/zkpass-go/zkpass/service/jetstream"
)

// The bucket that workers publish to, and the one key in it.
const (
	bucketName = "zkpass-keys"
	bucketKey  = "published"
)

// Bucket says where public keys are published.
type Bucket struct {
	Conn     *nats.Conn
	Replicas int          // of the bucket; 0 stands for 3 on a cluster. Never lowered
	Logger   *slog.Logger // nil for none
}

func (b *Bucket) logger() *slog.Logger {
	return cmp.Or(b.Logger, slog.New(slog.DiscardHandler))
}

// open returns the bucket, and makes it if there is none.
func (b *Bucket) open(ctx context.Context) (jetstream.KeyValue, error) {
	js, err := jetstream.New(b.Conn)
	if err != nil {
		return nil, err
	}
	kv, err := js.KeyValue(ctx, bucketName)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: bucketName, Description: "public keys of the zkPass service", History: 1,
			MaxBytes: 1 << 20, Storage: jetstream.FileStorage, Replicas: cluster.Replicas(b.Conn, b.Replicas),
		})
		if errors.Is(err, jetstream.ErrBucketExists) { // made by another in this moment
			kv, err = js.KeyValue(ctx, bucketName)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the bucket %s: %w", bucketName, err)
	}
	if err := cluster.Raise(ctx, js, "KV_"+bucketName, b.Replicas); err != nil {
		// It serves as it is; the next time may be better.
		b.logger().Warn("the bucket of keys has fewer copies than it should", "error", err)
	}
	return kv, nil
}

// message is what travels: public keys, all of it.
type message struct {
	JWKS     json.RawMessage `json:"jwks"`
	Accepted []string        `json:"accepted"`
}

// Publish keeps the public part of a ring in the bucket until ctx ends. All
// workers of a service do so, with the same directory.
func Publish(ctx context.Context, bucket Bucket, ring *Ring) {
	publishEvery(ctx, bucket, ring, interval)
}

func publishEvery(ctx context.Context, bucket Bucket, ring *Ring, every time.Duration) {
	repeat(ctx, every, func(ctx context.Context) {
		if err := publishOnce(ctx, bucket, ring); err != nil && ctx.Err() == nil {
			bucket.logger().Error("publishing keys", "error", err)
		}
	})
}

// storeTimeout bounds one exchange with the store.
const storeTimeout = 5 * time.Second

func publishOnce(ctx context.Context, bucket Bucket, ring *Ring) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	kv, err := bucket.open(ctx)
	if err != nil {
		return err
	}
	p := ring.Published()
	text, err := json.Marshal(message{p.JWKS, p.Accepted})
	if err != nil {
		return err
	}
	have, err := kv.Get(ctx, bucketKey)
	switch {
	case err == nil && bytes.Equal(have.Value(), text):
		return nil
	case err == nil:
		if other, parseErr := parseMessage(have.Value()); parseErr == nil && !shares(p, other) {
			bucket.logger().Warn("the keys published before are of another directory: workers of one service must share theirs")
		}
		_, err = kv.Update(ctx, bucketKey, text, have.Revision())
	case errors.Is(err, jetstream.ErrKeyNotFound):
		_, err = kv.Create(ctx, bucketKey, text)
	}
	if errors.Is(err, jetstream.ErrKeyExists) {
		return nil // another worker was faster; the next round compares
	}
	return err
}

// shares reports whether two states can be of one ring at different times.
func shares(a, b Published) bool {
	for _, key := range a.Keys.Keys() {
		if _, err := b.Keys.Key(key.ID(), key.Algorithm()); err == nil {
			return true
		}
	}
	return false
}

// maxMessage bounds what is read: a JWKS and some ids.
const maxMessage = 2 * zkpass.MaxKeySet

// parseMessage reads what a worker has published. A private key in it is an error.
func parseMessage(text []byte) (Published, error) {
	if len(text) > maxMessage {
		return Published{}, fmt.Errorf("%w: published keys of %d bytes, at most %d are read", zkpass.ErrTooLarge, len(text), maxMessage)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var m message
	if err := decoder.Decode(&m); err != nil {
		return Published{}, fmt.Errorf("%w: published keys", zkpass.ErrMalformed)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Published{}, fmt.Errorf("%w: published keys with bytes after them", zkpass.ErrMalformed)
	}
	set, err := zkpass.ParseKeySet(m.JWKS)
	if err != nil {
		return Published{}, fmt.Errorf("published keys: %w", err)
	}
	p, err := newPublished(set.Keys(), m.Accepted)
	if err != nil {
		return Published{}, fmt.Errorf("published keys: %w", err)
	}
	return p, nil
}

// Remote follows what workers publish, for front ends, which have no keys. It is
// safe for concurrent use.
type Remote struct {
	last atomic.Pointer[Published]
}

// Published returns what was published last, also while NATS cannot be reached.
// Until something was, it is the zero value, which is not Ready.
func (r *Remote) Published() Published {
	if p := r.last.Load(); p != nil {
		return *p
	}
	return Published{}
}

// Watch follows the bucket until ctx ends. It returns at once.
func Watch(ctx context.Context, bucket Bucket) *Remote {
	r := &Remote{}
	go repeat(ctx, time.Second, func(ctx context.Context) {
		if err := r.follow(ctx, bucket); err != nil && ctx.Err() == nil {
			bucket.logger().Error("following published keys", "error", err)
		}
	})
	return r
}

// follow takes what comes until the watcher or ctx ends.
func (r *Remote) follow(ctx context.Context, bucket Bucket) error {
	opening, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	kv, err := bucket.open(opening)
	if err != nil {
		return err
	}
	watcher, err := kv.Watch(ctx, bucketKey)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case update, open := <-watcher.Updates():
			if !open {
				return errors.New("the watcher has ended")
			}
			// nil marks the end of what was there. What is deleted stays known.
			if update == nil || update.Operation() != jetstream.KeyValuePut {
				continue
			}
			p, err := parseMessage(update.Value())
			if err != nil {
				bucket.logger().Error("reading published keys", "error", err)
				continue
			}
			r.last.Store(&p)
		}
	}
}

// repeat calls f with pauses until ctx ends.
func repeat(ctx context.Context, pause time.Duration, f func(context.Context)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		f(ctx)
		timer.Reset(pause)
	}
}
