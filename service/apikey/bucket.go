package apikey

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/time/rate"

	cluster "github.com/zkpass-go/zkpass/service/jetstream"
)

const (
	// BucketName is the key-value bucket that holds the keys of a service.
	BucketName = "zkpass-apikeys"

	// cacheFor is how long a front end trusts a record; the rest of the second
	// within which a revocation counts is for the cluster.
	cacheFor = 500 * time.Millisecond
	// maxCached bounds the records that a front end remembers.
	maxCached = 4096
	// bucketTimeout bounds one operation on the cluster.
	bucketTimeout = 5 * time.Second
)

// Bucket keeps keys in a key-value bucket of NATS JetStream. It asks the cluster
// for a key when it has not done so for half a second; while the cluster does not
// answer, no key is good. Names of no key are asked for so often only: the rest is
// answered by a list of names that the cluster keeps up to date.
type Bucket struct {
	kv     jetstream.KeyValue
	now    func() time.Time
	misses *rate.Limiter

	mu     sync.Mutex
	cached map[string]cachedRecord
	names  map[string]bool // nil while the list is not followed

	stop context.CancelFunc
}

type cachedRecord struct {
	record Record
	read   time.Time // before it was asked for
}

// OpenKV opens the keys of the service on a NATS cluster, until the connection is
// closed. The bucket is made if it is not there, with the number of replicas given, 1
// to 5, or with 0 three on a cluster; one that has fewer gets as many.
func OpenKV(ctx context.Context, conn *nats.Conn, replicas int) (*Bucket, error) {
	ctx, cancel := context.WithTimeout(ctx, bucketTimeout)
	defer cancel()
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("opening API keys: %w", err)
	}
	config := jetstream.KeyValueConfig{
		Bucket: BucketName, Description: "API keys of the zkPass service, secrets hashed",
		Replicas: cluster.Replicas(conn, replicas), Storage: jetstream.FileStorage, MaxValueSize: 16 << 10,
	}
	kv, err := js.KeyValue(ctx, BucketName)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateKeyValue(ctx, config)
		if errors.Is(err, jetstream.ErrBucketExists) { // made by another process just now
			kv, err = js.KeyValue(ctx, BucketName)
		}
	}
	if err == nil {
		kv, err = cluster.LeaderOnly(ctx, js, kv)
	}
	if err != nil {
		return nil, fmt.Errorf("opening API keys: %w", err)
	}
	b := &Bucket{
		kv: kv, now: time.Now, cached: make(map[string]cachedRecord), misses: rate.NewLimiter(missRate, missBurst),
	}
	following, stop := context.WithCancel(context.Background())
	b.stop = stop
	go b.follow(following, js, conn, replicas)
	return b, nil
}

// Close ends what Bucket does by itself.
func (b *Bucket) Close() { b.stop() }

