package verify_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

func TestVerify(t *testing.T) {
	x := honest(t)
	outcome, err := verify.Verify(context.Background(), x.token, x.request, options())
	if err != nil {
		t.Fatal(err)
	}
	if string(outcome.Outputs) != answer || !outcome.Time.Equal(noon) || outcome.DVRID != "id-1" || outcome.DVRTitle != "Adult" || !outcome.Local {
		t.Errorf("outcome %+v", outcome)
	}
}

func TestMakerOfTheProof(t *testing.T) {
	x := honest(t)
	signed, err := zkpass.SignProof(x.proof, x.service)
	if err != nil {
		t.Fatal(err)
	}
	other := newKey(t)
	sameID, err := newKey(t).As(zkpass.ES256, x.service.Public().ID())
	if err != nil {
		t.Fatal(err)
	}
	ours := keySet(t, other.Public(), x.service.Public())
	parts := strings.Split(signed, ".")
	otherSigned, err := zkpass.SignProof(x.proof, other)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token string
		keys  *zkpass.KeySet
		local bool
		want  error // in addition to ErrService; nil if accepted
	}{
		"signed, key known":                     {signed, ours, false, nil},
		"signed, key known, local allowed too":  {signed, ours, true, nil},
		"signed, key unknown":                   {signed, keySet(t, other.Public()), true, zkpass.ErrUnknownKey},
		"signed, other key under the id":        {signed, keySet(t, sameID.Public()), true, zkpass.ErrSignature},
		"signed, no keys":                       {signed, nil, true, zkpass.ErrUnknownKey},
		"signed, signature of another":          {parts[0] + "." + parts[1] + "." + strings.Split(otherSigned, ".")[2], ours, true, zkpass.ErrSignature},
		"made locally, allowed":                 {string(x.token), nil, true, nil},
		"made locally, not allowed":             {string(x.token), ours, false, zkpass.ErrNotSigned},
		"made locally, policy names nothing":    {string(x.token), nil, false, zkpass.ErrNotSigned},
		"signed, key for encryption in the set": {signed, keySet(t, encryptionKey(t, x.service.Public().ID())), false, zkpass.ErrAlgorithm},
	} {
		opts := options()
		opts.ServiceKeys, opts.AllowLocal = tt.keys, tt.local
		err := check(t, []byte(tt.token), x.request, opts)
		if tt.want == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if tt.want != nil && (!errors.Is(err, verify.ErrService) || !errors.Is(err, tt.want)) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func encryptionKey(t *testing.T, id string) *zkpass.PublicKey {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ECDHES, id)
	if err != nil {
		t.Fatal(err)
	}
	return key.Public()
}

func TestTimes(t *testing.T) {
	x := honest(t)
	later := sign(t, &x.dvr, zkpass.Claims{}, x.verifier) // the same request, without expiry
	for name, tt := range map[string]struct {
		request   string
		now       time.Time
		ttl, skew time.Duration
		want      error
	}{
		"at once":                       {x.request, noon, 0, 0, nil},
		"with a fraction of a second":   {x.request, noon.Add(10*time.Minute + 999*time.Millisecond), 0, 0, nil},
		"at the end of the ttl":         {x.request, noon.Add(600 * time.Second), 0, 0, nil},
		"past the ttl":                  {x.request, noon.Add(601 * time.Second), 0, 0, verify.ErrStale},
		"past a ttl of its own":         {x.request, noon.Add(31 * time.Second), 30 * time.Second, 0, verify.ErrStale},
		"no ttl":                        {x.request, noon.Add(time.Second), verify.None, 0, verify.ErrStale},
		"no ttl, at once":               {x.request, noon, verify.None, verify.None, nil},
		"at the end of the skew":        {x.request, noon.Add(-60 * time.Second), 0, 0, nil},
		"past the skew":                 {x.request, noon.Add(-61 * time.Second), 0, 0, verify.ErrFuture},
		"past a skew of its own":        {x.request, noon.Add(-6 * time.Second), 0, 5 * time.Second, verify.ErrFuture},
		"no skew":                       {x.request, noon.Add(-time.Second), 0, verify.None, verify.ErrFuture},
		"expired within the skew":       {x.request, noon.Add(time.Hour + 59*time.Second), 2 * time.Hour, 0, nil},
		"expired":                       {x.request, noon.Add(time.Hour + 60*time.Second), 2 * time.Hour, 0, verify.ErrExpired},
		"expired, no skew":              {x.request, noon.Add(time.Hour), 2 * time.Hour, verify.None, verify.ErrExpired},
		"expiry comes before the ttl":   {x.request, noon.Add(24 * time.Hour), 0, 0, verify.ErrExpired},
		"a request that has no expiry":  {later, noon.Add(24 * time.Hour), 25 * time.Hour, 0, nil},
		"still stale without an expiry": {later, noon.Add(24 * time.Hour), 0, 0, verify.ErrStale},
	} {
		opts := options()
		opts.Now, opts.TTL, opts.Skew = at(tt.now), tt.ttl, tt.skew
		if err := check(t, x.token, tt.request, opts); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	for _, bad := range []time.Duration{-time.Second, 101 * 365 * 24 * time.Hour} {
		for _, opts := range []verify.Options{{TTL: bad}, {Skew: bad}} {
			opts.AllowLocal, opts.Now = true, at(noon)
			if err := check(t, x.token, x.request, opts); err == nil {
				t.Errorf("accepted with ttl %s and skew %s", opts.TTL, opts.Skew)
			}
		}
	}
}

func TestDVRKey(t *testing.T) {
	x := honest(t)
	other := newKey(t)
	opts := options()
	opts.DVRKey = x.verifier.Public()
	if err := check(t, x.token, x.request, opts); err != nil {
		t.Errorf("policy names the key: %v", err)
	}
	opts.DVRKey = other.Public()
	if err := check(t, x.token, x.request, opts); !errors.Is(err, verify.ErrDVRKey) || !errors.Is(err, zkpass.ErrKeyMismatch) {
		t.Errorf("policy names another key: %v", err)
	}
	for name, key := range map[string]*zkpass.KeyOption{"no key": nil, "another key": keyOption(other), "endpoint": {
		KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: "https://x.example/jwks", KID: "k"}}} {
		proof := x.copyProof()
		proof.DVRVerifyingKey = key
		if err := check(t, bare(t, proof), x.request, options()); !errors.Is(err, verify.ErrDVRKey) || !errors.Is(err, zkpass.ErrKeyMismatch) {
			t.Errorf("proof has %s: %v", name, err)
		}
	}
	// The request, named key and all, signed by somebody else.
	parts := strings.Split(x.request, ".")
	dvr := x.copyDVR()
	dvr.VerifyingKey = keyOption(other)
	forged := strings.Split(sign(t, dvr, x.claims, other), ".")
	if err := check(t, x.token, parts[0]+"."+parts[1]+"."+forged[2], options()); !errors.Is(err, verify.ErrDVRKey) || !errors.Is(err, zkpass.ErrSignature) {
		t.Errorf("signed by another: %v", err)
	}
}

