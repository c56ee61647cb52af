package app

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/attest/attesttest"
	"github.com/zkpass-go/zkpass/verify"
)

// fakeService has keys, evidence of an enclave if there is one, and no proofs.
type fakeService struct {
	keys    *zkpass.KeySet
	enclave *attesttest.Enclave
	posts   atomic.Int32
}

func newFakeService(t *testing.T, enclave *attesttest.Enclave) (*fakeService, string) {
	t.Helper()
	f := &fakeService{enclave: enclave}
	var public []*zkpass.PublicKey
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.ECDHES} {
		key, err := zkpass.GenerateKey(alg, "")
		if err != nil {
			t.Fatal(err)
		}
		public = append(public, key.Public())
	}
	var err error
	if f.keys, err = zkpass.NewKeySet(public...); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *fakeService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	problem := zkpass.NewProblem(http.StatusNotFound, zkpass.ProblemNotFound, "")
	switch {
	case r.URL.Path == "/.well-known/jwks.json":
		text, _ := f.keys.MarshalJSON()
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Write(text)
		return
	case r.URL.Path == "/v1/attestation" && f.enclave != nil:
		nonce, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("nonce"))
		if err == nil {
			var evidence []byte
			if evidence, err = f.enclave.Evidence(r.Context(), nonce, f.keys); err == nil {
				w.Header().Set("Content-Type", "application/json")
				w.Write(evidence)
				return
			}
		}
	case r.Method == http.MethodPost:
		f.posts.Add(1)
		problem = zkpass.NewProblem(http.StatusUnauthorized, zkpass.ProblemUnauthorized, "")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	json.NewEncoder(w).Encode(problem)
}

func TestAttestation(t *testing.T) {
	enclave, err := attesttest.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	trusting, other := enclave.Policy(), enclave.Policy()
	nitro := *other.Nitro
	nitro.Measurements = []attest.NitroMeasurement{{PCR0: attest.Digest{1}}}
	other.Nitro = &nitro
	for _, test := range []struct {
		name    string
		enclave *attesttest.Enclave
		policy  *attest.Policy
		found   string
		err     error
	}{
		{"trusted", enclave, &trusting, "nitro", nil},
		{"other software", enclave, &other, "", attest.ErrMeasurement},
		{"none, and a policy that wants it", nil, &trusting, "", errAny},
		{"none, and no policy", nil, nil, "", nil},
		{"some, and no policy to judge it by", enclave, nil, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake, url := newFakeService(t, test.enclave)
			service, err := NewService(url, "key:secret", test.policy)
			if err != nil {
				t.Fatal(err)
			}
			found, err := service.Attest(t.Context())
			if (err != nil) != (test.err != nil) || test.err != errAny && !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if (found != "") != (test.found != "") || !strings.Contains(found, test.found) {
				t.Errorf("found %q, want something on %q", found, test.found)
			}
			// Nothing is sent to a service that is not trusted.
			dvr, token := newRequest(t)
			_, err = service.Prove(t.Context(), dvr, token, func(Progress) {})
			if !errors.Is(err, errServiceDown) {
				t.Errorf("Prove: %v, want %v", err, errServiceDown)
			}
			if sent := fake.posts.Load() > 0; sent != (test.err == nil) {
				t.Errorf("something was sent: %v", sent)
			}
		})
	}
}

// newRequest makes a request and a token for it.
func newRequest(t *testing.T) (dvrToken, userToken string) {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	dvr, err := verify.NewDVR("Test", `{"==": [{"dvar": "name"}, "Jane"]}`, map[string]zkpass.UserDataRequest{
		"": {VerifyingKey: key.Public().Option()},
	}, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if dvrToken, err = zkpass.SignDVR(dvr, zkpass.Claims{}, key); err != nil {
		t.Fatal(err)
	}
	if userToken, err = zkpass.SignDataToJWSToken(key, []byte(`{"name":"Jane"}`)); err != nil {
		t.Fatal(err)
	}
	return dvrToken, userToken
}

// errAny stands for some error.
var errAny = errors.New("any error")
