package integration

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/attest/attesttest"
	"github.com/zkpass-go/zkpass/internal/servicetest"
	"github.com/zkpass-go/zkpass/verify"
)

// What a holder's app refuses it does not even show.
func TestHolderRefuses(t *testing.T) {
	s := newScene(t)
	own := s.verifier.Key
	stranger := newKey(t)
	imitation, err := newKey(t).As(zkpass.ES256, own.Public().ID())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good := zkpass.Claims{Issuer: s.partner.Origin, ResponseURI: s.partner.Origin + proofsPath, Expires: now.Add(requestLife)}
	with := func(change func(*zkpass.Claims)) zkpass.Claims {
		claims := good
		change(&claims)
		return claims
	}
	const question = `{"==": ["firstName", "Jane"]}`
	var long []string
	for i := range 900 {
		long = append(long, fmt.Sprintf(`{"output":{"output_number_%04d":{"exists":"m"}}}`, i))
	}
	for name, test := range map[string]struct {
		claims zkpass.Claims
		key    *zkpass.PrivateKey
		query  string
		want   error
	}{
		"good":             {good, own, question, ErrDeclined}, // it was shown
		"stranger":         {with(func(c *zkpass.Claims) { *c = zkpass.Claims{Issuer: "https://other.example", Expires: c.Expires} }), own, question, ErrStranger},
		"no name":          {zkpass.Claims{Expires: good.Expires}, own, question, ErrStranger},
		"stranger's key":   {good, stranger, question, zkpass.ErrUnknownKey},
		"key's name alone": {good, imitation, question, zkpass.ErrSignature},
		"expired":          {with(func(c *zkpass.Claims) { c.Expires = now.Add(-2 * zkpass.Skew) }), own, question, zkpass.ErrExpired},
		"no expiry":        {with(func(c *zkpass.Claims) { c.Expires = time.Time{} }), own, question, ErrNoExpiry},
		"no response_uri":  {with(func(c *zkpass.Claims) { c.ResponseURI = "" }), own, question, ErrNoResponse},
		"too long":         {good, own, "[" + strings.Join(long, ",") + "]", ErrTooLong},
	} {
		dvr, err := verify.NewDVR("title", test.query, map[string]zkpass.UserDataRequest{
			"": {VerifyingKey: s.issuer.SigningKeys[0].Public().Option()},
		}, test.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		token, err := zkpass.SignDVR(dvr, test.claims, test.key)
		if err != nil {
			t.Fatal(err)
		}
		shown := false
		holder := s.holder(t, "jane")
		holder.Consent = func(context.Context, *Question) (bool, error) {
			shown = true
			return false, nil
		}
		holder.Documents = func(context.Context, *zkpass.DVR) (map[string]string, error) {
			t.Errorf("%s: user data was fetched", name)
			return nil, errors.New("no")
		}
		if err := holder.Answer(t.Context(), token); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
		if shown != (test.want == ErrDeclined) {
			t.Errorf("%s: shown: %t", name, shown)
		}
	}
	s.expect(t, jane)
}

// A proof and the login go to the response_uri, and no redirect takes them elsewhere.
func TestNoRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proof went elsewhere") }))
	t.Cleanup(elsewhere.Close)
	s := newScene(t)
	partner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(partner.Close)
	_, err := s.holder(t, "jane").Ask(t.Context(), Partner{Name: "the shop", Origin: partner.URL}, "")
	if err == nil || !strings.Contains(err.Error(), "status 307") {
		t.Errorf("got %v", err)
	}
}

// Neither a partner nor an issuer fills the memory of who asks it.
func TestAnswerTooLarge(t *testing.T) {
	s := newScene(t)
	flood := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(bytes.Repeat([]byte{'a'}, maxProof+1))
	}))
	t.Cleanup(flood.Close)
	var tooLarge *http.MaxBytesError
	_, err := s.holder(t, "jane").Ask(t.Context(), Partner{Name: "the shop", Origin: flood.URL}, "")
	if !errors.As(err, &tooLarge) {
		t.Errorf("a partner: %v", err)
	}
	if _, err := s.verifier.AskIssuer(t.Context(), jane, flood.URL, "token"); !errors.As(err, &tooLarge) {
		t.Errorf("an issuer: %v", err)
	}
}

// Nothing is sent to a service that does not show what the policy trusts.
func TestAttestedClient(t *testing.T) {
	enclave, err := attesttest.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	other := enclave.Policy()
	other.Nitro.Measurements = []attest.NitroMeasurement{{PCR0: attest.Digest{1}}}
	encryption, err := zkpass.GenerateKey(zkpass.ECDHES, "")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := zkpass.NewKeySet(encryption.Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		evidence bool
		keys     *zkpass.KeySet // that the evidence is for; nil for the service's own
		policy   attest.Policy
		want     error // nil for a proof
	}{
		{"trusted", true, nil, enclave.Policy(), nil},
		{"other software", true, nil, other, attest.ErrMeasurement},
		{"other keys", true, foreign, enclave.Policy(), attest.ErrKeys},
		{"no evidence", false, nil, enclave.Policy(), errAny},
	} {
		t.Run(test.name, func(t *testing.T) {
			stub := startService(t)
			keys := test.keys
			if keys == nil {
				keys = stub.Keys()
			}
			mux := http.NewServeMux()
			mux.Handle("/", stub.Config.Handler)
			if test.evidence {
				mux.HandleFunc("GET /v1/attestation", func(w http.ResponseWriter, r *http.Request) {
					nonce, err := base64.RawURLEncoding.DecodeString(r.FormValue("nonce"))
					if err != nil {
						t.Error(err)
					}
					evidence, err := enclave.Evidence(r.Context(), nonce, keys)
					if err != nil {
						t.Error(err)
					}
					w.Write(evidence)
				})
			}
			front := httptest.NewServer(mux)
			t.Cleanup(front.Close)
			c, err := NewAttestedClient(front.URL, servicetest.APIKey, test.policy)
			if err != nil {
				t.Fatal(err)
			}
			s := newScene(t)
			s.useService(t, front.URL)
			holder := s.holder(t, "jane")
			holder.Prove = ByService(c)
			err = holder.Answer(t.Context(), s.ask(t, "jane"))
			if test.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				s.expect(t, jane, true)
				return
			}
			if err == nil || test.want != errAny && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if stub.Accepted() != 0 {
				t.Error("the service got a job")
			}
			s.expect(t, jane)
		})
	}
}

// errAny stands for an error that no variable names.
var errAny = errors.New("any error")
