package apikey

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass/internal/natstest"
)

func openBucket(t *testing.T, conn *nats.Conn) *Bucket {
	t.Helper()
	b, err := OpenKV(t.Context(), conn, 1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func twoBuckets(t *testing.T) (Store, Store) {
	conn, _ := natstest.Start(t, t.TempDir())
	return openBucket(t, conn), openBucket(t, conn)
}

func TestBucketRevocationElsewhere(t *testing.T) {
	conn, _ := natstest.Start(t, t.TempDir())
	service, command := openBucket(t, conn), openBucket(t, conn)
	clock := newClock()
	service.now = clock.now
	key, secret := create(t, command, Options{})
	good := func() bool {
		_, err := Authenticate(t.Context(), service, key.Key, secret, time.Now())
		if err != nil && err != ErrWrong {
			t.Fatal(err)
		}
		return err == nil
	}
	if !good() {
		t.Fatal("a new key is not known")
	}
	if err := command.Revoke(t.Context(), key.Key); err != nil {
		t.Fatal(err)
	}
	clock.pass(cacheFor - time.Nanosecond)
	if !good() {
		t.Error("the cluster is asked more often than it should be")
	}
	clock.pass(time.Nanosecond)
	if good() {
		t.Errorf("a revoked key is good after %s", cacheFor)
	}
}

// While the cluster is away nobody is let in, and nobody is told that the key is
// wrong.
func TestBucketWithoutCluster(t *testing.T) {
	conn, stop := natstest.Start(t, t.TempDir())
	b := openBucket(t, conn)
	clock := newClock()
	b.now = clock.now
	key, secret := create(t, b, Options{})
	if _, err := Authenticate(t.Context(), b, key.Key, secret, time.Now()); err != nil {
		t.Fatal(err)
	}
	stop()
	clock.pass(cacheFor)
	if _, err := Authenticate(t.Context(), b, key.Key, secret, time.Now()); err == nil || errors.Is(err, ErrWrong) {
		t.Errorf("got %v", err)
	}
	if _, err := b.List(t.Context()); err == nil {
		t.Error("listed")
	}
	if err := b.Revoke(t.Context(), key.Key); err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("revoking: %v", err)
	}
}

func TestBucketDamagedRecord(t *testing.T) {
	conn, _ := natstest.Start(t, t.TempDir())
	b := openBucket(t, conn)
	key := "zkp_" + strings.Repeat("a", 16)
	other := "zkp_" + strings.Repeat("b", 16)
	for _, text := range []string{"", "{", `{"key":"` + key + `","hash":"AAAA"}`, `{"key":"` + other + `","hash":"` + strings.Repeat("A", 43) + `="}`} {
		if _, err := b.kv.Put(t.Context(), key, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Lookup(t.Context(), key); err == nil || errors.Is(err, ErrUnknown) {
			t.Errorf("looking up %q: %v", text, err)
		}
		if _, err := b.List(t.Context()); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("listing %q: %v", text, err)
		}
	}
	if err := b.Revoke(t.Context(), key); err != nil {
		t.Errorf("revoking: %v", err)
	}
	if _, err := b.Lookup(t.Context(), key); !errors.Is(err, ErrUnknown) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestBucketCacheIsBounded(t *testing.T) {
	b := &Bucket{cached: make(map[string]cachedRecord)}
	for i := range 3 * maxCached {
		b.remember(string(rune('a'+i%26))+strings.Repeat("x", i%97)+time.Duration(i).String(), cachedRecord{})
		if len(b.cached) > maxCached {
			t.Fatalf("%d records", len(b.cached))
		}
	}
}

// Front ends that start together make one bucket.
func TestBucketMadeAtOnce(t *testing.T) {
	conn, _ := natstest.Start(t, t.TempDir())
	errs := make(chan error)
	for range 4 {
		go func() {
			_, err := OpenKV(t.Context(), conn, 1)
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.KeyValue(t.Context(), BucketName); err != nil {
		t.Error(err)
	}
}
