package service_test

import (
	"context"
	"crypto/rand"
	"math/big"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service"
)

// TestLine30KillAlone kills a service that runs alone, again and again at random
// moments under load. Each job that was accepted ends with one proof, and a
// request that was cut off can be made again. ZKPASS_KILLS=1000 does so a thousand times;
// on a slow machine that loses more than the usual number of workers with one job.
func TestLine30KillAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a service twenty times")
	}
	rounds := 20
	if n, err := strconv.Atoi(os.Getenv("ZKPASS_KILLS")); err == nil {
		rounds = n
	}
	dir, address := t.TempDir(), freeAddress(t)
	config := service.DefaultConfig()
	config.DataDir = dir
	key := newAPIKey(t, config)
	variables := []string{"ZKPASS_DATA_DIR=" + dir, "ZKPASS_LISTEN=" + address, "ZKPASS_JOBS_REDELIVERY=2s", "ZKPASS_JOBS_MAX_PER_KEY=100000", "ZKPASS_JOBS_MAX_ATTEMPTS=100000"}
	p := start(t, "serve", "serve", variables...)
	awaitReady(t, p, address)
	x := newExchange(t)
	load := newLoad(t, x, key, address)
	for range rounds {
		time.Sleep(between(t, 50*time.Millisecond, 900*time.Millisecond))
		p.kill()
		p = start(t, "serve", "serve", variables...)
		awaitReady(t, p, address)
	}
	jobs := load.stop()
	if len(jobs) < rounds {
		t.Fatalf("only %d jobs were accepted over %d rounds", len(jobs), rounds)
	}
	t.Logf("%d jobs accepted, %d requests cut off and made again", len(jobs), load.cut)
	c := newCustomer(t, key, address)
	c.anyTime = true // a thousand kills take longer than a proof may be old
	c.await(t, x, jobs, 4*time.Minute+time.Duration(rounds)*time.Second)
	p.stop(t)
}

// TestLine30KillSpread runs two front ends and two workers over a cluster of three
// NATS nodes, and kills one after the other of all these, chosen at random, under load.
// Nothing that was accepted is lost, and nothing is answered twice.
// ZKPASS_KILLS=1000 does so a thousand times.
func TestLine30KillSpread(t *testing.T) {
	if testing.Short() {
		t.Skip("starts seven processes")
	}
	rounds := 5
	if n, err := strconv.Atoi(os.Getenv("ZKPASS_KILLS")); err == nil {
		rounds = n
	}
	configs, urls := fixCluster(t)
	config := service.DefaultConfig()
	config.NATS.URL, config.NATS.Replicas = strings.Join(urls, ","), 3
	shared := []string{"ZKPASS_NATS_URL=" + config.NATS.URL, "ZKPASS_NATS_REPLICAS=3", "ZKPASS_JOBS_REDELIVERY=4s", "ZKPASS_JOBS_MAX_PER_KEY=100000", "ZKPASS_JOBS_MAX_ATTEMPTS=100000"}
	keys := "ZKPASS_KEYS_DIR=" + t.TempDir() + "/keys"
	addresses := []string{freeAddress(t), freeAddress(t)}
	var parts []*process
	var again []func() *process
	add := func(role, name string, variables ...string) {
		run := func() *process { return start(t, role, name, variables...) }
		parts, again = append(parts, run()), append(again, run)
	}
	for i, path := range configs {
		add("nats", "nats-"+strconv.Itoa(i), "NATS_CONFIG="+path)
	}
	awaitCluster(t, config)
	key := newAPIKey(t, config)
	for i, address := range addresses {
		add("worker", "worker-"+strconv.Itoa(i), append(shared, keys)...)
		add("serve", "front-"+strconv.Itoa(i), append(shared, "ZKPASS_LISTEN="+address)...)
		awaitReady(t, parts[len(parts)-1], address)
	}
	x := newExchange(t)
	load := newLoad(t, x, key, addresses...)
	kinds := map[string]int{}
	// A worker, a front end and a node at the least, then any.
	sure := []int{3, 4, 0} // as they are added above
	for round := range rounds {
		time.Sleep(between(t, 300*time.Millisecond, 2*time.Second))
		part := int(between(t, 0, time.Duration(len(parts))))
		if round < len(sure) {
			part = sure[round]
		}
		parts[part].kill()
		time.Sleep(between(t, 0, 1500*time.Millisecond))
		kinds[strings.TrimRight(parts[part].name, "0123456789-")]++
		parts[part] = again[part]()
	}
	time.Sleep(2 * time.Second)
	jobs := load.stop()
	t.Logf("%d jobs accepted, %d requests cut off and made again; killed: %v", len(jobs), load.cut, kinds)
	if len(jobs) < rounds {
		t.Fatalf("only %d jobs were accepted over %d rounds", len(jobs), rounds)
	}
	// A front end that does not find its cluster for a minute ends, and its manager
	// starts it again.
	fronts := []int{4, 6}
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		ready := 0
		for i, part := range fronts {
			select {
			case <-parts[part].gone:
				parts[part] = again[part]()
			default:
			}
			if readiness(addresses[i]) == http.StatusOK {
				ready++
			}
		}
		if ready == len(fronts) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the front ends are not ready three minutes after the last kill")
		}
	}
	c := newCustomer(t, key, addresses...)
	c.anyTime = true // a thousand kills take longer than a proof may be old
	c.await(t, x, jobs, 4*time.Minute+time.Duration(rounds)*time.Second)
	for _, part := range fronts {
		parts[part].stop(t)
	}
}

