package front

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// service is a handler with everything around it, in memory.
type service struct {
	t       testing.TB
	h       *Handler
	jobs    *fakeJobs
	keys    *fakeKeys
	store   *fakeStore
	clock   *fakeClock
	logs    *lockedBuffer
	metrics *prometheus.Registry

	key, secret string // with the scope prove
}

// newService makes a service whose configuration change may change.
func newService(t testing.TB, change func(*Config)) *service {
	t.Helper()
	s := &service{
		t: t, jobs: newFakeJobs(), keys: newFakeKeys(t), store: newFakeStore(),
		clock: &fakeClock{t: time.Now()}, logs: &lockedBuffer{}, metrics: prometheus.NewRegistry(),
	}
	config := Config{
		Jobs: s.jobs, Keys: s.keys, APIKeys: s.store, Now: s.clock.now, Metrics: s.metrics,
		Logger: slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&config)
	}
	var err error
	if s.h, err = New(config); err != nil {
		t.Fatal(err)
	}
	s.key, s.secret = s.newKey(apikey.Options{})
	return s
}

func (s *service) newKey(options apikey.Options) (key, secret string) {
	s.t.Helper()
	made, secret, err := apikey.Create(s.t.Context(), s.store, options)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Key, secret
}

// request makes a request that is in order: with the API key and as JSON.
func (s *service) request(method, url, body string) *http.Request {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, url, reader)
	r.SetBasicAuth(s.key, s.secret)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// proofBody is the body of a request for a proof that is in order.
func (s *service) proofBody() string {
	return `{"user_data_token":"` + s.keys.jwe(s.t, "documents") + `","dvr_token":"` + s.keys.jwe(s.t, "question") + `"}`
}

// answer is an answer that agrees with the description of the API.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// do serves a request, and checks request and answer against openapi.yaml.
func (s *service) do(r *http.Request) *answer {
	s.t.Helper()
	sent := keepBody(s.t, r)
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	a := &answer{t: s.t, status: w.Code, header: w.Result().Header, body: w.Body.Bytes()}
	checkContract(s.t, s.h, r, sent, a)
	return a
}

// keepBody reads the body of a request and gives it another one that is as good.
func keepBody(t testing.TB, r *http.Request) []byte {
	t.Helper()
	if _, ok := r.Body.(*endlessBody); ok || r.Body == nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return body
}

// endlessBody is a body that has no end.
type endlessBody struct{ read int }

func (b *endlessBody) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	b.read += len(p)
	return len(p), nil
}

func (b *endlessBody) Close() error { return nil }

// proof asks for a proof without waiting.
func (s *service) proof() *answer {
	s.t.Helper()
	return s.do(s.request("POST", "/v1/proof?wait=0", s.proofBody()))
}

// accept has a job accepted, and returns its id.
func (s *service) accept() job.ID {
	s.t.Helper()
	a := s.proof()
	a.want(http.StatusAccepted)
	id, ok := strings.CutPrefix(a.member("queue_status_url"), statusPath)
	if !ok {
		s.t.Fatalf("queue_status_url is %q", a.member("queue_status_url"))
	}
	return job.ID(id)
}

func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// wantProblem checks that an answer is a problem of a kind.
func (a *answer) wantProblem(status int, code zkpass.ProblemCode) *zkpass.Problem {
	a.t.Helper()
	a.want(status)
	var p zkpass.Problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatal(err)
	}
	if a.header.Get("Content-Type") != typeProblem || p.Code != code || p.Status != status || p.Instance != a.header.Get("X-Request-Id") {
		a.t.Fatalf("got %s %+v, want code %s", a.header.Get("Content-Type"), p, code)
	}
	return &p
}

// member returns a string in the answer.
func (a *answer) member(name string) string {
	a.t.Helper()
	var members map[string]any
	if err := json.Unmarshal(a.body, &members); err != nil {
		a.t.Fatal(err)
	}
	text, _ := members[name].(string)
	return text
}

// lockedBuffer is a buffer that several goroutines may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

type fakeClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *fakeClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// fakeStore keeps API keys in memory.
type fakeStore struct {
	apikey.Store
	mu      sync.Mutex
	records map[string]apikey.Record
	lookups int
	err     error
}

// fail has look-ups fail with an error, or none; one may still be under way.
func (s *fakeStore) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func newFakeStore() *fakeStore { return &fakeStore{records: make(map[string]apikey.Record)} }

func (s *fakeStore) Create(_ context.Context, record apikey.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records[record.Key.Key] = record
	return nil
}

func (s *fakeStore) Revoke(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, key)
	return nil
}

