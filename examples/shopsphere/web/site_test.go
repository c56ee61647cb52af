package web

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// testSite is a site with a session, a form and a page that panics.
type testSite struct {
	sessions Sessions[string]
	server   *httptest.Server
}

func newTestSite(t *testing.T) *testSite {
	t.Helper()
	s := &testSite{sessions: Sessions[string]{Name: "test"}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /form", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(s.sessions.Open(w, r).Token))
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		if !s.sessions.Get(r).Sent(r) {
			http.Error(w, "not this session's", http.StatusForbidden)
			return
		}
		s.sessions.Renew(w, r, "in")
	})
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		if session := s.sessions.Get(r); session != nil {
			w.Write([]byte(session.Data()))
		}
	})
	mux.HandleFunc("POST /open", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("secret") })
	s.server = httptest.NewUnstartedServer(nil)
	site := &Site{
		Origin: "http://" + s.server.Listener.Addr().String(), Routes: mux, Open: []string{"POST /open"}, MaxBody: 1 << 10,
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	handler, err := site.Handler()
	if err != nil {
		t.Fatal(err)
	}
	s.server.Config.Handler = handler
	s.server.Start()
	t.Cleanup(s.server.Close)
	return s
}

// do sends a request and returns status, header and body.
func (s *testSite) do(t *testing.T, client *http.Client, method, path, body string, header http.Header) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

func newClient(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func TestForms(t *testing.T) {
	s := newTestSite(t)
	victim, thief := newClient(t), newClient(t)
	_, _, token := s.do(t, victim, http.MethodGet, "/form", "", nil)
	_, _, other := s.do(t, thief, http.MethodGet, "/form", "", nil)
	for _, test := range []struct {
		name, path, token string
		header            http.Header
		status            int
	}{
		{"no token", "/form", "", nil, http.StatusForbidden},
		{"token of another session", "/form", other, nil, http.StatusForbidden},
		{"from another site", "/form", token, http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden},
		{"from another port of the same host", "/form", token, http.Header{"Sec-Fetch-Site": {"same-site"}}, http.StatusForbidden},
		{"from another origin, old browser", "/form", token, http.Header{"Origin": {"http://evil.example"}}, http.StatusForbidden},
		{"open to others", "/open", "", http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.StatusOK},
		{"right", "/form", token, http.Header{"Sec-Fetch-Site": {"same-origin"}}, http.StatusOK},
		{"right, but for the session before", "/form", token, nil, http.StatusForbidden},
	} {
		status, _, _ := s.do(t, victim, http.MethodPost, test.path, url.Values{"token": {test.token}}.Encode(), test.header)
		if status != test.status {
			t.Errorf("%s: status %d, want %d", test.name, status, test.status)
		}
	}
}

// TestRotation: the secret from before a login is worth nothing after it.
func TestRotation(t *testing.T) {
	s := newTestSite(t)
	client := newClient(t)
	here, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, header, token := s.do(t, client, http.MethodGet, "/form", "", nil)
	set := header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("cookie without %s: %s", want, set)
		}
	}
	before := client.Jar.Cookies(here)
	s.do(t, client, http.MethodPost, "/form", "token="+url.QueryEscape(token), nil)
	if _, _, who := s.do(t, client, http.MethodGet, "/who", "", nil); who != "in" {
		t.Errorf("after login: %q", who)
	}
	old := newClient(t)
	old.Jar.SetCookies(here, before)
	if _, _, who := s.do(t, old, http.MethodGet, "/who", "", nil); who != "" {
		t.Errorf("with the secret from before: %q", who)
	}
}

// TestLogout: the secret of a login is worth nothing after the logout.
func TestLogout(t *testing.T) {
	s := Sessions[string]{Name: "test"}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	s.Renew(httptest.NewRecorder(), r, "in")
	old := r.Clone(t.Context())
	if s.Get(old).Data() != "in" {
		t.Fatal("not logged in")
	}
	s.Renew(httptest.NewRecorder(), r, "")
	if session := s.Get(old); session != nil {
		t.Errorf("still there with %q", session.Data())
	}
}

func TestSessionsEnd(t *testing.T) {
	now := time.Now()
	s := Sessions[string]{Name: "test", Secure: true, Now: func() time.Time { return now }}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	session := s.Open(w, r)
	if set := w.Header().Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-test=") || !strings.Contains(set, "Secure") {
		t.Errorf("cookie of a site on https: %s", set)
	}
	if s.Open(w, r) != session {
		t.Error("a second look in the same request finds another session")
	}
	now = now.Add(sessionIdle)
	if s.Get(r) != session {
		t.Error("the session ended too early")
	}
	now = now.Add(sessionIdle + time.Second)
	if s.Get(r) != nil {
		t.Error("the session was not used for long and is still there")
	}
	s.Open(w, r)
	for range int(sessionLife/sessionIdle) + 1 {
		now = now.Add(sessionIdle - time.Second)
		s.Get(r)
	}
	if s.Get(r) != nil {
		t.Error("the session lives for ever")
	}
}

func TestFrame(t *testing.T) {
	s := newTestSite(t)
	client := newClient(t)
	status, header, _ := s.do(t, client, http.MethodGet, "/who", "", nil)
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if !strings.Contains(header.Get(name), want) {
			t.Errorf("%s: %q, want %q", name, header.Get(name), want)
		}
	}
	if strings.Contains(header.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy allows something unsafe")
	}
	if status, _, _ := s.do(t, client, http.MethodGet, "/who", "", http.Header{"Host": {"evil.example"}}); status != http.StatusMisdirectedRequest {
		t.Errorf("for another host name: status %d", status)
	}
	if status, _, body := s.do(t, client, http.MethodGet, "/panic", "", nil); status != http.StatusInternalServerError || strings.Contains(body, "secret") {
		t.Errorf("after a panic: status %d, %q", status, body)
	}
	if status, _, _ := s.do(t, client, http.MethodPost, "/form", "token="+strings.Repeat("x", 2<<10), nil); status != http.StatusForbidden {
		t.Errorf("a body that is too large: status %d", status)
	}
}

func TestThrottle(t *testing.T) {
	var throttle Throttle
	r := httptest.NewRequest(http.MethodPost, "/login", nil)
	now := time.Now()
	for i := range throttleTries {
		if !throttle.Allow(r, "jane", now) {
			t.Fatalf("try %d is not allowed", i+1)
		}
		throttle.Wrong(r, "jane")
	}
	if throttle.Allow(r, "jane", now) {
		t.Error("one try too many is allowed")
	}
	if !throttle.Allow(r, "ravi", now) {
		t.Error("Jane's tries keep Ravi out")
	}
	other := httptest.NewRequest(http.MethodPost, "/login", nil)
	other.RemoteAddr = "192.0.2.77:1234"
	if !throttle.Allow(other, "jane", now) {
		t.Error("another address is kept out")
	}
	for i := range throttleAddress - throttleTries {
		throttle.Wrong(r, strconv.Itoa(i))
	}
	if throttle.Allow(r, "ravi", now) || throttle.Allow(r, "", now) {
		t.Error("an address may try any number of users")
	}
	if !throttle.Allow(r, "jane", now.Add(throttlePeriod+time.Second)) {
		t.Error("the address is kept out for ever")
	}
}

func TestPassword(t *testing.T) {
	hash, err := HashPassword("right")
	if err != nil {
		t.Fatal(err)
	}
	if !CheckPassword(hash, "right") || CheckPassword(hash, "wrong") || CheckPassword(nil, "right") || CheckPassword(nil, "") {
		t.Error("the wrong passwords are right")
	}
}
