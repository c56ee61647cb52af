package job

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/jetstream"
)

// Most tests that take long wait for timers of the server: many of them at once
// load nothing.
func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8")
	m.Run()
}

// sealKey is the workers' encryption key in all tests.
var sealKey = sync.OnceValue(func() *zkpass.PrivateKey {
	key, err := zkpass.GenerateKey(zkpass.ECDHES, "workers")
	if err != nil {
		panic(err)
	}
	return key
})

// embedded starts a server in a directory and connects to it.
func embedded(t testing.TB, dir string) (*jetstream.Server, *nats.Conn) {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(logWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	server, err := jetstream.Start(dir, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return server, conn
}

func storeDir(t testing.TB) string { return filepath.Join(t.TempDir(), "store") }

type logWriter struct{ t testing.TB }

func (w logWriter) Write(text []byte) (int, error) {
	w.t.Logf("log: %s", strings.TrimSuffix(string(text), "\n"))
	return len(text), nil
}

func open(t testing.TB, config Config) *Queue {
	t.Helper()
	q, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return q
}

// newQueue opens a queue on a server of its own.
func newQueue(t testing.TB, config Config) *Queue {
	t.Helper()
	_, config.Conn = embedded(t, storeDir(t))
	return open(t, config)
}

func submission(owner, mark string) Submission {
	return Submission{
		Owner:  owner,
		Input:  Input{UserDataToken: "user data " + mark, DVRToken: "dvr " + mark},
		SealTo: sealKey().Public(),
	}
}

func submit(t testing.TB, q *Queue, s Submission) ID {
	t.Helper()
	id, err := q.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// take claims a job and unseals its id, as a worker does.
func take(t testing.TB, q *Queue) (*Claim, ID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := q.Take(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, unsealID(t, c)
}

func unsealID(t testing.TB, c *Claim) ID {
	t.Helper()
	text, err := zkpass.DecryptJWEToken(sealKey(), c.SealedID())
	if err != nil {
		t.Fatal(err)
	}
	id, err := ParseID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func finish(t testing.TB, c *Claim, id ID, outcome Outcome) {
	t.Helper()
	if err := c.Finish(t.Context(), id, outcome); err != nil {
		t.Fatal(err)
	}
}

func status(t testing.TB, q *Queue, owner string, id ID) *Status {
	t.Helper()
	s, err := q.Status(t.Context(), owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wait waits for the end of a job.
func wait(t testing.TB, q *Queue, owner string, id ID) *Status {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, err := q.Wait(ctx, owner, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !s.State.Ended() {
		t.Fatalf("not ended: %+v", s)
	}
	return s
}

// eventually is for what other processes or the server do in their time.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not seen: " + what)
		}
	}
}

// noTake checks that there is nothing to take.
func noTake(t testing.TB, q *Queue, within time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if c, err := q.Take(ctx, nil); err == nil {
		t.Fatalf("took a job, attempt %d", c.Attempt())
	}
}

func queued(t testing.TB, q *Queue) uint64 {
	t.Helper()
	info, err := q.store.queue.Info(t.Context(), natsjs.WithSubjectFilter(queueSubject+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return uint64(len(info.State.Subjects))
}

func TestLifeOfAJob(t *testing.T) {
	q := newQueue(t, Config{})
	if err := q.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, any, err := q.OldestQueued(t.Context()); any || err != nil {
		t.Fatal("an empty queue has an oldest job", err)
	}
	before := time.Now().Add(-time.Second)
	id := submit(t, q, submission("alice", "one"))
	second := submit(t, q, submission("alice", "two"))
	if s := status(t, q, "alice", id); s.State != Queued || s.Accepted.Before(before) || !s.Ended.IsZero() || s.Outcome != nil {
		t.Errorf("after submission: %+v", s)
	}
	eventually(t, "one job ahead", func() bool { return status(t, q, "alice", second).Ahead == 1 })
	if oldest, any, err := q.OldestQueued(t.Context()); !any || err != nil || oldest.Before(before) || oldest.After(time.Now().Add(time.Second)) {
		t.Errorf("oldest: %v %v %v", oldest, any, err)
	}
	c, claimed := take(t, q)
	if claimed != id {
		t.Fatal("not the first job")
	}
	if c.Input() != submission("alice", "one").Input || c.Attempt() != 1 || c.Exhausted() || !c.Accepted().Equal(status(t, q, "alice", id).Accepted) {
		t.Errorf("claim: %+v", c)
	}
	if s := status(t, q, "alice", id); s.State != Proving {
		t.Errorf("after take: %+v", s)
	}
	if s := q.Stats(); s != (Stats{Queued: 1, Proving: 1}) {
		t.Errorf("stats: %+v", s)
	}
	seen := status(t, q, "alice", id)
	c.Progress("proving", 0.25)
	s, err := q.Wait(t.Context(), "alice", id, seen)
	if err != nil || s.Step != "proving" || s.Progress != 0.25 {
		t.Errorf("after progress: %+v, %v", s, err)
	}
	// A token of several parts.
	outcome := Outcome{Token: strings.Repeat("proof.", 300_000)}
	finish(t, c, id, outcome)
	if c.Context().Err() == nil {
		t.Error("the claim's context lives on")
	}
	s = wait(t, q, "alice", id)
	if s.State != Done || s.Outcome == nil || s.Outcome.Token != outcome.Token || s.Outcome.Problem != nil || s.Ended.Before(s.Accepted) {
		t.Errorf("after finish: %s %s %s", s.State, s.Accepted, s.Ended)
	}
	if n := queued(t, q); n != 1 {
		t.Errorf("%d messages, want the one of the second job", n)
	}

	c, claimed = take(t, q)
	if claimed != second {
		t.Fatal("not the second job")
	}
	problem := zkpass.NewProblem(422, zkpass.ProblemEvaluation, "statement 2")
	finish(t, c, second, Outcome{Problem: problem})
	if s = wait(t, q, "alice", second); s.State != Failed || s.Outcome.Problem == nil || *s.Outcome.Problem != *problem {
		t.Errorf("after a problem: %+v", s)
	}
	if s := q.Stats(); s != (Stats{}) {
		t.Errorf("stats: %+v", s)
	}
	if err := q.Delete(t.Context(), "alice", second); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Status(t.Context(), "alice", second); !errors.Is(err, ErrUnknown) {
		t.Errorf("a deleted job: %v", err)
	}
	info, err := q.store.outcomes.Info(t.Context())
	if err != nil || info.State.Msgs-1 != 4 {
		t.Errorf("parts of outcomes: %d, %v; want the 4 of the first job", info.State.Msgs, err)
	}
}

func TestLine29OwnersApart(t *testing.T) {
	q := newQueue(t, Config{})
	pending := submit(t, q, submission("alice", "one"))
	ended := submit(t, q, submission("alice", "two"))
	for range 2 {
		if c, id := take(t, q); id == ended {
			finish(t, c, id, Outcome{Token: "proof"})
		}
	}
	unknown, err := ParseID(strings.Repeat("A", 22))
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]ID{"pending": pending, "ended": ended, "unknown": unknown} {
		_, statusErr := q.Status(t.Context(), "mallory", id)
		soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, waitErr := q.Wait(soon, "mallory", id, nil)
		cancel()
		deleteErr := q.Delete(t.Context(), "mallory", id)
		for _, err := range []error{statusErr, waitErr, deleteErr} {
			if !errors.Is(err, ErrUnknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if s := status(t, q, "alice", pending); s.State != Proving {
		t.Errorf("pending: %+v", s)
	}
	if s := status(t, q, "alice", ended); s.Outcome.Token != "proof" {
		t.Errorf("ended: %+v", s)
	}
}

func TestIDs(t *testing.T) {
	ids := map[ID]bool{}
	for range 100 {
		id := newID()
		if parsed, err := ParseID(string(id)); err != nil || parsed != id || ids[id] {
			t.Fatal(id, err)
		}
		ids[id] = true
	}
	id := string(newID())
	for _, text := range []string{"", id[1:], id + "A", id[:21] + "B", id[:21] + "=", id[:20] + "\n" + id[20:21], id[:11] + "\n" + id[11:],
		" " + id[1:], "/" + id[1:]} {
		if _, err := ParseID(text); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if text := fmt.Sprint(slog.AnyValue(ID(id)).Resolve()); strings.Contains(text, id) {
		t.Error("an id in a log")
	}
}

func TestConfigRefused(t *testing.T) {
	_, conn := embedded(t, storeDir(t))
	for name, c := range map[string]Config{
		"no connection": {},
		"replicas":      {Conn: conn, Replicas: -1},
		"queue":         {Conn: conn, MaxQueued: -1},
		"result":        {Conn: conn, ResultTTL: 1999 * time.Millisecond},
		"idempotency":   {Conn: conn, IdempotencyTTL: time.Millisecond},
		"ack":           {Conn: conn, AckWait: -time.Second},
	} {
		if q, err := Open(t.Context(), c); err == nil {
			q.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}

// What Submit says about messages without records rests on this.
func TestSubmissionsEndBeforeMessagesAreDropped(t *testing.T) {
	for _, ttl := range []time.Duration{2 * time.Second, 3 * time.Second, 5 * time.Second, time.Minute, 5 * time.Minute, time.Hour, 48 * time.Hour} {
		c := Config{ResultTTL: ttl}
		if sum := c.submitTimeout() + c.reservationTTL(); c.submitTimeout() <= 0 || c.reservationTTL() < time.Second || sum >= ttl {
			t.Errorf("%s: a submission may take %s", ttl, sum)
		}
	}
}
