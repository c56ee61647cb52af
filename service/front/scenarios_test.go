package front

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

const (
	someToken = "eyJh.eyJk.c2ln"
	someNonce = "AAECAwQFBgcICQoLDA0ODw"
)

// scenarios give every answer that is described.
func scenarios() map[string]func(*testing.T) {
	all := make(map[string]func(*testing.T))
	for _, path := range []string{"/v1/proof", "/api/1.0/dvr/1.0/proof"} {
		maps.Copy(all, proofScenarios(path))
	}
	maps.Copy(all, jobScenarios())
	maps.Copy(all, publicScenarios())
	return all
}

func proofScenarios(path string) map[string]func(*testing.T) {
	type change func(*service, *http.Request)
	ask := func(status int, code zkpass.ProblemCode, change change) func(*testing.T) {
		return func(t *testing.T) {
			s := newService(t, nil)
			r := s.request("POST", path, s.proofBody())
			change(s, r)
			s.do(r).wantProblem(status, code)
			if n := s.jobs.count(); n != 0 {
				t.Errorf("%d jobs were submitted", n)
			}
		}
	}
	submit := func(err error) change { return func(s *service, _ *http.Request) { s.jobs.submitErr = err } }
	return map[string]func(*testing.T){
		path + " 200": func(t *testing.T) {
			s := newService(t, nil)
			a := endWhileWaiting(s, path, func(id job.ID) { s.jobs.finish(id, someToken) }).want(http.StatusOK)
			if a.member("proof") != someToken || a.member("output") != someToken {
				t.Errorf("got %s", a.body)
			}
			if a.header.Get("Location") != statusPath+string(s.jobs.first()) {
				t.Errorf("Location is %q", a.header.Get("Location"))
			}
		},
		path + " 202": func(t *testing.T) {
			s := newService(t, nil)
			a := s.do(s.request("POST", path+"?wait=0", s.proofBody())).want(http.StatusAccepted)
			if a.member("state") != "queued" || a.member("queue_status_url") != a.header.Get("Location") || a.header.Get("Retry-After") != "1" {
				t.Errorf("got %v %s", a.header, a.body)
			}
		},
		path + " 422": func(t *testing.T) {
			s := newService(t, nil)
			p := zkpass.NewProblem(422, zkpass.ProblemSignature, "document a: the signature does not hold")
			p.Document, p.Instance = "a", "of the worker"
			got := endWhileWaiting(s, path, func(id job.ID) { s.jobs.fail(id, p) }).wantProblem(422, zkpass.ProblemSignature)
			if got.Document != "a" || got.Detail != p.Detail || p.Instance != "of the worker" {
				t.Errorf("got %+v", got)
			}
		},
		path + " 400 decryption": func(t *testing.T) {
			s := newService(t, nil)
			p := zkpass.NewProblem(400, zkpass.ProblemDecryption, "the tokens cannot be decrypted")
			endWhileWaiting(s, path, func(id job.ID) { s.jobs.fail(id, p) }).wantProblem(400, zkpass.ProblemDecryption)
		},
		path + " 410 deleted while waiting": func(t *testing.T) {
			s := newService(t, nil)
			endWhileWaiting(s, path, func(id job.ID) {
				if err := s.jobs.Delete(t.Context(), s.key, id); err != nil {
					t.Error(err)
				}
			}).wantProblem(410, zkpass.ProblemGone)
		},
		path + " 401": ask(401, zkpass.ProblemUnauthorized, func(_ *service, r *http.Request) { r.Header.Del("Authorization") }),
		path + " 403": ask(403, zkpass.ProblemForbidden, func(s *service, r *http.Request) {
			r.SetBasicAuth(s.newKey(apikey.Options{Scopes: []string{apikey.ScopeMetrics}}))
		}),
		path + " 413": ask(413, zkpass.ProblemTooLarge, func(_ *service, r *http.Request) { r.ContentLength = MaxBody + 1 }),
		path + " 415": ask(415, zkpass.ProblemMediaType, func(_ *service, r *http.Request) { r.Header.Set("Content-Type", "text/plain") }),
		path + " 400": ask(400, zkpass.ProblemMalformed, func(_ *service, r *http.Request) { r.URL.RawQuery = "wait=61" }),
		path + " 400 unknown key": func(t *testing.T) {
			s := newService(t, nil)
			good, other := s.keys.jwe(t, "x"), jweTo(t, generate(t, zkpass.ECDHES).Public(), "x")
			for _, tokens := range [][2]string{{good, other}, {other, good}} {
				s.do(s.request("POST", path, body(tokens[0], tokens[1]))).wantProblem(400, zkpass.ProblemUnknownKey)
			}
			if s.jobs.count() != 0 {
				t.Error("submitted")
			}
		},
		path + " 410":             ask(410, zkpass.ProblemGone, submit(job.ErrGone)),
		path + " 422 idempotency": ask(422, zkpass.ProblemIdempotency, submit(job.ErrConflict)),
		path + " 429 jobs":        ask(429, zkpass.ProblemRateLimited, submit(job.ErrTooMany)),
		path + " 413 queue":       ask(413, zkpass.ProblemTooLarge, submit(zkpass.ErrTooLarge)),
		path + " 503 full":        ask(503, zkpass.ProblemQueueFull, submit(job.ErrFull)),
		path + " 503 away":        ask(503, zkpass.ProblemUnavailable, submit(job.ErrUnavailable)),
		path + " 500":             ask(500, zkpass.ProblemInternal, submit(errors.New("broken"))),
		path + " 503 no keys":     ask(503, zkpass.ProblemUnavailable, func(s *service, _ *http.Request) { s.keys.lose() }),
		path + " 503 store":       ask(503, zkpass.ProblemUnavailable, func(s *service, _ *http.Request) { s.store.err = errors.New("away") }),
	}
}

