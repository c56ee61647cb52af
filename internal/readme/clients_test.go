package readme

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/internal/runningservice"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/verify"
)

// The commands of docs/clients.md, with curl and hand-made JWE, get proofs from a
// service.
func TestClients(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program and starts a service")
	}
	for _, tool := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s to run the commands with", tool)
		}
	}
	dir := t.TempDir()
	if output, err := exec.Command("go", "build", "-o", filepath.Join(dir, "bin", "jwe"), root+"/examples/jwe").CombinedOutput(); err != nil {
		t.Fatalf("building jwe: %v\n%s", err, output)
	}
	url, key := serve(t)
	dvr := writeExchange(t, dir)
	ran := 0
	for _, b := range blocks(t, "docs/clients.md") {
		if b.info != "sh" {
			continue
		}
		cmd := exec.Command("sh", "-euc", b.text)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "SERVICE="+url, "KEY="+key, "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("docs/clients.md:%d: %v\n%s", b.line, err, output)
		}
		var answer struct {
			Proof string `json:"proof"`
		}
		text, err := os.ReadFile(filepath.Join(dir, "answer.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			t.Fatal(err)
		}
		c, err := client.New(url, "", client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := c.Keys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := verify.Verify(t.Context(), []byte(answer.Proof), dvr, verify.Options{ServiceKeys: keys})
		if err != nil || string(outcome.Outputs) != `{"result":true}` {
			t.Errorf("docs/clients.md:%d: got %v, %v", b.line, outcome, err)
		}
		if err := os.Remove(filepath.Join(dir, "answer.json")); err != nil {
			t.Fatal(err)
		}
		ran++
	}
	if ran != 2 {
		t.Errorf("%d blocks of commands were run, want 2", ran)
	}
}

// serve runs a service until the test ends.
func serve(t *testing.T) (url, key string) {
	t.Helper()
	return runningservice.Start(t, service.Serve, func(*service.Config) {})
}

// writeExchange writes token.jwt and dvr.jwt, and returns the latter.
func writeExchange(t *testing.T, dir string) string {
	t.Helper()
	var keys [2]*zkpass.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = zkpass.GenerateKey(zkpass.ES256, ""); err != nil {
			t.Fatal(err)
		}
	}
	claims, err := os.ReadFile(filepath.Join(root, "examples/shopsphere/claims.json"))
	if err != nil {
		t.Fatal(err)
	}
	query, err := os.ReadFile(filepath.Join(root, "examples/shopsphere/query.json"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := zkpass.SignDataToJWSToken(keys[0], bytes.TrimSpace(claims))
	if err != nil {
		t.Fatal(err)
	}
	request, err := verify.NewDVR("title", string(query), map[string]zkpass.UserDataRequest{"": {VerifyingKey: keys[0].Public().Option()}}, keys[1].Public())
	if err != nil {
		t.Fatal(err)
	}
	dvr, err := zkpass.SignDVR(request, zkpass.Claims{}, keys[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"token.jwt": token, "dvr.jwt": dvr} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dvr
}

// The page on calling the service says how long the browser's module is.
func TestBrowserModule(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "examples/browser/zkpass.js"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n > 73 {
		t.Errorf("examples/browser/zkpass.js has %d lines; the page says some 70", n)
	}
}
