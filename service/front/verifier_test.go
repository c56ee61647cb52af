package front

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/verifier"
	"github.com/zkpass-go/zkpass/verify"
)

// fakeVerifications answers what a test wants.
type fakeVerifications struct {
	key        *zkpass.PrivateKey
	err        error
	question   verifier.Question
	submission verifier.Submission
}

func (f *fakeVerifications) Ask(_ context.Context, q verifier.Question) (*verifier.Request, error) {
	f.question = q
	return &verifier.Request{ID: "id", Token: "a.b.c", Expires: time.Unix(2_000_000_000, 0).UTC()}, f.err
}

func (f *fakeVerifications) Check(_ context.Context, s verifier.Submission) (*verifier.Answer, error) {
	f.submission = s
	if f.err != nil {
		return nil, f.err
	}
	return &verifier.Answer{
		ID: "id", Output: `{"n":9007199254740993}`, Outputs: json.RawMessage(`{"n":9007199254740993}`), Evaluated: time.Unix(2_000_000_000, 0).UTC(),
		Documents: map[string]verifier.Document{"": {Algorithm: zkpass.ES256, Class: "384/8"}},
	}, nil
}

func (f *fakeVerifications) KeySet() (*zkpass.KeySet, error) { return zkpass.NewKeySet(f.key.Public()) }

func (f *fakeVerifications) Ready(context.Context) error { return f.err }

