package zkpass

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/internal/freshness"
)

// jwksServer serves key sets and counts requests.
type jwksServer struct {
	*httptest.Server
	requests atomic.Int32
	mu       sync.Mutex
	handle   http.HandlerFunc
}

func newJWKSServer(t *testing.T, handle http.HandlerFunc) (*jwksServer, *KeyFetcher) {
	s := &jwksServer{handle: handle}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.mu.Lock()
		handle := s.handle
		s.mu.Unlock()
		handle(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused certificate is meant
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	f := &KeyFetcher{RootCAs: pool}
	if err := f.AllowURL(s.URL); err != nil {
		t.Fatal(err)
	}
	return s, f
}

func (s *jwksServer) set(handle http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handle = handle
}

func serveKeys(t *testing.T, keys ...*PrivateKey) http.HandlerFunc {
	var public []*PublicKey
	for _, key := range keys {
		public = append(public, key.Public())
	}
	set, err := NewKeySet(public...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(text) }
}

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestFetchCachesAndRefreshes(t *testing.T) {
	a, b := testKey(t, ES256, "a"), testKey(t, ES256, "b")
	server, f := newJWKSServer(t, serveKeys(t, a))
	clock := &clock{time.Now()}
	f.now = clock.now
	resolve := func(kid string, want error, requests int32) {
		t.Helper()
		_, err := f.ResolveKey(context.Background(), server.URL+"/jwks", kid, "")
		if !errors.Is(err, want) {
			t.Errorf("key %s: got %v, want %v", kid, err, want)
		}
		if got := server.requests.Load(); got != requests {
			t.Errorf("after key %s: %d requests, want %d", kid, got, requests)
		}
	}
	resolve("a", nil, 1)
	resolve("a", nil, 1)
	server.set(serveKeys(t, a, b))
	resolve("b", nil, 2) // at once
	resolve("c", ErrUnknownKey, 2)
	clock.at = clock.at.Add(unknownKeyWait)
	resolve("c", ErrUnknownKey, 3)
	resolve("d", ErrUnknownKey, 3)
	resolve("a", nil, 3)
	clock.at = clock.at.Add(freshness.DefaultAge)
	resolve("a", nil, 4)

	server.set(serveKeys(t, b))
	clock.at = clock.at.Add(freshness.DefaultAge)
	resolve("b", nil, 5)
	resolve("a", ErrUnknownKey, 6) // withdrawn, looked for again
	resolve("a", ErrUnknownKey, 6)
}

// A refresh that fails, or that would take every key away, leaves the set at hand.
func TestFetchKeepsAGoodSet(t *testing.T) {
	a := testKey(t, ES256, "a")
	jwk, err := a.JWK()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		handle http.HandlerFunc
		lasts  time.Duration // after the set has expired
	}{
		"status 500":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, freshness.MaxStale},
		"no JSON":       {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, freshness.MaxStale},
		"no keys":       {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[]}`) }, freshness.MaxStale},
		"none of use":   {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[{"kty":"OKP","kid":"a"}]}`) }, freshness.MaxStale},
		"a private key": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"keys":[%s]}`, jwk) }, 0},
	} {
		for _, bound := range []string{"", "stale-if-error=3600", "stale-if-error=0"} {
			keys := serveKeys(t, a)
			server, f := newJWKSServer(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Cache-Control", bound)
				keys(w, r)
			})
			clock := &clock{time.Now()}
			f.now = clock.now
			resolve := func(kid string) error {
				_, err := f.ResolveKey(context.Background(), server.URL, kid, ES256)
				return err
			}
			if err := resolve("a"); err != nil {
				t.Fatal(err)
			}
			expired := clock.at.Add(freshness.DefaultAge)
			server.set(test.handle)
			lasts := test.lasts
			switch bound {
			case "stale-if-error=3600":
				lasts = min(lasts, time.Hour)
			case "stale-if-error=0":
				lasts = 0
			}
			if lasts > 0 {
				clock.at = expired
				requests := server.requests.Load()
				for range 3 {
					if err := resolve("a"); err != nil {
						t.Errorf("%s, %q: just expired: %v", name, bound, err)
					}
				}
				if got := server.requests.Load(); got != requests+1 {
					t.Errorf("%s, %q: %d requests at once", name, bound, got-requests)
				}
				if err := resolve("b"); !errors.Is(err, ErrFetch) {
					t.Errorf("%s, %q: a key that may be in the set that does not come: %v", name, bound, err)
				}
				clock.at = expired.Add(lasts - time.Second)
				if err := resolve("a"); err != nil {
					t.Errorf("%s, %q: at the end: %v", name, bound, err)
				}
			}
			clock.at = expired.Add(lasts)
			if err := resolve("a"); !errors.Is(err, ErrFetch) {
				t.Errorf("%s, %q: past the end: %v", name, bound, err)
			}
			// It heals by itself.
			server.set(keys)
			clock.at = clock.at.Add(freshness.FailureWait)
			if err := resolve("a"); err != nil {
				t.Errorf("%s, %q: when the server is back: %v", name, bound, err)
			}
		}
	}
}

// A key that became unusable, or got another algorithm, is looked for again too.
func TestFetchLooksAgainForAKeyThatDoesNotFit(t *testing.T) {
	server, f := newJWKSServer(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[{"kty":"EC","kid":"a"}]}`) })
	resolve := func() error {
		_, err := f.ResolveKey(context.Background(), server.URL, "a", ES256)
		return err
	}
	if err := resolve(); err == nil || errors.Is(err, ErrUnknownKey) {
		t.Errorf("got %v", err)
	}
	server.set(serveKeys(t, testKey(t, ES256, "a")))
	if err := resolve(); err != nil {
		t.Error(err)
	}
}