// awaitCluster waits until a cluster can store something.
func awaitCluster(t *testing.T, c service.Config) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, closeStore, err := service.OpenAPIKeys(ctx, c)
		cancel()
		if err == nil {
			closeStore()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the cluster does not come up: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// load submits jobs from several goroutines, a few a second.
type load struct {
	halt    chan struct{}
	workers sync.WaitGroup

	mu   sync.Mutex
	jobs []string
	cut  int
}

// newLoad starts the load. A request that is cut off, or refused for the moment,
// is made again with the same idempotency key until it is accepted: if the service
// had accepted it already, that must give the same job.
func newLoad(t *testing.T, x *exchange, key string, addresses ...string) *load {
	t.Helper()
	l := &load{halt: make(chan struct{})}
	encryption := newCustomer(t, key, addresses...).encryption
	for range 3 {
		c := &customer{addresses: addresses, key: key, encryption: encryption}
		l.workers.Go(func() {
			for {
				select {
				case <-l.halt:
					return
				case <-time.After(600 * time.Millisecond):
				}
				l.submit(t, c, c.body(t, x))
			}
		})
	}
	return l
}

func (l *load) submit(t *testing.T, c *customer, body []byte) {
	idempotency := rand.Text()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		got, err := c.call(ctx, http.MethodPost, "/v1/proof?wait=0", idempotency, body)
		cancel()
		l.mu.Lock()
		switch {
		case err == nil && (got.Status == http.StatusAccepted || got.Status == http.StatusOK):
			if got.URL != "" { // else it was accepted before, and has ended
				l.jobs = append(l.jobs, got.URL)
			}
			l.mu.Unlock()
			return
		case err == nil && got.Status != http.StatusServiceUnavailable:
			t.Errorf("a request got %+v", got)
			l.mu.Unlock()
			return
		}
		l.cut++
		l.mu.Unlock()
		time.Sleep(50 * time.Millisecond)
	}
}

// stop ends the load and returns the jobs accepted.
func (l *load) stop() []string {
	close(l.halt)
	l.workers.Wait()
	return l.jobs
}

// between draws a random duration.
func between(t *testing.T, low, high time.Duration) time.Duration {
	t.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(int64(high-low)))
	if err != nil {
		t.Fatal(err)
	}
	return low + time.Duration(n.Int64())
}
