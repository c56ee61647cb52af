package service_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/job"
)

// An operator sees what a key has, ends its jobs and removes its results, while the
// service runs and while it does not.
func TestOperators(t *testing.T) {
	dir, address := t.TempDir(), freeAddress(t)
	config := service.DefaultConfig()
	config.DataDir = dir
	key := newAPIKey(t, config)
	p := start(t, "serve", "serve", "ZKPASS_DATA_DIR="+dir, "ZKPASS_LISTEN="+address, "ZKPASS_JOBS_PARALLEL=1")
	awaitReady(t, p, address)
	c := newCustomer(t, key, address)
	x := newExchange(t)
	done := c.accept(t, c.body(t, x))
	c.await(t, x, []string{done}, 5*time.Minute)
	name, _, _ := strings.Cut(key, ":")
	owner := job.OwnerName(name)
	var jobs []string
	for range 5 {
		jobs = append(jobs, c.accept(t, c.body(t, x)))
	}
	queue, closeQueue, err := service.OpenJobs(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	held := queue.Holdings()
	if len(held) != 1 || held[0].Owner != owner || held[0].Queued+held[0].Proving == 0 || held[0].Results == 0 || held[0].Bytes == 0 {
		t.Errorf("holdings: %+v", held)
	}
	if n, err := queue.End(t.Context(), owner, false); err != nil || n == 0 {
		t.Errorf("ended %d, %v", n, err)
	}
	closeQueue()
	if got, err := c.call(t.Context(), http.MethodGet, jobs[4], "", nil); err != nil || got.Status != http.StatusNotFound {
		t.Errorf("a job that was ended: %+v, %v", got, err)
	}
	if got, err := c.call(t.Context(), http.MethodGet, done, "", nil); err != nil || got.Status != http.StatusOK {
		t.Errorf("a result: %+v, %v", got, err)
	}
	p.stop(t)
	if queue, closeQueue, err = service.OpenJobs(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	if n, err := queue.End(t.Context(), owner, true); err != nil || n == 0 {
		t.Errorf("purged %d, %v", n, err)
	}
	if held := queue.Holdings(); len(held) != 0 {
		t.Errorf("left: %+v", held)
	}
	closeQueue()
	if _, _, err := service.OpenJobs(t.Context(), service.Config{DataDir: t.TempDir()}); err == nil {
		t.Error("a queue where no service is")
	}
}
