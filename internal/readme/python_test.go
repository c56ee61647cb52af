package readme

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/runningservice"
	"github.com/zkpass-go/zkpass/internal/shoptest"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// driver asks Jane with the program of docs/clients.md, and gives it the answers that
// come as lines [customer, dvr_id, proof].
const driver = `
import json, sys, shop
print(shop.ask(7, "Jane", json.loads(sys.argv[1]), "https://shop.example/proofs"), flush=True)
for line in sys.stdin:
    try:
        print(shop.answer(*json.loads(line)), flush=True)
    except shop.Refused as refused:
        print("refused:", refused, flush=True)
`

// The Python program of docs/clients.md makes a request and takes its answer once.
func TestPythonProgram(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("no Python to run the program in: %v", err)
	}
	dir := t.TempDir()
	for _, b := range blocks(t, "docs/clients.md") {
		if b.info == "python shop.py" {
			err = os.WriteFile(filepath.Join(dir, "shop.py"), []byte(b.text), 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	url, key := runningservice.Start(t, service.Verify, func(c *service.Config) { c.Verifier.AllowLocal = true }, apikey.ScopeRequest, apikey.ScopeVerify)
	issuer := shoptest.NewIssuer(t)
	cmd := exec.CommandContext(t.Context(), python, "-c", driver, issuer.KeySet)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), "ZKPASS_VERIFIER="+url, "ZKPASS_VERIFIER_KEY="+key, "PYTHONPATH="+dir), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line := func() string {
		text, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the program ended: %v", err)
		}
		return strings.TrimSpace(text)
	}
	request := line()
	token, err := zkpass.ParseDVRToken(request)
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(t.Context(), request, map[string]string{"": issuer.Sign(t, map[string]any{"firstName": "Jane"})}, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		customer int
		proof    string
		want     string
	}{
		{8, string(result.Token), "not your request"},
		{7, "no proof", "refused: tokens"},
		{7, string(result.Token), "welcome"},
		{7, string(result.Token), "refused: answered"},
	} {
		text, err := json.Marshal([]any{test.customer, token.DVR.ID, test.proof})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(in, "%s\n", text)
		if got := line(); got != test.want {
			t.Errorf("%d, %.20q: %s, want %s", test.customer, test.proof, got, test.want)
		}
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
