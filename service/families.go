package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	cluster "github.com/zkpass-go/zkpass/service/jetstream"
)

// ownFamilies are the families of circuits that this build proves.
func (c *Config) ownFamilies() []string {
	if c.Families != nil {
		return c.Families
	}
	return zkpass.Families()
}

// The bucket where workers say which families they prove, one key for each, and how long
// it is remembered that somebody did.
const (
	familyBucket = "zkpass-families"
	familyMemory = 24 * time.Hour
)

const (
	// familyBeat is how often a worker says so.
	familyBeat = 10 * time.Second
	// familyLease is how long a worker is taken to live that has not said it again.
	familyLease = 40 * time.Second
)

// families is what workers say that they prove. Time is what has passed here since it
// was heard, and not what a clock says.
type families struct {
	own []string // that are always there, of a service that runs alone

	mu    sync.Mutex
	heard map[string]time.Time
	fresh bool // what was said in the last day is known
}

// Live lists the families that are proven now.
func (f *families) Live() (list []string) {
	list = slices.Clone(f.own)
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, at := range f.heard {
		if time.Since(at) < familyLease && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// Has reports whether a family is proven now, and whether it was lately. Until what
// others say is known, everything may have been.
func (f *families) Has(name string) (now, lately bool) {
	if slices.Contains(f.own, name) {
		return true, true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	at, ok := f.heard[name]
	return ok && time.Since(at) < familyLease, ok || !f.fresh && f.heard != nil
}

// openFamilies opens the bucket, and makes it if there is none.
func openFamilies(ctx context.Context, conn *nats.Conn, replicas int) (jetstream.KeyValue, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	kv, err := js.KeyValue(ctx, familyBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: familyBucket, Description: "families of circuits that zkPass workers prove", History: 1, TTL: familyMemory,
			MaxBytes: 1 << 20, Storage: jetstream.FileStorage, Replicas: cluster.Replicas(conn, replicas),
		})
		if errors.Is(err, jetstream.ErrBucketExists) { // made by another in this moment
			kv, err = js.KeyValue(ctx, familyBucket)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the bucket %s: %w", familyBucket, err)
	}
	return kv, cluster.Raise(ctx, js, "KV_"+familyBucket, replicas)
}

// announce says which families a worker proves until ctx ends.
func announce(ctx context.Context, conn *nats.Conn, replicas int, own []string, logger *slog.Logger) {
	say := func() error {
		kv, err := openFamilies(ctx, conn, replicas)
		if kv == nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		for _, name := range own {
			if _, putErr := kv.Put(ctx, name, nil); putErr != nil {
				return putErr
			}
		}
		return err
	}
	for {
		if err := say(); err != nil && ctx.Err() == nil {
			logger.Warn("saying which families are proven here", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(familyBeat):
		}
	}
}

// watchFamilies follows what workers say until ctx ends.
func watchFamilies(ctx context.Context, conn *nats.Conn, replicas int, logger *slog.Logger) *families {
	f := &families{heard: map[string]time.Time{}}
	go func() {
		for ctx.Err() == nil {
			if err := f.follow(ctx, conn, replicas); err != nil && ctx.Err() == nil {
				logger.Warn("following which families are proven", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()
	return f
}

func (f *families) follow(ctx context.Context, conn *nats.Conn, replicas int) error {
	kv, err := openFamilies(ctx, conn, replicas)
	if kv == nil {
		return err
	}
	watcher, err := kv.WatchAll(ctx, jetstream.MetaOnly())
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case entry, open := <-watcher.Updates():
			if !open {
				return errors.New("the watcher has ended")
			}
			f.hear(entry)
		}
	}
}

func (f *families) hear(entry jetstream.KeyValueEntry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case entry == nil: // all that was said before
		f.fresh = true
	case entry.Operation() == jetstream.KeyValuePut && len(f.heard) < maxFamilies:
		// What was said before counts as said now: its worker may live.
		f.heard[entry.Key()] = time.Now()
	default:
		delete(f.heard, entry.Key())
	}
	for name, at := range f.heard {
		if time.Since(at) > familyMemory {
			delete(f.heard, name)
		}
	}
}

// maxFamilies bounds what is remembered.
const maxFamilies = 256
