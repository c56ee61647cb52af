package job

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/zkpass-go/zkpass"
)

// die ends the signs of life of a claim, as if its worker were killed: it neither
// finishes nor hears of anything any more.
func die(c *Claim) {
	c.q.index.unhold(c)
	c.cancel(errors.New("killed"))
}

// twin is a claim as it was, without signs of life and deaf.
func twin(c *Claim) *Claim {
	other := &Claim{q: c.q, task: c.task, key: c.key, name: c.name, record: c.record,
		base: c.base, revision: c.revision, reported: make(chan struct{}, 1)}
	other.last.Claim = c.name
	other.ctx, other.cancel = context.WithCancelCause(context.Background())
	return other
}

func isLost(t testing.TB, c *Claim) {
	t.Helper()
	eventually(t, "the claim lost", func() bool { return c.Context().Err() != nil })
	if !errors.Is(context.Cause(c.Context()), ErrLost) {
		t.Errorf("cause: %v", context.Cause(c.Context()))
	}
}

func TestCancelWhileQueued(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	if err := q.Delete(t.Context(), "alice", id); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Status(t.Context(), "alice", id); !errors.Is(err, ErrUnknown) {
		t.Errorf("status: %v", err)
	}
	if err := q.Delete(t.Context(), "alice", id); !errors.Is(err, ErrUnknown) {
		t.Errorf("second deletion: %v", err)
	}
	if n := queued(t, q); n != 0 {
		t.Errorf("%d messages", n)
	}
	noTake(t, q, 300*time.Millisecond)
}

// The message is still there when the deletion was cut off; no worker gets it.
func TestCancelCutOff(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	rec, revision, err := q.store.record(t.Context(), id.key())
	if err != nil {
		t.Fatal(err)
	}
	rec.State = deleted
	if _, err := q.store.putRecord(t.Context(), id.key(), *rec, revision, time.Hour); err != nil {
		t.Fatal(err)
	}
	noTake(t, q, 300*time.Millisecond)
	sweepUp(t, q)
	eventually(t, "the message gone", func() bool { return queued(t, q) == 0 })
}

