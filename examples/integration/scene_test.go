package integration

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/servicetest"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/verify"
)

var (
	jane = &Customer{ID: "customer-1", FirstName: "Jane", LastName: `Doe "JD"`, License: "DL00718256"}
	ravi = &Customer{ID: "customer-2", FirstName: "Ravi", LastName: "Rao", License: "DL00718257"}
)

// scene is an issuer and a verifier on loopback ports, who have Jane and Ravi in common.
type scene struct {
	issuer    *Issuer
	side      *IssuerSide
	issuerKey *ecdsa.PrivateKey // of the issuer's first key, to sign ID tokens with
	verifier  *Verifier
	partner   Partner // the verifier, as others know it
	logs      bytes.Buffer

	mu      sync.Mutex
	later   time.Duration // of the verifier's clock
	applied map[string][]bool
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{applied: make(map[string][]bool)}
	log := slog.New(slog.NewJSONHandler(&s.logs, nil))
	issuerURL, setIssuer := serve(t)
	verifierURL, setVerifier := serve(t)
	s.partner = Partner{Name: "the shop", Origin: verifierURL, KeySet: verifierURL + keySetPath}

	var issuerKey *zkpass.PrivateKey
	s.issuerKey, issuerKey = newECKey(t)
	s.issuer = &Issuer{
		SigningKeys: []*zkpass.PrivateKey{issuerKey}, Log: log, LoggedIn: session,
		Lookup: func(_ context.Context, user string) (*Account, error) { return account(issuerURL, user), nil },
	}
	s.side = &IssuerSide{
		Issuer:    s.issuer,
		Verifiers: Partners{Known: []Partner{s.partner}, Keys: fetcher(t, s.partner.KeySet), Now: time.Now},
		Grant: func(r *http.Request) *Grant {
			if user := session(r); user != "" {
				return &Grant{User: user, Origin: verifierURL}
			}
			return nil
		},
		Consent: func(context.Context, string, *Question) (bool, error) { return true, nil },
		Prove:   Locally(local.Options{}),
	}
	s.verifier = &Verifier{
		Origin: verifierURL, Key: newKey(t), Issuer: issuerURL, IssuerKeys: issuerURL + keySetPath,
		Keys: fetcher(t, issuerURL), Records: newMemoryRecords(), Answered: verify.NewMemoryStore(100), Log: log,
		LoggedIn: func(r *http.Request) *Customer {
			return map[string]*Customer{"jane": jane, "ravi": ravi}[session(r)]
		},
		Apply: func(_ context.Context, customer string, result bool) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.applied[customer] = append(s.applied[customer], result)
			return nil
		},
		Now: func() time.Time {
			s.mu.Lock()
			defer s.mu.Unlock()
			return time.Now().Add(s.later)
		},
	}
	setIssuer(func() (http.Handler, error) {
		handler, err := s.issuer.Handler()
		mux := http.NewServeMux()
		mux.Handle("/", handler)
		mux.Handle("POST /answers", s.side)
		return mux, err
	})
	setVerifier(s.verifier.Handler)
	return s
}

// serve starts a server whose handler is made at the first request.
func serve(t *testing.T) (url string, set func(func() (http.Handler, error))) {
	t.Helper()
	var handler func() (http.Handler, error)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, err := handler()
		if err != nil {
			t.Error(err)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func(f func() (http.Handler, error)) { handler = sync.OnceValues(f) }
}

func fetcher(t *testing.T, urls ...string) *zkpass.KeyFetcher {
	t.Helper()
	f := new(zkpass.KeyFetcher)
	for _, url := range urls {
		if err := f.AllowURL(url); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func newKey(t *testing.T) *zkpass.PrivateKey {
	_, key := newECKey(t)
	return key
}

func newECKey(t *testing.T) (*ecdsa.PrivateKey, *zkpass.PrivateKey) {
	t.Helper()
	raw, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := zkpass.NewPrivateKey(raw, zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	return raw, key
}

// session stands for the logins of all parties: the name of the user as a bearer token.
func session(r *http.Request) string {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer session-of-")
	if !ok {
		return ""
	}
	return name
}

func account(issuer, user string) *Account {
	c := map[string]*Customer{"jane": jane, "ravi": ravi}[user]
	return &Account{
		Issuer: issuer, Expires: time.Now().Add(time.Hour).Unix(), FirstName: c.FirstName, LastName: c.LastName,
		License: c.License, Level: "gold", ShowsLevel: true,
	}
}

// idToken is what an OpenID provider makes that has never heard of zkPass.
func (s *scene) idToken(t *testing.T, user string) string {
	t.Helper()
	payload, err := json.Marshal(account(s.verifier.Issuer, user))
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"ES256","typ":"JWT","kid":"`+s.issuer.SigningKeys[0].Public().ID()+`"}`)) + "." + encode(payload)
	digest := sha256.Sum256([]byte(signed))
	r, v, err := ecdsa.Sign(rand.Reader, s.issuerKey, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + encode(append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...))
}

// holder is the app of a user who is logged in everywhere and agrees to everything.
func (s *scene) holder(t *testing.T, user string) *Holder {
	return &Holder{
		Partners: Partners{Known: []Partner{s.partner}, Keys: fetcher(t, s.partner.KeySet), Now: time.Now},
		Consent:  func(context.Context, *Question) (bool, error) { return true, nil },
		Documents: func(ctx context.Context, _ *zkpass.DVR) (map[string]string, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.verifier.Issuer+"/user-data", nil)
			if err != nil {
				return nil, err
			}
			status, token := do(t, r, user)
			if status != http.StatusOK {
				t.Errorf("user data: status %d", status)
			}
			return map[string]string{"": token}, nil
		},
		Authorize: func(r *http.Request, _ Partner) { r.Header.Set("Authorization", "Bearer session-of-"+user) },
		Prove:     Locally(local.Options{}),
	}
}

// ask gets a request for a user.
func (s *scene) ask(t *testing.T, user string) string {
	t.Helper()
	token, err := s.holder(t, user).Ask(t.Context(), s.partner, "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// prove makes the proof of a user for a request, and sends it nowhere.
func (s *scene) prove(t *testing.T, user, request string) string {
	t.Helper()
	holder := s.holder(t, user)
	documents, err := holder.Documents(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := holder.Prove(t.Context(), request, documents)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// bring posts a proof with a user's session.
func (s *scene) bring(t *testing.T, user, proof string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.partner.Origin+proofsPath, strings.NewReader(proof))
	if err != nil {
		t.Fatal(err)
	}
	return do(t, r, user)
}

// do sends a request with a user's session, "" for none.
func do(t *testing.T, r *http.Request, user string) (status int, text string) {
	t.Helper()
	if user != "" {
		r.Header.Set("Authorization", "Bearer session-of-"+user)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// expect checks what was applied for a customer, and for nobody else.
func (s *scene) expect(t *testing.T, c *Customer, want ...bool) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	others := len(s.applied)
	if _, ok := s.applied[c.ID]; ok {
		others--
	}
	got := s.applied[c.ID]
	same := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		same = same && got[i] == want[i]
	}
	if !same || others != 0 {
		t.Errorf("applied %v, want %v for %s alone", s.applied, want, c.ID)
	}
}

func startService(t *testing.T) *servicetest.Service {
	t.Helper()
	service, err := servicetest.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	return service
}
