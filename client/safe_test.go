package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
)

func TestNewClient(t *testing.T) {
	for _, test := range []struct{ url, key string }{
		{"https://zkpass.example", testAPIKey}, {"https://zkpass.example:8443/prover/", "k:s"}, {"http://localhost:8080", ""}, {"http://127.0.0.1", "k:s"}, {"http://[::1]:8080/", "k:s"},
	} {
		if _, err := client.New(test.url, test.key, client.Options{}); err != nil {
			t.Errorf("%s: %v", test.url, err)
		}
	}
	const secret = "MARKpassword"
	for _, test := range []struct{ url, key string }{
		{"http://zkpass.example", "k:s"}, {"http://10.0.0.1", "k:s"}, {"http://localhost.evil.example", "k:s"}, {"ftp://localhost", "k:s"}, {"zkpass.example", "k:s"}, {"", "k:s"},
		{"https://user:" + secret + "@zkpass.example", "k:s"}, {"https://" + secret + "@zkpass.example", "k:s"}, {"https://user:" + secret + "@zkpass.example:%zz", "k:s"},
		{"https://zkpass.example/?" + secret, "k:s"}, {"https://zkpass.example/#" + secret, "k:s"}, {"https://zkpass.example/?", "k:s"},
		{"https://zkpass.example", secret}, {"https://zkpass.example", ":" + secret}, {"https://zkpass.example", secret + ":"}, {"https://zkpass.example", "k:" + secret + ":x"},
		{"https://zkpass.example", "k:" + secret + "\r\nX: y"}, {"https://zkpass.example", "k:" + secret + "é"}, {"https://zkpass.example", "k:" + secret + " "},
	} {
		_, err := client.New(test.url, test.key, client.Options{})
		if !errors.Is(err, zkpass.ErrMalformed) {
			t.Errorf("%s with key %s: %v", test.url, test.key, err)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	if _, err := client.New("https://zkpass.example", "k:s", client.Options{MaxAttempts: -1}); err == nil {
		t.Error("-1 attempts")
	}
}

// Printing a client shows its service and not its key.
func TestClientPrints(t *testing.T) {
	c, err := client.New("https://zkpass.example/", testAPIKey, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	held := struct{ Client *client.Client }{c}
	for _, text := range []string{fmt.Sprintf("%v", c), fmt.Sprintf("%+v %#v %s %q %x", c, c, c, c, c), fmt.Sprintf("%+v %#v", held, held)} {
		if strings.Contains(text, "MARKsecret") || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(testAPIKey))) {
			t.Errorf("printed: %s", text)
		}
	}
	if got := c.String(); got != "client of https://zkpass.example" {
		t.Error(got)
	}
}

// What cannot be a request is not sent, nor is a document that nobody asks for.
func TestClientInputs(t *testing.T) {
	p := newParties(t)
	c, err := client.New("http://localhost", testAPIKey, client.Options{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return nil, io.EOF
	})})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		request  string
		userData map[string]string
		opts     client.ProofOptions
	}{
		"no request":              {"MARKrequest", p.userData(), client.ProofOptions{}},
		"no documents":            {p.request, nil, client.ProofOptions{}},
		"another tag":             {p.request, map[string]string{"bank": p.document}, client.ProofOptions{}},
		"one too many":            {p.request, map[string]string{"": p.document, "bank": p.document}, client.ProofOptions{}},
		"a document that is none": {p.request, map[string]string{"": "MARKname.x.y"}, client.ProofOptions{}},
		"idempotency key":         {p.request, p.userData(), client.ProofOptions{IdempotencyKey: "a\nb"}},
		"long idempotency key":    {p.request, p.userData(), client.ProofOptions{IdempotencyKey: strings.Repeat("a", 256)}},
		"blank":                   {p.request, p.userData(), client.ProofOptions{IdempotencyKey: " "}},
	} {
		_, err := c.GenerateZkPassProof(t.Context(), test.request, test.userData, test.opts)
		if !errors.Is(err, zkpass.ErrMalformed) || strings.Contains(err.Error(), "MARK") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A service, or whatever is in its place, that repeats all it was told, in every
// field and at every place of the protocol, gets no secret into an error.
func TestLine28MarksInNoError(t *testing.T) {
	p := newParties(t)
	parts := strings.Split(p.document, ".")
	basic := base64.StdEncoding.EncodeToString([]byte(testAPIKey))
	marks := map[string]string{
		"secret": "MARKsecret", "basic": basic, "document": p.document, "payload": parts[1], "signature": parts[2], "name": "MARKname", "literal": "MARKliteral",
	}
	all := strings.Join([]string{testAPIKey, "Basic " + basic, p.document, parts[1], parts[2]}, " ")
	echo := func(status int) http.HandlerFunc {
		return answerJSON(status, map[string]any{"type": all, "title": all, "detail": all, "instance": all, "code": "evaluation", "document": all, "statement": all, "path": all, "status": status})
	}
	raw := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); io.WriteString(w, all) }
	}
	answers := []http.HandlerFunc{
		echo(422), echo(500), echo(503), echo(204), raw(200), raw(202), raw(400), raw(502), raw(302), echo(302),
		answerJSON(200, map[string]any{"proof": all}), answerJSON(202, map[string]any{"queue_status_url": all, "step": all}), answerJSON(200, map[string]any{all: 1}),
		drop(all), drop("HTTP/1.1 " + all + "\r\n\r\n"), drop("HTTP/1.1 200 OK\r\n" + all + "\r\n\r\n"), drop("HTTP/1.1 200 OK\r\nContent-Length: " + all + "\r\n\r\n"),
		drop("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + all + "\r\n\r\n"), drop("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + all),
	}
	for i, answer := range answers {
		for _, place := range []string{"keys", "post", "poll"} {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{t: t, keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}, posts: turns(3, answer)}
				switch place {
				case "keys":
					f.keys, f.other = nil, answer
				case "poll":
					f.posts, f.polls = turns(1, queued(0)), append(turns(3, answer), echo(422))
				}
				c, end := connect(t, f, client.Options{MaxAttempts: 1})
				defer end()
				_, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{Progress: func(s client.JobStatus) {
					if strings.Contains(s.Step, "MARK") {
						t.Errorf("step %s", s.Step)
					}
				}})
				if err == nil {
					t.Fatalf("answer %d to %s: no error", i, place)
				}
				text := fmt.Sprintf("%v", err)
				var problem *zkpass.Problem
				if errors.As(err, &problem) {
					text += fmt.Sprintf("%+v", *problem)
				}
				for name, mark := range marks {
					if strings.Contains(text, mark) {
						t.Errorf("answer %d to %s: the error shows the %s: %.300s", i, place, name, text)
					}
				}
				if strings.ContainsAny(text, "\r\n\x1b") || strings.Contains(text, testJobID) {
					t.Errorf("answer %d to %s: %q", i, place, text)
				}
			})
		}
	}
}