func TestFetchUsesETag(t *testing.T) {
	keys := serveKeys(t, testKey(t, ES256, "a"))
	unchanged := 0
	server, f := newJWKSServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Cache-Control", "max-age=120")
		if r.Header.Get("If-None-Match") == `"1"` {
			unchanged++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		keys(w, r)
	})
	clock := &clock{time.Now()}
	f.now = clock.now
	for range 3 {
		if _, err := f.ResolveKey(context.Background(), server.URL, "a", ""); err != nil {
			t.Fatal(err)
		}
		clock.at = clock.at.Add(2 * time.Minute)
	}
	if unchanged != 2 {
		t.Errorf("%d answers without a body, want 2", unchanged)
	}
}

func TestFetchOneAtATime(t *testing.T) {
	keys := serveKeys(t, testKey(t, ES256, "a"))
	server, f := newJWKSServer(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		keys(w, r)
	})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := f.ResolveKey(context.Background(), server.URL, "a", ""); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := server.requests.Load(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestLine27Hosts(t *testing.T) {
	server, f := newJWKSServer(t, serveKeys(t, testKey(t, ES256, "a")))
	for _, jku := range []string{
		"https://evil.example/jwks", "http://op.example/jwks", "https://op.example:8443/jwks", "ftp://op.example/jwks",
		"file:///etc/passwd", "//op.example/jwks", "", "https://op.example@evil.example/", "https://op.example.evil.example/",
		"https://user@op.example/", strings.Replace(server.URL, "https:", "gopher:", 1), "https://169.254.169.254/latest",
	} {
		f.AllowedHosts = append(f.AllowedHosts[:1], "op.example")
		if _, err := f.ResolveKey(context.Background(), jku, "a", ""); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: got %v, want ErrNotAllowed", jku, err)
		}
	}
	var none KeyFetcher
	if _, err := none.ResolveKey(context.Background(), server.URL, "a", ""); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("no host allowed: %v", err)
	}
	if got := server.requests.Load(); got != 0 {
		t.Errorf("%d requests for URLs that are not allowed", got)
	}
}

