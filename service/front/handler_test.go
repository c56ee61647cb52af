package front

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

func TestUnknownPathsAndMethods(t *testing.T) {
	s := newService(t, nil)
	for _, c := range []struct {
		method, path, allow string
	}{
		{"GET", "/", ""}, {"GET", "/v1", ""}, {"POST", "/v1/proof/", ""}, {"POST", "//v1/proof", ""}, {"POST", "/v1/./proof", ""},
		{"GET", "/api/status/", ""}, {"GET", "/api/status", ""}, {"GET", "/api/status/a/b", ""}, {"GET", "/api/status/a%2fb", ""},
		{"GET", "/metrics", ""}, {"GET", "/debug/pprof/", ""}, {"POST", "/V1/proof", ""}, {"PROPFIND", "/x", ""}, {"HEAD", "/x", ""},
		{"GET", "/v1/proof", "POST"}, {"HEAD", "/v1/proof", "POST"}, {"OPTIONS", "/v1/proof", "POST"}, {"PUT", "/api/1.0/dvr/1.0/proof", "POST"},
		{"POST", "/api/status/x", "DELETE, GET, HEAD"}, {"POST", "/healthz", "GET, HEAD"}, {"TRACE", "/.well-known/jwks.json", "GET, HEAD"},
		{"DELETE", "/openapi.json", "GET, HEAD"}, {"MADEUP", "/readyz", "GET, HEAD"}, {"post", "/v1/proof", "POST"},
	} {
		r := s.request(c.method, c.path, "")
		r.Header.Del("Authorization")
		a := s.do(r)
		if a.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: Allow is %q, want %q", c.method, c.path, a.header.Get("Allow"), c.allow)
		}
		want, code := 404, zkpass.ProblemNotFound
		if c.allow != "" {
			want, code = 405, zkpass.ProblemMethod
		}
		if c.method == "HEAD" {
			a.want(want)
			continue
		}
		a.wantProblem(want, code)
	}
	for _, star := range []string{"*", ""} {
		r := s.request("OPTIONS", "/x", "")
		r.URL.Path = star
		s.do(r).wantProblem(404, zkpass.ProblemNotFound)
	}
}

func TestHead(t *testing.T) {
	s := newService(t, nil)
	id := s.accept()
	for _, path := range []string{"/.well-known/jwks.json", "/healthz", "/readyz", "/openapi.yaml", "/openapi.json", statusPath + string(id), statusPath + "x"} {
		get, head := s.do(s.request("GET", path, "")), s.do(s.request("HEAD", path, ""))
		for _, header := range []http.Header{get.header, head.header} {
			header.Del("X-Request-Id")
		}
		if len(head.body) != 0 || head.status != get.status {
			t.Errorf("%s: %d with %d bytes, GET has %d", path, head.status, len(head.body), get.status)
		}
		if diff := cmp.Diff(get.header, head.header); diff != "" {
			t.Errorf("%s: GET (-), HEAD (+):\n%s", path, diff)
		}
	}
}

func TestHeadersOfAllAnswers(t *testing.T) {
	s := newService(t, nil)
	id := s.accept()
	seen := make(map[string]bool)
	for _, path := range []string{"/x", "/.well-known/jwks.json", "/healthz", "/readyz", "/openapi.yaml", "/v1/proof", "/v1/attestation", statusPath + string(id)} {
		r := s.request("GET", path, "")
		r.Header.Set("X-Request-Id", "AAAAAAAAAAAAAAAAAAAAAAAAAA")
		a := s.do(r)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Strict-Transport-Security": "",
			"Access-Control-Allow-Origin": "", "Vary": "", "Server": "", "Set-Cookie": "",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		public := a.status == 200 && (path == "/.well-known/jwks.json" || path == "/openapi.yaml")
		if got := a.header.Get("Cache-Control"); (got == "no-store") == public {
			t.Errorf("%s: Cache-Control is %q", path, got)
		}
		if id := a.header.Get("X-Request-Id"); len(id) != 26 || seen[id] || strings.HasPrefix(id, "AAAA") {
			t.Errorf("%s: X-Request-Id is %q", path, id)
		} else {
			seen[id] = true
		}
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "https://zkpass.example/healthz", nil)
	s.h.ServeHTTP(w, r)
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("over TLS: no Strict-Transport-Security")
	}
}

