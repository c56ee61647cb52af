package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
)

const (
	testAPIKey = "key-1:MARKsecretMARKsecret"
	testJobID  = "abcdefghijklmnopqrstuv"
)

// parties are those of an exchange, made once.
type parties struct {
	issuer, verifier, signing, encryption *zkpass.PrivateKey
	dvr                                   *zkpass.DVR
	request, document, proof              string
}

var theParties = sync.OnceValues(func() (*parties, error) {
	p := &parties{}
	for _, key := range []struct {
		to  **zkpass.PrivateKey
		alg zkpass.Algorithm
		id  string
	}{{&p.issuer, zkpass.ES256, ""}, {&p.verifier, zkpass.ES256, ""}, {&p.signing, zkpass.ES256, "sig-1"}, {&p.encryption, zkpass.ECDHES, "enc-1"}} {
		var err error
		if *key.to, err = zkpass.GenerateKey(key.alg, key.id); err != nil {
			return nil, err
		}
	}
	var err error
	if p.document, err = zkpass.SignDataToJWSToken(p.issuer, []byte(`{"name":"MARKname"}`)); err != nil {
		return nil, err
	}
	p.dvr, p.request, err = p.ask("id-1")
	if err == nil {
		p.proof, err = p.answer(p.dvr, p.signing)
	}
	return p, err
})

func newParties(t testing.TB) *parties {
	t.Helper()
	p, err := theParties()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ask makes a request.
func (p *parties) ask(id string) (*zkpass.DVR, string, error) {
	key := p.verifier.Public().Option()
	dvr := &zkpass.DVR{
		ZKVM: zkpass.LibZK, Title: "Title", ID: id, QueryEngineVersion: "1", QueryMethodVersion: "1", Query: `{"==":["name","MARKliteral"]}`,
		Requests:     map[string]zkpass.UserDataRequest{"": {VerifyingKey: p.issuer.Public().Option()}},
		VerifyingKey: &key,
	}
	token, err := zkpass.SignDVR(dvr, zkpass.Claims{}, p.verifier)
	return dvr, token, err
}

// answer makes a proof token with everything right but the proof itself, which the
// client does not look at.
func (p *parties) answer(dvr *zkpass.DVR, key *zkpass.PrivateKey) (string, error) {
	proof := &zkpass.Proof{
		ZKVM: dvr.ZKVM, DVRTitle: dvr.Title, DVRID: dvr.ID, DVRDigest: dvr.Digest(), Output: `{"result":true}`,
		Time:                  time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Documents:             map[string]zkpass.ProofDocument{"": {Header: strings.Split(p.document, ".")[0], Class: "576/8"}},
		UserDataVerifyingKeys: map[string]zkpass.KeyOption{"": p.issuer.Public().Option()},
		DVRVerifyingKey:       dvr.VerifyingKey,
		ZKProof:               make([]byte, 100),
	}
	return zkpass.SignProof(proof, key)
}

func (p *parties) userData() map[string]string { return map[string]string{"": p.document} }

func keySetOf(t testing.TB, keys ...*zkpass.PrivateKey) *zkpass.KeySet {
	t.Helper()
	var public []*zkpass.PublicKey
	for _, key := range keys {
		public = append(public, key.Public())
	}
	set, err := zkpass.NewKeySet(public...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Answers of the fake service.

func answerJSON(status int, value any, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(value)
	}
}

func problem(status int, code zkpass.ProblemCode, header ...string) http.HandlerFunc {
	return answerJSON(status, zkpass.NewProblem(status, code, "some detail"), header...)
}

func proofIs(token string) http.HandlerFunc {
	return answerJSON(200, map[string]any{"status": 200, "proof": token, "output": token}, "Location", "/api/status/"+testJobID)
}

func queued(ahead int) http.HandlerFunc {
	return answerJSON(202, map[string]any{"status": 202, "queue_status_url": "/api/status/" + testJobID, "state": "queued", "ahead": ahead}, "Retry-After", "1")
}

func proving(step string, progress float64) http.HandlerFunc {
	return answerJSON(202, map[string]any{"status": 202, "queue_status_url": "/api/status/" + testJobID, "state": "proving", "step": step, "progress": progress})
}

// drop ends the connection, after the beginning of an answer if there is one.
func drop(beginning string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(conn, beginning)
		conn.Close()
	}
}

const halfAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"status\":200,"

// hang answers when nobody waits for the answer any more.
func hang(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// seen is a request that the fake service got.
type seen struct {
	method, path string // path with query
	header       http.Header
	body         string
	at           time.Time
}

// fake is a service that says what it is told to, over connections in memory.
type fake struct {
	t testing.TB

	mu    sync.Mutex
	keys  []*zkpass.KeySet // by fetch, the last one from then on
	maxed string           // Cache-Control of the key set
	posts []http.HandlerFunc
	polls []http.HandlerFunc
	other http.HandlerFunc // whatever else is asked for
	seen  []seen
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.mu.Lock()
	f.seen = append(f.seen, seen{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body), time.Now()})
	answer := f.next(w, r)
	f.mu.Unlock()
	if answer == nil {
		f.t.Errorf("%s %s: nobody expects this request", r.Method, r.URL.Path)
		answer = problem(500, zkpass.ProblemInternal)
	}
	answer(w, r)
}

func (f *fake) next(w http.ResponseWriter, r *http.Request) (answer http.HandlerFunc) {
	take := func(list *[]http.HandlerFunc) {
		if len(*list) > 0 {
			answer, *list = (*list)[0], (*list)[1:]
		}
	}
	switch {
	case r.URL.Path == "/.well-known/jwks.json" && len(f.keys) > 0:
		answer = answerJSON(200, f.keys[0], "Cache-Control", f.maxed)
		if len(f.keys) > 1 {
			f.keys = f.keys[1:]
		}
	case r.Method == "POST" && r.URL.Path == "/v1/proof":
		take(&f.posts)
	case r.Method == "GET" && r.URL.Path == "/api/status/"+testJobID:
		take(&f.polls)
	case r.Method == "DELETE" && r.URL.Path == "/api/status/"+testJobID:
		answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }
	default:
		answer = f.other
	}
	return answer
}