func (s *fakeStore) Lookup(_ context.Context, key string) (apikey.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookups++
	record, ok := s.records[key]
	if s.err != nil {
		return apikey.Record{}, s.err
	}
	if !ok {
		return apikey.Record{}, apikey.ErrUnknown
	}
	return record, nil
}

// fakeKeys are keys of a service; more than one may be accepted.
type fakeKeys struct {
	mu         sync.Mutex
	published  keyring.Published
	encryption *zkpass.PrivateKey
}

func newFakeKeys(t testing.TB) *fakeKeys {
	t.Helper()
	k := &fakeKeys{encryption: generate(t, zkpass.ECDHES)}
	set, err := zkpass.NewKeySet(generate(t, zkpass.ES256).Public(), k.encryption.Public())
	if err != nil {
		t.Fatal(err)
	}
	text, err := set.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	k.published = keyring.Published{
		JWKS: text, Keys: set, Encryption: k.encryption.Public(), Accepted: []string{k.encryption.Public().ID()},
		MaxAge: time.Hour, ETag: `"e1"`,
	}
	return k
}

func generate(t testing.TB, alg zkpass.Algorithm) *zkpass.PrivateKey {
	t.Helper()
	key, err := zkpass.GenerateKey(alg, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (k *fakeKeys) Published() keyring.Published {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.published
}

// lose makes it a service that knows no keys.
func (k *fakeKeys) lose() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.published = keyring.Published{}
}

// jwe encrypts something to the service.
func (k *fakeKeys) jwe(t testing.TB, text string) string {
	t.Helper()
	return jweTo(t, k.encryption.Public(), text)
}

func jweTo(t testing.TB, key *zkpass.PublicKey, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := zkpass.EncryptDataToJWEToken(key, string(quoted[1:len(quoted)-1]))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// fakeJobs is a queue in memory that nobody works on; tests end its jobs.
type fakeJobs struct {
	mu          sync.Mutex
	all         map[job.ID]*fakeJob
	submissions []job.Submission
	changed     chan struct{} // closed at each change
	submitErr   error
	err         error // of everything but Submit
	ready       error
	readyAsked  int
}

type fakeJob struct {
	owner  string
	status job.Status
}

func newFakeJobs() *fakeJobs {
	return &fakeJobs{all: make(map[job.ID]*fakeJob), changed: make(chan struct{})}
}

func (q *fakeJobs) Submit(ctx context.Context, s job.Submission) (job.ID, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.submitErr != nil {
		return "", q.submitErr
	}
	if s.SealTo == nil || s.Owner == "" || len(s.Secret) == 0 {
		return "", errors.New("an incomplete submission")
	}
	var random [16]byte
	rand.Read(random[:])
	id := job.ID(base64.RawURLEncoding.EncodeToString(random[:]))
	q.all[id] = &fakeJob{owner: s.Owner, status: job.Status{State: job.Queued, Ahead: len(q.all)}}
	q.submissions = append(q.submissions, s)
	return id, nil
}

func (q *fakeJobs) Status(ctx context.Context, owner string, id job.ID) (*job.Status, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.status(owner, id)
}

func (q *fakeJobs) status(owner string, id job.ID) (*job.Status, error) {
	if q.err != nil {
		return nil, q.err
	}
	found := q.all[id]
	if found == nil || found.owner != owner {
		return nil, job.ErrUnknown
	}
	status := found.status
	return &status, nil
}

func (q *fakeJobs) Wait(ctx context.Context, owner string, id job.ID, seen *job.Status) (*job.Status, error) {
	for {
		q.mu.Lock()
		status, err := q.status(owner, id)
		changed := q.changed
		q.mu.Unlock()
		if err != nil || status.State.Ended() || seen != nil || ctx.Err() != nil {
			return status, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (q *fakeJobs) Delete(ctx context.Context, owner string, id job.ID) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, err := q.status(owner, id); err != nil {
		return err
	}
	delete(q.all, id)
	q.tell()
	return nil
}

func (q *fakeJobs) Ready(context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.readyAsked++
	return q.ready
}

func (q *fakeJobs) tell() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// set says how a job stands.
func (q *fakeJobs) set(id job.ID, status job.Status) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all[id].status = status
	q.tell()
}

// finish ends a job with a proof, fail with a problem.
func (q *fakeJobs) finish(id job.ID, token string) {
	q.set(id, job.Status{State: job.Done, Outcome: &job.Outcome{Token: token}})
}

func (q *fakeJobs) fail(id job.ID, p *zkpass.Problem) {
	q.set(id, job.Status{State: job.Failed, Outcome: &job.Outcome{Problem: p}})
}

func (q *fakeJobs) failing(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
}

func (q *fakeJobs) count() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.submissions)
}

// first returns the id of the only job.
func (q *fakeJobs) first() (id job.ID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id = range q.all {
	}
	return id
}
