package front

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// TestWithQueue runs over the real queue, keys and API keys, embedded.
func TestWithQueue(t *testing.T) {
	dir := t.TempDir()
	server, err := jetstream.Start(filepath.Join(dir, "jetstream"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	queue, err := job.Open(t.Context(), job.Config{Conn: conn, MaxPerOwner: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { queue.Close() })
	ring, err := keyring.Open(filepath.Join(dir, "keys"), keyring.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := apikey.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t, func(c *Config) { c.Jobs, c.Keys = queue, ring })
	s.h.apiKeys = keys
	newKey := func() (string, string) {
		key, secret, err := apikey.Create(t.Context(), keys, apikey.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return key.Key, secret
	}
	s.key, s.secret = newKey()
	jwe := func(text string) string { return jweTo(t, ring.Published().Encryption, text) }
	text := body(jwe("documents"), jwe("question"))
	post := func(idempotency, text string) *answer {
		r := s.request("POST", "/v1/proof?wait=0", text)
		if idempotency != "" {
			r.Header.Set("Idempotency-Key", idempotency)
		}
		return s.do(r)
	}
	s.do(s.request("GET", "/readyz", "")).want(200)
	keySet, err := zkpass.ParseKeySet(s.do(s.request("GET", "/.well-known/jwks.json", "")).want(200).body)
	if err != nil || len(keySet.Keys()) < 2 {
		t.Fatalf("key set: %v", err)
	}

	first := post("one", text).want(202)
	url := first.header.Get("Location")
	if again := post("one", text).want(202); again.header.Get("Location") != url {
		t.Error("the same request made another job")
	}
	post("one", body(jwe("documents"), jwe("question"))).wantProblem(422, zkpass.ProblemIdempotency)
	second := post("", text).want(202).header.Get("Location")
	third := post("", text).want(202).header.Get("Location")
	post("", text).wantProblem(429, zkpass.ProblemRateLimited)

	waiting := make(chan *answer)
	go func() { waiting <- s.do(s.request("GET", url+"?wait=60", "")) }()
	claim, err := queue.Take(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if claim.Input().DVRToken == "" || !strings.Contains(text, claim.Input().DVRToken) {
		t.Error("another input")
	}
	if err := claim.Finish(t.Context(), job.ID(strings.TrimPrefix(url, statusPath)), job.Outcome{Token: someToken}); err != nil {
		t.Fatal(err)
	}
	if a := (<-waiting).want(200); a.member("proof") != someToken {
		t.Errorf("got %s", a.body)
	}
	post("one", text).want(200)
	claim, err = queue.Take(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	problem := zkpass.NewProblem(http.StatusUnprocessableEntity, zkpass.ProblemSignature, "document a")
	if err := claim.Finish(t.Context(), job.ID(strings.TrimPrefix(second, statusPath)), job.Outcome{Problem: problem}); err != nil {
		t.Fatal(err)
	}
	s.do(s.request("GET", second+"?wait=60", "")).wantProblem(422, zkpass.ProblemSignature)

	mine, mySecret := s.key, s.secret
	s.key, s.secret = newKey()
	for _, target := range []string{url, second, third} {
		s.do(s.request("GET", target, "")).wantProblem(404, zkpass.ProblemNotFound)
		s.do(s.request("DELETE", target, "")).wantProblem(404, zkpass.ProblemNotFound)
	}
	if other := post("one", text).want(202); other.header.Get("Location") == url {
		t.Error("another's idempotency key gives a job of the first")
	}
	s.key, s.secret = mine, mySecret
	for _, target := range []string{url, second, third} {
		s.do(s.request("DELETE", target, "")).want(204)
		s.do(s.request("GET", target, "")).wantProblem(404, zkpass.ProblemNotFound)
	}
	post("one", text).wantProblem(410, zkpass.ProblemGone)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := keys.Revoke(ctx, mine); err != nil {
		t.Fatal(err)
	}
	post("", text).wantProblem(401, zkpass.ProblemUnauthorized)
}