// left returns how many answers nobody has asked for.
func (f *fake) left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.posts) + len(f.polls)
}

// of returns the requests with a method and a path.
func (f *fake) of(method, path string) []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	var got []seen
	for _, s := range f.seen {
		if s.method == method && strings.HasPrefix(s.path, path) {
			got = append(got, s)
		}
	}
	return got
}

// pipes is a listener whose connections live in memory, so that time in tests can
// stand still while nothing happens.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.done) }); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if address != "localhost:80" {
		return nil, fmt.Errorf("a connection to %s", address)
	}
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// connect serves a fake service and returns a client of it and what ends both.
func connect(t testing.TB, handler http.Handler, opts client.Options) (*client.Client, func()) {
	t.Helper()
	listener := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: handler}
	served := make(chan struct{})
	go func() { server.Serve(listener); close(served) }()
	transport := &http.Transport{DialContext: listener.dial}
	opts.Transport = transport
	c, err := client.New("http://localhost", testAPIKey, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c, func() { transport.CloseIdleConnections(); server.Close(); <-served }
}

// opened decrypts the body of a POST: the user data and the request.
func opened(t testing.TB, body string, key *zkpass.PrivateKey) []string {
	t.Helper()
	var request struct {
		UserData string `json:"user_data_token"`
		DVR      string `json:"dvr_token"`
	}
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, token := range []string{request.UserData, request.DVR} {
		text, err := zkpass.DecryptJWEToken(key, token)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

// oversized sends more than any proof has, and expects that nobody reads it all.
func oversized(t testing.TB) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 200 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		t.Error("200 MiB were read")
	}
}
