package worker

import (
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

// A worker whose grace is over hands its job back though the proof cannot be
// stopped where it is.
func TestStopDoesNotWaitForProof(t *testing.T) {
	b := newBench(t)
	proving, let := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stuck := func() time.Time { // called in the middle of proving, deaf to its context
		once.Do(func() { close(proving) })
		<-let
		return time.Now()
	}
	stop := b.run(t, Config{Now: stuck, Grace: time.Nanosecond, Parallel: 1})
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	id := b.submit(t, b.encrypt(t, userData), b.encrypt(t, b.dvr(t, agesQuery, zkpass.Claims{}, nil)))
	<-proving
	stop() // returns while the proof still hangs
	if status, err := b.queue.Status(t.Context(), "owner", id); err != nil || status.State.Ended() {
		t.Fatalf("got %+v, %v; want the job back in the queue", status, err)
	}
	b.run(t, Config{})
	if outcome := b.await(t, id); outcome.Token == "" {
		t.Errorf("got %+v", outcome.Problem)
	}
	close(let)
}
