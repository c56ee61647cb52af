package natskv

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass/internal/natstest"
	"github.com/zkpass-go/zkpass/verify"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// start starts a server with its files in a directory.
func start(t *testing.T, dir string) (js jetstream.JetStream, stop func()) {
	t.Helper()
	conn, stop := natstest.Start(t, dir)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js, stop
}

func open(t *testing.T, js jetstream.JetStream, opts Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), js, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLine18UsedOnce(t *testing.T) {
	dir := t.TempDir()
	js, stop := start(t, dir)
	first := open(t, js, Options{})
	second := open(t, js, Options{}) // another process
	ids := []string{"a", "b.>", "*", "ä \n", strings.Repeat("x", 10_000)}
	for _, id := range ids {
		if err := first.Use(t.Context(), id, noon, noon.Add(time.Hour)); err != nil {
			t.Errorf("%.20q: %v", id, err)
		}
	}
	used := func(s *Store, when string) {
		t.Helper()
		for _, id := range ids {
			if err := s.Use(t.Context(), id, noon, noon.Add(time.Hour)); !errors.Is(err, verify.ErrReplayed) {
				t.Errorf("%.20q %s: %v", id, when, err)
			}
		}
	}
	used(first, "again")
	used(second, "in another process")
	stop()
	js, _ = start(t, dir)
	used(open(t, js, Options{}), "after a restart")
	if err := open(t, js, Options{Bucket: "other"}).Use(t.Context(), "a", noon, noon.Add(time.Hour)); err != nil {
		t.Errorf("in another bucket: %v", err)
	}
}

// Of 100 calls at once for one id, one succeeds.
func TestAtomic(t *testing.T) {
	js, _ := start(t, t.TempDir())
	stores := []*Store{open(t, js, Options{}), open(t, js, Options{})}
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			switch err := stores[i%2].Use(t.Context(), "id", noon, noon.Add(time.Hour)); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, verify.ErrReplayed):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 99 {
		t.Errorf("%d succeeded, %d were told of it", won.Load(), lost.Load())
	}
}

// How long the server is told to keep an id: rounded up, and with room for clocks.
func TestKept(t *testing.T) {
	js, _ := start(t, t.TempDir())
	s := open(t, js, Options{})
	for kept, want := range map[time.Duration]string{
		time.Hour: "1h1m0s", 1500 * time.Millisecond: "1m2s", 0: "1m0s", -time.Hour: "1m0s", maxKept - time.Hour: (maxKept - time.Hour + time.Minute).String(), maxKept: "",
		1<<63 - 1: "",
	} {
		id := fmt.Sprint(kept)
		if err := s.Use(t.Context(), id, noon, noon.Add(kept)); err != nil {
			t.Errorf("%s: %v", kept, err)
			continue
		}
		stream, err := js.Stream(t.Context(), "KV_"+DefaultBucket)
		if err != nil {
			t.Fatal(err)
		}
		message, err := stream.GetLastMsgForSubject(t.Context(), "$KV."+DefaultBucket+"."+key(id))
		if err != nil {
			t.Fatal(err)
		}
		if got := message.Header.Get("Nats-TTL"); got != want {
			t.Errorf("%s: kept %q, want %q", kept, got, want)
		}
	}
	// Year 9999 does not overflow.
	if err := s.Use(t.Context(), "late", noon, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Error(err)
	}
}

// When its time is over an id is gone, and its key may be used again.
func TestForgets(t *testing.T) {
	js, _ := start(t, t.TempDir())
	s := open(t, js, Options{})
	s.margin = 0
	watcher, err := s.bucket.WatchAll(t.Context(), jetstream.UpdatesOnly())
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Stop()
	if err := s.Use(t.Context(), "a", noon, noon.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := s.Use(t.Context(), "a", noon, noon.Add(time.Second)); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("before: %v", err)
	}
	for removed := false; !removed; {
		select {
		case entry := <-watcher.Updates():
			removed = entry != nil && entry.Operation() != jetstream.KeyValuePut
		case <-time.After(20 * time.Second):
			t.Fatal("the id is never removed")
		}
	}
	if err := s.Use(t.Context(), "a", noon, noon.Add(time.Hour)); err != nil {
		t.Errorf("after: %v", err)
	}
	if err := s.Use(t.Context(), "a", noon, noon.Add(time.Hour)); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("again: %v", err)
	}
}

// Whenever it is in doubt whether an id was used before, it counts as used.
func TestInDoubt(t *testing.T) {
	js, stop := start(t, t.TempDir())
	_, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "small", LimitMarkerTTL: time.Minute, MaxBytes: 400})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, js, Options{Bucket: "small"})
	full := false
	for i := range 10 {
		if err := s.Use(t.Context(), fmt.Sprint(i), noon, noon.Add(time.Hour)); err != nil {
			full = true
			if errors.Is(err, verify.ErrReplayed) {
				t.Errorf("full: %v", err)
			}
		}
	}
	if !full {
		t.Error("a bucket of 400 bytes takes 10 ids")
	}
	if err := s.Use(t.Context(), "0", noon, noon.Add(time.Hour)); err == nil {
		t.Error("the first id of a full bucket is forgotten")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Use(ctx, "x", noon, noon.Add(time.Hour)); err == nil {
		t.Error("with a context that has ended")
	}
	s = open(t, js, Options{Timeout: 200 * time.Millisecond})
	stop()
	if err := s.Use(t.Context(), "x", noon, noon.Add(time.Hour)); err == nil || errors.Is(err, verify.ErrReplayed) {
		t.Errorf("without a server: %v", err)
	}
	if _, err := Open(t.Context(), js, Options{Timeout: 200 * time.Millisecond}); err == nil {
		t.Error("opened without a server")
	}
}

// A bucket that could forget too early is refused.
func TestBucketNotFit(t *testing.T) {
	js, _ := start(t, t.TempDir())
	good := jetstream.KeyValueConfig{LimitMarkerTTL: time.Minute}
	for name, change := range map[string]func(*jetstream.KeyValueConfig){
		"good":      func(*jetstream.KeyValueConfig) {},
		"memory":    func(c *jetstream.KeyValueConfig) { c.Storage = jetstream.MemoryStorage },
		"ttl":       func(c *jetstream.KeyValueConfig) { c.TTL = time.Hour },
		"no_marker": func(c *jetstream.KeyValueConfig) { c.LimitMarkerTTL = 0 },
		"sources":   func(c *jetstream.KeyValueConfig) { c.Sources = []*jetstream.StreamSource{{Name: "elsewhere"}} },
	} {
		config := good
		config.Bucket = name
		change(&config)
		if _, err := js.CreateKeyValue(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), js, Options{Bucket: name}); (name == "good") != (err == nil) || err != nil && !errors.Is(err, ErrBucket) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stream, err := js.Stream(t.Context(), "KV_good")
	if err != nil {
		t.Fatal(err)
	}
	config := stream.CachedInfo().Config
	config.Discard = jetstream.DiscardOld
	if _, err := js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), js, Options{Bucket: "good"}); !errors.Is(err, ErrBucket) {
		t.Errorf("discards the old: %v", err)
	}
}