func body(userData, dvr string) string {
	return `{"user_data_token":"` + userData + `","dvr_token":"` + dvr + `"}`
}

// endWhileWaiting asks for a proof, and ends its job when it is there.
func endWhileWaiting(s *service, path string, end func(job.ID)) *answer {
	s.t.Helper()
	done := make(chan *answer)
	r := s.request("POST", path+"?wait=60", s.proofBody())
	s.jobs.mu.Lock()
	s.jobs.changed = make(chan struct{})
	s.jobs.mu.Unlock()
	go func() { done <- s.do(r) }()
	for s.jobs.first() == "" {
		select {
		case a := <-done:
			return a
		default:
			runtime.Gosched()
		}
	}
	end(s.jobs.first())
	return <-done
}

func jobScenarios() map[string]func(*testing.T) {
	all := make(map[string]func(*testing.T))
	for _, method := range []string{"GET", "DELETE"} {
		on := func(status int, code zkpass.ProblemCode, change func(*service, *http.Request)) func(*testing.T) {
			return func(t *testing.T) {
				s := newService(t, func(c *Config) { c.Limits.RequestsBurst = 2 })
				id := s.accept()
				r := s.request(method, statusPath+string(id), "")
				change(s, r)
				s.do(r).wantProblem(status, code)
				if s.jobs.first() != id {
					t.Error("the job is gone")
				}
			}
		}
		for status, scenario := range map[string]func(*testing.T){
			"400":        on(400, zkpass.ProblemMalformed, func(_ *service, r *http.Request) { r.URL.RawQuery = "wiat=1" }),
			"401":        on(401, zkpass.ProblemUnauthorized, func(s *service, r *http.Request) { r.SetBasicAuth(s.key, "wrong") }),
			"404 other":  on(404, zkpass.ProblemNotFound, func(s *service, r *http.Request) { r.SetBasicAuth(s.newKey(apikey.Options{})) }),
			"404 no job": on(404, zkpass.ProblemNotFound, func(_ *service, r *http.Request) { r.URL.Path = statusPath + "AAAAAAAAAAAAAAAAAAAAAA" }),
			"404 no id":  on(404, zkpass.ProblemNotFound, func(_ *service, r *http.Request) { r.URL.Path = statusPath + "AAAA" }),
			"429": on(429, zkpass.ProblemRateLimited, func(s *service, r *http.Request) {
				s.do(s.request("GET", r.URL.Path, "")).want(202)
			}),
			"500": on(500, zkpass.ProblemInternal, func(s *service, _ *http.Request) { s.jobs.failing(errors.New("broken")) }),
			"503": on(503, zkpass.ProblemUnavailable, func(s *service, _ *http.Request) { s.jobs.failing(job.ErrUnavailable) }),
		} {
			all[method+" status "+status] = scenario
		}
	}
	all["GET status 200, 202, 422"] = func(t *testing.T) {
		s := newService(t, nil)
		id := s.accept()
		get := func() *answer { return s.do(s.request("GET", statusPath+string(id)+"?wait=0", "")) }
		get().want(202)
		s.jobs.set(id, job.Status{State: job.Proving, Step: "proving", Progress: 0.42})
		if a := get().want(202); !strings.Contains(string(a.body), `"state":"proving","step":"proving","progress":0.42}`) {
			t.Errorf("got %s", a.body)
		}
		s.jobs.finish(id, someToken)
		if a := get().want(200); a.member("proof") != someToken || a.member("output") != someToken {
			t.Errorf("got %s", a.body)
		}
		s.jobs.fail(id, zkpass.NewProblem(422, zkpass.ProblemUndisclosed, "output name"))
		get().wantProblem(422, zkpass.ProblemUndisclosed)
		s.jobs.fail(id, zkpass.NewProblem(500, zkpass.ProblemNotProven, "tried too often"))
		get().wantProblem(500, zkpass.ProblemNotProven)
	}
	all["DELETE status 204"] = func(t *testing.T) {
		s := newService(t, nil)
		id := s.accept()
		s.do(s.request("DELETE", statusPath+string(id), "")).want(204)
		s.do(s.request("DELETE", statusPath+string(id), "")).wantProblem(404, zkpass.ProblemNotFound)
		s.do(s.request("GET", statusPath+string(id), "")).wantProblem(404, zkpass.ProblemNotFound)
	}
	all["proof 429"] = func(t *testing.T) {
		for _, path := range []string{"/v1/proof", "/api/1.0/dvr/1.0/proof"} {
			s := newService(t, func(c *Config) { c.Limits.RequestsBurst = 1 })
			s.accept()
			s.do(s.request("POST", path, s.proofBody())).wantProblem(429, zkpass.ProblemRateLimited)
		}
	}
	return all
}

