package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// desks are two verifiers over one cluster, with an issuer.
type desks struct {
	*customer
	issuer    *zkpass.PrivateKey
	token     string // that answers all requests
	verifiers []*process
	again     []func() *process
	nodes     []*process
	againNode []func() *process
}

func newDesks(t *testing.T) *desks {
	t.Helper()
	configs, urls := fixCluster(t)
	d := &desks{customer: &customer{}, issuer: newKey(t)}
	for i, path := range configs {
		run := func() *process { return start(t, "nats", "nats-"+strconv.Itoa(i), "NATS_CONFIG="+path) }
		d.nodes, d.againNode = append(d.nodes, run()), append(d.againNode, run)
	}
	config := service.DefaultConfig()
	config.NATS.URL = strings.Join(urls, ",")
	awaitCluster(t, config)
	store, closeStore, err := service.OpenAPIKeys(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore()
	key, secret, err := apikey.Create(t.Context(), store, apikey.Options{
		Name: "shop", Scopes: []string{apikey.ScopeRequest, apikey.ScopeVerify}, Rate: 10_000, Burst: 10_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.key = key.Key + ":" + secret
	keys := t.TempDir() + "/keys"
	for i := range 2 {
		address := freeAddress(t)
		run := func() *process {
			p := start(t, "verifier", "verifier-"+strconv.Itoa(i), "ZKPASS_NATS_URL="+config.NATS.URL, "ZKPASS_KEYS_DIR="+keys, "ZKPASS_LISTEN="+address, "ZKPASS_VERIFIER_ALLOW_LOCAL=true")
			awaitReady(t, p, address)
			return p
		}
		d.verifiers, d.again, d.addresses = append(d.verifiers, run()), append(d.again, run), append(d.addresses, address)
	}
	if d.token, err = zkpass.SignDataToJWSToken(d.issuer, []byte(`{"age":30}`)); err != nil {
		t.Fatal(err)
	}
	return d
}

// proof asks a verifier for a request and answers it. It returns the body of the call
// that has it verified.
func (d *desks) proof(t *testing.T) []byte {
	t.Helper()
	set, err := zkpass.NewKeySet(d.issuer.Public())
	if err != nil {
		t.Fatal(err)
	}
	jwks, err := set.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	question := fmt.Appendf(nil, `{"title":"Adult","query":{">=":[{"dvar":"age"},18]},"issuers":{"":{"jwks":%s}}}`, jwks)
	var request struct {
		ID    string `json:"dvr_id"`
		Token string `json:"dvr_token"`
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		got, err := d.call(ctx, http.MethodPost, "/v1/requests", "", question)
		cancel()
		if err == nil && got.Status == http.StatusCreated {
			if err := json.Unmarshal(got.text, &request); err != nil {
				t.Fatal(err)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no request: %+v, %v", got, err)
		}
	}
	made, err := local.Prove(t.Context(), request.Token, map[string]string{"": d.token}, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"proof": json.RawMessage(made.Token), "dvr_id": request.ID})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// verify has many clients send the same proof at once, to either verifier, and counts
// the answers by status; 0 stands for none.
func (d *desks) verify(t *testing.T, body []byte, clients int) map[int]int {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for i := range clients {
		all.Go(func() {
			c := &customer{addresses: d.addresses[i%2:][:1], key: d.key}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			a, err := c.call(ctx, http.MethodPost, "/v1/verify", "", body)
			status := 0
			if err == nil {
				status = a.Status
			}
			mu.Lock()
			defer mu.Unlock()
			got[status]++
		})
	}
	all.Wait()
	return got
}

// TestVerifierOnce has a hundred clients send one proof at the same time to two
// verifiers on one cluster: one of them has it accepted. Then verifiers and nodes are
// killed while proofs are sent (ZKPASS_KILLS times, 4 if not set): at no moment
// does a request that was answered become answerable again.
func TestVerifierOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts five processes")
	}
	rounds := 4
	if n, err := strconv.Atoi(os.Getenv("ZKPASS_KILLS")); err == nil {
		rounds = n
	}
	d := newDesks(t)
	if got := d.verify(t, d.proof(t), 100); got[http.StatusOK] != 1 || got[http.StatusConflict] != 99 {
		t.Errorf("answers by status %v, want one accepted and 99 answered before", got)
	}
	var used [][]byte
	for round := range rounds {
		body := d.proof(t)
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			time.Sleep(between(t, 0, 400*time.Millisecond))
			switch {
			case round%4 == 3:
				d.nodes[round/4%3].kill()
			default:
				d.verifiers[round%2].kill()
			}
		}()
		accepted := d.verify(t, body, 10)[http.StatusOK]
		<-killed
		if round%4 == 3 {
			d.nodes[round/4%3] = d.againNode[round/4%3]()
		} else {
			d.verifiers[round%2] = d.again[round%2]()
		}
		// Whatever was cut off: in the end the request is used up, once.
		if accepted += d.settled(t, body); accepted > 1 {
			t.Errorf("round %d: accepted %d times", round, accepted)
		}
		used = append(used, body)
	}
	for i, body := range used {
		if accepted := d.settled(t, body); accepted > 0 {
			t.Errorf("round %d: accepted again at the end", i)
		}
	}
}

// settled sends a proof to both verifiers until each says that its request was answered, and counts how often it was
// accepted on the way. A cluster that finds a new leader has them say for some seconds that they cannot tell.
func (d *desks) settled(t *testing.T, body []byte) (accepted int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		got := d.verify(t, body, 2)
		accepted += got[http.StatusOK]
		if got[http.StatusConflict] == 2 {
			return accepted
		}
		if time.Now().After(deadline) {
			t.Fatalf("answers by status %v", got)
		}
	}
}
