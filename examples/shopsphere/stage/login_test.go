package stage

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/provider"
	"github.com/zkpass-go/zkpass/local"
)

// TestFreshLogin: a request is answered with an ID token that ShopSphere has issued to
// its app for that request, and with no other, whoever has it.
func TestFreshLogin(t *testing.T) {
	const callback = "http://127.0.0.1:1/callback"
	s := start(t, Options{Clients: []provider.Client{{ID: "another", Secret: "secret", Name: "Another app", RedirectURIs: []string{callback}}}})
	ours, _ := client(t, s, s.clientSecret)
	other, _ := client(t, s, "secret")
	other.ClientID, other.RedirectURL = "another", callback

	older := idToken(t, s, ours, zkpass.NewLoginNonce())
	for _, test := range []struct {
		name    string
		token   func(nonce string) string
		heading string
	}{
		{"an older token", func(string) string { return older }, "No discount this time"},
		{"a token that another client got", func(nonce string) string { return idToken(t, s, other, nonce) }, "No discount this time"},
		{"the token of this login", func(nonce string) string { return idToken(t, s, ours, nonce) }, "10% off is yours"},
	} {
		t.Run(test.name, func(t *testing.T) {
			jane := login(t, s, Jane, "/offer")
			jane.must(t, jane.Send(t.Context(), "/offer", nil))
			dvr := jane.Field("dvr")
			parsed, err := zkpass.ParseDVRToken(dvr)
			if err != nil {
				t.Fatal(err)
			}
			if parsed.Claims.LoginNonce == "" {
				t.Fatal("the request has no login nonce")
			}
			keys := new(zkpass.KeyFetcher)
			for _, origin := range []string{s.Provider, s.Krisna} {
				if err := keys.AllowURL(origin); err != nil {
					t.Fatal(err)
				}
			}
			made, err := local.Prove(t.Context(), dvr, map[string]string{"": test.token(parsed.Claims.LoginNonce)}, local.Options{Resolver: keys})
			if err != nil {
				t.Fatal(err)
			}
			jane.must(t, jane.post(t.Context(), s.Krisna+"/proofs", url.Values{"proof": {string(made.Token)}}))
			jane.must(t, jane.Send(t.Context(), "/proofs/check", nil))
			if jane.Heading() != test.heading {
				t.Errorf("Krisna says %q, want %q", jane.Heading(), test.heading)
			}
		})
	}
}

// TestSignInAgain: whoever is signed in to the app signs in once more for the next
// request, and the provider gets that request's nonce and no other.
func TestSignInAgain(t *testing.T) {
	s := start(t, Options{})
	w, err := s.Walk(t.Context(), Jane, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store.TakeDiscount(t.Context(), Jane.Krisna); err != nil {
		t.Fatal(err)
	}
	w.must(t, w.Get(t.Context(), s.Krisna+"/offer"))
	w.must(t, w.Send(t.Context(), "/offer", nil))
	parsed, err := zkpass.ParseDVRToken(w.Field("dvr"))
	if err != nil {
		t.Fatal(err)
	}
	w.must(t, w.Send(t.Context(), "/requests", nil))
	if w.Heading() != "Krisna has a question about your ShopSphere account" || !w.Has("Sign in once more") {
		t.Fatalf("the app shows %q", w.Heading())
	}
	transaction := w.URL().String()
	// The form of the page that asks for consent does nothing either.
	w.must(t, w.post(t.Context(), transaction+"/agree", url.Values{"token": {w.Field("token")}}))
	if w.Heading() != "Krisna has a question about your ShopSphere account" {
		t.Fatalf("agreeing without a sign-in leads to %q", w.Heading())
	}
	var nonces []string // of authorization requests
	w.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if n := r.URL.Query().Get("nonce"); n != "" {
			nonces = append(nonces, n)
		}
		return nil
	}
	w.must(t, w.Send(t.Context(), "/login", nil))
	w.must(t, w.Send(t.Context(), "/login", map[string]string{"username": Jane.ShopSphere, "password": Jane.ShopSpherePassword}))
	if w.Heading() != "Is all of this true of your account?" || !w.Has("Sign-in for this question, in this app, still valid") || w.URL().String() != transaction {
		t.Errorf("then it shows %q at %s", w.Heading(), w.URL())
	}
	if len(nonces) != 1 || nonces[0] != parsed.Claims.LoginNonce {
		t.Errorf("the provider got the nonces %q, the request's is %q", nonces, parsed.Claims.LoginNonce)
	}
}
