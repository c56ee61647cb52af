package front

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// tryKey asks for a job that there is not, with an API key and from an address.
func (s *service) tryKey(address, key, secret string) *answer {
	s.t.Helper()
	r := s.request("GET", statusPath+"AAAAAAAAAAAAAAAAAAAAAA", "")
	r.SetBasicAuth(key, secret)
	r.RemoteAddr = address
	return s.do(r)
}

func TestWrongCredentials(t *testing.T) {
	s := newService(t, func(c *Config) { c.Limits.WrongKeysBurst = 100 })
	expiring, expiringSecret := s.newKey(apikey.Options{Expires: time.Now().Add(time.Minute)})
	revoked, revokedSecret := s.newKey(apikey.Options{})
	s.tryKey("192.0.2.1:1", revoked, revokedSecret).want(404)
	s.tryKey("192.0.2.1:1", expiring, expiringSecret).want(404)
	if err := s.store.Revoke(t.Context(), revoked); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(2 * time.Minute)
	basic := func(change func(*http.Request)) func(*http.Request) { return change }
	for name, change := range map[string]func(*http.Request){
		"none":         basic(func(r *http.Request) { r.Header.Del("Authorization") }),
		"empty":        func(r *http.Request) { r.SetBasicAuth("", "") },
		"no secret":    func(r *http.Request) { r.SetBasicAuth(s.key, "") },
		"wrong secret": func(r *http.Request) { r.SetBasicAuth(s.key, s.secret+"x") },
		"another's":    func(r *http.Request) { r.SetBasicAuth(expiring, s.secret) },
		"expired":      func(r *http.Request) { r.SetBasicAuth(expiring, expiringSecret) },
		"revoked":      func(r *http.Request) { r.SetBasicAuth(revoked, revokedSecret) },
		"bearer":       func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.secret) },
		"not base64":   func(r *http.Request) { r.Header.Set("Authorization", "Basic "+s.key+":"+s.secret) },
		"twice":        func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) },
		"in the query": func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "key=" + s.key + "&secret=" + s.secret
		},
		"another's first": func(r *http.Request) { r.SetBasicAuth(s.key+":x", s.secret) },
	} {
		for _, target := range [][2]string{{"POST", "/v1/proof"}, {"GET", statusPath + "AAAAAAAAAAAAAAAAAAAAAA"}, {"DELETE", statusPath + "x"}} {
			r := s.request(target[0], target[1], "")
			change(r)
			a := s.do(r)
			p := a.wantProblem(401, zkpass.ProblemUnauthorized)
			if a.header.Get("WWW-Authenticate") != challenge || p.Detail != "want a valid API key as user name and its secret as password of HTTP Basic" {
				t.Errorf("%s: %v %+v", name, a.header, p)
			}
		}
	}
	s.tryKey("192.0.2.1:1", s.key, s.secret).want(404)
}