// newDesk makes a verifier's handler with everything around it, in memory, and an
// API key with both scopes.
func newDesk(t testing.TB) (*service, *fakeVerifications) {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeVerifications{key: key}
	s := &service{t: t, store: newFakeStore(), clock: &fakeClock{t: time.Now()}, logs: &lockedBuffer{}, metrics: prometheus.NewRegistry()}
	s.h, err = NewVerifier(VerifierConfig{
		Verifications: f, APIKeys: s.store, Now: s.clock.now, Metrics: s.metrics,
		Logger: slog.New(slog.NewJSONHandler(s.logs, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.key, s.secret = s.newKey(apikey.Options{Scopes: []string{apikey.ScopeRequest, apikey.ScopeVerify}})
	return s, f
}

const (
	questionBody   = `{"title":"Adult","query":{"==":[{"dvar":"adult"},true]},"issuers":{"":{"jwks":"https://op.example/jwks","kid":"k","format":"jwt"}},"expires_in":60,"response_uri":"https://shop.example/p"}`
	submissionBody = `{"proof":"a.b.c","dvr_id":"id"}`
	queryBody      = `{"query":{"==":[{"dvar":"adult"},true]},"documents":{"":"jwt"}}`
)

func TestVerifierExchange(t *testing.T) {
	s, f := newDesk(t)
	a := s.do(s.request("POST", "/v1/requests", questionBody)).want(http.StatusCreated)
	if a.member("dvr_token") != "a.b.c" || a.member("dvr_id") != "id" || a.member("expires_at") != "2033-05-18T03:33:20Z" {
		t.Errorf("%s", a.body)
	}
	q := f.question
	if q.Title != "Adult" || q.Query != `{"==":[{"dvar":"adult"},true]}` || q.Life != time.Minute || q.Issuers[""] != (verifier.Issuer{KeySetURL: "https://op.example/jwks", KeyID: "k", Format: "jwt"}) {
		t.Errorf("%+v", q)
	}
	s.do(s.request("POST", "/v1/requests", `{"title":"Adult","query":"true","issuers":{}}`)).want(http.StatusCreated)
	if f.question.Query != "true" || f.question.Life != 0 {
		t.Errorf("%+v", f.question)
	}
	a = s.do(s.request("POST", "/v1/verify", submissionBody)).want(http.StatusOK)
	if a.member("output") != `{"n":9007199254740993}` || !strings.Contains(string(a.body), `"outputs":{"n":9007199254740993}`) {
		t.Errorf("%s", a.body)
	}
	if f.submission.Once != (verifier.Idempotency{}) {
		t.Error("idempotent without a key")
	}
	r := s.request("POST", "/v1/verify", `{"proof":{"data":{}},"dvr_token":"d.v.r","peek":false}`)
	r.Header.Set("Idempotency-Key", "k")
	s.do(r).want(http.StatusOK)
	if f.submission.Proof != `{"data":{}}` || f.submission.Token != "d.v.r" || f.submission.Once == (verifier.Idempotency{}) {
		t.Errorf("%+v", f.submission)
	}
	a = s.do(s.request("GET", "/.well-known/jwks.json", "")).want(http.StatusOK)
	if !strings.Contains(string(a.body), f.key.Public().ID()) {
		t.Errorf("%s", a.body)
	}
}

func TestVerifierRefusals(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
		code   zkpass.ProblemCode
	}{
		{verifier.ErrUnknownRequest, 404, zkpass.ProblemNotFound},
		{verifier.ErrConflict, 422, zkpass.ProblemIdempotency},
		{fmt.Errorf("%w: no answer", verifier.ErrCannotTell), 503, zkpass.ProblemCannotTell},
		{fmt.Errorf("%w: %w", verify.ErrIssuerKey, zkpass.ErrFetch), 503, zkpass.ProblemCannotTell},
		{errors.New("disk"), 503, zkpass.ProblemCannotTell},
		{verify.ErrReplayed, 409, zkpass.ProblemAnswered},
		{fmt.Errorf("the request %w", verify.ErrExpired), 410, zkpass.ProblemExpired},
		{verify.ErrStale, 422, zkpass.ProblemStale},
		{verify.ErrFuture, 422, zkpass.ProblemFuture},
		{verify.ErrService, 422, zkpass.ProblemMaker},
		{verify.ErrRequest, 422, zkpass.ProblemOther},
		{verify.ErrIssuerKey, 422, zkpass.ProblemKeys},
		{verify.ErrMethodVersion, 422, zkpass.ProblemUnsupported},
		{verify.ErrProof, 422, zkpass.ProblemProof},
		{zkpass.ErrMalformed, 422, zkpass.ProblemTokens},
	} {
		s, f := newDesk(t)
		f.err = test.err
		s.do(s.request("POST", "/v1/verify", submissionBody)).wantProblem(test.status, test.code)
	}
	for _, test := range []struct {
		err    error
		status int
		code   zkpass.ProblemCode
	}{
		{fmt.Errorf("%w: %w", verifier.ErrRequest, query.ErrCompile), 422, zkpass.ProblemQuery},
		{fmt.Errorf("%w: %w", verifier.ErrRequest, zkpass.ErrUnknownKey), 422, zkpass.ProblemKeys},
		{verifier.ErrRequest, 422, zkpass.ProblemMalformed},
		{verifier.ErrCannotTell, 503, zkpass.ProblemCannotTell},
	} {
		s, f := newDesk(t)
		f.err = test.err
		s.do(s.request("POST", "/v1/requests", questionBody)).wantProblem(test.status, test.code)
	}
}

// badBodies are bodies that are not in order, whatever the call.
var badBodies = []string{
	"", "x", "[]", "null", `"a"`, "{", `{"a":1,"a":1}`, "{}", `{"unknown":1}`, "\xff", `{"title":"a"}{}`,
}

func TestVerifierBadBodies(t *testing.T) {
	s, _ := newDesk(t)
	for path, bodies := range map[string][]string{
		"/v1/requests": {
			`{"title":"a","query":"true","issuers":[]}`, `{"title":"","query":"true","issuers":{}}`, `{"title":1,"query":"true","issuers":{}}`,
			`{"title":"a","issuers":{}}`, `{"title":"a","query":"true","issuers":{"":{}}}`, `{"title":"a","query":"true","issuers":{"":{"jwks":5}}}`,
			`{"title":"a","query":"true","issuers":{"":{"jwks":{"keys":1}}}}`, `{"title":"a","query":"true","issuers":{"":{"jwks":"u","more":1}}}`,
			`{"title":"a","query":"true","issuers":{"":{"jwks":"u","format":"xml"}}}`, `{"title":"a","query":"true","issuers":{"":{"jwks":"u"},"":{"jwks":"u"}}}`,
			`{"title":"a","query":"true","issuers":{},"expires_in":0}`, `{"title":"a","query":"true","issuers":{},"expires_in":86401}`,
			`{"title":"a","query":"true","issuers":{},"expires_in":1.5}`, `{"title":"a","query":"true","issuers":{},"login_nonce":7}`, `{"Title":"a","query":"true","issuers":{}}`,
		},
		"/v1/verify": {
			`{"proof":"a"}`, `{"dvr_id":"a"}`, `{"proof":"a","dvr_id":"i","dvr_token":"t"}`, `{"proof":"a","dvr_id":1}`, `{"proof":"a","dvr_id":"i","peek":"yes"}`,
		},
		"/v1/queries/check":   {`{"query":"true","documents":[]}`, `{"query":"true","documents":{"a":"xml"}}`, `{"query":"true","language":"fr"}`},
		"/v1/queries/explain": {`{"documents":{}}`},
	} {
		for _, body := range append(slices.Clone(badBodies), bodies...) {
			r := s.request("POST", path, body)
			if body == "" {
				r.Header.Set("Content-Type", "application/json")
			}
			w := s.do(r)
			if w.status != http.StatusBadRequest {
				t.Errorf("%s %s: %d %s", path, body, w.status, w.body)
			}
		}
	}
}

// TestVerifierDescribedAnswers: each answer that verifier.yaml describes is given.
func TestVerifierDescribedAnswers(t *testing.T) {
	exercised.Lock()
	clear(exercised.answers)
	exercised.Unlock()
	posts := map[string]string{"/v1/requests": questionBody, "/v1/verify": submissionBody, "/v1/queries/check": queryBody, "/v1/queries/explain": queryBody}
	for path, body := range posts {
		s, _ := newDesk(t)
		ok := http.StatusOK
		if path == "/v1/requests" {
			ok = http.StatusCreated
		}
		s.do(s.request("POST", path, body)).want(ok)
		s.do(s.request("POST", path, "{")).want(http.StatusBadRequest)
		r := s.request("POST", path, body)
		r.Header.Del("Authorization")
		s.do(r).want(http.StatusUnauthorized)
		s.key, s.secret = s.newKey(apikey.Options{})
		s.do(s.request("POST", path, body)).wantProblem(http.StatusForbidden, zkpass.ProblemForbidden)
		s, f := newDesk(t)
		s.do(s.request("POST", path, strings.Repeat(" ", MaxBody+1))).want(http.StatusRequestEntityTooLarge)
		r = s.request("POST", path, body)
		r.Header.Set("Content-Type", "text/plain")
		s.do(r).want(http.StatusUnsupportedMediaType)
		f.err = verifier.ErrRequest
		if path == "/v1/verify" {
			f.err = verify.ErrProof
		}
		unwanted := strings.Replace(body, `{"==":[{"dvar":"adult"},true]}`, `"["`, 1)
		s.do(s.request("POST", path, unwanted)).want(http.StatusUnprocessableEntity)
		s.store.err = errors.New("away")
		s.do(s.request("POST", path, body)).want(http.StatusServiceUnavailable)
		s, _ = newDesk(t)
		s.key, s.secret = s.newKey(apikey.Options{Scopes: []string{apikey.ScopeRequest, apikey.ScopeVerify}, Rate: 0.001, Burst: 1})
		s.do(s.request("POST", path, body))
		s.do(s.request("POST", path, body)).want(http.StatusTooManyRequests)
	}
	for code, err := range map[int]error{404: verifier.ErrUnknownRequest, 409: verify.ErrReplayed, 410: verify.ErrExpired} {
		s, f := newDesk(t)
		f.err = err
		s.do(s.request("POST", "/v1/verify", submissionBody)).want(code)
	}
	s, _ := newDesk(t)
	for _, path := range []string{"/.well-known/jwks.json", "/openapi.yaml", "/openapi.json"} {
		a := s.do(s.request("GET", path, "")).want(http.StatusOK)
		again := s.request("GET", path, "")
		again.Header.Set("If-None-Match", a.header.Get("ETag"))
		s.do(again).want(http.StatusNotModified)
	}
	s.do(s.request("GET", "/healthz", "")).want(http.StatusOK)
	s.do(s.request("GET", "/readyz", "")).want(http.StatusOK)
	s, f := newDesk(t)
	f.err = errors.New("full disk")
	s.do(s.request("GET", "/readyz", "")).want(http.StatusServiceUnavailable)

	doc, err := verifierDescription()
	if err != nil {
		t.Fatal(err)
	}
	describesWhatWasGiven(t, doc)
}

func TestVerifierDescriptionIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(verifierAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	for _, code := range problemCodesOf(t, "../../refusal.go") {
		if !strings.Contains(string(verifierAPI), "- "+code+"\n") {
			t.Errorf("verifier.yaml lacks the code %s", code)
		}
	}
}

// TestVerifierLogsNothingOfUsers plants marks in what is sent and what comes back.
func TestVerifierLogsNothingOfUsers(t *testing.T) {
	s, f := newDesk(t)
	const mark = "MARK-7f3a"
	s.do(s.request("POST", "/v1/requests", strings.ReplaceAll(questionBody, "adult", mark)))
	f.err = fmt.Errorf("%w: away", verifier.ErrCannotTell)
	s.do(s.request("POST", "/v1/verify", `{"proof":"`+mark+`","dvr_id":"`+mark+`"}`))
	s.do(s.request("POST", "/v1/queries/explain", strings.ReplaceAll(queryBody, "adult", mark)))
	if text := s.logs.b.String(); strings.Contains(text, mark) || !strings.Contains(text, `"route":"/v1/verify"`) {
		t.Errorf("%s", text)
	}
}
