package verify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

func TestLine18AnsweredOnce(t *testing.T) {
	x := honest(t)
	opts := options()
	opts.Store = verify.NewMemoryStore(10)
	bad := x.copyProof()
	bad.ZKProof[0] ^= 1
	if err := check(t, bare(t, bad), x.request, opts); !errors.Is(err, verify.ErrProof) {
		t.Fatalf("a bad proof: %v", err)
	}
	if err := check(t, x.token, x.request, opts); err != nil {
		t.Fatalf("a bad proof used the request up: %v", err)
	}
	if err := check(t, x.token, x.request, opts); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("a second time: %v", err)
	}
	// At the last moment at which the proof is good.
	opts.Now = at(noon.Add(verify.DefaultTTL))
	if err := check(t, x.token, x.request, opts); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("at the end of the ttl: %v", err)
	}
}

// recorder is a store that fails, and keeps what it was told.
type recorder struct {
	err        error
	id         string
	now, until time.Time
}

func (r *recorder) Use(_ context.Context, id string, now, until time.Time) error {
	r.id, r.now, r.until = id, now, until
	return r.err
}

func TestStore(t *testing.T) {
	x := honest(t)
	failure := errors.New("database is away")
	store := &recorder{err: failure}
	opts := options()
	opts.Store = store
	if err := check(t, x.token, x.request, opts); !errors.Is(err, failure) || errors.Is(err, verify.ErrReplayed) {
		t.Errorf("store fails: %v", err)
	}
	store.err = nil
	if err := check(t, x.token, x.request, opts); err != nil {
		t.Error(err)
	}
	// The request is good for an hour, longer than the proof.
	if want := x.claims.Expires.Add(verify.DefaultSkew); store.id != "id-1" || !store.now.Equal(noon) || !store.until.Equal(want) {
		t.Errorf("told %+v, want until %s", store, want)
	}
	opts.TTL = 3 * time.Hour
	if err := check(t, x.token, x.request, opts); err != nil {
		t.Error(err)
	}
	if want := noon.Add(3*time.Hour + verify.DefaultSkew); !store.until.Equal(want) {
		t.Errorf("kept until %s, want %s", store.until, want)
	}
}

// A store can promise one answer only for a request that expires.
func TestStoreNeedsExpiry(t *testing.T) {
	x := honest(t)
	ever, opts := sign(t, &x.dvr, zkpass.Claims{}, x.verifier), options()
	if err := check(t, x.token, ever, opts); err != nil {
		t.Errorf("without a store: %v", err)
	}
	store := &recorder{}
	opts.Store = store
	if err := check(t, x.token, ever, opts); !errors.Is(err, verify.ErrNoExpiry) || store.id != "" {
		t.Errorf("with a store: %v, used %q", err, store.id)
	}
}

func TestMemoryStore(t *testing.T) {
	ctx := context.Background()
	store := verify.NewMemoryStore(2)
	use := func(id string, passed, life time.Duration) error {
		store.SetSince(passed)
		return store.Use(ctx, id, noon.Add(passed), noon.Add(passed+life))
	}
	if err := use("a", 0, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := use("b", 0, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := use("c", 0, time.Hour); !errors.Is(err, verify.ErrStoreFull) {
		t.Errorf("third of two: %v", err)
	}
	if err := use("a", time.Minute, time.Hour); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("at its last moment: %v", err)
	}
	if err := use("c", time.Minute+time.Nanosecond, time.Hour); err != nil {
		t.Errorf("after the first is over: %v", err)
	}
	if err := use("b", time.Minute+time.Nanosecond, time.Hour); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("the second: %v", err)
	}
	if err := use("a", 3*time.Hour, time.Hour); err != nil {
		t.Errorf("after all are over: %v", err)
	}
}

// A clock that is a day ahead for one verification, or behind, makes no used id usable.
func TestMemoryStoreGoesByNoClock(t *testing.T) {
	store := verify.NewMemoryStore(10)
	for i, jump := range []time.Duration{0, 24 * time.Hour, 0, -24 * time.Hour, 48 * time.Hour, 0} {
		now := noon.Add(jump)
		if err := store.Use(t.Context(), "id", now, now.Add(time.Hour)); (err == nil) != (i == 0) {
			t.Errorf("use %d, at a jump of %s: %v", i, jump, err)
		}
		other := fmt.Sprint("other ", i)
		if err := store.Use(t.Context(), other, now, now.Add(time.Hour)); err != nil {
			t.Error(err)
		}
	}
}

func TestMemoryStoreIsAtomic(t *testing.T) {
	const ids, callers = 50, 8
	store := verify.NewMemoryStore(ids)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := range ids {
				switch err := store.Use(context.Background(), fmt.Sprint(i), noon, noon.Add(time.Minute)); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, verify.ErrReplayed):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if won.Load() != ids {
		t.Errorf("%d calls succeeded, want %d", won.Load(), ids)
	}
}
