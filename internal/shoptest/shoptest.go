// Package shoptest visits the example shops that are not written in Go, as a customer
// with an app does: one who is an adult, one who is not, and some who cheat.
package shoptest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/runningservice"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// readyWithin is how long a shop may take to start on a busy machine.
const readyWithin = time.Minute

const issuer, client = "https://op.example", "wine-app"

// Visit starts a shop with its settings in the environment, once it has been given a
// verifier, and visits it.
func Visit(t *testing.T, shop *exec.Cmd) {
	t.Helper()
	verifier, apiKey := runningservice.Start(t, service.Verify, func(c *service.Config) { c.Verifier.AllowLocal = true }, apikey.ScopeRequest, apikey.ScopeVerify)
	op := NewIssuer(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	url := "http://" + address
	start(t, shop, "PORT="+address[strings.LastIndex(address, ":")+1:], "ORIGIN="+url, "ZKPASS_VERIFIER="+verifier, "ZKPASS_VERIFIER_KEY="+apiKey,
		"ISSUER="+issuer, "CLIENT_ID="+client, "ISSUER_JWKS="+op.KeySet)
	idToken := func(nonce string, claims map[string]any) string {
		all := map[string]any{"iss": issuer, "aud": client, "sub": "jane", "nonce": nonce, "exp": time.Now().Add(time.Hour).Unix(), "birthdate": "2000-10-31"}
		for name, value := range claims {
			all[name] = value
		}
		return op.Sign(t, all)
	}

	for name, test := range map[string]struct {
		claims map[string]any
		want   string
	}{
		"an adult":                    {nil, "welcome"},
		"a child":                     {map[string]any{"birthdate": time.Now().AddDate(-17, 0, 0).Format("2006-01-02")}, "not for sale to you"},
		"a token for another client":  {map[string]any{"aud": "game"}, "not for sale to you"},
		"a token that has expired":    {map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, "not for sale to you"},
		"a token of another provider": {map[string]any{"iss": "https://other.example"}, "not for sale to you"},
	} {
		v := newVisitor(t, url)
		if status, text := v.post(v.prove(idToken(v.nonce, test.claims))); status != http.StatusOK || text != test.want {
			t.Errorf("%s: %d %s, want %s", name, status, text, test.want)
		}
	}

	jane, mia := newVisitor(t, url), newVisitor(t, url)
	proof := jane.prove(idToken(jane.nonce, nil))
	for _, refused := range []struct {
		v      *visitor
		proof  string
		status int
	}{
		{jane, "no proof", http.StatusUnprocessableEntity},
		{jane, "\"\\\u0001é{}", http.StatusUnprocessableEntity},
		{jane, strings.Repeat("x", 2<<20+1), http.StatusRequestEntityTooLarge},
		{jane, strings.Replace(proof, "true", "false", 1), http.StatusUnprocessableEntity},
		{mia, proof, http.StatusUnprocessableEntity}, // an answer to another visitor's question
		{&visitor{t: t, url: url, client: http.DefaultClient}, proof, http.StatusForbidden},
	} {
		if status, text := refused.v.post(refused.proof); status != refused.status || strings.Contains(text, "welcome") {
			t.Errorf("%.20q: %d %s, want %d", refused.proof, status, text, refused.status)
		}
	}
	// All that has used nothing up; the proof counts once, however often it is sent at once.
	answers := make(chan string)
	for range 4 {
		go func() {
			_, text := jane.post(proof)
			answers <- text
		}()
	}
	welcome := 0
	for range 4 {
		if <-answers == "welcome" {
			welcome++
		}
	}
	if welcome != 1 {
		t.Errorf("one proof was welcome %d times", welcome)
	}
}

// start runs a shop until the test ends.
func start(t *testing.T, shop *exec.Cmd, env ...string) {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	shop.Env, shop.Stderr = append(os.Environ(), env...), log
	out, err := shop.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shop.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		shop.Process.Kill()
		shop.Wait()
		if said, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("the shop said: %s", said)
		}
		log.Close()
	})
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		ready <- line
	}()
	select {
	case line := <-ready:
		if line != "ready\n" {
			t.Fatalf("the shop says %q, want ready", line)
		}
	case <-time.After(readyWithin):
		t.Fatal("the shop is not ready in time")
	}
}

// Issuer signs ID tokens.
type Issuer struct {
	KeySet string // JWKS
	key    *ecdsa.PrivateKey
}

// NewIssuer makes an issuer with a new key.
func NewIssuer(t *testing.T) *Issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	return &Issuer{string(jwks), key}
}

// Sign makes an ID token.
func (i *Issuer) Sign(t *testing.T, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: "k1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// visitor has a session at the shop and an app that proves.
type visitor struct {
	t              *testing.T
	url            string
	client         *http.Client
	request, nonce string
}

var shown = regexp.MustCompile(`id="request">([^<]+)<`)

func newVisitor(t *testing.T, url string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, url: url, client: &http.Client{Jar: jar}}
	page, err := v.client.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := shown.FindSubmatch(text)
	if found == nil {
		t.Fatalf("the shop shows no request: %d %s", page.StatusCode, text)
	}
	v.request = string(found[1])
	token, err := zkpass.ParseDVRToken(v.request)
	if err != nil {
		t.Fatal(err)
	}
	if v.nonce = token.Claims.LoginNonce; v.nonce == "" || token.Claims.ResponseURI != url+"/proofs" {
		t.Fatalf("the request has nonce %q and response_uri %s", v.nonce, token.Claims.ResponseURI)
	}
	return v
}

func (v *visitor) prove(token string) string {
	v.t.Helper()
	result, err := local.Prove(v.t.Context(), v.request, map[string]string{"": token}, local.Options{})
	if err != nil {
		v.t.Fatal(err)
	}
	return string(result.Token)
}

func (v *visitor) post(proof string) (status int, text string) {
	response, err := v.client.Post(v.url+"/proofs", "text/plain", strings.NewReader(proof))
	if err != nil {
		v.t.Errorf("sending a proof: %v", err)
		return 0, fmt.Sprint(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Errorf("sending a proof: %v", err)
	}
	return response.StatusCode, string(body)
}
