package js_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/runningservice"
	"github.com/zkpass-go/zkpass/internal/servicetest"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/verify"
)

// exchange is a use case with all tokens, as Node reads it.
type exchange struct {
	Name     string            `json:"name"`
	Request  string            `json:"request"`
	Tokens   map[string]string `json:"tokens"`
	Expected string            `json:"expected"`
	Proof    string            `json:"proof"` // made natively
	Now      int64             `json:"now"`
}

// noon is when the use cases are evaluated: some look at the time.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func newKey(t *testing.T, alg zkpass.Algorithm) *zkpass.PrivateKey {
	t.Helper()
	key, err := zkpass.GenerateKey(alg, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// newExchange makes the tokens of a use case and proves natively.
func newExchange(t *testing.T, name, query string, data map[string]string, expected string, alg zkpass.Algorithm) exchange {
	t.Helper()
	issuer, verifier := newKey(t, alg), newKey(t, zkpass.ES256)
	x := exchange{Name: name, Tokens: map[string]string{}, Expected: expected, Now: noon.Unix()}
	requests := map[string]zkpass.UserDataRequest{}
	for tag, text := range data {
		token, err := zkpass.SignDataToJWSToken(issuer, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		x.Tokens[tag], requests[tag] = token, zkpass.UserDataRequest{VerifyingKey: issuer.Public().Option()}
	}
	dvr, err := verify.NewDVR(name, query, requests, verifier.Public())
	if err != nil {
		t.Fatal(err)
	}
	if x.Request, err = zkpass.SignDVR(dvr, zkpass.Claims{Expires: noon.Add(time.Hour)}, verifier); err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(t.Context(), x.Request, x.Tokens, local.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	x.Proof = string(result.Token)
	return x
}

// useCases are the first case of each use case of package local's testdata, and Jane's.
func useCases(t *testing.T) (all []exchange) {
	t.Helper()
	const shop = "../examples/shopsphere"
	all = append(all, newExchange(t, "shopsphere", read(t, shop, "query.json"), map[string]string{"": read(t, shop, "claims.json")}, `{"result":true}`, zkpass.ES256))
	all = append(all, newExchange(t, "shopsphere RS256", read(t, shop, "query.json"), map[string]string{"": read(t, shop, "claims.json")}, `{"result":true}`, zkpass.RS256))
	queries, err := filepath.Glob("../local/testdata/usecases/*/query.json")
	if err != nil || len(queries) < 8 {
		t.Fatalf("use cases %v, %v", queries, err)
	}
	for _, path := range queries {
		cases, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*", "expected.json"))
		if err != nil || len(cases) == 0 {
			t.Fatal(path, err)
		}
		dir := filepath.Dir(slices.Min(cases))
		files, err := filepath.Glob(filepath.Join(dir, "data*.json"))
		if err != nil {
			t.Fatal(err)
		}
		data := map[string]string{}
		for _, file := range files {
			tag := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "data"), ".json")
			data[strings.TrimPrefix(tag, ".")] = read(t, file)
		}
		all = append(all, newExchange(t, filepath.Base(filepath.Dir(path)), read(t, path), data, read(t, dir, "expected.json"), zkpass.ES256))
	}
	return all
}

// Proofs made natively verify in WebAssembly, proofs made in WebAssembly verify
// natively, and those that were changed do neither.
func TestProofs(t *testing.T) {
	app := application(t)
	cases := useCases(t)
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(app.dir, "cases.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Log(app.node(t, nil, "--test", "test/proofs.test.mjs"))
	var proofs map[string]string
	if err := json.Unmarshal([]byte(read(t, app.dir, "proofs.json")), &proofs); err != nil {
		t.Fatal(err)
	}
	for _, x := range cases {
		outcome, err := verify.Verify(t.Context(), []byte(proofs[x.Name]), x.Request, verify.Options{AllowLocal: true, Now: clock})
		if err != nil || string(outcome.Outputs) != x.Expected {
			t.Errorf("%s: a proof of WebAssembly: %v, %v", x.Name, outcome, err)
		}
	}
}

// Bad input, the store, key sets, requests and WebAssembly that stops: all in one
// process, without a server.
func TestFunctions(t *testing.T) {
	app := application(t)
	t.Log(app.node(t, nil, "--test", "test/functions.test.mjs"))
}

// Clients of a service and a verifier, fakes that fail in every way among them.
func TestClients(t *testing.T) {
	app := application(t)
	s, err := servicetest.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	t.Log(app.node(t, []string{"ZKPASS_SERVICE=" + s.URL, "ZKPASS_SERVICE_KEY=" + servicetest.APIKey}, "--test", "test/clients.test.mjs"))
	if s.Jobs() != 0 {
		t.Errorf("%d jobs are left at the service", s.Jobs())
	}
}

// A whole exchange in which no party runs Go code of its own: the request comes from a
// verifier over HTTP, the token from an issuer with jose, the proof is made in Node, and
// the verifier checks it over HTTP.
func TestExchange(t *testing.T) {
	app := application(t)
	url, key := startVerifier(t)
	t.Log(app.node(t, []string{"ZKPASS_VERIFIER=" + url, "ZKPASS_VERIFIER_KEY=" + key}, "--test", "test/exchange.test.mjs"))
}

// startVerifier runs a verifier until the test ends.
func startVerifier(t *testing.T) (url, key string) {
	t.Helper()
	return runningservice.Start(t, service.Verify, func(c *service.Config) { c.Verifier.AllowLocal = true }, apikey.ScopeRequest, apikey.ScopeVerify)
}