func keyOption(key *zkpass.PrivateKey) *zkpass.KeyOption {
	option := key.Public().Option()
	return &option
}

func TestRequestThatNamesNoKey(t *testing.T) {
	x := honest(t)
	dvr := x.copyDVR()
	dvr.VerifyingKey = nil
	request := sign(t, dvr, x.claims, x.verifier)
	proof := x.copyProof()
	proof.DVRVerifyingKey, proof.DVRDigest = nil, dvr.Digest()
	for name, tt := range map[string]struct {
		policy *zkpass.PublicKey
		want   error
	}{
		"policy names no key":      {nil, zkpass.ErrUnknownKey},
		"policy names another key": {newKey(t).Public(), zkpass.ErrSignature},
		"policy names the key":     {x.verifier.Public(), verify.ErrProof}, // as far as that: the proof is for another digest
	} {
		opts := options()
		opts.DVRKey = tt.policy
		if err := check(t, bare(t, proof), request, opts); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestMalformed(t *testing.T) {
	x := honest(t)
	for name, token := range map[string]string{
		"empty": "", "text": "proof", "array": "[]", "null": "null", "no data": "{}", "cut": string(x.token[:len(x.token)-1]),
		"trailing": string(x.token) + "{}", "dots": "..", "more beside data": strings.TrimSuffix(string(x.token), "}") + `,"a":1}`,
		"data twice": strings.TrimSuffix(string(x.token), "}") + `,"data":{}}`,
		"a request":  x.request,
	} {
		if err := check(t, []byte(token), x.request, options()); !errors.Is(err, zkpass.ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, request := range map[string]string{"empty": "", "cut": x.request[:50], "proof": string(x.token)} {
		if err := check(t, x.token, request, options()); !errors.Is(err, zkpass.ErrMalformed) {
			t.Errorf("request %s: got %v", name, err)
		}
	}
	if err := check(t, make([]byte, zkpass.MaxProofToken+1), x.request, options()); !errors.Is(err, zkpass.ErrTooLarge) {
		t.Errorf("too large: got %v", err)
	}
}

// A verifier links no code that makes proofs out of tokens.
func TestImportsNoProver(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("no go command to list imports with: %v", err)
	}
	const module = "github.com/zkpass-go/zkpass/"
	found := false
	for _, path := range strings.Fields(string(output)) {
		found = found || path == module+"zkvm"
		if path == module+"local" || strings.HasPrefix(path, module+"cmd/") || strings.HasPrefix(path, module+"service") {
			t.Errorf("imports %s", path)
		}
		// The store in JetStream is a package of its own for this.
		for _, forbidden := range []string{"github.com/nats-io/", "github.com/prometheus/", "go.opentelemetry.io/", module + "verify/natskv"} {
			if strings.HasPrefix(path, forbidden) {
				t.Errorf("imports %s", path)
			}
		}
	}
	if !found {
		t.Fatal("the list lacks zkvm")
	}
}
