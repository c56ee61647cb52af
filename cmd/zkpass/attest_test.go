package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/attest/attesttest"
	"github.com/zkpass-go/zkpass/attest/source"
	"github.com/zkpass-go/zkpass/verify"
)

// attestedService publishes keys and gives evidence for others, if told so.
type attestedService struct {
	*httptest.Server
	enclave             *attesttest.Enclave
	published, attested *zkpass.KeySet
	nonce               []byte // the last one asked for
	replay              []byte // what to answer instead
	asked               int    // how many proofs
}

func newAttestedService(t *testing.T) *attestedService {
	t.Helper()
	enclave, err := attesttest.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := &attestedService{enclave: enclave, published: serviceKeys(t)}
	s.attested = s.published
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(s.published)
	})
	mux.HandleFunc("POST /v1/proof", func(w http.ResponseWriter, _ *http.Request) {
		s.asked++
		w.WriteHeader(http.StatusForbidden)
	})
	mux.HandleFunc("GET /v1/attestation", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if s.replay != nil {
			w.Write(s.replay)
			return
		}
		nonce, err := base64.RawURLEncoding.DecodeString(r.FormValue("nonce"))
		if err != nil {
			t.Error(err)
		}
		s.nonce = nonce
		evidence, err := source.Evidence(r.Context(), s.enclave, nonce, s.attested)
		if err != nil {
			t.Error(err)
		}
		w.Write(evidence)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func serviceKeys(t *testing.T) *zkpass.KeySet {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ECDHES, "")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := zkpass.NewKeySet(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// policy writes a policy that trusts a measurement under the enclave's root.
func (s *attestedService) policy(t *testing.T, pcr0 attest.Digest) string {
	t.Helper()
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.enclave.Root().Raw})
	text, err := json.Marshal(map[string]any{"nitro": map[string]any{
		"measurements": []any{map[string]string{"pcr0": pcr0.String()}}, "roots": string(root),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return writePolicy(t, string(text))
}

func writePolicy(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runAttest runs the command by itself and returns what it prints.
func runAttest(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout bytes.Buffer
	cmd := newAttest()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&stdout)
	cmd.SetErr(&bytes.Buffer{})
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(context.Background())
	return stdout.String(), err
}

func TestAttest(t *testing.T) {
	s := newAttestedService(t)
	policy := s.policy(t, s.enclave.PCRs[0])
	stdout, err := runAttest(t, "--service", s.URL, "--policy", policy)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Platform     string            `json:"platform"`
		Measurements map[string]string `json:"measurements"`
		Keys         []attest.Key      `json:"keys"`
		Debug        *bool             `json:"debug"`
		Nonce        string            `json:"nonce"`
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.Platform != "nitro" || got.Measurements["pcr0"] != s.enclave.PCRs[0].String() || got.Debug == nil || *got.Debug ||
		len(got.Keys) != 1 || got.Keys[0].Thumbprint != s.published.Keys()[0].Thumbprint() {
		t.Errorf("printed %s", stdout)
	}
	if len(s.nonce) != 32 || got.Nonce != base64.RawURLEncoding.EncodeToString(s.nonce) {
		t.Errorf("sent nonce %x, printed %s", s.nonce, got.Nonce)
	}
	first := s.nonce
	if _, err := runAttest(t, "--service", s.URL, "--policy", policy); err != nil || bytes.Equal(s.nonce, first) {
		t.Errorf("a second nonce: %v", err)
	}
	const given = "AAAAAAAAAAAAAAAAAAAAAA"
	if _, err := runAttest(t, "--service", s.URL, "--policy", policy, "--nonce", given); err != nil || len(s.nonce) != 16 {
		t.Errorf("a nonce that is given: %v", err)
	}
}

func TestAttestRefuses(t *testing.T) {
	s := newAttestedService(t)
	good := s.policy(t, s.enclave.PCRs[0])
	old, err := s.enclave.Evidence(context.Background(), make([]byte, 32), s.published)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		prepare    func()
		args       []string
		want, hint string
	}{
		"other software": {args: []string{"--policy", s.policy(t, attest.Digest{1})}, want: "measurement not trusted", hint: "building the image"},
		"AWS's root": {
			args: []string{"--policy", writePolicy(t, `{"nitro":{"measurements":[{"pcr0":"`+s.enclave.PCRs[0].String()+`"}]}}`)},
			want: "not from trusted hardware",
		},
		"other platform": {
			args: []string{"--policy", writePolicy(t, `{"sev-snp":{"measurements":["`+s.enclave.PCRs[0].String()+`"],
				"min_tcb":{"bootloader":0,"tee":0,"snp":0,"microcode":0}}}`)},
			want: "platform not accepted", hint: "a part for each platform",
		},
		"keys swapped":    {prepare: func() { s.attested = serviceKeys(t) }, want: "keys differ", hint: "try again"},
		"replay":          {prepare: func() { s.replay = old }, want: "nonce differs"},
		"another time":    {args: []string{"--now", "2020-01-01T00:00:00Z"}, want: "time of the report", hint: "clock"},
		"policy of junk":  {args: []string{"--policy", writePolicy(t, `{"x":1}`)}, want: "unknown member"},
		"no policy file":  {args: []string{"--policy", "nosuch.json"}, want: "nosuch.json"},
		"nonce too short": {args: []string{"--nonce", "AAAA"}, want: "--nonce: want 16 to 64 bytes"},
		"plain http":      {args: []string{"--service", "http://zkpass.example"}, want: "https"},
		"no service there": {
			prepare: func() { s.replay = nil }, args: []string{"--service", s.URL + "/elsewhere"}, want: "not found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.attested, s.replay = s.published, nil
			if c.prepare != nil {
				c.prepare()
			}
			stdout, err := runAttest(t, append([]string{"--service", s.URL, "--policy", good}, c.args...)...)
			if err == nil || !strings.Contains(err.Error(), c.want) || stdout != "" {
				t.Errorf("got error %v, printed %q", err, stdout)
			}
			if err != nil && !strings.Contains(hintFor(err), c.hint) {
				t.Errorf("got hint %q", hintFor(err))
			}
		})
	}
	for _, args := range [][]string{{"--service", s.URL}, {"--policy", good}, {"--service", s.URL, "--policy", good, "more"}} {
		if _, err := runAttest(t, args...); err == nil {
			t.Errorf("accepted %v", args)
		}
	}
}

// With a policy nothing is sent to a service that does not show what it runs.
func TestProveDemandsAttestation(t *testing.T) {
	s := newAttestedService(t)
	dir := t.TempDir()
	issuer, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := zkpass.SignDataToJWSToken(issuer, []byte(`{"age":30}`))
	if err != nil {
		t.Fatal(err)
	}
	dvr, err := verify.NewDVR("Adult", `{">=":[{"dvar":"age"},18]}`, map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Public().Option()}}, issuer.Public())
	if err != nil {
		t.Fatal(err)
	}
	request, err := zkpass.SignDVR(dvr, zkpass.Claims{}, issuer)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"dvr": request, "token": token} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) error {
		cmd := newProve()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetOut(&bytes.Buffer{})
		cmd.SetErr(&bytes.Buffer{})
		cmd.SetArgs(append([]string{"--dvr", filepath.Join(dir, "dvr"), "-t", filepath.Join(dir, "token"), "--api-key", "k:s"}, args...))
		return cmd.ExecuteContext(context.Background())
	}
	good := s.policy(t, s.enclave.PCRs[0])
	for name, c := range map[string]struct {
		policy  string
		prepare func()
		want    string
	}{
		"other software": {s.policy(t, attest.Digest{1}), func() {}, "measurement not trusted"},
		"keys swapped":   {good, func() { s.attested = serviceKeys(t) }, "keys differ"},
		"junk":           {writePolicy(t, `{"x":1}`), func() {}, "unknown member"},
	} {
		s.attested = s.published
		c.prepare()
		if err := run("--service", s.URL, "--policy", c.policy); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.asked > 0 {
		t.Error("something was sent")
	}
	s.attested = s.published
	if err := run("--service", s.URL, "--policy", good); err == nil || s.asked != 1 {
		t.Errorf("with evidence: %v, sent %d times", err, s.asked)
	}
	if err := run("--policy", good); err == nil {
		t.Error("a policy without a service")
	}
}
