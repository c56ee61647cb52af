package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
)

// turns is a list of answers in which one stands n times.
func turns(n int, answer http.HandlerFunc) []http.HandlerFunc {
	list := make([]http.HandlerFunc, n)
	for i := range list {
		list[i] = answer
	}
	return list
}

func isProblem(err error, status int, code zkpass.ProblemCode) bool {
	var p *zkpass.Problem
	return errors.As(err, &p) && p.Status == status && p.Code == code
}

// What the client makes of every sequence of answers.
func TestClientAnswers(t *testing.T) {
	p := newParties(t)
	other, otherRequest, err := p.ask("id-2")
	if err != nil || otherRequest == p.request {
		t.Fatal(err)
	}
	otherProof, err := p.answer(other, p.signing)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := zkpass.GenerateKey(zkpass.ES256, "sig-1")
	if err != nil {
		t.Fatal(err)
	}
	strangerProof, err := p.answer(p.dvr, stranger)
	if err != nil {
		t.Fatal(err)
	}
	later, err := zkpass.GenerateKey(zkpass.ES256, "sig-2")
	if err != nil {
		t.Fatal(err)
	}
	laterProof, err := p.answer(p.dvr, later)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := zkpass.ParseProofToken(p.proof)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := zkpass.MarshalLocalProof(&parsed.Proof)
	if err != nil {
		t.Fatal(err)
	}
	is := func(targets ...error) func(error) bool {
		return func(err error) bool {
			for _, target := range targets {
				if !errors.Is(err, target) {
					return false
				}
			}
			return true
		}
	}
	ended := func(status int, code zkpass.ProblemCode) func(error) bool {
		return func(err error) bool {
			return isProblem(err, status, code) && !errors.Is(err, client.ErrUnavailable)
		}
	}
	date := func(w http.ResponseWriter, r *http.Request) {
		problem(503, zkpass.ProblemUnavailable, "Retry-After", time.Now().Add(40*time.Second).UTC().Format(http.TimeFormat))(w, r)
	}
	html := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502); w.Write([]byte("<html>")) }
	done := proofIs(p.proof)
	for name, test := range map[string]struct {
		posts, polls []http.HandlerFunc
		keys         []*zkpass.KeySet // later than the first
		want         func(error) bool // nil: the proof
		least, most  time.Duration    // how long the call may last; most 0: not looked at
		deleted      int              // DELETE requests
		check        func(t testing.TB, f *fake)
	}{
		"done at once":          {posts: turns(1, done), deleted: 1, most: time.Second},
		"202, then 200":         {posts: turns(1, queued(3)), polls: turns(1, done), deleted: 1, most: time.Second},
		"202 for long":          {posts: turns(1, queued(3)), polls: append(turns(100, proving("x", 0.5)), done), deleted: 1, least: 20 * time.Second},
		"429 with Retry-After":  {posts: []http.HandlerFunc{problem(429, zkpass.ProblemRateLimited, "Retry-After", "7"), queued(0)}, polls: turns(1, done), deleted: 1, least: 7 * time.Second, most: 8 * time.Second},
		"503 with a date":       {posts: []http.HandlerFunc{date, done}, deleted: 1, least: 39 * time.Second, most: 41 * time.Second},
		"Retry-After is capped": {posts: []http.HandlerFunc{problem(503, zkpass.ProblemQueueFull, "Retry-After", "86400"), done}, deleted: 1, least: time.Minute, most: 61 * time.Second},
		"502 from a proxy":      {posts: []http.HandlerFunc{html, html, done}, deleted: 1, most: 2 * time.Second},
		"504":                   {posts: []http.HandlerFunc{problem(504, ""), done}, deleted: 1},
		"dropped":               {posts: []http.HandlerFunc{drop(""), done}, deleted: 1},
		"dropped in the body":   {posts: []http.HandlerFunc{drop(halfAnswer), queued(0)}, polls: []http.HandlerFunc{drop(halfAnswer), drop(halfAnswer), done}, deleted: 1},
		"poll meets 503":        {posts: turns(1, queued(0)), polls: []http.HandlerFunc{problem(503, zkpass.ProblemUnavailable), done}, deleted: 1},
		"first attempt hangs":   {posts: []http.HandlerFunc{hang, done}, deleted: 1, least: time.Minute, most: 62 * time.Second},
		"poll hangs":            {posts: turns(1, queued(0)), polls: []http.HandlerFunc{hang, done}, deleted: 1, least: 90 * time.Second, most: 92 * time.Second},
		"always 503": {posts: turns(8, problem(503, zkpass.ProblemQueueFull)), want: func(err error) bool {
			return errors.Is(err, client.ErrUnavailable) && isProblem(err, 503, zkpass.ProblemQueueFull)
		}, most: 80 * time.Second, least: time.Second},
		"always dropped": {posts: turns(8, drop(halfAnswer)), want: is(client.ErrUnavailable)},
		"always hangs": {posts: turns(8, hang), want: func(err error) bool {
			return errors.Is(err, client.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded)
		}},
		"polls always dropped":  {posts: turns(1, queued(0)), polls: turns(8, drop(halfAnswer)), want: is(client.ErrUnavailable), deleted: 1},
		"202, then failed":      {posts: turns(1, queued(0)), polls: turns(1, problem(422, zkpass.ProblemEvaluation)), want: ended(422, zkpass.ProblemEvaluation), deleted: 1},
		"failed at once":        {posts: turns(1, problem(422, zkpass.ProblemSignature, "Location", "/api/status/"+testJobID)), want: ended(422, zkpass.ProblemSignature), deleted: 1},
		"the service gave up":   {posts: turns(1, queued(0)), polls: turns(1, problem(500, zkpass.ProblemNotProven)), want: is(client.ErrGaveUp), deleted: 1},
		"deadline of the job":   {posts: turns(1, queued(0)), polls: turns(1, problem(422, zkpass.ProblemDeadline)), want: is(client.ErrGaveUp), deleted: 1},
		"500 is not tried anew": {posts: turns(1, problem(500, zkpass.ProblemInternal)), want: ended(500, zkpass.ProblemInternal)},
		"401":                   {posts: turns(1, problem(401, zkpass.ProblemUnauthorized)), want: ended(401, zkpass.ProblemUnauthorized)},
		"404 that says nothing": {posts: turns(1, http.NotFound), want: ended(404, "")},
		"no content":            {posts: turns(1, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }), want: is(client.ErrAnswer)},
		"no proof":              {posts: turns(1, answerJSON(200, map[string]any{"status": 200})), want: is(client.ErrAnswer)},
		"not JSON":              {posts: turns(1, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("{")) }), want: is(client.ErrAnswer)},
		"no id":                 {posts: turns(1, answerJSON(202, map[string]any{"status": 202})), want: is(client.ErrAnswer)},
		"a short id":            {posts: turns(1, answerJSON(202, map[string]any{"queue_status_url": "/api/status/abc"})), want: is(client.ErrAnswer)},
		"an id that is none":    {posts: turns(1, answerJSON(202, map[string]any{"queue_status_url": "/api/status/../../../../x?y"})), want: is(client.ErrAnswer)},
		"another host's id":     {posts: turns(1, answerJSON(202, map[string]any{"queue_status_url": "https://evil.example/x/" + testJobID})), polls: turns(1, done), deleted: 1},
		"first generation":      {posts: turns(1, answerJSON(200, map[string]any{"status": 200, "output": p.proof}))},
		"redirect":              {posts: turns(1, http.RedirectHandler("http://localhost/v1/proof", 307).ServeHTTP), want: is(client.ErrAnswer)},
		"oversized":             {posts: turns(1, oversized(t)), want: is(client.ErrAnswer, zkpass.ErrTooLarge)},
		"another key's proof":   {posts: turns(1, proofIs(strangerProof)), want: is(client.ErrAnswer, zkpass.ErrSignature), deleted: 1},
		"another DVR's proof":   {posts: turns(1, proofIs(otherProof)), want: is(client.ErrAnswer, zkpass.ErrDigestMismatch), deleted: 1},
		"an unsigned proof":     {posts: turns(1, proofIs(string(bare))), want: is(client.ErrAnswer, zkpass.ErrNotSigned), deleted: 1},
		"a proof that is none":  {posts: turns(1, proofIs("a.b.c")), want: is(client.ErrAnswer, zkpass.ErrMalformed), deleted: 1},
		"a key not published":   {posts: turns(1, proofIs(laterProof)), want: is(client.ErrAnswer, zkpass.ErrUnknownKey), deleted: 1},
		"new key while proving": {posts: turns(1, proofIs(laterProof)), keys: []*zkpass.KeySet{keySetOf(t, p.encryption, later)}, deleted: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{t: t, posts: test.posts, polls: test.polls, keys: append([]*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}, test.keys...)}
				c, end := connect(t, f, client.Options{})
				defer end()
				start := time.Now()
				got, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{})
				took := time.Since(start)
				switch {
				case test.want == nil && (err != nil || got != p.proof && got != laterProof):
					t.Errorf("token of %d bytes, error %v", len(got), err)
				case test.want != nil && (err == nil || got != "" || !test.want(err)):
					t.Errorf("token of %d bytes, error %v", len(got), err)
				}
				if took < test.least || test.most > 0 && took > test.most {
					t.Errorf("took %s, want %s to %s", took, test.least, test.most)
				}
				if n := f.left(); n > 0 {
					t.Errorf("%d answers were not asked for", n)
				}
				checkRequests(t, f, p)
				if n := len(f.of("DELETE", "/api/status/"+testJobID)); n != test.deleted {
					t.Errorf("%d times deleted, want %d", n, test.deleted)
				}
			})
		})
	}
}