func TestLine27BadAnswers(t *testing.T) {
	elsewhere := newPlainServer(t, serveKeys(t, testKey(t, ES256, "a")))
	// Every test server has the same certificate, so only the rule on redirects
	// stands in the way of this one.
	trusted, _ := newJWKSServer(t, serveKeys(t, testKey(t, ES256, "a")))
	for name, handle := range map[string]http.HandlerFunc{
		"redirect over": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, trusted.URL, 302) },
		"status 404":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
		"no JSON":       func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"keys":[]}`+strings.Repeat(" ", MaxKeySet))
		},
		"304 unasked":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) },
		"redirect away":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, 302) },
		"redirect down":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://"+r.Host+"/", 302) },
		"redirect loop":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", 302) },
		"redirect to IP": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://10.0.0.1/", 302) },
	} {
		server, f := newJWKSServer(t, handle)
		f.AllowedHosts = append(f.AllowedHosts, strings.TrimPrefix(elsewhere.URL, "http://"), "10.0.0.1", strings.TrimPrefix(trusted.URL, "https://"))
		if _, err := f.ResolveKey(context.Background(), server.URL, "a", ""); !errors.Is(err, ErrFetch) {
			t.Errorf("%s: got %v, want ErrFetch", name, err)
		}
	}
	keys := serveKeys(t, testKey(t, ES256, "a"))
	server, f := newJWKSServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/moved" {
			http.Redirect(w, r, "/moved", 302)
			return
		}
		keys(w, r)
	})
	if _, err := f.ResolveKey(context.Background(), server.URL, "a", ""); err != nil {
		t.Errorf("a redirect on the same host: %v", err)
	}
	// A certificate of nobody trusted.
	stranger := &KeyFetcher{AllowedHosts: f.AllowedHosts}
	if _, err := stranger.ResolveKey(context.Background(), server.URL, "a", ""); !errors.Is(err, ErrFetch) {
		t.Errorf("an unknown authority: %v", err)
	}
}

func TestLine27Redirects(t *testing.T) {
	request := func(rawURL string) *http.Request {
		r, err := http.NewRequest(http.MethodGet, rawURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := []*http.Request{request("https://op.example/jwks")}
	for url, want := range map[string]bool{
		"https://op.example/b": true, "https://OP.example:443/b": true, "http://op.example/b": false, "https://op.example:8443/b": false,
		"https://evil.example/jwks": false, "http://op.example:443/b": false,
	} {
		if err := sameHost(request(url), first); (err == nil) != want {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

func newPlainServer(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

func TestFetchOverHTTPFromLoopback(t *testing.T) {
	server := newPlainServer(t, serveKeys(t, testKey(t, ES256, "a")))
	var f KeyFetcher
	if err := f.AllowURL(server.URL); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ResolveKey(context.Background(), server.URL+"/jwks", "a", ""); err != nil {
		t.Error(err)
	}
	set, err := f.KeySet(context.Background(), server.URL+"/jwks")
	if err != nil || len(set.Keys()) != 1 {
		t.Errorf("the set: %v", err)
	}
}

func TestFetchStopsWithItsCaller(t *testing.T) {
	release := make(chan struct{})
	server, f := newJWKSServer(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := f.ResolveKey(ctx, server.URL, "a", ""); !errors.Is(err, ErrFetch) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
}

// A public name that resolves to a private address is not connected to.
func TestLine27PrivateAddresses(t *testing.T) {
	for _, address := range []string{"10.0.0.1:443", "192.168.1.1:443", "169.254.169.254:443", "0.0.0.0:443", "[fd00::1]:443", "[fe80::1]:443",
		"[::ffff:10.0.0.1]:443", "[::]:443"} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		conn, err := dialChecked(ctx, "tcp", address)
		cancel()
		if conn != nil {
			conn.Close()
		}
		if !errors.Is(err, errPrivateAddress) {
			t.Errorf("%s: got %v", address, err)
		}
	}
	for _, test := range []struct {
		host, address string
		want          bool
	}{
		{"localhost", "127.0.0.1", true}, {"localhost", "::1", true}, {"127.0.0.1", "127.0.0.1", true}, {"localhost", "::ffff:127.0.0.1", true},
		{"localhost", "8.8.8.8", false}, {"localhost", "10.0.0.1", false}, {"op.example", "127.0.0.1", false}, {"op.example", "::1", false},
		{"op.example", "8.8.8.8", true}, {"op.example", "::ffff:10.0.0.1", false},
	} {
		if got := mayConnect(test.host, netip.MustParseAddr(test.address)); got != test.want {
			t.Errorf("%s at %s: %v", test.host, test.address, got)
		}
	}
	for address, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700::1111": true, "100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false,
		"255.255.255.255": false, "127.0.0.1": false, "::1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "172.16.0.1": false,
		"2001:db8::1": false, "::a00:1": false, "fec0::1": false, "192.0.0.1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s public: %v", address, got)
		}
	}
}

func TestFetchedSetsAreBounded(t *testing.T) {
	f := &KeyFetcher{AllowedHosts: []string{"op.example"}}
	clock := &clock{time.Now()}
	f.now = clock.now
	for i := range 3 * maxFetched {
		clock.at = clock.at.Add(time.Second)
		f.entry((&url.URL{Scheme: "https", Host: "op.example", Path: fmt.Sprint("/", i)}).String())
	}
	if len(f.fetched) != maxFetched {
		t.Errorf("%d key sets kept, want %d", len(f.fetched), maxFetched)
	}
	if f.fetched[fmt.Sprintf("https://op.example/%d", 3*maxFetched-1)] == nil {
		t.Error("the newest one was dropped")
	}
}
