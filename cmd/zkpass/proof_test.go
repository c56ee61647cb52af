package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkpass-go/zkpass"
)

// The scripts that prove and verify.
func TestProofScripts(t *testing.T) {
	example, err := filepath.Abs("../../examples/shopsphere")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/proof",
		Setup: func(env *testscript.Env) error {
			server := httptest.NewServer(http.FileServer(http.Dir(env.WorkDir)))
			env.Defer(server.Close)
			env.Setenv("KEYS", server.URL)
			env.Setenv("SHOPSPHERE", example)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"benchreport": checkBenchReport,
			"replace":     replaceText,
			"report":      checkReport,
			"resign":      resignExpired,
			"signproof":   signProof,
		},
	})
}

// replaceText is the script command "replace FILE OLD NEW"; OLD must be there.
func replaceText(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s lacks %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o600))
}

// resignExpired is the script command "resign DVR KEY OUT": it signs a request
// anew, as one that expired long ago.
func resignExpired(ts *testscript.TestScript, _ bool, args []string) {
	request, err := zkpass.ParseDVRToken(strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	key, err := zkpass.ReadPrivateKey(ts.MkAbs(args[1]))
	ts.Check(err)
	// SignDVR signs with no other key than the one named: borrow the signature of a
	// request that names this one.
	dvr := request.DVR
	named := key.Public().Option()
	foreign := dvr.VerifyingKey.PublicKey.X != named.PublicKey.X
	if foreign {
		dvr.VerifyingKey = &named
	}
	token, err := zkpass.SignDVR(&dvr, zkpass.Claims{Expires: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)}, key)
	ts.Check(err)
	if foreign {
		original := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), ".")
		token = original[0] + "." + original[1] + "." + strings.Split(token, ".")[2]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(token), 0o600))
}

// signProof is the script command "signproof PROOF JWKS OUT": it signs a local proof
// as a service does and publishes the service's key.
func signProof(ts *testscript.TestScript, _ bool, args []string) {
	token, err := zkpass.ParseProofToken(strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	service, err := zkpass.GenerateKey(zkpass.ES256, "service-1")
	ts.Check(err)
	set, err := zkpass.NewKeySet(service.Public())
	ts.Check(err)
	jwks, err := set.MarshalJSON()
	ts.Check(err)
	signed, err := zkpass.SignProof(&token.Proof, service)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), jwks, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(signed+"\n"), 0o600))
}

// checkReport is the script command "report FILE": exactly the members that there
// are to be, with values that can be true.
func checkReport(ts *testscript.TestScript, _ bool, args []string) {
	var members map[string]json.RawMessage
	text := []byte(ts.ReadFile(args[0]))
	ts.Check(json.Unmarshal(text, &members))
	want := []string{"circuits", "peak_rss_bytes", "proof_bytes", "prove_ms", "token_bytes", "total_ms", "verify_ms"}
	if got := slices.Sorted(maps.Keys(members)); !slices.Equal(got, want) {
		ts.Fatalf("members %q, want %q", got, want)
	}
	var r runReport
	ts.Check(json.Unmarshal(text, &r))
	switch {
	case r.ProveMS <= 0 || r.VerifyMS <= 0 || r.TotalMS < r.ProveMS+r.VerifyMS:
		ts.Fatalf("proving %g ms, verifying %g ms, all %g ms", r.ProveMS, r.VerifyMS, r.TotalMS)
	case r.ProofBytes <= 0 || r.TokenBytes < (r.ProofBytes+2)/3*4:
		ts.Fatalf("proof of %d bytes in a token of %d", r.ProofBytes, r.TokenBytes)
	case r.PeakRSSBytes < 1<<20:
		ts.Fatalf("peak of memory %d bytes", r.PeakRSSBytes)
	case len(r.Circuits) == 0:
		ts.Fatalf("no circuits")
	}
	for _, c := range r.Circuits {
		if c.Name == "" || c.Field == "" || c.Copies < 1 || c.Gates < 1 {
			ts.Fatalf("circuit %+v", c)
		}
	}
	var circuits []map[string]json.RawMessage
	ts.Check(json.Unmarshal(members["circuits"], &circuits))
	for _, c := range circuits {
		if got := slices.Sorted(maps.Keys(c)); !slices.Equal(got, []string{"copies", "field", "gates", "name", "witness"}) {
			ts.Fatalf("members of a circuit: %q", got)
		}
	}
}