// checkRequests checks what was sent: one body under one idempotency key, that the
// service can decrypt, with the API key wherever one is needed and nowhere else.
func checkRequests(t testing.TB, f *fake, p *parties) {
	t.Helper()
	posts := f.of("POST", "/v1/proof?wait=0")
	if len(posts) == 0 {
		t.Error("nothing was sent")
	}
	for _, post := range posts {
		if post.body != posts[0].body || post.header.Get("Idempotency-Key") != posts[0].header.Get("Idempotency-Key") {
			t.Error("another attempt has another body or idempotency key")
		}
	}
	first := posts[0]
	if key := first.header.Get("Idempotency-Key"); len(key) < 22 {
		t.Errorf("idempotency key %q", key)
	}
	if first.header.Get("Content-Type") != "application/json" {
		t.Error("not sent as JSON")
	}
	if got := opened(t, first.body, p.encryption); !cmp.Equal(got, []string{`{"":"` + p.document + `"}`, p.request}) {
		t.Error("the service decrypts something else than was to be sent")
	}
	for _, s := range append(append(f.of("POST", ""), f.of("GET", "")...), f.of("DELETE", "")...) {
		user, secret, ok := (&http.Request{Header: s.header}).BasicAuth()
		if public := strings.HasPrefix(s.path, "/.well-known/"); public == ok || ok && user+":"+secret != testAPIKey {
			t.Errorf("%s %s: with API key: %t", s.method, s.path, ok)
		}
	}
}

