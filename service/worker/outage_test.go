package worker

import (
	"log/slog"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service/job"
)

// A worker that cannot store an outcome lets go of its job. Else the claim would
// stay alive, and no worker would ever end the job.
func TestOutageWhileFinishing(t *testing.T) {
	b := newBench(t)
	w, err := New(Config{Jobs: b.queue, Keys: b.ring})
	if err != nil {
		t.Fatal(err)
	}
	w.finishTimeout = 100 * time.Millisecond
	id := b.submit(t, b.encrypt(t, "x"), b.encrypt(t, "x"))
	claim, err := b.queue.Take(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.server.Close()
	if w.finish(t.Context(), claim, id, job.Outcome{Token: "x"}, slog.New(slog.DiscardHandler)) {
		t.Error("an outcome is stored without a store")
	}
	if claim.Context().Err() == nil {
		t.Error("the claim lives on")
	}
}
