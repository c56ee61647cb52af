package service_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/natstest"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/service"
)

// TestLine30RollingUpgrade has workers of two families on one queue, and replaces those
// of one by those of the other in the order that is worst for what is queued: whatever
// was accepted ends with a proof, whether the header names its family or not.
func TestLine30RollingUpgrade(t *testing.T) {
	if testing.Short() {
		t.Skip("starts six processes")
	}
	config := service.DefaultConfig()
	config.NATS.URL = natstest.Listen(t)
	key := newAPIKey(t, config)
	keys := t.TempDir() + "/keys"
	worker := func(name, families string) *process {
		return start(t, "worker", name, "ZKPASS_NATS_URL="+config.NATS.URL, "ZKPASS_KEYS_DIR="+keys, "ZKPASS_TEST_FAMILIES="+families, "ZKPASS_JOBS_REDELIVERY=2s")
	}
	other := worker("other", "libzk-v0")
	address := freeAddress(t)
	front := start(t, "serve", "front", "ZKPASS_NATS_URL="+config.NATS.URL, "ZKPASS_LISTEN="+address, "ZKPASS_JOBS_REDELIVERY=2s")
	awaitReady(t, front, address)
	c := newCustomer(t, key, address)
	x := newExchange(t)
	plain := x.unnamed(t, c)
	// What nobody has had for a day is refused at once.
	if got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", c.body(t, x)); err != nil || got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a family that nobody has: %+v, %v", got, err)
	}
	right := worker("right", zkpass.LibZK)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", c.body(t, x))
		if err == nil && got.Status == http.StatusAccepted {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with a worker that has it: %+v, %v", got, err)
		}
	}
	var jobs []string
	for range 3 {
		jobs = append(jobs, c.accept(t, c.body(t, x)), c.accept(t, plain))
	}
	// All that can prove them go, and who stays cannot.
	right.stop(t)
	time.Sleep(5 * time.Second)
	jobs = append(jobs, c.accept(t, plain))
	for _, url := range jobs {
		if got, err := c.call(t.Context(), http.MethodGet, url, "", nil); err != nil || got.Status != http.StatusAccepted && got.Status != http.StatusOK {
			t.Errorf("a job while its workers are away: %+v, %v", got, err)
		}
	}
	again := worker("again", zkpass.LibZK)
	c.await(t, x, jobs, 5*time.Minute)
	other.stop(t)
	again.stop(t)
	front.stop(t)
}

// Everything that this module proves with can be asked of a service.
func TestEveryFamily(t *testing.T) {
	p, c, address := alone(t, t.TempDir())
	for _, name := range zkpass.Families() {
		x := newExchange(t)
		token, err := zkpass.ParseDVRToken(x.dvr)
		if err != nil {
			t.Fatal(err)
		}
		dvr := token.DVR
		dvr.ZKVM = name
		if dvr.QueryMethodVersion, err = statement.MethodVersion(&dvr); err != nil {
			t.Fatal(err)
		}
		if x.dvr, err = zkpass.SignDVR(&dvr, zkpass.Claims{}, x.verifier); err != nil {
			t.Fatal(err)
		}
		c.await(t, x, []string{c.accept(t, c.body(t, x))}, time.Minute)
	}
	response, err := http.Get("http://" + address + "/v1/families")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var known struct{ Families []string }
	if err := json.NewDecoder(response.Body).Decode(&known); err != nil || !slices.Equal(known.Families, slices.Sorted(slices.Values(zkpass.Families()))) {
		t.Errorf("families %v, %v", known.Families, err)
	}
	p.stop(t)
}

// unnamed is a request whose header does not name its family, as of an older client.
func (x *exchange) unnamed(t *testing.T, c *customer) []byte {
	t.Helper()
	sealed, err := zkpass.EncryptDataToJWEToken(c.encryption, x.dvr)
	if err != nil {
		t.Fatal(err)
	}
	return c.bodyOf(t, x, sealed)
}
