package stage

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/zkpass-go/zkpass/examples/shopsphere/provider"
)

// TestAlgorithm: ShopSphere signs with RS256, and with ES256 by a flag; the customer sees
// no difference.
func TestAlgorithm(t *testing.T) {
	for option, want := range map[string]string{"": "RS256", "ES256": "ES256"} {
		s := start(t, Options{Algorithm: option})
		w, err := s.Walk(t.Context(), Jane, t.Logf)
		if err != nil || w.Heading() != "10% off is yours" {
			t.Errorf("%s: %v, heading %q", want, err, w.Heading())
		}
		config, _ := client(t, s, s.clientSecret)
		token := idToken(t, s, config, "nonce")
		header, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
		if err != nil || !strings.Contains(string(header), `"alg":"`+want+`"`) {
			t.Errorf("with %q ID tokens have header %s, %v", option, header, err)
		}
	}
}

func (w *Walker) must(t *testing.T, err error) *Walker {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// login logs a walker in at the shop.
func login(t *testing.T, s *Stage, p Person, next string) *Walker {
	t.Helper()
	w := NewWalker()
	w.must(t, w.Get(t.Context(), s.Krisna+"/login?next="+url.QueryEscape(next)))
	return w.must(t, w.Send(t.Context(), "/login", map[string]string{"username": p.Krisna, "password": p.KrisnaPassword}))
}

// TestNext: logging in leads to pages of the shop and nowhere else.
func TestNext(t *testing.T) {
	s := start(t, Options{})
	for next, want := range map[string]string{
		"/offer": "/offer", "/account": "/account", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", "/offer\r\nLocation: https://evil.example": "/", "/logout": "/", "": "/",
	} {
		if w := login(t, s, Jane, next); w.URL().String() != s.Krisna+want {
			t.Errorf("next %q leads to %s, want %s", next, w.URL(), want)
		}
	}
}

// TestOwnPages: what belongs to one customer no other sees, and strangers are sent
// to the login page.
func TestOwnPages(t *testing.T) {
	s := start(t, Options{})
	jane, ravi, nobody := login(t, s, Jane, "/offer"), login(t, s, Ravi, "/offer"), NewWalker()
	jane.must(t, jane.Send(t.Context(), "/offer", nil))
	request := jane.URL().String()
	if !strings.HasPrefix(request, s.Krisna+"/offer/") {
		t.Fatalf("the request is at %s", request)
	}
	ravi.must(t, ravi.Get(t.Context(), request))
	if ravi.Status() != http.StatusNotFound || ravi.Field("dvr") != "" {
		t.Errorf("Ravi sees Jane's request: status %d", ravi.Status())
	}
	nobody.must(t, nobody.Get(t.Context(), request))
	if nobody.Heading() != "Log in" || nobody.Field("dvr") != "" {
		t.Errorf("a stranger sees Jane's request: %q", nobody.Heading())
	}
	if jane.must(t, jane.Get(t.Context(), request)).Field("dvr") == "" {
		t.Error("Jane does not see her request")
	}

	done, err := s.Walk(t.Context(), Mia, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	received := done.URL().String()
	for _, page := range []string{received, received + "/proof"} {
		jane.must(t, jane.Get(t.Context(), page))
		if jane.Status() != http.StatusNotFound {
			t.Errorf("Jane sees Mia's %s: status %d", page, jane.Status())
		}
	}
}

// TestTransactionsBelong: the app's pages about a request are for the browser that
// saw them first.
func TestTransactionsBelong(t *testing.T) {
	s := start(t, Options{})
	jane := login(t, s, Jane, "/offer")
	jane.must(t, jane.Send(t.Context(), "/offer", nil))
	jane.must(t, jane.Send(t.Context(), "/requests", nil))
	thief := NewWalker()
	thief.must(t, thief.Get(t.Context(), jane.URL().String()))
	if thief.Heading() != "This request is over" {
		t.Errorf("another browser sees %q", thief.Heading())
	}
}

// TestResponseURISetsNoCookie: what arrives from other sites neither begins nor
// ends a session.
func TestResponseURISetsNoCookie(t *testing.T) {
	s := start(t, Options{})
	for _, target := range []string{s.Krisna + "/proofs", s.Krisna + "/login", s.App + "/requests", s.App + "/logout"} {
		for _, body := range []string{"", "proof=x&dvr=x"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if set := response.Header.Values("Set-Cookie"); len(set) > 0 {
				t.Errorf("%s: sets %q", target, set)
			}
		}
	}
}

// client is the app's side of OpenID Connect, told to do it wrong.
func client(t *testing.T, s *Stage, secret string) (*oauth2.Config, *oidc.Provider) {
	t.Helper()
	found, err := oidc.NewProvider(t.Context(), s.Provider)
	if err != nil {
		t.Fatal(err)
	}
	return &oauth2.Config{
		ClientID: clientID, ClientSecret: secret, Endpoint: found.Endpoint(), RedirectURL: s.App + "/callback",
		Scopes: []string{"openid", "profile", "email"},
	}, found
}

// code logs Jane in and returns the code that the provider sends the browser away with.
func code(t *testing.T, s *Stage, target string) (*Walker, string) {
	t.Helper()
	w := NewWalker()
	var last *url.URL
	w.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			last = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	w.must(t, w.Get(t.Context(), target))
	if last == nil && w.Heading() == "Sign in" {
		w.must(t, w.Send(t.Context(), "/login", map[string]string{"username": Jane.ShopSphere, "password": Jane.ShopSpherePassword}))
	}
	if last == nil {
		return w, ""
	}
	return w, last.Query().Get("code")
}

// idToken has Jane log in to a client with a nonce.
func idToken(t *testing.T, s *Stage, config *oauth2.Config, nonce string) string {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	_, c := code(t, s, config.AuthCodeURL("state", oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)))
	tokens, err := config.Exchange(t.Context(), c, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	return tokens.Extra("id_token").(string)
}

func TestProvider(t *testing.T) {
	s := start(t, Options{})
	config, found := client(t, s, s.clientSecret)
	verifier := oauth2.GenerateVerifier()
	good := config.AuthCodeURL("state", oidc.Nonce("nonce"), oauth2.S256ChallengeOption(verifier))

	t.Run("ID token", func(t *testing.T) {
		_, c := code(t, s, good)
		tokens, err := config.Exchange(t.Context(), c, oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		raw := tokens.Extra("id_token").(string)
		if _, err := found.Verifier(&oidc.Config{ClientID: clientID}).Verify(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		var claims map[string]any
		if err := json.Unmarshal(payload, &claims); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]any{
			"iss": s.Provider, "sub": "auth0|123456", "name": "Jane Doe", "firstName": "Jane", "lastName": "Doe",
			"gender": "female", "birthdate": "2000-10-31", "driverLicenseNumber": "DL00718256", "email": "janedoe@live.com",
		} {
			if claims[name] != want {
				t.Errorf("claim %s is %v, want %v", name, claims[name], want)
			}
		}
		for _, name := range []string{"aud", "exp", "iat", "picture"} {
			if claims[name] == nil {
				t.Errorf("no claim %s; there are %v", name, slices.Sorted(maps.Keys(claims)))
			}
		}
		if strings.Contains(string(payload), "zkpass") {
			t.Error("the ID token knows of zkPass")
		}
		// The code worked once.
		if _, err := config.Exchange(t.Context(), c, oauth2.VerifierOption(verifier)); err == nil {
			t.Error("a code works twice")
		}
	})
	t.Run("wrong verifier", func(t *testing.T) {
		_, c := code(t, s, good)
		if _, err := config.Exchange(t.Context(), c, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
			t.Error("a code works with another verifier")
		}
		if _, err := config.Exchange(t.Context(), c, oauth2.VerifierOption(verifier)); err == nil {
			t.Error("a code works after a try with another verifier")
		}
	})
	t.Run("wrong secret", func(t *testing.T) {
		for _, secret := range []string{"wrong", ""} {
			_, c := code(t, s, good)
			wrong, _ := client(t, s, secret)
			if _, err := wrong.Exchange(t.Context(), c, oauth2.VerifierOption(verifier)); err == nil {
				t.Errorf("a code works with the secret %q", secret)
			}
		}
	})
	t.Run("no PKCE", func(t *testing.T) {
		if _, c := code(t, s, config.AuthCodeURL("state")); c != "" {
			t.Error("there is a code without PKCE")
		}
	})
	t.Run("wrong redirect URI", func(t *testing.T) {
		for _, uri := range []string{"https://evil.example/callback", s.App + "/callback/", s.App + "/callback?x=1", s.App} {
			wrong := *config
			wrong.RedirectURL = uri
			w, c := code(t, s, wrong.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
			if c != "" || w.Status() != http.StatusBadRequest || w.URL().Host != strings.TrimPrefix(s.Provider, "http://") {
				t.Errorf("%s: status %d at %s", uri, w.Status(), w.URL())
			}
		}
	})
	t.Run("login begun in another browser", func(t *testing.T) {
		attacker := NewWalker()
		attacker.must(t, attacker.Get(t.Context(), good))
		victim := NewWalker()
		victim.must(t, victim.Get(t.Context(), attacker.URL().String()))
		if victim.Heading() != "This sign-in is over" {
			t.Errorf("the victim sees %q", victim.Heading())
		}
	})
}

// TestProviderOrigins: pages of the app may exchange codes, and those of no other origin.
func TestProviderOrigins(t *testing.T) {
	s := start(t, Options{})
	for origin, want := range map[string]string{s.App: s.App, s.Krisna: "", "http://evil.example": "", "null": ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Provider+"/oauth/token", strings.NewReader("grant_type=authorization_code&code=x"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		got := response.Header.Get("Access-Control-Allow-Origin")
		if got != want || response.Header.Get("Access-Control-Allow-Credentials") != "" || response.StatusCode == http.StatusForbidden {
			t.Errorf("%s: allowed %q, want %q; status %d", origin, got, want, response.StatusCode)
		}
	}
}

func TestProviderAlgorithm(t *testing.T) {
	_, err := provider.New(provider.Options{Issuer: "https://op.example", Algorithm: "none"})
	if err == nil {
		t.Error("an algorithm that there is not is accepted")
	}
}

// TestForms: every form needs the token of its own session.
func TestForms(t *testing.T) {
	s := start(t, Options{})
	w := NewWalker()
	refused := func(path string) {
		t.Helper()
		page, token := w.URL().String(), w.Field("token")
		if token == "" {
			t.Fatalf("%s: the page %q has no token", path, w.Heading())
		}
		for _, wrong := range []string{"", "-" + token, token[1:]} {
			w.must(t, w.Send(t.Context(), path, map[string]string{"token": wrong}))
			if w.Status() != http.StatusForbidden && w.Status() != http.StatusBadRequest {
				t.Errorf("%s with token %q: status %d, page %q", path, wrong, w.Status(), w.Heading())
			}
			w.must(t, w.Get(t.Context(), page))
		}
	}
	send := func(path string, fields map[string]string) {
		t.Helper()
		refused(path)
		w.must(t, w.Send(t.Context(), path, fields))
	}
	w.must(t, w.Get(t.Context(), s.Krisna+"/login?next=/offer"))
	send("/login", map[string]string{"username": Jane.Krisna, "password": Jane.KrisnaPassword})
	refused("/logout")
	send("/offer", nil)
	w.must(t, w.Send(t.Context(), "/requests", nil))
	refused("/decline")
	send("/login", nil)
	send("/login", map[string]string{"username": Jane.ShopSphere, "password": Jane.ShopSpherePassword})
	refused("/switch")
	refused("/decline")
	send("/agree", nil)
	w.must(t, w.wait(t.Context()))
	if w.Heading() != "Your answer is ready" && w.Heading() != "Your answer was sent" {
		t.Errorf("at the end: %q", w.Heading())
	}
}

// TestState: an answer of the provider counts only for the login that the browser
// has begun.
func TestState(t *testing.T) {
	s := start(t, Options{})
	w := login(t, s, Jane, "/offer")
	w.must(t, w.Send(t.Context(), "/offer", nil))
	w.must(t, w.Send(t.Context(), "/requests", nil))
	transaction := w.URL().String()
	w.must(t, w.Send(t.Context(), "/login", nil)) // to the provider, which may answer now
	w.must(t, w.Get(t.Context(), s.App+"/callback?state=guessed&code=attackers"))
	if w.Heading() != "This sign-in is over" || w.Status() != http.StatusBadRequest {
		t.Errorf("status %d, %q", w.Status(), w.Heading())
	}
	w.must(t, w.Get(t.Context(), transaction))
	if w.Heading() != "Krisna has a question about your ShopSphere account" {
		t.Errorf("afterwards: %q", w.Heading())
	}
}