// The key set has changed: the tokens are encrypted anew, once, under another
// idempotency key.
func TestClientUnknownKey(t *testing.T) {
	p := newParties(t)
	fresh, err := zkpass.GenerateKey(zkpass.ECDHES, "enc-2")
	if err != nil {
		t.Fatal(err)
	}
	unknown := problem(400, zkpass.ProblemUnknownKey)
	for name, test := range map[string]struct {
		posts, polls []http.HandlerFunc
		given        string
		fails        bool
	}{
		"at once":         {posts: []http.HandlerFunc{unknown, queued(0)}, polls: turns(1, proofIs(p.proof))},
		"key given":       {posts: []http.HandlerFunc{unknown, queued(0)}, polls: turns(1, proofIs(p.proof)), given: "order 7"},
		"by the worker":   {posts: turns(2, queued(0)), polls: []http.HandlerFunc{unknown, proofIs(p.proof)}},
		"again and again": {posts: turns(2, unknown), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{t: t, posts: test.posts, polls: test.polls, maxed: "max-age=3600",
					keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption), keySetOf(t, p.signing, fresh, p.encryption)}}
				c, end := connect(t, f, client.Options{})
				defer end()
				got, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{IdempotencyKey: test.given})
				if test.fails != isProblem(err, 400, zkpass.ProblemUnknownKey) || test.fails == (got == p.proof) {
					t.Errorf("token of %d bytes, error %v", len(got), err)
				}
				posts := f.of("POST", "/v1/proof")
				if len(posts) != 2 {
					t.Fatalf("%d posts", len(posts))
				}
				if posts[0].header.Get("Idempotency-Key") == posts[1].header.Get("Idempotency-Key") {
					t.Error("another body under the same idempotency key")
				}
				if test.given != "" && posts[0].header.Get("Idempotency-Key") != test.given {
					t.Error("not the idempotency key that was given")
				}
				opened(t, posts[0].body, p.encryption)
				opened(t, posts[1].body, fresh)
				fetches := f.of("GET", "/.well-known/jwks.json")
				if len(fetches) != 2 || fetches[0].header.Get("Cache-Control") != "" || fetches[1].header.Get("Cache-Control") != "no-cache" {
					t.Errorf("%d fetches of the key set", len(fetches))
				}
			})
		})
	}
}

// The first key for encryption is the one to use.
func TestClientEncryptsToFirstKey(t *testing.T) {
	p := newParties(t)
	old, err := zkpass.GenerateKey(zkpass.ECDHES, "enc-0")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, posts: turns(1, proofIs(p.proof)), keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption, old)}}
		c, end := connect(t, f, client.Options{})
		defer end()
		if _, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{}); err != nil {
			t.Error(err)
		}
		opened(t, f.of("POST", "/v1/proof")[0].body, p.encryption)
	})
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, keys: []*zkpass.KeySet{keySetOf(t, p.signing)}}
		c, end := connect(t, f, client.Options{})
		defer end()
		if _, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{}); !errors.Is(err, client.ErrAnswer) {
			t.Errorf("without a key to encrypt to: %v", err)
		}
	})
}