// A key set is fetched once for all callers and again when it has grown old.
func TestClientCachesKeys(t *testing.T) {
	p := newParties(t)
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}, maxed: "max-age=600"}
		c, end := connect(t, f, client.Options{})
		defer end()
		fetch := func(want int) {
			t.Helper()
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					if set, err := c.Keys(t.Context()); err != nil || len(set.Keys()) != 2 {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := len(f.of("GET", "/.well-known/jwks.json")); got != want {
				t.Errorf("%d fetches, want %d", got, want)
			}
		}
		fetch(1)
		time.Sleep(599 * time.Second)
		fetch(1)
		time.Sleep(time.Second)
		fetch(2)
	})
}

// Nothing is encrypted to keys that the application does not accept.
func TestClientCheckKeys(t *testing.T) {
	p := newParties(t)
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, posts: turns(1, proofIs(p.proof)), keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}, maxed: "max-age=3600",
			other: func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, `{"nonce":"`+r.URL.Query().Get("nonce")+`"}`)
			}}
		refusal := errors.New("another program runs there")
		answer, asked := refusal, 0
		var c *client.Client
		c, end := connect(t, f, client.Options{CheckKeys: func(ctx context.Context, keys *zkpass.KeySet) error {
			asked++
			if _, err := c.Attestation(ctx, make([]byte, 16)); err != nil || len(keys.Keys()) != 2 {
				t.Errorf("%d keys, %v", len(keys.Keys()), err)
			}
			return answer
		}})
		defer end()
		prove := func() error {
			_, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{})
			return err
		}
		if err := prove(); !errors.Is(err, refusal) || len(f.of("POST", "")) != 0 {
			t.Errorf("refused: %v, %d posts", err, len(f.of("POST", "")))
		}
		answer = nil
		if err := prove(); err != nil || asked != 2 {
			t.Errorf("accepted: %v, asked %d times", err, asked)
		}
		if _, err := c.Keys(t.Context()); err != nil || asked != 2 {
			t.Errorf("the same key set: %v, asked %d times", err, asked)
		}
	})
}

func TestClientAttestation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{t: t, other: func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.RawQuery) }}
		c, end := connect(t, f, client.Options{})
		defer end()
		nonce := []byte("\xff\xfe\xfd4567890abcdef")
		if got, err := c.Attestation(t.Context(), nonce); err != nil || string(got) != "nonce="+base64.RawURLEncoding.EncodeToString(nonce) {
			t.Errorf("%s, %v", got, err)
		}
		for _, size := range []int{0, 15, 65} {
			if _, err := c.Attestation(t.Context(), make([]byte, size)); !errors.Is(err, zkpass.ErrMalformed) {
				t.Errorf("nonce of %d bytes: %v", size, err)
			}
		}
		f.mu.Lock()
		f.other = problem(404, zkpass.ProblemNotFound)
		f.mu.Unlock()
		if _, err := c.Attestation(t.Context(), nonce); !isProblem(err, 404, zkpass.ProblemNotFound) {
			t.Error(err)
		}
		for _, s := range f.of("GET", "/v1/attestation") {
			if s.header.Get("Authorization") != "" {
				t.Error("asked with the API key")
			}
		}
	})
}

