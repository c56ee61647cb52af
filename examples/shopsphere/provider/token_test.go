package provider

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/verify"
)

// TestIDTokens proves about the ID tokens that zitadel/oidc makes, with each algorithm and
// size of key that can be proven with.
func TestIDTokens(t *testing.T) {
	users, err := DemoUsers()
	if err != nil {
		t.Fatal(err)
	}
	const issuer = "https://op.example"
	const query = `{"and":[{"==":[{"dvar":"iss"},"https://op.example"]},{"==":[{"dvar":"aud[]"},"app","or"]},
		{"<":[{"now":[]},{"dvar":"exp"}]},{"==":[{"dvar":"nonce"},"n-0S6_WzA2Mj"]},{"==":[{"dvar":"lastName"},"Doe"]}]}`
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, bits := range []int{2048, 3072, 4096} {
		if testing.Short() && bits > 2048 {
			break
		}
		private, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.PS256} {
			t.Run(fmt.Sprint(alg, "-", bits), func(t *testing.T) {
				s := &storage{key: &signingKey{id: "k", alg: alg, private: private}}
				if s.byName, s.bySubject, err = newAccounts(users); err != nil {
					t.Fatal(err)
				}
				request := &authRequest{
					AuthRequest: oidc.AuthRequest{ClientID: "app", Scopes: []string{"openid", "profile"}, Nonce: "n-0S6_WzA2Mj"},
					subject:     users[0].Subject, authTime: time.Now(),
				}
				token, err := op.CreateIDToken(t.Context(), issuer, request, tokenLife, "", "", s, &client{Client{ID: "app"}})
				if err != nil {
					t.Fatal(err)
				}
				key, err := zkpass.NewPublicKey(&private.PublicKey, zkpass.Algorithm(alg), "k")
				if err != nil {
					t.Fatal(err)
				}
				dvr, err := verify.NewDVR("T", query, map[string]zkpass.UserDataRequest{"": {VerifyingKey: key.Option(), Format: zkpass.FormatJWT}}, verifier.Public())
				if err != nil {
					t.Fatal(err)
				}
				signed, err := zkpass.SignDVR(dvr, zkpass.Claims{}, verifier)
				if err != nil {
					t.Fatal(err)
				}
				made, err := local.Prove(t.Context(), signed, map[string]string{"": token}, local.Options{})
				if err != nil {
					t.Fatal(err)
				}
				outcome, err := verify.Verify(t.Context(), made.Token, signed, verify.Options{AllowLocal: true})
				if err != nil || string(outcome.Outputs) != `{"result":true}` {
					t.Errorf("outputs %v, %v", outcome, err)
				}
			})
		}
	}
}
