package integration

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/internal/servicetest"
	"github.com/zkpass-go/zkpass/verify"
)

// The verifier asks the issuer, which proves by itself or lets a service prove.
func TestVerifierCentric(t *testing.T) {
	t.Run("locally", func(t *testing.T) {
		s := newScene(t)
		if result, err := s.askIssuer(t, jane, "session-of-jane"); err != nil || !result {
			t.Errorf("%t, %v", result, err)
		}
		s.expect(t, jane, true)
	})
	t.Run("by a service", func(t *testing.T) {
		s, stub := newScene(t), startService(t)
		s.useService(t, stub.URL)
		c, err := client.New(stub.URL, servicetest.APIKey, client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.side.Prove = ByService(c)
		if result, err := s.askIssuer(t, jane, "session-of-jane"); err != nil || !result {
			t.Errorf("%t, %v", result, err)
		}
		if stub.Accepted() != 1 {
			t.Errorf("the service got %d jobs", stub.Accepted())
		}
	})
}

func (s *scene) askIssuer(t *testing.T, c *Customer, accessToken string) (bool, error) {
	t.Helper()
	return s.verifier.AskIssuer(t.Context(), c, s.verifier.Issuer+"/answers", accessToken)
}

// The proof is about the user who has granted the access, and not about whoever the
// verifier would like to know of.
func TestGrantOfAnotherUser(t *testing.T) {
	s := newScene(t)
	result, err := s.askIssuer(t, jane, "session-of-ravi")
	if err != nil || result {
		t.Errorf("%t, %v", result, err)
	}
	s.expect(t, jane, false)
}

// A verifier that has not heard of the issuer's new key asks for the old one.
func TestIssuerRotates(t *testing.T) {
	s := newScene(t)
	s.ask(t, "jane") // the verifier has fetched the keys
	s.issuer.SigningKeys = []*zkpass.PrivateKey{newKey(t), s.issuer.SigningKeys[0]}
	if result, err := s.askIssuer(t, jane, "session-of-jane"); err != nil || !result {
		t.Errorf("%t, %v", result, err)
	}
}

// The verifier learns that there is no proof, and not why.
func TestIssuerRefuses(t *testing.T) {
	s := newScene(t)
	claims := zkpass.Claims{Issuer: s.partner.Origin, Expires: s.verifier.Now().Add(requestLife)}
	request := func(query string, issuer *zkpass.PublicKey) string {
		t.Helper()
		dvr, err := verify.NewDVR("title", query, map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Option()}}, s.verifier.Key.Public())
		if err != nil {
			t.Fatal(err)
		}
		token, err := zkpass.SignDVR(dvr, claims, s.verifier.Key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	key := s.issuer.SigningKeys[0].Public()
	good := request(`{"==": ["firstName", "Jane"]}`, key)
	post := func(token, user string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.verifier.Issuer+"/answers", strings.NewReader(token))
		if err != nil {
			t.Fatal(err)
		}
		return do(t, r, user)
	}
	if status, _ := post(good, ""); status != http.StatusUnauthorized {
		t.Errorf("without a grant: status %d", status)
	}
	if status, _ := post("no token", "jane"); status != http.StatusBadRequest {
		t.Errorf("no token: status %d", status)
	}
	if status, _ := post(strings.Repeat("a", zkpass.MaxDVRToken+1), "jane"); status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: status %d", status)
	}
	grant, consent := s.side.Grant, s.side.Consent
	for name, test := range map[string]struct {
		token  string
		change func()
	}{
		"a value that is not disclosable": {request(`[{"output":{"x":{"dvar":"firstName"}}}]`, key), func() {}},
		"a member that is missing":        {request(`{"==": ["nosuch", "Jane"]}`, key), func() {}},
		"another issuer":                  {request(`{"==": ["firstName", "Jane"]}`, newKey(t).Public()), func() {}},
		"a grant for another verifier": {good, func() {
			s.side.Grant = func(*http.Request) *Grant { return &Grant{User: "jane", Origin: "https://other.example"} }
		}},
		"no consent": {good, func() {
			s.side.Consent = func(context.Context, string, *Question) (bool, error) { return false, nil }
		}},
		"consent not to be had": {good, func() {
			s.side.Consent = func(context.Context, string, *Question) (bool, error) { return true, errors.New("away") }
		}},
	} {
		s.side.Grant, s.side.Consent = grant, consent
		test.change()
		if status, text := post(test.token, "jane"); status != http.StatusUnprocessableEntity || text != "there is no proof\n" {
			t.Errorf("%s: status %d: %s", name, status, text)
		}
	}
	s.side.Grant, s.side.Consent = grant, consent
	if _, err := s.askIssuer(t, jane, "no grant"); err == nil || !strings.Contains(err.Error(), "status 401") {
		t.Errorf("asking without a grant: %v", err)
	}
	s.expect(t, jane)
}