// A redirect carries nothing to another host.
func TestClientFollowsNoRedirect(t *testing.T) {
	p := newParties(t)
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer evil.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, place := range []string{"/.well-known/jwks.json", "/v1/proof"} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == place {
					http.Redirect(w, r, evil.URL, status)
					return
				}
				answerJSON(200, keySetOf(t, p.signing, p.encryption))(w, r)
			}))
			c, err := client.New(server.URL, testAPIKey, client.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.GenerateZkPassProof(t.Context(), p.request, p.userData(), client.ProofOptions{}); !errors.Is(err, client.ErrAnswer) || !strings.Contains(err.Error(), "redirect") {
				t.Errorf("%d at %s: %v", status, place, err)
			}
			server.Close()
		}
	}
}

// The client's own transport: certificates are checked, TLS is 1.2 or later, and
// a certificate that is refused is refused at once.
func TestClientTLS(t *testing.T) {
	p := newParties(t)
	for name, test := range map[string]struct {
		most    uint16
		trusted bool
		fails   bool
	}{"1.3": {tls.VersionTLS13, true, false}, "1.2": {tls.VersionTLS12, true, false}, "1.1": {tls.VersionTLS11, true, true}, "unknown authority": {tls.VersionTLS13, false, true}} {
		server := httptest.NewUnstartedServer(answerJSON(200, keySetOf(t, p.signing, p.encryption)))
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: test.most}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.EnableHTTP2 = true
		server.StartTLS()
		opts := client.Options{RootCAs: x509.NewCertPool()}
		if test.trusted {
			opts.RootCAs.AddCert(server.Certificate())
		}
		c, err := client.New(server.URL, testAPIKey, opts)
		if err != nil {
			t.Fatal(err)
		}
		// With a second attempt it would be another error.
		if _, err := c.Keys(t.Context()); test.fails != (err != nil) || errors.Is(err, client.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

// Nobody listens: it is tried again.
func TestClientRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	listener.Close()
	c, err := client.New(url, testAPIKey, client.Options{MaxAttempts: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Keys(t.Context()); !errors.Is(err, client.ErrUnavailable) || !strings.Contains(err.Error(), "in 2 attempts") {
		t.Error(err)
	}
}

// A key set that cannot be refreshed, or would be without a key, stays good for a day
// after it expires; one that shows a private key ends the trust in it.
func TestClientStaleKeys(t *testing.T) {
	p := newParties(t)
	exposed, err := p.signing.JWK()
	if err != nil {
		t.Fatal(err)
	}
	text := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		ends   bool
	}{
		"busy":        {answer: problem(503, zkpass.ProblemQueueFull)},
		"cut off":     {answer: drop(halfAnswer)},
		"hangs":       {answer: hang},
		"no keys":     {answer: text(`{"keys":[]}`)},
		"not a set":   {answer: text(`<html>`)},
		"private key": {answer: text(`{"keys":[` + string(exposed) + `]}`), ends: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{t: t, other: test.answer, keys: []*zkpass.KeySet{keySetOf(t, p.signing, p.encryption)}, maxed: "max-age=600"}
				c, end := connect(t, f, client.Options{MaxAttempts: 1})
				defer end()
				set, err := c.Keys(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				f.mu.Lock()
				good := f.keys
				f.keys = nil
				f.mu.Unlock()
				time.Sleep(601 * time.Second)
				for range 3 { // one attempt in ten seconds
					got, err := c.Keys(t.Context())
					if test.ends != (err != nil) || !test.ends && got != set {
						t.Fatalf("%v, %v", got, err)
					}
				}
				if test.ends {
					return
				}
				if n := len(f.of("GET", "/.well-known/jwks.json")); n != 2 {
					t.Errorf("%d fetches", n)
				}
				time.Sleep(24*time.Hour - time.Minute)
				if got, err := c.Keys(t.Context()); err != nil || got != set {
					t.Errorf("before a day has passed: %v", err)
				}
				time.Sleep(time.Minute)
				if _, err := c.Keys(t.Context()); err == nil {
					t.Error("after a day")
				}
				f.mu.Lock()
				f.keys = good
				f.mu.Unlock()
				if got, err := c.Keys(t.Context()); err != nil || got == set {
					t.Errorf("when the service is back: %v", err)
				}
			})
		})
	}
}
