package front

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

// A request that is wrong in every way is told the first thing that is wrong;
// when that is put right, the next.
func TestOrderOfChecks(t *testing.T) {
	s := newService(t, func(c *Config) {
		c.Limits.RequestsBurst = 100
		c.Limits.AtOnce = 1
	})
	s.jobs.submitErr = job.ErrFull
	s.keys.lose()
	metricsKey, metricsSecret := s.newKey(apikey.Options{Scopes: []string{apikey.ScopeMetrics}})
	key, err := s.h.apiKeys.Lookup(t.Context(), s.key)
	if err != nil {
		t.Fatal(err)
	}
	leave, _ := s.h.callers.enter(&key.Key, s.clock.now()) // all that it may do at once
	published := newFakeKeys(t).published

	tooLarge := strings.Repeat("x", MaxBody+1)
	text := tooLarge
	auth := func(r *http.Request) { r.SetBasicAuth("zkp_aaaaaaaaaaaaaaaa", "wrong") }
	contentType, query, idempotency := "text/plain", "wait=x&wait=y", "\x7f"
	chunked := true
	for i, step := range []struct {
		status int
		code   zkpass.ProblemCode
		fix    func()
	}{
		{401, zkpass.ProblemUnauthorized, func() { auth = func(r *http.Request) { r.SetBasicAuth(metricsKey, metricsSecret) } }},
		{403, zkpass.ProblemForbidden, func() { auth = func(r *http.Request) { r.SetBasicAuth(s.key, s.secret) } }},
		{429, zkpass.ProblemRateLimited, func() { leave() }},
		{413, zkpass.ProblemTooLarge, func() { chunked = false }},
		{413, zkpass.ProblemTooLarge, func() { text = tooLarge[1:] }},
		{415, zkpass.ProblemMediaType, func() { contentType = "application/json" }},
		{400, zkpass.ProblemMalformed, func() { query = "" }},
		{400, zkpass.ProblemMalformed, func() { idempotency = "a" }},
		{400, zkpass.ProblemMalformed, func() { text = body("not a JWE", "not a JWE") }},
		{400, zkpass.ProblemMalformed, func() { text = s.proofBody() }},
		{503, zkpass.ProblemUnavailable, func() { s.keys.published = published }},
		{400, zkpass.ProblemUnknownKey, func() { s.keys.published.Accepted = []string{s.keys.encryption.Public().ID()} }},
		{503, zkpass.ProblemQueueFull, func() { s.jobs.submitErr = nil }},
	} {
		r := httptest.NewRequest("POST", "/v1/proof?"+query, strings.NewReader(text))
		auth(r)
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Idempotency-Key", idempotency)
		if chunked {
			r.ContentLength = -1
		}
		a := s.do(r)
		p := a.wantProblem(step.status, step.code)
		if later := step.status == 429 || step.status == 503; later != (a.header.Get("Retry-After") != "") {
			t.Errorf("step %d: status %d with Retry-After %q", i, step.status, a.header.Get("Retry-After"))
		}
		if (step.status == 401) != (a.header.Get("WWW-Authenticate") == challenge) {
			t.Errorf("step %d: status %d with WWW-Authenticate %q", i, step.status, a.header.Get("WWW-Authenticate"))
		}
		if p.Detail == "" {
			t.Errorf("step %d: no detail", i)
		}
		step.fix()
	}
	s.accept()
}

func TestBodySize(t *testing.T) {
	s := newService(t, nil)
	pad := func(size int) string { // white space is allowed around JSON
		text := s.proofBody()
		return text + strings.Repeat(" ", size-len(text))
	}
	for name, c := range map[string]struct {
		size    int
		chunked bool
		want    int
	}{
		"at the limit":           {MaxBody, false, 202},
		"at the limit, chunked":  {MaxBody, true, 202},
		"over the limit":         {MaxBody + 1, false, 413},
		"over the limit, hidden": {MaxBody + 1, true, 413},
	} {
		r := s.request("POST", "/v1/proof?wait=0", pad(c.size))
		if c.chunked {
			r.ContentLength = -1
		}
		if a := s.do(r); a.status != c.want {
			t.Errorf("%s: %d: %s", name, a.status, a.body)
		}
	}
}

