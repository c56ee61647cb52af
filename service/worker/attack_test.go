package worker

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

// panickingKeys are keys whose use is a defect.
type panickingKeys struct {
	Keys
	left int // how many panics there will be
}

func (k *panickingKeys) Decryption(kid string) (*zkpass.PrivateKey, error) {
	if k.left > 0 {
		k.left--
		panic("Quetzalcoatl")
	}
	return k.Keys.Decryption(kid)
}

// What opens the id of a job reads what stood in the queue. A defect in it costs no
// process either: the job is handed back.
func TestAttackPanicBeforeTheJob(t *testing.T) {
	b := newBench(t)
	w, err := New(Config{Jobs: b.queue, Keys: &panickingKeys{b.ring, 1}, Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	id := b.submit(t, "x", "x")
	claim, err := b.queue.Take(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := w.begin(claim); a != nil {
		t.Error("a job is proven that cannot be opened")
	}
	if status, err := b.queue.Status(t.Context(), "owner", id); err != nil || status.State.Ended() || claim.Context().Err() == nil {
		t.Errorf("got %+v, %v; want the job back in the queue", status, err)
	}
}

// lockedBuffer is a log that several goroutines write to.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// panicOver needs its value after the call that panics, so that a stack shows it.
//
//go:noinline
func panicOver(value int64) time.Time {
	refuse(value)
	return time.Unix(value, 0)
}

//go:noinline
func refuse(value int64) {
	if value != 0 {
		panic(value)
	}
}

// A stack as the runtime prints it has the arguments of functions: a number from a
// document would stand there.
func TestAttackValueInStack(t *testing.T) {
	b := newBench(t)
	var log lockedBuffer
	const value = 0x5eca11ed
	b.run(t, Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return panicOver(value) }})
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, b.dvr(t, agesQuery, zkpass.Claims{}, nil))))
	if text := log.String(); strings.Contains(text, "5eca11ed") || strings.Contains(text, "1590301165") {
		t.Errorf("the log tells the value:\n%s", text)
	} else if !strings.Contains(text, "panicOver") {
		t.Errorf("the log does not tell where it was:\n%s", text)
	}
}

// Proofs of others that hold the memory do not use up a job's time.
func TestAttackDeadlineWhileOthersHoldTheMemory(t *testing.T) {
	b := newBench(t)
	w, err := New(Config{Jobs: b.queue, Keys: b.ring, Parallel: 1, Deadline: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.memory.bytes.Acquire(t.Context(), w.memory.all); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	id := b.submit(t, b.encrypt(t, userData), b.encrypt(t, b.dvr(t, agesQuery, zkpass.Claims{}, nil)))
	waiting, stop := context.WithTimeout(t.Context(), 3*time.Second)
	defer stop()
	if status, err := b.queue.Wait(waiting, "owner", id, nil); err != nil || status.State.Ended() {
		t.Fatalf("got %+v, %v; want the job to wait", status, err)
	}
	w.memory.bytes.Release(w.memory.all)
	if outcome := b.await(t, id); outcome.Problem != nil {
		t.Errorf("got %+v", outcome.Problem)
	}
}

// The memory that a query takes is counted too, not only that of the documents, nor the
// bytes of its text.
func TestAttackMemoryOfQueries(t *testing.T) {
	needs := map[string]int64{}
	for _, c := range memoryCases() {
		if strings.Contains(c.name, "contains") {
			continue
		}
		l, err := c.task(t).load()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		needs[c.name] = need(l)
	}
	for _, more := range [][2]string{
		{"16000 bytes, 1 members", "16000 bytes, 64 members"}, {"16000 bytes, 1 arrays", "16000 bytes, 8 arrays"},
		{"300 bytes, 1 members", "433 bytes, 250 ages over an array"}, {"1000 bytes, 1 members", "4 documents of 1000 bytes, 4 members each"},
	} {
		if few, many := needs[more[0]], needs[more[1]]; few == 0 || many < few*11/10 {
			t.Errorf("%s: %d MB; %s: %d MB", more[0], few>>20, more[1], many>>20)
		}
	}
	// What can never fit is refused, and does not wait for ever.
	if _, err := newMemory(1<<30).acquire(t.Context(), 1<<30+1); !errors.Is(err, errMemory) {
		t.Errorf("more than there is: got %v", err)
	}
}
