package e2e

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/zkpass-go/zkpass"
)

// signJWT signs claims as a provider signs ID tokens.
func signJWT(t *testing.T, key *zkpass.PrivateKey, claims string) string {
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
	signed, err := signer.Sign([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// strangersRequest is a request that says it comes from the shop and is signed with
// a key that the request itself brings.
func strangersRequest(t *testing.T, dvrToken string) string {
	t.Helper()
	token, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		t.Fatal(err)
	}
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	own := key.Public().Option()
	dvr := token.DVR
	dvr.VerifyingKey = &own
	forged, err := zkpass.SignDVR(&dvr, token.Claims, key)
	if err != nil {
		t.Fatal(err)
	}
	return forged
}

// tampered is the request with more time to answer it.
func tampered(t *testing.T, dvrToken string) string {
	t.Helper()
	parts := strings.Split(dvrToken, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	token, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(payload), jsonTime("exp", token.Claims.Expires), jsonTime("exp", token.Claims.Expires.Add(time.Hour)), 1)
	if changed == string(payload) {
		t.Fatal("the request has no exp")
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(changed))
	return strings.Join(parts, ".")
}

func jsonTime(name string, at time.Time) string {
	text, _ := json.Marshal(map[string]int64{name: at.Unix()}) // cannot fail
	return strings.Trim(string(text), "{}")
}
