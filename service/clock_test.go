package service_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service"
)

// TestLine30ClockJumps has the clock of a service, as all our code reads it, jump by a
// day to and fro, with keys that live shorter than that, under load. Whatever was
// accepted before, between and after ends with a proof, requests that were encrypted
// before a jump are accepted after it, and the service is ready at once. (What JetStream
// expires goes by its own clock.)
func TestLine30ClockJumps(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for keys to be made")
	}
	t.Parallel()
	var offset atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	config := service.DefaultConfig()
	config.DataDir, config.Listen, config.Now = t.TempDir(), freeAddress(t), clock
	config.Keys.Period, config.Keys.Ahead = 20*time.Hour, 4*time.Hour
	config.Jobs.Redelivery, config.Jobs.MaxPerKey = 2*time.Second, 10_000
	key := newAPIKey(t, config)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- service.Serve(ctx, config, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(stop)
	becomes(t, config.Listen, http.StatusOK, time.Minute)
	x := newExchange(t)
	first := newCustomer(t, key, config.Listen)
	old := first.body(t, x) // encrypted to the first key
	load := newLoad(t, x, key, config.Listen)
	var jobs []string
	for _, to := range []time.Duration{24 * time.Hour, 0, -24 * time.Hour, 24 * time.Hour, 0} {
		jobs = append(jobs, first.accept(t, old))
		offset.Store(int64(to))
		if got := readiness(config.Listen); got != http.StatusOK {
			t.Errorf("/readyz is %d right after the jump to %s", got, to)
		}
		if to <= 0 { // a day later a key of 20 hours is over
			jobs = append(jobs, first.accept(t, old))
		}
		now := newCustomer(t, key, config.Listen) // with the key of now
		jobs = append(jobs, now.accept(t, now.body(t, x)))
		time.Sleep(4 * time.Second) // so that keys are made and deleted
		now = newCustomer(t, key, config.Listen)
		jobs = append(jobs, now.accept(t, now.body(t, x)))
	}
	jobs = append(jobs, load.stop()...)
	// Proofs say the time at which they were made, be it wrong.
	c := newCustomer(t, key, config.Listen)
	c.anyTime = true
	c.await(t, x, jobs, 5*time.Minute)
	t.Logf("%d jobs, %d requests made again", len(jobs), load.cut)
	stop()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("it does not stop")
	}
}