func publicScenarios() map[string]func(*testing.T) {
	get := func(s *service, path string) *answer {
		r := s.request("GET", path, "")
		r.Header.Del("Authorization")
		return s.do(r)
	}
	attest := func(evidence string, err error) func(*Config) {
		return func(c *Config) {
			c.Attest = func(_ context.Context, nonce []byte) ([]byte, error) { return []byte(evidence), err }
			c.Limits.AttestationsBurst = 1
		}
	}
	return map[string]func(*testing.T){
		"jwks": func(t *testing.T) {
			s := newService(t, nil)
			a := get(s, "/.well-known/jwks.json").want(200)
			if string(a.body) != string(s.keys.published.JWKS) || a.header.Get("Cache-Control") != "public, max-age=3600" || a.header.Get("ETag") != `"e1"` {
				t.Errorf("got %v %s", a.header, a.body)
			}
			for _, list := range []string{`"e1"`, `W/"e1"`, `"x", "e1"`, `*`} {
				r := s.request("GET", "/.well-known/jwks.json", "")
				r.Header.Set("If-None-Match", list)
				s.do(r).want(304)
			}
			r := s.request("GET", "/.well-known/jwks.json", "")
			r.Header.Set("If-None-Match", `"e2", e1`)
			s.do(r).want(200)
			s.keys.lose()
			get(s, "/.well-known/jwks.json").wantProblem(503, zkpass.ProblemUnavailable)
		},
		"attestation": func(t *testing.T) {
			s := newService(t, attest(`{"platform":"test"}`, nil))
			if a := get(s, "/v1/attestation?nonce="+someNonce).want(200); string(a.body) != `{"platform":"test"}` {
				t.Errorf("got %s", a.body)
			}
			get(s, "/v1/attestation?nonce="+someNonce).wantProblem(429, zkpass.ProblemRateLimited)
			get(newService(t, attest("", nil)), "/v1/attestation").wantProblem(400, zkpass.ProblemMalformed)
			get(newService(t, nil), "/v1/attestation?nonce="+someNonce).wantProblem(404, zkpass.ProblemNotFound)
			get(newService(t, attest("", ErrNoAttestation)), "/v1/attestation?nonce="+someNonce).wantProblem(404, zkpass.ProblemNotFound)
			broken := func(c *Config) { c.Attest = func(context.Context, []byte) ([]byte, error) { panic("x") } }
			get(newService(t, broken), "/v1/attestation?nonce="+someNonce).wantProblem(500, zkpass.ProblemInternal)
			get(newService(t, attest("", errors.New("x"))), "/v1/attestation?nonce="+someNonce).wantProblem(503, zkpass.ProblemUnavailable)
		},
		"parameters where none are": func(t *testing.T) {
			s := newService(t, nil)
			for _, path := range []string{"/.well-known/jwks.json", "/healthz", "/readyz", "/openapi.yaml", "/openapi.json", "/v1/families"} {
				get(s, path+"?x=1").wantProblem(400, zkpass.ProblemMalformed)
			}
		},
		"families": func(t *testing.T) {
			if a := get(newService(t, nil), "/v1/families").want(200); string(a.body) != "{\"families\":[]}\n" {
				t.Errorf("got %s", a.body)
			}
			s := newService(t, func(c *Config) { c.Families = fixedFamilies{"v1", "v2"} })
			if a := get(s, "/v1/families").want(200); string(a.body) != "{\"families\":[\"v2\"]}\n" {
				t.Errorf("got %s", a.body)
			}
		},
		"health": func(t *testing.T) { get(newService(t, nil), "/healthz").want(200) },
		"readiness": func(t *testing.T) {
			s := newService(t, nil)
			get(s, "/readyz").want(200)
			s.h.Stop()
			get(s, "/readyz").wantProblem(503, zkpass.ProblemUnavailable)
			get(s, "/healthz").want(200)
		},
		"openapi": TestDescriptionIsServed,
	}
}

// problemCodes reads the codes out of the source, so that none is forgotten.
func problemCodes(t *testing.T) []string {
	t.Helper()
	codes := problemCodesOf(t, "../../problem.go")
	if len(codes) < 20 || !slices.Contains(codes, "undisclosed") {
		t.Fatalf("found the codes %v only", codes)
	}
	return codes
}

func problemCodesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "ProblemCode" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	return codes
}
