package job

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
)

// repeatable is a submission with an idempotency key.
func repeatable(owner, mark, key string) Submission {
	s := submission(owner, mark)
	s.IdempotencyKey, s.Secret = key, []byte("the secret of "+owner)
	return s
}

func submitError(t testing.TB, q *Queue, s Submission, want error) {
	t.Helper()
	if id, err := q.Submit(t.Context(), s); !errors.Is(err, want) || id != "" {
		t.Errorf("submitting: %v, want %v", err, want)
	}
}

func TestIdempotency(t *testing.T) {
	q := newQueue(t, Config{})
	s := repeatable("alice", "one", "key 1")
	id := submit(t, q, s)
	if again := submit(t, q, s); again != id {
		t.Error("the same submission made another job")
	}
	if n := queued(t, q); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
	submitError(t, q, repeatable("alice", "two", "key 1"), ErrConflict)
	swapped := s
	swapped.Input = Input{UserDataToken: s.Input.DVRToken, DVRToken: s.Input.UserDataToken}
	submitError(t, q, swapped, ErrConflict)
	stranger := s
	stranger.Secret = []byte("another secret")
	submitError(t, q, stranger, ErrConflict)
	if other := submit(t, q, repeatable("bob", "one", "key 1")); other == id {
		t.Error("another owner got the job")
	}
	if other := submit(t, q, repeatable("alice", "one", "key 2")); other == id {
		t.Error("another key got the job")
	}
	c, claimed := take(t, q)
	if claimed != id {
		t.Fatal("not the first job")
	}
	finish(t, c, id, Outcome{Token: "proof"})
	if again := submit(t, q, s); again != id {
		t.Error("the same submission made another job after the end")
	}
	if err := q.Delete(t.Context(), "alice", id); err != nil {
		t.Fatal(err)
	}
	submitError(t, q, s, ErrGone)
	if n := queued(t, q); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestSubmissionRefused(t *testing.T) {
	q := newQueue(t, Config{})
	noOwner, noKey, noSecret := submission("", "one"), submission("alice", "one"), repeatable("alice", "one", "key")
	noKey.SealTo, noSecret.Secret = nil, nil
	for _, s := range []Submission{noOwner, noKey, noSecret} {
		if _, err := q.Submit(t.Context(), s); err == nil {
			t.Errorf("accepted: %+v", s)
		}
	}
	large := submission("alice", strings.Repeat("x", 1<<20))
	submitError(t, q, large, zkpass.ErrTooLarge)
	largest := submission("alice", strings.Repeat("x", 500_000/2))
	submit(t, q, largest)
}

func TestLine30FullQueue(t *testing.T) {
	q := newQueue(t, Config{MaxQueued: 2})
	first := submit(t, q, submission("alice", "one"))
	submit(t, q, submission("bob", "two"))
	s := repeatable("carol", "three", "key")
	submitError(t, q, s, ErrFull)
	submitError(t, q, submission("carol", "four"), ErrFull)
	// Nothing is left of what was refused: no message, no record, no reservation, no count.
	if n := queued(t, q); n != 2 {
		t.Errorf("%d messages", n)
	}
	if stats := q.Stats(); stats != (Stats{Queued: 2}) {
		t.Errorf("%+v", stats)
	}
	if info, err := q.store.records.stream.Info(t.Context()); err != nil || info.State.Msgs-1 != 2 {
		t.Errorf("%d records, %v", info.State.Msgs, err)
	}
	if held, err := q.reserved(t.Context(), s); held != nil || err != nil {
		t.Errorf("reservation: %v, %v", held, err)
	}
	if !q.index.room(ownerName("carol"), 1) {
		t.Error("refused submissions count")
	}
	// One that is being proven counts, one that ended does not.
	c, id := take(t, q)
	submitError(t, q, s, ErrFull)
	finish(t, c, id, Outcome{Token: "proof"})
	if id != first {
		t.Error("not the first job")
	}
	submit(t, q, s)
}

func TestOwnersLimit(t *testing.T) {
	q := newQueue(t, Config{MaxPerOwner: 2})
	repeated := repeatable("alice", "one", "key 1")
	id := submit(t, q, repeated)
	gone := submit(t, q, submission("alice", "two"))
	submitError(t, q, submission("alice", "three"), ErrTooMany)
	// Refused before anything is written.
	written := lastSequence(t, q.store.idempotency.stream)
	submitError(t, q, repeatable("alice", "three", "key 3"), ErrTooMany)
	if now := lastSequence(t, q.store.idempotency.stream); now != written {
		t.Errorf("%d writes for a refused submission", now-written)
	}
	submit(t, q, submission("bob", "one"))
	if again := submit(t, q, repeated); again != id {
		t.Error("a repeated submission is a new job")
	}
	if err := q.Delete(t.Context(), "alice", gone); err != nil {
		t.Fatal(err)
	}
	submit(t, q, submission("alice", "four"))
	submitError(t, q, submission("alice", "three"), ErrTooMany)
	c, id := take(t, q)
	finish(t, c, id, Outcome{Token: "proof"})
	submit(t, q, submission("alice", "five"))
	submitError(t, q, submission("alice", "three"), ErrTooMany)
	// The count is right after a restart as well.
	again := open(t, q.config)
	submitError(t, again, submission("alice", "three"), ErrTooMany)
}

func lastSequence(t testing.TB, stream jetstream.Stream) uint64 {
	t.Helper()
	info, err := stream.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.State.LastSeq
}

// A submission is cut off after each of its steps; the retry ends in one job that
// works, whether a worker came in between or not.
func TestLine30CutSubmission(t *testing.T) {
	t.Parallel()
	for _, worker := range []string{"none", "takes", "finishes"} {
		for step := range 4 {
			t.Run(fmt.Sprintf("after step %d, worker %s", step, worker), func(t *testing.T) {
				q := newQueue(t, Config{})
				s := repeatable("alice", "one", "key")
				id := cutAfter(t, q, s, step)
				var c *Claim
				if worker != "none" {
					if step < 3 {
						t.Skip("nothing to take: only a record makes it a job")
					}
					var claimed ID
					if c, claimed = take(t, q); claimed != id {
						t.Fatal("another id")
					}
					if worker == "finishes" {
						finish(t, c, id, Outcome{Token: "proof"})
					}
				}
				retried := submit(t, q, s)
				if step > 0 && retried != id {
					t.Error("the retry made another job")
				}
				if submit(t, q, s) != retried {
					t.Error("the second retry made another job")
				}
				if c == nil {
					c, _ = take(t, q)
				}
				if worker != "finishes" {
					finish(t, c, retried, Outcome{Token: "proof"})
				}
				if ended := wait(t, q, "alice", retried); ended.Outcome.Token != "proof" {
					t.Errorf("%+v", ended)
				}
				if n := queued(t, q); n != 0 {
					t.Errorf("%d messages left", n)
				}
				if !q.index.room(ownerName("alice"), 1) {
					t.Error("an ended job counts")
				}
			})
		}
	}
}

// cutAfter does the first steps of a submission.
func cutAfter(t *testing.T, q *Queue, s Submission, steps int) ID {
	t.Helper()
	if steps == 0 {
		return ""
	}
	held, err := q.reserve(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if steps == 1 {
		return held.id
	}
	rec := record{State: Queued, Owner: ownerName(s.Owner), Accepted: time.Now()}
	if err := q.enqueue(t.Context(), s, held.id, &rec); err != nil {
		t.Fatal(err)
	}
	if steps == 3 {
		if err := q.enter(t.Context(), held.id.key(), rec); err != nil {
			t.Fatal(err)
		}
	}
	return held.id
}

// A reservation of a submission that never came to anything does not block the key
// for another input for long.
func TestReservationExpires(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{ResultTTL: 4 * time.Second})
	cutAfter(t, q, repeatable("alice", "one", "key"), 1)
	other := repeatable("alice", "two", "key")
	submitError(t, q, other, ErrConflict)
	eventually(t, "the key free", func() bool { _, err := q.Submit(t.Context(), other); return err == nil })
}

func TestSameSubmissionAtOnce(t *testing.T) {
	q := newQueue(t, Config{})
	const rounds, clients = 5, 8
	for round := range rounds {
		s := repeatable("alice", "one", fmt.Sprint("key ", round))
		ids := make([]ID, clients)
		var group sync.WaitGroup
		for i := range clients {
			group.Go(func() {
				var err error
				if ids[i], err = q.Submit(t.Context(), s); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if slices.ContainsFunc(ids, func(id ID) bool { return id != ids[0] }) {
			t.Fatal("several jobs")
		}
		if n := queued(t, q); n != uint64(round+1) {
			t.Fatalf("%d messages, want %d", n, round+1)
		}
		// Nor was one replaced by another, which a second worker would take.
		if n := lastSequence(t, q.store.queue); n != uint64(round+2) { // the first is the probe
			t.Fatalf("%d messages were stored, want %d", n-1, round+1)
		}
	}
}

// Submissions of one key while the queue fills up: whatever is accepted is done.
func TestSameSubmissionWhileFull(t *testing.T) {
	q := newQueue(t, Config{MaxQueued: 1})
	blocker := submit(t, q, submission("bob", "blocker"))
	s := repeatable("alice", "one", "key")
	var group sync.WaitGroup
	var mu sync.Mutex
	accepted := map[ID]bool{}
	for range 4 {
		group.Go(func() {
			for {
				id, err := q.Submit(t.Context(), s)
				if err == nil {
					mu.Lock()
					accepted[id] = true
					mu.Unlock()
					return
				}
				if !errors.Is(err, ErrFull) && !errors.Is(err, ErrUnavailable) {
					t.Error(err)
					return
				}
			}
		})
	}
	c, id := take(t, q)
	if id != blocker {
		t.Fatal("not the blocker")
	}
	finish(t, c, id, Outcome{Token: "proof"})
	go func() {
		for {
			c, err := q.Take(t.Context(), nil)
			if err != nil {
				return
			}
			c.Finish(t.Context(), unsealID(t, c), Outcome{Token: "proof"})
		}
	}()
	group.Wait()
	for id := range accepted {
		wait(t, q, "alice", id)
	}
	if len(accepted) != 1 {
		t.Errorf("%d jobs", len(accepted))
	}
}
