package job

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestWait(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	// A context that has ended gives the status as it is.
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := q.Wait(ended, "alice", id, nil); err != nil || s.State != Queued {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := q.Wait(ended, "alice", id, &Status{State: Queued}); err != nil || s.State != Queued {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := q.Wait(ended, "alice", newID(), nil); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	// Many wait for one job, in two processes.
	front := open(t, q.config)
	const waiters = 200
	var group sync.WaitGroup
	for i := range waiters {
		group.Go(func() {
			at := []*Queue{q, front}[i%2]
			s, err := at.Wait(t.Context(), "alice", id, &Status{State: Queued})
			if err != nil || s.State == Queued {
				t.Errorf("%+v, %v", s, err)
				return
			}
			if s, err = at.Wait(t.Context(), "alice", id, nil); err != nil || s.State != Done || s.Outcome.Token != "proof" {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
	c, _ := take(t, q)
	finish(t, c, id, Outcome{Token: "proof"})
	group.Wait()
	// An ended job differs from what was seen before, and ends every wait.
	for _, seen := range []*Status{nil, {State: Proving}, {State: Done}} {
		if s, err := q.Wait(t.Context(), "alice", id, seen); err != nil || s.State != Done {
			t.Errorf("%+v, %v", s, err)
		}
	}
}

// How many jobs are ahead changes without an event of the job itself.
func TestWaitForAhead(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{})
	submit(t, q, submission("alice", "one"))
	second := submit(t, q, submission("alice", "two"))
	eventually(t, "one job ahead", func() bool { return status(t, q, "alice", second).Ahead == 1 })
	take(t, q)
	s, err := q.Wait(t.Context(), "alice", second, &Status{State: Queued, Ahead: 1})
	if err != nil || s.State != Queued || s.Ahead != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestWaitEndsWithQueue(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	result := make(chan error)
	go func() {
		_, err := q.Wait(t.Context(), "alice", id, nil)
		result <- err
	}()
	go func() {
		_, err := q.Take(t.Context(), nil)
		if err == nil {
			_, err = q.Take(t.Context(), nil)
		}
		result <- err
	}()
	eventually(t, "the job taken", func() bool { return q.Stats().Proving == 1 })
	q.Close()
	for range 2 {
		if err := <-result; !errors.Is(err, ErrUnavailable) {
			t.Error(err)
		}
	}
}

// Another process tells the state of a job right after its submission, though its
// watch has not brought it yet.
func TestStatusAheadOfWatch(t *testing.T) {
	q := newQueue(t, Config{})
	front := open(t, q.config)
	for range 50 {
		id := submit(t, q, submission("alice", "one"))
		if s := status(t, front, "alice", id); s.State != Queued {
			t.Errorf("%+v", s)
		}
		if err := front.Delete(t.Context(), "alice", id); err != nil {
			t.Fatal(err)
		}
		if _, err := front.Status(t.Context(), "alice", id); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
	}
	eventually(t, "no jobs", func() bool { return q.Stats() == Stats{} && front.Stats() == Stats{} })
	for _, x := range []*index{q.index, front.index} {
		x.mu.Lock()
		if len(x.jobs) != 0 || len(x.owners) != 0 || len(x.claims) != 0 {
			t.Errorf("left in the index: %d jobs, %d owners, %d claims", len(x.jobs), len(x.owners), len(x.claims))
		}
		x.mu.Unlock()
	}
}

// While the watch lags, the store is asked.
func TestStatusWithoutIndex(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	q.index.stale()
	q.index.mu.Lock()
	q.index.jobs[id.key()].State = "wrong"
	q.index.mu.Unlock()
	if s := status(t, q, "alice", id); s.State != Queued {
		t.Errorf("%+v", s)
	}
	if _, err := q.Status(t.Context(), "mallory", id); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	if err := q.Ready(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("ready: %v", err)
	}
}

// The server loses the consumer behind the watch: the index finds out and follows
// again.
func TestWatchRecovers(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{})
	front := open(t, q.config)
	gone := submit(t, q, submission("alice", "one"))
	eventually(t, "the job", func() bool { return front.Stats().Queued == 1 })
	stream := q.store.records.stream
	for info := range stream.ListConsumers(t.Context()).Info() {
		if err := stream.DeleteConsumer(t.Context(), info.Name); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Delete(t.Context(), "alice", gone); err != nil {
		t.Fatal(err)
	}
	submit(t, q, submission("alice", "two"))
	submit(t, q, submission("alice", "three"))
	eventually(t, "both jobs and not the first", func() bool {
		_, fresh := front.index.position()
		return fresh && front.Stats().Queued == 2
	})
	if _, err := front.Status(t.Context(), "alice", gone); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

// The watch stands still without an error; only the store tells.
func TestLagNoticed(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	last := lastSequence(t, q.store.records.stream)
	eventually(t, "the index up to date", func() bool { seen, _ := q.index.position(); return seen == last })
	q.index.mu.Lock()
	q.index.seen = last - 1
	round := q.index.round
	q.index.mu.Unlock()
	eventually(t, "another watch", func() bool {
		q.index.mu.Lock()
		defer q.index.mu.Unlock()
		return q.index.round > round && q.index.seen == last && q.index.fresh
	})
	if s := status(t, q, "alice", id); s.State != Queued {
		t.Errorf("%+v", s)
	}
}

func TestResultsExpire(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{ResultTTL: 2 * time.Second})
	done := submit(t, q, submission("alice", "one"))
	kept := submit(t, q, submission("alice", "two"))
	repeated := repeatable("alice", "three", "key")
	again := submit(t, q, repeated)
	for range 3 {
		if c, id := take(t, q); id != kept {
			finish(t, c, id, Outcome{Token: "proof"})
		}
	}
	if s := status(t, q, "alice", done); s.Outcome.Token != "proof" {
		t.Errorf("%+v", s)
	}
	for _, id := range []ID{done, again} {
		eventually(t, "the result expired", func() bool {
			_, err := q.Status(t.Context(), "alice", id)
			return errors.Is(err, ErrUnknown)
		})
	}
	submitError(t, q, repeated, ErrGone)
	if s := status(t, q, "alice", kept); s.State != Proving {
		t.Errorf("an unfinished job: %+v", s)
	}
	info, err := q.store.outcomes.Info(t.Context())
	if err != nil || info.Config.MaxAge != 2*time.Second+outcomeMargin {
		t.Errorf("outcomes are kept for %s, %v", info.Config.MaxAge, err)
	}
}

// The index by itself, with time in the test's hands.
func TestIndexLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newIndex(3*time.Second, false)
		x.begin(0)
		x.caughtUp(0)
		rec := &record{State: Proving, Owner: "alice", Claim: "claim"}
		x.watched("key", rec, 1)
		state := func() State {
			v, ok := x.view("key")
			if !ok {
				t.Fatal("not there")
			}
			return v.State
		}
		time.Sleep(2 * time.Second)
		x.heard("key", "another", "step", 0.5)
		x.heard("key", "claim", "step", 0.5)
		time.Sleep(2 * time.Second)
		if state() != Proving || x.stats() != (Stats{Proving: 1}) {
			t.Error("a live worker's job is not being proven")
		}
		x.heard("key", "another", "step", 0.6)
		time.Sleep(2 * time.Second)
		if state() != Queued || x.stats() != (Stats{Queued: 1}) {
			t.Error("a dead worker's job is being proven")
		}
	})
}

func TestIndexOrder(t *testing.T) {
	x := newIndex(time.Hour, false)
	x.begin(10)
	queued := &record{State: Queued, Owner: "alice"}
	ended := &record{State: Done, Owner: "alice"}
	if !x.learn("own", queued, 12) {
		t.Error("a write of this process was not taken")
	}
	x.watched("old", queued, 3)
	if _, ok := x.view("old"); ok {
		t.Error("the index answers before it has caught up")
	}
	x.caughtUp(10)
	if _, ok := x.view("old"); !ok {
		t.Error("not there")
	}
	x.watched("own", queued, 12)
	// The past does not come back.
	x.watched("own", ended, 14)
	if x.learn("own", queued, 12) {
		t.Error("the past was taken")
	}
	if _, ok := x.view("own"); ok {
		t.Error("an ended job is unfinished")
	}
	// An end of this process's own, then what the watch has on its way.
	x.learn("other", ended, 20)
	x.watched("other", queued, 19)
	if _, ok := x.view("other"); ok {
		t.Error("an ended job is unfinished")
	}
	x.watched("other", ended, 20)
	// A new watch does not bring what is gone meanwhile.
	x.begin(25)
	x.learn("new", queued, 26)
	x.caughtUp(25)
	if _, ok := x.view("old"); ok {
		t.Error("a job that is gone is unfinished")
	}
	if _, ok := x.view("new"); !ok {
		t.Error("a new job is not there")
	}
	if x.owners["alice"].unfinished != 1 || len(x.jobs) != 1 {
		t.Errorf("%d jobs of alice, %d entries", x.owners["alice"].unfinished, len(x.jobs))
	}
	// The store was made anew: revisions start over.
	x.begin(2)
	x.watched("anew", queued, 1)
	x.caughtUp(2)
	if _, ok := x.view("anew"); !ok || len(x.jobs) != 1 || x.owners["alice"].unfinished != 1 {
		t.Errorf("%d entries, %d jobs of alice", len(x.jobs), x.owners["alice"].unfinished)
	}
}