func TestCancelWhileProving(t *testing.T) {
	t.Parallel()
	config := Config{AckWait: time.Second}
	q := newQueue(t, config)
	// Another process deletes.
	front := open(t, q.config)
	id := submit(t, front, submission("alice", "one"))
	c, _ := take(t, q)
	waiting := make(chan error, 1)
	go func() {
		_, err := front.Wait(t.Context(), "alice", id, nil)
		waiting <- err
	}()
	if err := front.Delete(t.Context(), "alice", id); err != nil {
		t.Fatal(err)
	}
	isLost(t, c)
	if err := <-waiting; !errors.Is(err, ErrUnknown) {
		t.Errorf("waiting: %v", err)
	}
	if err := c.Finish(t.Context(), id, Outcome{Token: "proof"}); !errors.Is(err, ErrLost) {
		t.Errorf("finishing: %v", err)
	}
	if err := c.Return(0); !errors.Is(err, ErrLost) {
		t.Errorf("returning: %v", err)
	}
	if _, err := q.Status(t.Context(), "alice", id); !errors.Is(err, ErrUnknown) {
		t.Errorf("status: %v", err)
	}
	noTake(t, q, 3*config.AckWait/2)
	if n := queued(t, q); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// sweepUp sweeps as if what was seen by an earlier sweep had been there for long.
func sweepUp(t *testing.T, q *Queue) {
	t.Helper()
	for range 2 {
		if err := q.sweep(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		q.sweeping.Lock()
		for key := range q.orphans {
			q.orphans[key] = time.Now().Add(-time.Hour)
		}
		q.sweeping.Unlock()
	}
	if err := q.sweep(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

// The store decides, also if the worker has not heard of the deletion yet.
func TestFinishAfterUnheardDeletion(t *testing.T) {
	q := newQueue(t, Config{})
	front := open(t, q.config)
	id := submit(t, front, submission("alice", "one"))
	c, _ := take(t, q)
	q.index.unhold(c) // deaf
	if err := front.Delete(t.Context(), "alice", id); err != nil {
		t.Fatal(err)
	}
	if err := c.Finish(t.Context(), id, Outcome{Token: "proof"}); !errors.Is(err, ErrLost) {
		t.Errorf("finishing: %v", err)
	}
	if _, err := q.Status(t.Context(), "alice", id); !errors.Is(err, ErrUnknown) {
		t.Errorf("status: %v", err)
	}
	if info, err := q.store.outcomes.Info(t.Context()); err != nil || info.State.Msgs-1 != 0 {
		t.Errorf("%d parts of outcomes, %v", info.State.Msgs, err)
	}
}

func TestLine30KilledWorker(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{AckWait: time.Second, MaxAttempts: 2})
	id := submit(t, q, submission("alice", "one"))
	first, _ := take(t, q)
	first.Progress("proving", 0.5)
	eventually(t, "progress", func() bool { return status(t, q, "alice", id).Progress == 0.5 })
	die(first)
	eventually(t, "the job queued again", func() bool { return status(t, q, "alice", id).State == Queued })
	if s := status(t, q, "alice", id); s.Progress != 0 || s.Step != "" {
		t.Errorf("after the worker's death: %+v", s)
	}
	second, again := take(t, q)
	if again != id || second.Attempt() != 2 || second.Exhausted() {
		t.Fatalf("attempt %d", second.Attempt())
	}
	die(second)
	third, _ := take(t, q)
	if third.Attempt() != 3 || !third.Exhausted() {
		t.Fatalf("attempt %d", third.Attempt())
	}
	problem := zkpass.NewProblem(500, zkpass.ProblemNotProven, "")
	finish(t, third, id, Outcome{Problem: problem})
	if s := wait(t, q, "alice", id); s.State != Failed || s.Outcome.Problem.Code != zkpass.ProblemNotProven {
		t.Errorf("%+v", s)
	}
}

// A worker that is alive keeps its job for longer than AckWait.
func TestHeartbeats(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{AckWait: time.Second})
	id := submit(t, q, submission("alice", "one"))
	c, _ := take(t, q)
	noTake(t, q, 2*time.Second)
	if s := status(t, q, "alice", id); s.State != Proving {
		t.Errorf("%+v", s)
	}
	finish(t, c, id, Outcome{Token: "proof"})
}

// A worker that was cut off comes back after another took its job.
func TestLostClaim(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{AckWait: time.Second})
	worker := open(t, q.config)
	id := submit(t, q, submission("alice", "one"))
	slow, _ := take(t, worker)
	// No heartbeats, as in a long pause of its machine.
	stopped := twin(slow)
	die(slow)
	quick, _ := take(t, q)
	stopped.Progress("late", 0.9)
	stopped.report()
	quick.Progress("proving", 0.1)
	eventually(t, "progress", func() bool { return status(t, q, "alice", id).Progress != 0 })
	if s := status(t, q, "alice", id); s.Step != "proving" {
		t.Errorf("progress of a lost claim: %+v", s)
	}
	for range 2 {
		if err := stopped.Finish(t.Context(), id, Outcome{Token: "late"}); !errors.Is(err, ErrLost) {
			t.Errorf("finishing: %v", err)
		}
	}
	if s := status(t, q, "alice", id); s.State != Proving {
		t.Errorf("%+v", s)
	}
	finish(t, quick, id, Outcome{Token: "proof"})
	if err := quick.Finish(t.Context(), id, Outcome{Token: "second"}); !errors.Is(err, ErrLost) {
		t.Errorf("finishing twice: %v", err)
	}
	if s := wait(t, q, "alice", id); s.Outcome.Token != "proof" {
		t.Errorf("%+v", s)
	}
	if info, err := q.store.outcomes.Info(t.Context()); err != nil || info.State.Msgs-1 != 1 {
		t.Errorf("%d parts of outcomes, %v", info.State.Msgs, err)
	}
}

// The worker hears that its job was taken by another process.
func TestLostClaimHears(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{AckWait: time.Second})
	worker := open(t, q.config)
	submit(t, q, submission("alice", "one"))
	slow, _ := take(t, worker)
	// The other hears nothing of the worker and believes it dead.
	q.index.mu.Lock()
	q.index.lease = time.Nanosecond
	q.index.mu.Unlock()
	quick, id := take(t, q)
	isLost(t, slow)
	if quick.Context().Err() != nil {
		t.Error("the new claim is lost too")
	}
	finish(t, quick, id, Outcome{Token: "proof"})
}

// Finish got no answer, though the state was stored, and is called again.
func TestFinishAgain(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	c, _ := take(t, q)
	unheard := twin(c)
	finish(t, c, id, Outcome{Token: "proof"})
	finish(t, unheard, id, Outcome{Token: "proof"})
	if s := wait(t, q, "alice", id); s.Outcome.Token != "proof" {
		t.Errorf("%+v", s)
	}
}

