package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/verify"
)

// exchange is a request and the user data that answers it.
type exchange struct {
	issuer, verifier *zkpass.PrivateKey
	dvr              string
	userData         map[string]string
}

// newExchange makes the request of the ShopSphere example about Jane.
func newExchange(t testing.TB) *exchange {
	t.Helper()
	claims, err := os.ReadFile("../examples/shopsphere/claims.json")
	if err != nil {
		t.Fatal(err)
	}
	query, err := os.ReadFile("../examples/shopsphere/query.json")
	if err != nil {
		t.Fatal(err)
	}
	return newExchangeTitled(t, "ShopSphere account holder", claims, string(query))
}

func newExchangeTitled(t testing.TB, title string, claims []byte, query string) *exchange {
	t.Helper()
	x := &exchange{issuer: newKey(t), verifier: newKey(t)}
	token, err := zkpass.SignDataToJWSToken(x.issuer, claims)
	if err != nil {
		t.Fatal(err)
	}
	x.userData = map[string]string{"": token}
	dvr, err := verify.NewDVR(title, query,
		map[string]zkpass.UserDataRequest{"": {VerifyingKey: x.issuer.Public().Option()}}, x.verifier.Public())
	if err != nil {
		t.Fatal(err)
	}
	if x.dvr, err = zkpass.SignDVR(dvr, zkpass.Claims{}, x.verifier); err != nil {
		t.Fatal(err)
	}
	return x
}

func newKey(t testing.TB) *zkpass.PrivateKey {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newAPIKey makes a key as zkpass apikey create does.
func newAPIKey(t testing.TB, c service.Config) string {
	t.Helper()
	store, closeStore, err := service.OpenAPIKeys(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore()
	key, secret, err := apikey.Create(t.Context(), store, apikey.Options{Name: "test", Rate: 10_000, Burst: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	return key.Key + ":" + secret
}

// customer calls a service by plain HTTP, to see every answer.
type customer struct {
	addresses  []string // of front ends, each job goes to the next
	key        string
	encryption *zkpass.PublicKey
	next       int
	anyTime    bool // proofs are verified at the time at which they were made
}

// newCustomer fetches the key to encrypt to.
func newCustomer(t testing.TB, key string, addresses ...string) *customer {
	t.Helper()
	api, err := client.New("http://"+addresses[0], key, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	keys, err := api.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// The first is the one to use; a key to come and old ones stand behind it.
	all := keys.Keys()
	at := slices.IndexFunc(all, func(k *zkpass.PublicKey) bool { return k.Algorithm() == zkpass.ECDHES })
	if at < 0 {
		t.Fatal("no key to encrypt to")
	}
	encryption := all[at]
	return &customer{addresses: addresses, key: key, encryption: encryption}
}

// body encrypts an exchange for the service.
func (c *customer) body(t testing.TB, x *exchange) []byte {
	t.Helper()
	request, err := zkpass.EncryptDVR(c.encryption, x.dvr)
	if err != nil {
		request, err = zkpass.EncryptDataToJWEToken(c.encryption, x.dvr) // no request at all
	}
	if err != nil {
		t.Fatal(err)
	}
	return c.bodyOf(t, x, request)
}

// bodyOf puts a request that is encrypted beside the user data.
func (c *customer) bodyOf(t testing.TB, x *exchange, request string) []byte {
	t.Helper()
	userData, err := zkpass.MarshalUserData(x.userData)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := zkpass.EncryptDataToJWEToken(c.encryption, userData)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{"user_data_token": documents, "dvr_token": request})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// answer is what the service says of a job.
type answer struct {
	Status int    `json:"status"`
	URL    string `json:"queue_status_url"`
	Proof  string `json:"proof"`
	Code   string `json:"code"`
	State  string `json:"state"`
	Ahead  int    `json:"ahead"`
	text   []byte
}

// call makes one request. An error means that no whole answer came.
func (c *customer) call(ctx context.Context, method, path, idempotency string, body []byte) (*answer, error) {
	c.next++
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.addresses[c.next%len(c.addresses)]+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if idempotency != "" {
		request.Header.Set("Idempotency-Key", idempotency)
	}
	key, secret, _ := bytes.Cut([]byte(c.key), []byte(":"))
	request.SetBasicAuth(string(key), string(secret))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var a answer
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a); err != nil {
			return nil, fmt.Errorf("status %d with a body that is not JSON", response.StatusCode)
		}
	}
	a.Status, a.text = response.StatusCode, text
	return &a, nil
}

// accept submits a job and returns its URL.
func (c *customer) accept(t *testing.T, body []byte) string {
	t.Helper()
	got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", body)
	if err != nil || got.Status != http.StatusAccepted {
		t.Fatalf("submitting: %+v, %v", got, err)
	}
	return got.URL
}

// await polls accepted jobs until all have ended, and checks that each has a proof
// of this request, the same whenever it is asked for.
func (c *customer) await(t *testing.T, x *exchange, jobs []string, within time.Duration) {
	t.Helper()
	api, err := client.New("http://"+c.addresses[0], c.key, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := api.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(within)
	for i, job := range jobs {
		first := c.awaitProof(t, job, time.Until(deadline))
		// Another front end may be some milliseconds behind, and say that it is still
		// proven. It never has another proof.
		if again := c.awaitProof(t, job, time.Until(deadline)); again != first {
			t.Fatalf("job %d of %d: asked again, the proof is another", i, len(jobs))
		}
		// One in some is verified in full; the rest shows by its signature that
		// the service made it.
		if i%8 == 0 {
			options := verify.Options{ServiceKeys: keys}
			if token, err := zkpass.ParseProofToken(first); err == nil && c.anyTime {
				options.Now = func() time.Time { return token.Proof.Time }
			}
			outcome, err := verify.Verify(t.Context(), []byte(first), x.dvr, options)
			if err != nil || string(outcome.Outputs) != `{"result":true}` {
				t.Fatalf("job %d of %d: got %v, %v", i, len(jobs), outcome, err)
			}
		}
	}
}

// awaitProof polls a job until it has ended with a proof.
func (c *customer) awaitProof(t *testing.T, job string, within time.Duration) string {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		got, err := c.call(ctx, http.MethodGet, job+"?wait=5", "", nil)
		cancel()
		switch {
		case time.Now().After(deadline):
			t.Fatalf("a job has not ended: %+v, %v", got, err)
		case err != nil || got.Status >= 500 && got.Code != string(zkpass.ProblemNotProven):
			time.Sleep(50 * time.Millisecond) // the front end asked may be the one that was stopped
		case got.Status == http.StatusOK:
			return got.Proof
		case got.Status != http.StatusAccepted:
			t.Fatalf("a job ended with %+v", got)
		}
	}
}

// alone starts a service that runs alone in a directory, with an API key.
func alone(t *testing.T, dir string, variables ...string) (p *process, c *customer, address string) {
	t.Helper()
	address = freeAddress(t)
	config := service.DefaultConfig()
	config.DataDir = dir
	key := newAPIKey(t, config)
	p = start(t, "serve", "serve", append(variables, "ZKPASS_DATA_DIR="+dir, "ZKPASS_LISTEN="+address, "ZKPASS_JOBS_REDELIVERY=2s")...)
	awaitReady(t, p, address)
	return p, newCustomer(t, key, address), address
}

// readiness asks /readyz.
func readiness(address string) int {
	response, err := (&http.Client{Timeout: 10 * time.Second}).Get("http://" + address + "/readyz")
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// becomes waits until a service answers /readyz so.
func becomes(t *testing.T, address string, status int, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); readiness(address) != status; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("/readyz does not become %d", status)
		}
	}
}