func TestClientProgress(t *testing.T) {
	p := newParties(t)
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, posts: turns(1, queued(2)), keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)},
			polls: []http.HandlerFunc{queued(2), queued(1), proving("a\x1b[2J "+p.document, 7), proving("circuits", 0.25), proofIs(p.proof)}}
		c, end := connect(t, f, client.Options{})
		defer end()
		var got []client.JobStatus
		_, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{Progress: func(s client.JobStatus) { got = append(got, s) }})
		if err != nil {
			t.Error(err)
		}
		want := []client.JobStatus{
			{ID: testJobID, Ahead: 2}, {ID: testJobID, Ahead: 1},
			{ID: testJobID, Proving: true, Step: "(withheld: it repeats a secret)", Progress: 1},
			{ID: testJobID, Proving: true, Step: "circuits", Progress: 0.25},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, poll := range f.of("GET", "/api/status/") {
			if !strings.HasSuffix(poll.path, "?wait=2") {
				t.Errorf("polled %s", poll.path)
			}
		}
	})
}

// When the context ends the service is told to forget the job, unless it is to go
// on.
func TestClientCancel(t *testing.T) {
	p := newParties(t)
	for name, test := range map[string]struct {
		opts    client.Options
		deleted int
	}{"cancelled": {deleted: 1}, "kept": {client.Options{KeepCancelled: true}, 0},
		"in the last attempt": {client.Options{MaxAttempts: 1}, 1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{t: t, posts: turns(1, queued(0)), polls: []http.HandlerFunc{hang}, keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}}
				c, end := connect(t, f, test.opts)
				defer end()
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				start := time.Now()
				_, err := c.GenerateZkPassProof(ctx, p.request, p.userData(), client.ProofOptions{})
				if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, client.ErrUnavailable) {
					t.Error(err)
				}
				if took := time.Since(start); took != 3*time.Second {
					t.Errorf("took %s", took)
				}
				if n := len(f.of("DELETE", "/api/status/"+testJobID)); n != test.deleted {
					t.Errorf("%d times deleted, want %d", n, test.deleted)
				}
			})
		})
	}
	t.Run("between attempts", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{t: t, posts: turns(1, problem(503, zkpass.ProblemQueueFull, "Retry-After", "30")), keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}}
			c, end := connect(t, f, client.Options{})
			defer end()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			_, err := c.GenerateZkPassProof(ctx, p.request, p.userData(), client.ProofOptions{})
			if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
		})
	})
	t.Run("the service hangs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{t: t, keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}, posts: turns(1, queued(0)), polls: turns(1, hang)}
			slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "DELETE" {
					hang(w, r)
					return
				}
				f.ServeHTTP(w, r)
			})
			c, end := connect(t, slow, client.Options{})
			defer end()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			if _, err := c.GenerateZkPassProof(ctx, p.request, p.userData(), client.ProofOptions{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			if took := time.Since(start); took != 6*time.Second {
				t.Errorf("took %s, want 5 s more than the context", took)
			}
		})
	})
}

func TestClientKeepsResults(t *testing.T) {
	p := newParties(t)
	for name, last := range map[string]http.HandlerFunc{"done": proofIs(p.proof), "failed": problem(422, zkpass.ProblemQuery)} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{t: t, posts: turns(1, queued(0)), polls: turns(1, last), keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}}
			c, end := connect(t, f, client.Options{KeepResults: true})
			defer end()
			_, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{})
			if (name == "done") != (err == nil) {
				t.Errorf("%s: %v", name, err)
			}
			if n := len(f.of("DELETE", "")); n != 0 {
				t.Errorf("%s: deleted", name)
			}
		})
	}
}

// A proof without signature is told from one with a key that is not there.
func TestClientUnsignedAmongKeys(t *testing.T) {
	p := newParties(t)
	second, err := zkpass.GenerateKey(zkpass.ES256, "sig-0")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := zkpass.ParseProofToken(p.proof)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := zkpass.MarshalLocalProof(&parsed.Proof)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, posts: turns(1, proofIs(string(bare))), keys: []*zkpass.KeySet{keySetOf(t, p.signing, second, p.encryption)}}
		c, end := connect(t, f, client.Options{})
		defer end()
		if _, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{}); !errors.Is(err, zkpass.ErrNotSigned) {
			t.Error(err)
		}
	})
}

func TestClientMaxAttempts(t *testing.T) {
	p := newParties(t)
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, posts: turns(1, problem(503, zkpass.ProblemQueueFull)), keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}}
		c, end := connect(t, f, client.Options{MaxAttempts: 1})
		defer end()
		_, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{})
		if !errors.Is(err, client.ErrUnavailable) {
			t.Error(err)
		}
	})
}
