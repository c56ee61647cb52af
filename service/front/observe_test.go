package front

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

// lines returns the access lines.
func (s *service) lines() []map[string]any {
	s.t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(s.logs.String()) {
		line := make(map[string]any)
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			s.t.Fatal(err)
		}
		if line["msg"] == "request" {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestAccessLine(t *testing.T) {
	s := newService(t, nil)
	id := s.accept()
	body := s.proofBody()
	for _, c := range []struct {
		r    *http.Request
		want map[string]any
	}{
		{s.request("POST", "/v1/proof?wait=0", body), map[string]any{
			"method": "POST", "route": "/v1/proof", "status": 202.0, "key": s.key, "received": float64(len(body)), "state": "queued"}},
		{s.request("GET", statusPath+string(id), ""), map[string]any{"method": "GET", "route": "/api/status/{id}", "status": 202.0, "key": s.key, "state": "queued"}},
		{s.request("DELETE", statusPath+string(id), ""), map[string]any{"method": "DELETE", "status": 204.0, "sent": 0.0}},
		{s.request("GET", statusPath+string(id), ""), map[string]any{"status": 404.0, "code": "not-found"}},
		{s.request("MADEUP", "/made/up", ""), map[string]any{"method": "other", "route": "none", "status": 404.0, "key": nil}},
	} {
		before := len(s.lines())
		a := s.do(c.r)
		lines := s.lines()
		if len(lines) != before+1 {
			t.Fatalf("%d lines for a request", len(lines)-before)
		}
		line := lines[before]
		c.want["request"] = a.header.Get("X-Request-Id")
		for name, want := range c.want {
			if line[name] != want {
				t.Errorf("%s %s: %s is %v, want %v", c.r.Method, c.want["route"], name, line[name], want)
			}
		}
		if line["sent"] != float64(len(a.body)) {
			t.Errorf("sent is %v, want %d", line["sent"], len(a.body))
		}
		if _, ok := line["took"]; !ok {
			t.Error("no duration")
		}
	}
}

// TestLine28NothingLeaks goes through all kinds of requests with marks in
// everything that must not be seen, and searches logs, metrics, spans and problems
// for them, also encoded.
func TestLine28NothingLeaks(t *testing.T) {
	tracer := &recordingTracer{}
	var proxyMark = "203.0.113.77"
	s := newService(t, func(c *Config) {
		c.Tracer, c.Limits.WrongKeysBurst = tracer, 2
		c.Attest = func(context.Context, []byte) ([]byte, error) { panic("mark-of-attestation") }
	})
	const documents, question = "mark-of-documents", "mark-of-question"
	body := `{"user_data_token":"` + s.keys.jwe(t, documents) + `","dvr_token":"` + s.keys.jwe(t, question) + `"}`
	token := "eyJtYXJr.bWFyay1vZi1wcm9vZg.c2ln"
	var problems strings.Builder
	send := func(method, url, text string, change func(*http.Request)) *answer {
		r := s.request(method, url, text)
		r.Header.Set("User-Agent", "mark-of-agent")
		r.Header.Set("X-Request-Id", "mark-of-request-id")
		r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		r.Header.Set("X-Forwarded-For", proxyMark)
		r.RemoteAddr = "203.0.113.78:4711"
		if change != nil {
			change(r)
		}
		a := s.do(r)
		if a.status >= 400 {
			problems.Write(a.body)
		}
		return a
	}
	send("POST", "/v1/proof?wait=0", body, func(r *http.Request) { r.Header.Set("Idempotency-Key", "mark-of-idempotency") }).want(202)
	id := s.jobs.first()
	send("GET", statusPath+string(id), "", nil).want(202)
	s.jobs.finish(id, token)
	send("GET", statusPath+string(id)+"?wait=1", "", nil).want(200)
	s.jobs.set(id, job.Status{State: job.Done})
	send("GET", statusPath+string(id), "", nil).want(500)
	send("GET", statusPath+string(id)+"x", "", nil).want(404)
	send("GET", statusPath+string(id)+"/x", "", nil).want(404)
	send("GET", "/mark-of-path?mark-of-query=1", "", nil).want(404)
	send("mark-of-method", "/v1/proof", "", nil).want(405)
	send("POST", "/v1/proof?mark-of-query=1", body, nil).want(400)
	send("POST", "/v1/proof", "mark-of-body", nil).want(400)
	send("POST", "/v1/proof", strings.Replace(body, `"dvr_token"`, `"mark-of-member"`, 1), nil).want(400)
	send("POST", "/v1/proof", body, func(r *http.Request) { r.Header.Set("Content-Type", "mark/of-type") }).want(415)
	send("GET", statusPath+string(id), "", func(r *http.Request) { r.SetBasicAuth("mark-of-user", "mark-of-password") }).want(401)
	send("GET", statusPath+string(id), "", func(r *http.Request) { r.SetBasicAuth(s.key, "mark-of-password") }).want(401)
	send("GET", statusPath+string(id), "", func(r *http.Request) { r.SetBasicAuth(s.key, "mark-of-password") }).want(429)
	send("GET", "/v1/attestation?nonce="+someNonce, "", nil).want(500)
	s.jobs.failing(job.ErrUnavailable)
	send("DELETE", statusPath+string(id), "", nil).want(503)
	s.jobs.failing(nil)
	send("DELETE", statusPath+string(id), "", nil).want(204)

	var metrics strings.Builder
	families, err := s.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		fmt.Fprintln(&metrics, family)
	}
	for place, text := range map[string]string{"log": s.logs.String(), "metrics": metrics.String(), "spans": tracer.String(), "problems": problems.String()} {
		if len(text) < 100 {
			t.Errorf("%s: only %q", place, text)
		}
		secrets := []string{
			"mark", string(id), s.secret, token, documents, question, proxyMark, "203.0.113.78", "0af7651916cd43dd8448eb211c80319c", someNonce,
			"of-type", "of-agent",
		}
		for _, secret := range secrets {
			if place == "problems" && secret == "mark" {
				secret = "mark-of"
			}
			if form := findForm(text, secret); form != "" {
				t.Errorf("%s: has %q as %q", place, secret, form)
			}
			// The search would have found it.
			for _, form := range formsOf(secret) {
				if findForm(text+"x"+form+"x", secret) == "" {
					t.Errorf("the search misses %q as %q", secret, form)
				}
			}
		}
	}
}

// formsOf returns a text as it could stand somewhere.
func formsOf(text string) []string {
	forms := []string{text, url.QueryEscape(text), fmt.Sprintf("%x", text)}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			// What does not depend on the bytes before and after.
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + text))
			start, end := []int{0, 2, 3}[shift], len(encoded)
			if (shift+len(text))%3 != 0 {
				end--
			}
			forms = append(forms, encoded[start:end])
		}
	}
	return forms
}