// follow keeps the list of names, and has the bucket raised to as many copies as it
// should have: a node may be away when it is opened.
func (b *Bucket) follow(ctx context.Context, js jetstream.JetStream, conn *nats.Conn, replicas int) {
	for ctx.Err() == nil && !conn.IsClosed() {
		raising, cancel := context.WithTimeout(ctx, bucketTimeout)
		raised := cluster.Raise(raising, js, "KV_"+BucketName, replicas)
		cancel()
		watching, cancel := context.WithTimeout(ctx, 10*time.Minute)
		if raised != nil {
			cancel()
			watching, cancel = context.WithTimeout(ctx, time.Minute)
		}
		b.watch(watching)
		cancel()
		b.mu.Lock()
		b.names = nil
		b.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// watch follows the names of keys until something is wrong.
func (b *Bucket) watch(ctx context.Context) {
	watcher, err := b.kv.WatchAll(ctx, jetstream.MetaOnly())
	if err != nil {
		return
	}
	defer watcher.Stop()
	names := make(map[string]bool)
	for {
		select {
		case <-ctx.Done():
			return
		case entry, open := <-watcher.Updates():
			if !open {
				return
			}
			b.mu.Lock()
			switch {
			case entry == nil:
				b.names = names
			case entry.Operation() == jetstream.KeyValuePut:
				names[entry.Key()] = true
			default:
				delete(names, entry.Key())
			}
			b.mu.Unlock()
		}
	}
}

// Names of no key that the cluster is asked for all the same, in a second and at once:
// one may have been made just now.
const (
	missRate  = 20
	missBurst = 100
)

// attemptTimeout bounds one question to the cluster, which a node that is lost does not
// answer.
const attemptTimeout = time.Second

// get asks the cluster for a key until it answers.
func (b *Bucket) get(ctx context.Context, key string) (jetstream.KeyValueEntry, error) {
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
		entry, err := b.kv.Get(attempt, key)
		cancel()
		if err == nil || errors.Is(err, jetstream.ErrKeyNotFound) {
			return entry, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Create implements [Store].
func (b *Bucket) Create(ctx context.Context, record Record) error {
	ctx, cancel := context.WithTimeout(ctx, bucketTimeout)
	defer cancel()
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	_, err = b.kv.Create(ctx, record.Key.Key, text)
	if errors.Is(err, jetstream.ErrKeyExists) {
		return ErrExists
	}
	return err
}

// List implements [Store].
func (b *Bucket) List(ctx context.Context) ([]Key, error) {
	ctx, cancel := context.WithTimeout(ctx, bucketTimeout)
	defer cancel()
	watcher, err := b.kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return nil, fmt.Errorf("listing API keys: %w", err)
	}
	defer watcher.Stop()
	var keys []Key
	for {
		select {
		case entry, ok := <-watcher.Updates():
			if !ok {
				return nil, fmt.Errorf("listing API keys: the cluster ended the listing")
			}
			if entry == nil { // all that was there when it began
				slices.SortFunc(keys, compareKeys)
				return keys, nil
			}
			record, err := parseRecord(entry)
			if err != nil {
				return nil, fmt.Errorf("listing API keys: %w", err)
			}
			keys = append(keys, record.Key)
		case <-ctx.Done():
			return nil, fmt.Errorf("listing API keys: %w", ctx.Err())
		}
	}
}

// Revoke implements [Store].
func (b *Bucket) Revoke(ctx context.Context, key string) error {
	if err := b.revoke(ctx, key); err != nil {
		return fmt.Errorf("revoking API key: %w", err)
	}
	return nil
}

func (b *Bucket) revoke(ctx context.Context, key string) error {
	if !validKey(key) {
		return ErrUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, bucketTimeout)
	defer cancel()
	entry, err := b.get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return ErrUnknown
	}
	if err != nil {
		return err
	}
	// Of the revision found, so that of two who revoke at once one is told.
	err = b.kv.Purge(ctx, key, jetstream.LastRevision(entry.Revision()))
	if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
		return ErrUnknown
	}
	b.mu.Lock()
	delete(b.cached, key)
	b.mu.Unlock()
	return err
}

// Lookup implements [Store].
func (b *Bucket) Lookup(ctx context.Context, key string) (Record, error) {
	if !validKey(key) {
		return Record{}, ErrUnknown
	}
	now := b.now()
	b.mu.Lock()
	cached, ok := b.cached[key]
	absent := b.names != nil && !b.names[key]
	b.mu.Unlock()
	if age := now.Sub(cached.read); ok && age >= 0 && age < cacheFor {
		return cached.record, nil
	}
	if absent && !b.misses.AllowN(now, 1) {
		return Record{}, ErrUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, bucketTimeout)
	defer cancel()
	entry, err := b.get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		b.mu.Lock()
		delete(b.cached, key)
		b.mu.Unlock()
		return Record{}, ErrUnknown
	}
	if err != nil {
		return Record{}, fmt.Errorf("reading API key from the cluster: %w", err)
	}
	record, err := parseRecord(entry)
	if err != nil {
		return Record{}, err
	}
	b.remember(key, cachedRecord{record, now})
	return record, nil
}

func (b *Bucket) remember(key string, c cachedRecord) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.cached) >= maxCached {
		clear(b.cached) // costs one round trip for each key in use
	}
	b.cached[key] = c
}

func parseRecord(entry jetstream.KeyValueEntry) (Record, error) {
	var record Record
	if err := json.Unmarshal(entry.Value(), &record); err != nil ||
		record.Key.Key != entry.Key() || len(record.Hash) != sha256.Size {
		return Record{}, fmt.Errorf("the record of API key %q is damaged; revoke it", entry.Key())
	}
	return record, nil
}