func TestCORS(t *testing.T) {
	const page = "https://app.example"
	s := newService(t, func(c *Config) { c.Origins = []string{page, "http://localhost:3000"} })
	preflight := func(path, origin, method string) *answer {
		r := s.request("OPTIONS", path, "")
		r.Header.Del("Authorization")
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", method)
		return s.do(r)
	}
	a := preflight("/v1/proof", page, "POST").want(204)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": page, "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "600",
		"Access-Control-Allow-Headers": corsRequestHeaders, "Access-Control-Allow-Credentials": "",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !slices.Contains(a.header.Values("Vary"), "Origin") || len(a.body) != 0 {
		t.Errorf("preflight: %v %s", a.header, a.body)
	}
	for _, origin := range []string{"https://app.example.evil", "https://evil.example", "http://app.example", "https://app.example:444", "HTTPS://APP.EXAMPLE", "null", ""} {
		a := preflight("/v1/proof", origin, "POST").want(405)
		if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Vary") != "Origin" {
			t.Errorf("origin %q: %v", origin, a.header)
		}
	}
	preflight("/x", page, "GET").want(404)

	// Answers of all kinds can be read by such a page, and by no other.
	for _, c := range []struct{ method, path string }{{"GET", "/.well-known/jwks.json"}, {"POST", "/v1/proof"}, {"GET", "/x"}, {"GET", "/v1/proof"}} {
		for _, origin := range []string{page, "https://evil.example"} {
			r := s.request(c.method, c.path, "")
			r.Header.Set("Origin", origin)
			a := s.do(r)
			want := ""
			if origin == page {
				want = page
			}
			if a.header.Get("Access-Control-Allow-Origin") != want || (a.header.Get("Access-Control-Expose-Headers") != "") != (want != "") {
				t.Errorf("%s to %s: %v", c.path, origin, a.header)
			}
		}
	}
	r := s.request("GET", "/healthz", "")
	r.Header["Origin"] = []string{page, page}
	if a := s.do(r); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("two origins were allowed")
	}
	// Without configuration there is none.
	plain := newService(t, nil)
	r = plain.request("GET", "/healthz", "")
	r.Header.Set("Origin", page)
	if a := plain.do(r); a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Vary") != "" {
		t.Errorf("not configured: %v", a.header)
	}
}

func TestPanic(t *testing.T) {
	const mark = "Jane Doe"
	s := newService(t, func(c *Config) {
		c.Attest = func(context.Context, []byte) ([]byte, error) { panic(errors.New(mark)) }
	})
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, httptest.NewRequest("GET", "/v1/attestation?nonce="+someNonce, nil))
	var p zkpass.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 500 || p.Code != zkpass.ProblemInternal {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	logs := s.logs.String()
	if strings.Contains(logs+w.Body.String(), mark) {
		t.Errorf("the value is told: %s %s", logs, w.Body)
	}
	if !strings.Contains(logs, `"panic in a handler"`) || !strings.Contains(logs, "TestPanic") || !strings.Contains(logs, p.Instance) || !strings.Contains(logs, `*errors.errorString`) {
		t.Errorf("the log does not tell what happened: %s", logs)
	}
	if len(s.h.proving) != 0 {
		t.Error("a place is not given back")
	}
}

// When part of an answer is out, the connection is cut: no client takes it for whole.
func TestPanicTooLate(t *testing.T) {
	s := newService(t, nil)
	routes := table{{"/x", methods{"GET": func(x *exchange) {
		_, _ = x.w.Write([]byte("half"))
		panic("late")
	}}}}
	defer func() {
		if value := recover(); value != http.ErrAbortHandler {
			t.Errorf("recovered %v", value)
		}
		if !strings.Contains(s.logs.String(), `"status":499`) {
			t.Errorf("logged %s", s.logs)
		}
	}()
	s.h.serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil), routes)
}

// A client that goes away is counted, and no error of the service.
func TestClientGone(t *testing.T) {
	for name, on := range map[string]struct {
		url  string
		fail func(*service)
	}{
		"waiting":    {"?wait=60", func(*service) {}},
		"submitting": {"?wait=0", func(s *service) { s.jobs.submitErr = context.Canceled }},
		"key":        {"?wait=0", func(s *service) { s.store.err = context.Canceled }},
		"status":     {"?wait=0", func(s *service) { s.jobs.failing(context.Canceled) }},
	} {
		s := newService(t, nil)
		on.fail(s)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r := s.request("POST", "/v1/proof"+on.url, s.proofBody()).WithContext(ctx)
		func() {
			defer func() {
				if value := recover(); value != http.ErrAbortHandler {
					t.Errorf("%s: recovered %v", name, value)
				}
			}()
			s.h.ServeHTTP(httptest.NewRecorder(), r)
		}()
		logs := s.logs.String()
		if !strings.Contains(logs, `"status":499`) || strings.Contains(logs, `"level":"ERROR"`) {
			t.Errorf("%s: logged %s", name, logs)
		}
	}
}