// Whatever is wrong with an input, it is one line of error, status 1, and nothing
// on standard output. None of these gets as far as proving.
func TestProofInputFailures(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	deep := strings.Repeat(`{"a":`, 16) + "1" + strings.Repeat("}", 16)
	for name, text := range map[string]string{
		"data.json": `{"a":1}`, "query.json": `{"==":["a",1]}`, "empty": "", "text": "hello", "array": "[]", "deep": deep, "utf8": "{\"a\":\"\xff\"}",
		"lone": `{"a":"\ud800"}`, "closes": `1},"b":{"a":1`, "large": `"` + strings.Repeat("x", zkpass.MaxPayload) + `"`, "null": "null",
		"huge": strings.Repeat("x", zkpass.MaxQuery+1), "exponent.json": `{"a":1e2}`, "twice.json": `{"a":1,"a":1}`, "missing.json": `{"b":1}`,
		"unknown.json": `{"===":["a",1]}`, "output.json": `[{"output":{"r":{"dvar":"a"}}}]`, "none.jwt": "eyJhbGciOiJub25lIn0.e30.",
		"hmac.jwt": "eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "half.json": `{"data":{}}`, "bom": "\ufeff{\"a\":1}", "trail": `{"a":1}x`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := []string{
		"run", "run x", "run -u data.json", "run -q query.json", "run -u nosuch -q query.json", "run -u data.json -q nosuch", "run -u -q query.json",
		"run -u data.json -u data.json -q query.json", "run -u data.json -u b:data.json -q query.json", "run -u b: -q query.json",
		"run -u a:data.json -u b:data.json -u c:data.json -u d:data.json -u e:data.json -q query.json",
		"run -u data.json -q query.json --now yesterday", "run -u data.json -q query.json --now 2026-03-01T12:00:00.5Z", "run -u data.json -q query.json --nosuch",
		"run -u data.json -q query.json extra", "run -t data.json --jwks array -q query.json", "run -t none.jwt --jwks array -q query.json",
		"run -t nosuch --jwks array -q query.json", "run -t none.jwt --jwks nosuch -q query.json", "run -u exponent.json -q query.json",
		"run -u twice.json -q query.json", "run -u missing.json -q query.json", "run -u data.json -q output.json", "run -u . -q query.json",
		"prove", "prove x", "prove --dvr nosuch -t nosuch", "prove --dvr text -t text", "prove --dvr none.jwt -t none.jwt", "prove --dvr hmac.jwt -t none.jwt",
		"prove --dvr data.json -t data.json", "prove --dvr text", "prove -t text", "prove --dvr text -t text --nosuch",
		"verify", "verify text", "verify --dvr text text", "verify --dvr text --allow-local", "verify --dvr text --allow-local text",
		"verify --dvr nosuch --allow-local text", "verify --dvr none.jwt --allow-local half.json", "verify --dvr text --allow-local --ttl -1 text",
		"verify --dvr text --allow-local --skew 99999999999 text", "verify --dvr text --allow-local --ttl x text", "verify --dvr text --allow-local --now x text",
		"verify --dvr text --service-jwks nosuch text", "verify --dvr text --service-jwks= text",
		"bench x", "bench --nosuch", "bench --sizes x", "bench --sizes 17", "bench --sizes NaN", "bench --sizes= --runs 1", "bench --paths 0", "bench --paths 65",
		"bench --paths x", "bench --runs 0", "bench --runs 101", "bench --out x", "bench --out nosuch/x.csv",
	}
	for _, file := range []string{"empty", "text", "deep", "utf8", "lone", "closes", "large", "bom", "trail"} {
		lines = append(lines, "run -u "+file+" -q query.json")
	}
	for _, file := range []string{"empty", "text", "array", "utf8", "huge", "null", "unknown.json", "data.json"} {
		lines = append(lines, "run -u data.json -q "+file)
	}
	for _, line := range lines {
		var stdout, stderr bytes.Buffer
		want := 1
		if strings.HasPrefix(line, "verify") {
			want = 2 // none of these is a verdict
		}
		if status := run(context.Background(), strings.Fields(line), &stdout, &stderr); status != want {
			t.Errorf("%q: status %d, want %d", line, status, want)
		}
		if stdout.Len() > 0 {
			t.Errorf("%q: on standard output: %s", line, stdout.String())
		}
		said := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
		text, ok := strings.CutPrefix(said[0], "zkpass: error: ")
		if !ok || text == "" || strings.HasSuffix(text, ".") {
			t.Errorf("%q: %s", line, said[0])
		}
		if len(said) > 2 || len(said) == 2 && !strings.HasPrefix(said[1], "zkpass: hint: ") {
			t.Errorf("%q: %q", line, said[1:])
		}
	}
}

func TestProofCommandsHaveHelp(t *testing.T) {
	for _, name := range []string{"bench", "prove", "run", "verify"} {
		var stdout, stderr bytes.Buffer
		if status := run(context.Background(), []string{name, "--help"}, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
			t.Errorf("%s: status %d, %s", name, status, stderr.String())
		}
		for _, want := range []string{"Usage:", "Examples:"} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("%s: no %s", name, want)
			}
		}
	}
}
