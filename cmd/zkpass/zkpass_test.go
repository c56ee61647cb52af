package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkpass-go/zkpass"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zkpass": main})
}

func TestScripts(t *testing.T) {
	server := newKeyServer(t)
	example, err := filepath.Abs("../../examples/shopsphere")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("KEYS", server.URL)
			env.Setenv("SHOPSPHERE", example)
			return writeTokens(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"encoded":  writeEncoded,
			"filemode": checkFileMode,
			"payload":  checkPayload,
		},
	})
}

// writeEncoded is the script command "encoded utf16le|utf16be|bom|crlf FROM TO": it
// writes a file as editors and shells on Windows do.
func writeEncoded(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[1])
	var out []byte
	switch args[0] {
	case "utf16le", "utf16be":
		order := map[string]binary.AppendByteOrder{"utf16le": binary.LittleEndian, "utf16be": binary.BigEndian}[args[0]]
		for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
			out = order.AppendUint16(out, unit)
		}
	case "bom":
		out = []byte("\ufeff" + text)
	case "crlf":
		out = []byte(" \r\n" + strings.ReplaceAll(text, "\n", "\r\n") + "\t\r\n")
	default:
		ts.Fatalf("unknown encoding %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), out, 0o600))
}

// newKeyServer serves a JWKS with one key at /one and with two at /two. At /rsa there
// is an RSA key too large to be used, one for RS256 and one for PS256, at /mixed these
// beside a P-256 key, some of them of one id. /op, /alias and /hs are OpenID providers.
func newKeyServer(t *testing.T) *httptest.Server {
	var keys []*zkpass.PublicKey
	for _, id := range []string{"k1", "k2"} {
		key, err := zkpass.GenerateKey(zkpass.ES256, id)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.Public())
	}
	mux := http.NewServeMux()
	for path, set := range map[string][]*zkpass.PublicKey{"/one": keys[:1], "/two": keys} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			json.NewEncoder(w).Encode(map[string]any{"keys": set})
		})
	}
	rsaKeys := newRSAEntries(t)
	mux.HandleFunc("/rsa", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": rsaKeys})
	})
	mux.HandleFunc("/mixed", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": append([]any{keys[0]}, rsaKeys...)})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for path, discovery := range map[string]map[string]any{
		"/op":    {"issuer": server.URL + "/op", "jwks_uri": server.URL + "/mixed", "id_token_signing_alg_values_supported": []string{"RS256", "ES256"}},
		"/alias": {"issuer": server.URL + "/op", "jwks_uri": server.URL + "/one"},
		"/hs":    {"issuer": server.URL + "/hs", "jwks_uri": server.URL + "/empty", "id_token_signing_alg_values_supported": []string{"HS256"}},
	} {
		mux.HandleFunc(path+"/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
			json.NewEncoder(w).Encode(discovery)
		})
	}
	mux.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"keys":[]}`) })
	return server
}

func newRSAEntries(t *testing.T) []any {
	entries := []any{map[string]string{"kty": "RSA", "kid": "large", "n": "v" + strings.Repeat("w", 1365), "e": "AQAB"}}
	for _, alg := range []zkpass.Algorithm{zkpass.RS256, zkpass.PS256} {
		for _, id := range []string{"k1", string(alg)} {
			key, err := zkpass.GenerateKey(alg, id)
			if err != nil {
				t.Fatal(err)
			}
			entries = append(entries, key.Public())
		}
	}
	return entries
}

// writeTokens writes the tokens that no command makes so far.
func writeTokens(dir string) error {
	signer, err := zkpass.GenerateKey(zkpass.ES256, "service")
	if err != nil {
		return err
	}
	proof := &zkpass.Proof{
		ZKVM: zkpass.LibZK, DVRTitle: "T", DVRID: "1", DVRDigest: strings.Repeat("ab", 32), Output: `{"result":true}`,
		Time:                  time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Documents:             map[string]zkpass.ProofDocument{"": {Header: "eyJhbGciOiJFUzI1NiJ9", Class: "576/8"}},
		UserDataVerifyingKeys: map[string]zkpass.KeyOption{"": signer.Public().Option()},
		ZKProof:               make([]byte, 1234),
	}
	local, err := zkpass.MarshalLocalProof(proof)
	if err != nil {
		return err
	}
	signed, err := zkpass.SignProof(proof, signer)
	if err != nil {
		return err
	}
	encryption, err := zkpass.GenerateKey(zkpass.ECDHES, "enc-1")
	if err != nil {
		return err
	}
	encrypted, err := zkpass.EncryptDataToJWEToken(encryption.Public(), "text")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"proof.json": string(local), "proof.jwt": signed + "\n", "token.jwe": encrypted} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// checkFileMode is the script command "filemode 0600 FILE".
func checkFileMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := info.Mode().Perm().String(); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

// checkPayload is the script command "payload TOKEN KEYSET DATA": the token's
// signature holds, and the bytes of the data file stand in it unchanged.
func checkPayload(ts *testscript.TestScript, _ bool, args []string) {
	set, err := zkpass.ParseKeySet([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	got, err := zkpass.VerifyJWSToken(set.Keys()[0], strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	if want := `{"data":` + ts.ReadFile(args[2]) + `}`; string(got.Payload) != want {
		ts.Fatalf("payload %q, want %q", got.Payload, want)
	}
}

// Whatever is wrong, it is told in one voice and leaves standard output empty.
func TestFailuresSpeakInOneVoice(t *testing.T) {
	for _, line := range []string{
		"", "nosuch", "dvr", "dvr nosuch", "query", "query nosuch", "help nosuch", "--nosuch", "keygen --nosuch", "keygen", "keygen x --out y",
		"keygen --out", "completion", "completion tcsh", "completion bash x", "issue", "issue x", "issue --key x", "issue --key nosuch x",
		"jwks", "jwks nosuch", "inspect", "inspect nosuch", "inspect a b", "dvr create", "dvr create x", "query check", "query check nosuch",
		"query explain", "query eval x", "query eval -u x", "query eval -u nosuch nosuch", "query check --tags a,, x", "query eval -u x --now y z",
	} {
		var stdout, stderr bytes.Buffer
		status := run(context.Background(), strings.Fields(line), &stdout, &stderr)
		if status != 1 {
			t.Errorf("%q: status %d", line, status)
		}
		if stdout.Len() > 0 {
			t.Errorf("%q: on standard output: %s", line, stdout.String())
		}
		lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
		text, ok := strings.CutPrefix(lines[0], "zkpass: error: ")
		if !ok || text == "" || strings.HasSuffix(text, ".") {
			t.Errorf("%q: %s", line, lines[0])
		}
		for _, more := range lines[1:] {
			if !strings.HasPrefix(more, "zkpass: hint: ") {
				t.Errorf("%q: %s", line, more)
			}
		}
		if len(lines) > 2 {
			t.Errorf("%q: %d lines", line, len(lines))
		}
	}
}

// Every command explains itself, with examples.
func TestEveryCommandHasHelp(t *testing.T) {
	for _, line := range []string{
		"", "completion", "dvr", "dvr create", "help", "inspect", "issue", "jwks", "keygen", "query", "query check", "query eval", "query explain",
	} {
		for _, args := range [][]string{append(strings.Fields(line), "--help"), append([]string{"help"}, strings.Fields(line)...)} {
			var stdout, stderr bytes.Buffer
			if status := run(context.Background(), args, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
				t.Errorf("%q: status %d, %s", args, status, stderr.String())
			}
			for _, want := range []string{"Usage:", "Examples:"} {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("%q: no %s in %s", args, want, stdout.String())
				}
			}
		}
	}
}

func TestParseTagged(t *testing.T) {
	for arg, want := range map[string]tagged{
		"a.json":                 {"", "a.json"},
		"bank:a.json":            {"bank", "a.json"},
		"bank_1:a:b.json":        {"bank_1", "a:b.json"},
		"./a:b.json":             {"", "./a:b.json"},
		"a-b:c.json":             {"", "a-b:c.json"},
		":a.json":                {"", ":a.json"},
		"https://op.example/k":   {"", "https://op.example/k"},
		"op:https://op.example":  {"op", "https://op.example"},
		"a:/b.json":              {"a", "/b.json"},
		"a:":                     {"a", ""},
		"é:a.json":               {"", "é:a.json"},
		`C:\a.json`:              {"", `C:\a.json`},
		`c:\a\b.json`:            {"", `c:\a\b.json`},
		`bank:C:\a.json`:         {"bank", `C:\a.json`},
		`CC:\a.json`:             {"CC", `\a.json`},
		`1:\a.json`:              {"1", `\a.json`},
		"http://localhost:80/:x": {"", "http://localhost:80/:x"},
	} {
		if got := parseTagged(arg); got != want {
			t.Errorf("%s: got %+v, want %+v", arg, got, want)
		}
	}
}

func TestParseExpiry(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"1h": now.Add(time.Hour), "90m": now.Add(90 * time.Minute), "0": {}, "2026-03-01T12:00:01Z": now.Add(time.Second),
		"2026-03-01T14:00:00+01:00": now.Add(time.Hour),
	} {
		if got, err := parseExpiry(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1", "-1h", "1ms", "2026-03-01", "2026-03-01T12:00:00Z", "tomorrow"} {
		if got, err := parseExpiry(text, now); err == nil {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	for _, text := range []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-01T12:00:00+05:30"} {
		if _, err := parseTime(text); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"", "2026-03-01", "2026-03-01T12:00:00", "2026-03-01T12:00:00.5Z", "0000-12-31T00:00:00Z",
		"9999-12-31T23:59:59-01:00", "2026-02-29T00:00:00Z", "1772366400"} {
		if got, err := parseTime(text); err == nil {
			t.Errorf("%q: got %s", text, got)
		}
	}
}