// Readiness is asked of the parts now and then, whoever asks here, and says which fails.
func TestReadiness(t *testing.T) {
	s := newService(t, nil)
	get := func() int { return s.do(s.request("GET", "/readyz", "")).status }
	for range 5 {
		if got := get(); got != 200 {
			t.Fatalf("status %d", got)
		}
	}
	s.jobs.ready = errors.New("away")
	if got := get(); got != 200 || s.jobs.readyAsked != 1 {
		t.Errorf("status %d, asked %d times", got, s.jobs.readyAsked)
	}
	s.clock.pass(readyFor)
	if got := get(); got != 503 || s.jobs.readyAsked != 2 {
		t.Errorf("status %d, asked %d times", got, s.jobs.readyAsked)
	}
	s.jobs.ready = job.ErrSpace
	s.clock.pass(readyFor)
	if a := s.do(s.request("GET", "/readyz", "")); a.wantProblem(503, zkpass.ProblemUnavailable).Detail != "no space for another result at the moment" {
		t.Errorf("a full store: %s", a.body)
	}
	s.jobs.ready = nil
	s.clock.pass(readyFor)
	s.store.fail(errors.New("away"))
	if a := s.do(s.request("GET", "/readyz", "")); a.wantProblem(503, zkpass.ProblemUnavailable).Detail != "API keys cannot be checked at the moment" {
		t.Errorf("without API keys: %s", a.body)
	}
	s.store.fail(nil)
	s.clock.pass(readyFor)
	s.keys.lose()
	if got := get(); got != 503 {
		t.Errorf("without keys: status %d", got)
	}
}

func TestAttestation(t *testing.T) {
	var got []byte
	s := newService(t, func(c *Config) {
		c.Limits.AttestationsBurst = 1000
		c.Attest = func(ctx context.Context, nonce []byte) ([]byte, error) {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("no deadline")
			}
			got = nonce
			return []byte(`{}`), nil
		}
	})
	get := func(query string) *answer { return s.do(s.request("GET", "/v1/attestation?"+query, "")) }
	for _, nonce := range []string{strings.Repeat("A", 22), strings.Repeat("A", 86), someNonce, "_-__________________-w"} {
		if get("nonce=" + nonce).want(200); len(got) != len(nonce)*6/8 {
			t.Errorf("nonce of %d bytes from %s", len(got), nonce)
		}
	}
	for _, query := range []string{
		"", "nonce=", "nonce=" + strings.Repeat("A", 20), "nonce=" + strings.Repeat("A", 87), "nonce=" + someNonce + "==", "nonce=" + someNonce + "&nonce=" + someNonce,
		"nonce=" + strings.Repeat("+", 22), "nonce=" + strings.Repeat("A", 21) + "B", "nonce=" + someNonce[:11] + "%0A" + someNonce[11:], "nonce=" + someNonce + "&x=1",
	} {
		get(query).wantProblem(400, zkpass.ProblemMalformed)
	}
	for range attestationsAtOnce {
		s.h.proving <- struct{}{}
	}
	get("nonce="+someNonce).wantProblem(503, zkpass.ProblemUnavailable)
}

func TestAttestationPerAddress(t *testing.T) {
	s := newService(t, func(c *Config) {
		c.Limits.Attestations, c.Limits.AttestationsBurst = 0.25, 2
		c.Attest = func(context.Context, []byte) ([]byte, error) { return []byte(`{}`), nil }
	})
	get := func(address string) *answer {
		r := s.request("GET", "/v1/attestation?nonce="+someNonce, "")
		r.RemoteAddr = address
		return s.do(r)
	}
	get("[2001:db8::1]:1").want(200)
	get("[2001:db8::2]:1").want(200)
	if a := get("[2001:db8::3]:1").want(429); a.header.Get("Retry-After") != "4" {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	get("[2001:db8:0:1::1]:1").want(200)
}

func TestConfigRefused(t *testing.T) {
	s := newService(t, nil)
	whole := func() Config { return Config{Jobs: s.jobs, Keys: s.keys, APIKeys: s.store} }
	for name, spoil := range map[string]func(*Config){
		"no jobs":           func(c *Config) { c.Jobs = nil },
		"no keys":           func(c *Config) { c.Keys = nil },
		"no API keys":       func(c *Config) { c.APIKeys = nil },
		"any origin":        func(c *Config) { c.Origins = []string{"*"} },
		"origin with path":  func(c *Config) { c.Origins = []string{"https://app.example/"} },
		"origin with case":  func(c *Config) { c.Origins = []string{"https://App.example"} },
		"negative rate":     func(c *Config) { c.Limits.Requests = -1 },
		"negative burst":    func(c *Config) { c.Limits.WrongKeysBurst = -1 },
		"no network":        func(c *Config) { c.TrustedProxies = make([]netip.Prefix, 1) },
		"metrics there yet": func(c *Config) { c.Metrics = s.metrics },
	} {
		c := whole()
		spoil(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(whole()); err != nil {
		t.Error(err)
	}
}

// A job that is in the queue is accepted, whatever breaks then.
func TestAcceptedThoughStatusFails(t *testing.T) {
	for _, query := range []string{"?wait=0", "?wait=60"} {
		s := newService(t, nil)
		s.jobs.failing(job.ErrUnavailable)
		a := s.do(s.request("POST", "/v1/proof"+query, s.proofBody())).want(202)
		if a.member("state") != "queued" || a.header.Get("Location") != statusPath+string(s.jobs.first()) || s.jobs.count() != 1 {
			t.Errorf("got %v %s", a.header, a.body)
		}
		if !strings.Contains(s.logs.String(), `"level":"ERROR"`) {
			t.Error("not logged")
		}
	}
}