// Removing the input failed after the end: the job is not taken again, while its
// record is there and after, and sweeping removes the input.
func TestLine30LeftoverInput(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"record there", "record expired"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			q := newQueue(t, Config{AckWait: time.Second, ResultTTL: 2 * time.Second})
			id := submit(t, q, submission("alice", "one"))
			input, err := q.store.input(t.Context(), id.key())
			if err != nil {
				t.Fatal(err)
			}
			c, _ := take(t, q)
			finish(t, c, id, Outcome{Token: "proof"})
			if _, err := publish(t.Context(), q.store.js, queueSubject+id.key(), input.Data); err != nil {
				t.Fatal(err)
			}
			if when == "record expired" {
				eventually(t, "the record expired", func() bool {
					_, err := q.Status(t.Context(), "alice", id)
					return errors.Is(err, ErrUnknown)
				})
			}
			if n := queued(t, q); n != 1 {
				t.Fatalf("%d messages, want the one that was left", n)
			}
			noTake(t, q, 1500*time.Millisecond)
			sweepUp(t, q)
			if n := queued(t, q); n != 0 {
				t.Errorf("%d messages left", n)
			}
		})
	}
}

func TestReturn(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	for range 3 {
		c, _ := take(t, q)
		if c.Attempt() != 1 {
			t.Fatalf("attempt %d", c.Attempt())
		}
		if err := c.Return(0); err != nil {
			t.Fatal(err)
		}
		if c.Context().Err() == nil {
			t.Error("the claim lives on")
		}
		if s := status(t, q, "alice", id); s.State != Queued {
			t.Errorf("%+v", s)
		}
	}
	c, _ := take(t, q)
	if err := c.Return(time.Hour); err != nil {
		t.Fatal(err)
	}
	noTake(t, q, 300*time.Millisecond)
}

// A worker stops while it waits: the job that then comes goes to another at once.
func TestStoppedTake(t *testing.T) {
	q := newQueue(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() {
		_, err := q.Take(ctx, nil)
		stopped <- err
	}()
	cancel()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	id := submit(t, q, submission("alice", "one"))
	c, claimed := take(t, q)
	if claimed != id || c.Attempt() != 1 {
		t.Errorf("attempt %d", c.Attempt())
	}
}

func TestFinishRefused(t *testing.T) {
	q := newQueue(t, Config{})
	id := submit(t, q, submission("alice", "one"))
	c, _ := take(t, q)
	for name, try := range map[string]func() error{
		"another id": func() error { return c.Finish(t.Context(), newID(), Outcome{Token: "proof"}) },
		"nothing":    func() error { return c.Finish(t.Context(), id, Outcome{}) },
		"both": func() error {
			return c.Finish(t.Context(), id, Outcome{Token: "proof", Problem: zkpass.NewProblem(500, zkpass.ProblemInternal, "")})
		},
	} {
		if err := try(); err == nil || errors.Is(err, ErrLost) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := status(t, q, "alice", id); s.State != Proving {
		t.Errorf("%+v", s)
	}
	finish(t, c, id, Outcome{Token: "proof"})
}

func TestProgress(t *testing.T) {
	q := newQueue(t, Config{})
	reports := make(chan *nats.Msg, 1000)
	listening, err := q.config.Conn.ChanSubscribe(progressSubject+"*", reports)
	if err != nil {
		t.Fatal(err)
	}
	defer listening.Unsubscribe()
	id := submit(t, q, submission("alice", "one"))
	records, err := q.store.records.stream.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, _ := take(t, q)
	start := time.Now()
	for i := range 10_000 {
		c.Progress("proving", float64(i)/10_000)
	}
	c.Progress(strings.Repeat("ü", 100), math.Inf(1))
	eventually(t, "the last report", func() bool { return status(t, q, "alice", id).Progress == 1 })
	if most := 2 + int(time.Since(start)/progressInterval); len(reports) > most {
		t.Errorf("%d reports, want %d at most", len(reports), most)
	}
	if s := status(t, q, "alice", id); len(s.Step) > maxStep || strings.ContainsRune(s.Step, '\uFFFD') {
		t.Errorf("%q", s.Step)
	}
	c.Progress("proving", math.NaN())
	eventually(t, "no number", func() bool { return status(t, q, "alice", id).Progress == 0 })
	after, err := q.store.records.stream.Info(t.Context())
	if err != nil || after.State.LastSeq != records.State.LastSeq+1 {
		t.Errorf("%d writes of the record, %v; want that of Take", after.State.LastSeq-records.State.LastSeq, err)
	}
}
