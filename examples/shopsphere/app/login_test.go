package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/zkpass-go/zkpass"
)

// fakeProvider gives out whatever ID token it is told to.
type fakeProvider struct {
	*httptest.Server
	key   *zkpass.PrivateKey // published
	token string
	form  url.Values // of the last exchange
}

func newFakeProvider(t *testing.T) *fakeProvider {
	t.Helper()
	p := new(fakeProvider)
	var err error
	if p.key, err = zkpass.GenerateKey(zkpass.ES256, "k"); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	answer := func(w http.ResponseWriter, value any) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(value)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{p.key.Public()}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		p.form = r.PostForm
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.token})
	})
	return p
}

func sign(t *testing.T, key *zkpass.PrivateKey, claims map[string]any) string {
	t.Helper()
	text, err := key.JWK()
	if err != nil {
		t.Fatal(err)
	}
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(text, &jwk); err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jwk}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestLogin: an ID token counts only if it is all that it should be.
func TestLogin(t *testing.T) {
	p := newFakeProvider(t)
	party := newRelyingParty(Options{Origin: "http://127.0.0.1:1", Issuer: p.URL, ClientID: "app", ClientSecret: "secret"})
	stranger, err := zkpass.GenerateKey(zkpass.ES256, "k")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(claims map[string]any)
		key    *zkpass.PrivateKey
		answer string
		ok     bool
		nonce  string // of the request
	}{
		{"right", func(map[string]any) {}, p.key, "code=c", true, ""},
		{"right, for a request", func(map[string]any) {}, p.key, "code=c", true, "requested"},
		{"nonce of another request", func(c map[string]any) { c["nonce"] = "other" }, p.key, "code=c", false, "requested"},
		{"nonce of another login", func(c map[string]any) { c["nonce"] = "other" }, p.key, "code=c", false, ""},
		{"no nonce", func(c map[string]any) { delete(c, "nonce") }, p.key, "code=c", false, ""},
		{"for another app", func(c map[string]any) { c["aud"] = "other" }, p.key, "code=c", false, ""},
		{"of another issuer", func(c map[string]any) { c["iss"] = "https://other.example" }, p.key, "code=c", false, ""},
		{"expired", func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, p.key, "code=c", false, ""},
		{"signed by a stranger", func(map[string]any) {}, stranger, "code=c", false, ""},
		{"an error", func(map[string]any) {}, p.key, "error=access_denied&code=c", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			target, kept, err := party.begin(t.Context(), "transaction", test.nonce, false, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			asked := u.Query()
			if asked.Get("code_challenge_method") != "S256" || asked.Get("code_challenge") == "" || asked.Get("state") != kept.state {
				t.Errorf("the login is begun without PKCE or state: %v", asked)
			}
			if nonce := asked.Get("nonce"); len(nonce) == 0 || test.nonce != "" && nonce != test.nonce {
				t.Errorf("the login is begun with nonce %q, the request's is %q", nonce, test.nonce)
			}
			claims := map[string]any{
				"iss": p.URL, "sub": "s", "aud": "app", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
				"nonce": asked.Get("nonce"), "name": "Jane Doe",
			}
			test.change(claims)
			p.token = sign(t, test.key, claims)
			answer, err := url.ParseQuery(test.answer)
			if err != nil {
				t.Fatal(err)
			}
			got, err := party.finish(t.Context(), kept, answer)
			if (err == nil) != test.ok || err != nil && !errors.Is(err, errLogin) {
				t.Fatalf("error %v, want success %v", err, test.ok)
			}
			if test.ok && (got.name != "Jane Doe" || got.idToken != p.token || got.nonce != asked.Get("nonce") || p.form.Get("code_verifier") != kept.verifier) {
				t.Errorf("got %s, and the provider was sent %v", fmt.Sprint(got.name), p.form)
			}
		})
	}
}
