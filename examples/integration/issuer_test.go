package integration

import (
	"context"
	"net/http"
	"testing"

	"github.com/zkpass-go/zkpass"
)

// The issuer gives tokens to users who are logged in, each their own, signed with a key
// that it publishes.
func TestIssuer(t *testing.T) {
	s := newScene(t)
	next := newKey(t)
	s.issuer.Lookup = func(_ context.Context, user string) (*Account, error) {
		return &Account{Issuer: "https://issuer.example", Expires: 5, FirstName: "R&D", LastName: user, License: "<1>", Level: "gold", ShowsLevel: true}, nil
	}
	s.issuer.OtherKeys = []*zkpass.PublicKey{next.Public()}
	get := func(user string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.verifier.Issuer+"/user-data", nil)
		if err != nil {
			t.Fatal(err)
		}
		return do(t, r, user)
	}
	if status, _ := get(""); status != http.StatusUnauthorized {
		t.Errorf("nobody: status %d", status)
	}
	status, token := get("ravi")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	keys, err := fetcher(t, s.verifier.IssuerKeys).KeySet(t.Context(), s.verifier.IssuerKeys)
	if err != nil {
		t.Fatal(err)
	}
	if all := keys.Keys(); len(all) != 2 || all[0].ID() != s.issuer.SigningKeys[0].Public().ID() || all[1].ID() != next.Public().ID() {
		t.Errorf("%d keys, or not in order", len(all))
	}
	parsed, err := zkpass.ParseUserDataToken(token)
	if err != nil {
		t.Fatal(err)
	}
	key, err := keys.Key(parsed.Header.KeyID, parsed.Header.Algorithm)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := zkpass.VerifyJWSToken(key, token)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"data":{"iss":"https://issuer.example","exp":5,"firstName":"R&D","lastName":"ravi",` +
		`"driverLicenseNumber":"<1>","level":"gold","_level_zkpass_public_":true}}`
	if got := string(jws.Payload); got != want {
		t.Errorf("payload %s, want %s", got, want)
	}
}

// Tokens stay in no cache, keys do.
func TestCaching(t *testing.T) {
	s := newScene(t)
	for path, want := range map[string]string{"/user-data": "no-store", keySetPath: "max-age=3600"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.verifier.Issuer+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer session-of-jane")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
}
