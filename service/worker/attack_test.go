package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
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

// The memory that a query takes is counted too, not only that of the documents.
func TestAttackMemoryOfQueries(t *testing.T) {
	m := newMemory(1 << 40)
	tokens := map[string]string{"": strings.Repeat("A", 4*16_000/3)}
	need := func(text string) int64 {
		program, err := query.Compile([]byte(text), []string{""})
		if err != nil {
			t.Fatal(err)
		}
		return m.need(program, tokens)
	}
	var members []string
	for i := range 60 {
		members = append(members, fmt.Sprintf(`{"==":[{"dvar":"m%d"},"x"]}`, i))
	}
	one, many := need(members[0]), need(`[{"output":{"r":{"or":[`+strings.Join(members, ",")+`]}}}]`)
	// As measured: 16,000 bytes take 1.1 GB with 4 members, and 2.7 GB with 60.
	if one < 1_000<<20 || one > 1_300<<20 || many < 2_500<<20 || many > 3_500<<20 {
		t.Errorf("%d MB for one member, %d MB for 60", one>>20, many>>20)
	}
	// With four members and eight arrays it was 5.5 GB.
	var arrays []string
	for i := range 8 {
		arrays = append(arrays, fmt.Sprintf(`{"==":[{"dvar":"l%d[?f == 'x'].v"},"x"]}`, i))
	}
	if each := need(`[{"output":{"r":{"or":[` + strings.Join(append(arrays, members[:4]...), ",") + `]}}}]`); each < 4_500<<20 || each > 6_000<<20 {
		t.Errorf("%d MB with arrays", each>>20)
	}
	// What can never fit is refused, and does not wait for ever.
	if _, _, err := newMemory(1<<30).acquire(t.Context(), nil, tokens); !errors.Is(err, errMemory) {
		t.Errorf("more than there is: got %v", err)
	}
}