// Wrong keys are limited by address; no good key is ever locked out, whether it was
// seen before or not, and from whatever address.
func TestWrongKeysPerAddress(t *testing.T) {
	s := newService(t, func(c *Config) { c.Limits.WrongKeys, c.Limits.WrongKeysBurst = 0.5, 3 })
	fresh, freshSecret := s.newKey(apikey.Options{})
	const attacker = "192.0.2.1:1000"
	for range 3 {
		s.tryKey(attacker, s.key, "wrong").wantProblem(401, zkpass.ProblemUnauthorized)
	}
	for range 200 {
		for _, port := range []string{"1000", "1001"} {
			a := s.tryKey("192.0.2.1:"+port, s.key, "wrong")
			a.wantProblem(429, zkpass.ProblemRateLimited)
			if a.header.Get("Retry-After") != "2" {
				t.Fatalf("Retry-After is %q", a.header.Get("Retry-After"))
			}
		}
	}
	s.tryKey(attacker, fresh, freshSecret).want(404) // never seen before
	s.tryKey(attacker, s.key, s.secret).want(404)
	// Without a key at all it is 401 as ever.
	r := s.request("POST", "/v1/proof", "")
	r.Header.Del("Authorization")
	r.RemoteAddr = attacker
	s.do(r).want(401)
	s.tryKey("192.0.2.2:1000", s.key, "wrong").want(401) // another address
	if err := s.store.Revoke(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	s.tryKey(attacker, fresh, freshSecret).wantProblem(429, zkpass.ProblemRateLimited)
	s.clock.pass(2 * time.Second)
	s.tryKey(attacker, s.key, "wrong").want(401)
	s.tryKey(attacker, s.key, "wrong").want(429)
	s.clock.pass(time.Hour)
	for range 3 {
		s.tryKey(attacker, s.key, "wrong").want(401)
	}
	s.tryKey(attacker, s.key, s.secret).want(404)
}

func TestRequestsPerKey(t *testing.T) {
	s := newService(t, func(c *Config) { c.Limits.Requests, c.Limits.RequestsBurst = 0.1, 2 })
	own, ownSecret := s.newKey(apikey.Options{Rate: 5, Burst: 3})
	other, otherSecret := s.newKey(apikey.Options{})
	s.accept()
	s.accept()
	for _, r := range []*http.Request{
		s.request("POST", "/v1/proof", s.proofBody()), s.request("GET", statusPath+"x", ""), s.request("DELETE", statusPath+"x", ""),
	} {
		a := s.do(r)
		a.wantProblem(429, zkpass.ProblemRateLimited)
		if a.header.Get("Retry-After") != "10" {
			t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
		}
	}
	s.tryKey("192.0.2.1:1", other, otherSecret).want(404)
	for range 3 {
		s.tryKey("192.0.2.1:1", own, ownSecret).want(404)
	}
	s.tryKey("192.0.2.1:1", own, ownSecret).wantProblem(429, zkpass.ProblemRateLimited)
	s.clock.pass(200 * time.Millisecond)
	s.tryKey("192.0.2.1:1", own, ownSecret).want(404)
	s.clock.pass(9800 * time.Millisecond)
	s.accept()
	s.proof().wantProblem(429, zkpass.ProblemRateLimited)
}

func TestRequestsAtOnce(t *testing.T) {
	s := newService(t, func(c *Config) { c.Limits.AtOnce = 2 })
	other, otherSecret := s.newKey(apikey.Options{})
	id := s.accept()
	answers := make(chan *answer)
	for range 2 {
		go func() { answers <- s.do(s.request("GET", statusPath+string(id)+"?wait=60", "")) }()
	}
	for {
		s.h.callers.mu.Lock()
		running := s.h.callers.all[s.key].running
		s.h.callers.mu.Unlock()
		if running == 2 {
			break
		}
	}
	s.proof().wantProblem(429, zkpass.ProblemRateLimited)
	s.tryKey("192.0.2.1:1", other, otherSecret).want(404)
	s.jobs.finish(id, someToken)
	for range 2 {
		(<-answers).want(200)
	}
	s.proof().want(202)
}

// Every way out of a request gives its body's place back.
func TestBodiesAtOnce(t *testing.T) {
	s := newService(t, func(c *Config) { c.Limits.Bodies = 1 })
	for range 3 {
		s.proof().want(202)
	}
	s.do(s.request("POST", "/v1/proof", "x")).want(400)
	s.jobs.submitErr = http.ErrHandlerTimeout
	s.proof().want(500)
	if s.h.callers.reading != 0 {
		t.Error("a place is not given back")
	}
}

// However many keys hold as many places for bodies as they can, another gets one.
func TestShareOfBodies(t *testing.T) {
	c := newCallers(Limits{Requests: 1, RequestsBurst: 1, AtOnce: 1, Bodies: 256})
	now := time.Now()
	var held []int
	for i := range 20 {
		key := &apikey.Key{Key: strconv.Itoa(i)}
		c.enter(key, now)
		n := 0
		for c.read(key) != nil {
			n++
		}
		if n == 0 {
			t.Fatalf("key %d gets no place", i)
		}
		held = append(held, n)
	}
	if held[0] != 128 || held[1] != 64 || c.reading > 256+20 {
		t.Errorf("places held: %v", held)
	}
}

func TestAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	hops := strings.Repeat("10.0.0.9, ", maxHops+8)
	for _, c := range []struct {
		peer string
		xff  []string
		want string
	}{
		{"192.0.2.7:80", nil, "192.0.2.7"},
		{"192.0.2.7:80", []string{"198.51.100.1"}, "192.0.2.7"}, // no proxy of ours
		{"[::ffff:192.0.2.7]:80", nil, "192.0.2.7"},
		{"[2001:db8::1:2:3:4]:80", nil, "2001:db8::"},
		{"[2001:db8:0:1:2:3:4:5]:80", nil, "2001:db8:0:1::"},
		{"[fe80::1%eth0]:80", nil, "fe80::"},
		{"10.0.0.1:80", nil, "10.0.0.1"},
		{"10.0.0.1:80", []string{"198.51.100.1"}, "198.51.100.1"},
		{"[::ffff:10.0.0.1]:80", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:80", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"}, // the client made up the first
		{"10.0.0.1:80", []string{"203.0.113.9", "198.51.100.1 , 10.2.2.2"}, "198.51.100.1"},
		{"10.0.0.1:80", []string{"2001:db8:2::1,2001:db8:1::7"}, "2001:db8:2::"},
		{"10.0.0.1:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"10.0.0.1:80", []string{"10.2.2.2, 10.3.3.3"}, "10.2.2.2"},
		{"10.0.0.1:80", []string{""}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"198.51.100.1:4711"}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"198.51.100.1, " + hops + "10.0.0.9"}, "10.0.0.9"},
		{"@", nil, "invalid IP"},
		{"", nil, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{}}
		if c.xff != nil {
			r.Header["X-Forwarded-For"] = c.xff
		}
		x := &exchange{Handler: &Handler{proxies: trusted}, r: r}
		if got := x.address().String(); got != c.want {
			t.Errorf("peer %s, %q: got %s, want %s", c.peer, c.xff, got, c.want)
		}
	}
}

// Strangers cannot make the front end remember more and more.
func TestMemoryOfStrangersIsBounded(t *testing.T) {
	l := newLimiters[netip.Addr](1, 1)
	l.all.max = 100
	now := time.Now()
	first := netip.MustParseAddr("192.0.2.1")
	l.take(first, now)
	for i := range 1000 {
		address := first
		for range i {
			address = address.Next()
		}
		l.take(address, now)
		if _, ok := l.take(first, now); ok {
			t.Fatalf("after %d others, one that is in use was forgotten", i)
		}
		if n := len(l.all.current) + len(l.all.earlier); n > 200 {
			t.Fatalf("%d entries", n)
		}
	}
	c := newCallers(Limits{Requests: 1, RequestsBurst: 1, AtOnce: 1})
	for i := range 3 * maxCallers {
		leave, _ := c.enter(&apikey.Key{Key: strconv.Itoa(i)}, now)
		if i > 0 {
			leave()
		}
		if now = now.Add(time.Second); len(c.all) > maxCallers+1 {
			t.Fatalf("%d callers", len(c.all))
		}
	}
	if c.all["0"] == nil {
		t.Error("one that is served was forgotten")
	}
}