// TestLine30OversizedBody sends a body without end: little more than the limit is read.
func TestLine30OversizedBody(t *testing.T) {
	s := newService(t, nil)
	r := s.request("POST", "/v1/proof", "x")
	endless := &endlessBody{}
	r.Body, r.ContentLength = endless, -1
	s.do(r).wantProblem(413, zkpass.ProblemTooLarge)
	if endless.read < MaxBody || endless.read > 2*MaxBody {
		t.Errorf("read %d bytes", endless.read)
	}
	// With the length announced, none is read, and nothing before the key is good.
	for _, auth := range []bool{true, false} {
		r := s.request("POST", "/v1/proof", "x")
		endless := &endlessBody{}
		r.Body, r.ContentLength = endless, 1<<40
		want := 413
		if !auth {
			r.Header.Del("Authorization")
			r.ContentLength, want = -1, 401
		}
		s.do(r).want(want)
		if endless.read != 0 {
			t.Errorf("read %d bytes for %d", endless.read, want)
		}
	}
}

func TestBodyCutOff(t *testing.T) {
	s := newService(t, nil)
	r := s.request("POST", "/v1/proof", "x")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"dvr_token":`), brokenReader{}))
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	if w.Code != 400 || w.Header().Get("Connection") != "close" || s.jobs.count() != 0 {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestMediaType(t *testing.T) {
	for text, want := range map[string]bool{
		"application/json":                             true,
		"Application/JSON":                             true,
		"application/json; charset=utf-8":              true,
		`application/json;charset="UTF-8"`:             true,
		"application/json; charset=latin1":             false,
		"application/json; charset=utf-8; version=1":   false,
		"application/json; version=1":                  false,
		"application/json;":                            true,
		"application/problem+json":                     false,
		"text/json":                                    false,
		"application/x-www-form-urlencoded":            false,
		"":                                             false,
		"application/json, text/plain":                 false,
		"application/json; charset=utf-8; charset=utf": false,
	} {
		if got := isJSON(http.Header{"Content-Type": {text}}); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	for name, header := range map[string]http.Header{
		"none":       {},
		"two":        {"Content-Type": {"application/json", "application/json"}},
		"compressed": {"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}},
	} {
		if isJSON(header) {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestWait(t *testing.T) {
	s := newService(t, nil)
	for query, want := range map[string]time.Duration{
		"": 30 * time.Second, "wait=0": 0, "wait=1": time.Second, "wait=9": 9 * time.Second, "wait=60": time.Minute,
	} {
		r := s.request("POST", "/v1/proof?"+query, "")
		if got, err := parseWait(r.URL, DefaultWait); err != nil || got != want {
			t.Errorf("%q: %s, %v", query, got, err)
		}
	}
	for _, query := range []string{
		"wait=", "wait", "wait=61", "wait=99", "wait=100", "wait=-1", "wait=%2B1", "wait=01", "wait=00", "wait=1.0", "wait=1e1", "wait=1s",
		"wait=%201", "wait=1&wait=1", "wait=1&x=1", "Wait=1", "wait=٣", "wait=1;", "wait=%zz", "x",
	} {
		s.do(s.request("POST", "/v1/proof?"+query, s.proofBody())).wantProblem(400, zkpass.ProblemMalformed)
	}
	if s.jobs.count() != 0 {
		t.Error("submitted")
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := newService(t, nil)
	for _, key := range []string{"a", `"quoted"`, "with space", strings.Repeat("~", 255)} {
		r := s.request("POST", "/v1/proof?wait=0", s.proofBody())
		r.Header.Set("Idempotency-Key", key)
		s.do(r).want(202)
		if got := s.jobs.submissions[s.jobs.count()-1]; got.IdempotencyKey != key || string(got.Secret) != s.secret || got.Owner != s.key {
			t.Errorf("submitted %q of %q", got.IdempotencyKey, got.Owner)
		}
	}
	n := s.jobs.count()
	for _, keys := range [][]string{{""}, {"a", "a"}, {strings.Repeat("a", 256)}, {"a\tb"}, {"\x00"}, {"\x7f"}, {"é"}} {
		r := s.request("POST", "/v1/proof?wait=0", s.proofBody())
		r.Header["Idempotency-Key"] = keys
		s.do(r).wantProblem(400, zkpass.ProblemMalformed)
	}
	if s.jobs.count() != n {
		t.Error("submitted")
	}
}