func findForm(text, secret string) string {
	for _, form := range formsOf(secret) {
		if strings.Contains(text, form) {
			return form
		}
	}
	return ""
}

func TestSpans(t *testing.T) {
	tracer := &recordingTracer{}
	s := newService(t, func(c *Config) { c.Tracer = tracer })
	s.accept()
	s.do(s.request("GET", "/x", ""))
	text := tracer.String()
	for _, want := range []string{"/v1/proof http.route=/v1/proof", "zkpass.state=queued", "http.request.body.size=", "none http.route=none"} {
		if !strings.Contains(text, want) {
			t.Errorf("spans lack %s: %s", want, text)
		}
	}
	allowed := []string{"http.route", "zkpass.state", "http.request.body.size", "http.response.body.size"}
	for _, name := range tracer.names {
		if !slices.Contains(allowed, name) {
			t.Errorf("attribute %s", name)
		}
	}
}

// recordingTracer keeps the names and attributes of spans.
type recordingTracer struct {
	noop.Tracer
	mu    sync.Mutex
	text  strings.Builder
	names []string
}

type recordingSpan struct {
	noop.Span
	tracer *recordingTracer
}

func (r *recordingTracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	r.mu.Lock()
	r.text.WriteString("\n" + name)
	r.mu.Unlock()
	span := recordingSpan{tracer: r}
	config := trace.NewSpanStartConfig(options...)
	span.SetAttributes(config.Attributes()...)
	return trace.ContextWithSpan(ctx, span), span
}

func (s recordingSpan) SetAttributes(attributes ...attribute.KeyValue) {
	s.tracer.mu.Lock()
	defer s.tracer.mu.Unlock()
	for _, a := range attributes {
		fmt.Fprintf(&s.tracer.text, " %s=%s", a.Key, a.Value.Emit())
		s.tracer.names = append(s.tracer.names, string(a.Key))
	}
}

func (r *recordingTracer) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func TestMetrics(t *testing.T) {
	s := newService(t, nil)
	s.accept()
	s.do(s.request("POST", "/v1/proof", "x")).want(400)
	s.do(s.request("GET", "/made/up", "")).want(404)
	s.jobs.submitErr = job.ErrFull
	s.proof().want(503)
	scrape := func(handler http.Handler, method, path string, change func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	open := s.h.MetricsHandler(s.metrics, false)
	w := scrape(open, "GET", "/metrics", nil)
	for _, want := range []string{
		`zkpass_http_requests_total{code="202",route="/v1/proof"} 1`, `zkpass_http_requests_total{code="404",route="none"} 1`,
		`zkpass_http_seconds_count{route="/v1/proof"} 3`, `zkpass_refusals_total{reason="malformed"} 1`,
		`zkpass_refusals_total{reason="not-found"} 1`, `zkpass_refusals_total{reason="queue-full"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("metrics lack %s:\n%s", want, w.Body)
		}
	}
	if w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{{"POST", "/metrics", 405}, {"GET", "/", 404}, {"GET", "/v1/proof", 404}, {"GET", "/healthz", 404}} {
		if w := scrape(open, c.method, c.path, nil); w.Code != c.want || w.Header().Get("Content-Type") != typeProblem {
			t.Errorf("%s %s: %d", c.method, c.path, w.Code)
		}
	}

	locked := s.h.MetricsHandler(s.metrics, true)
	key, secret := s.newKey(apikey.Options{Scopes: []string{apikey.ScopeMetrics}})
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"none":      {nil, 401},
		"wrong":     {func(r *http.Request) { r.SetBasicAuth(key, s.secret) }, 401},
		"no scope":  {func(r *http.Request) { r.SetBasicAuth(s.key, s.secret) }, 403},
		"the scope": {func(r *http.Request) { r.SetBasicAuth(key, secret) }, 200},
	} {
		w := scrape(locked, "GET", "/metrics", c.change)
		if w.Code != c.want || strings.Contains(w.Body.String(), "zkpass_http_seconds") != (c.want == 200) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
