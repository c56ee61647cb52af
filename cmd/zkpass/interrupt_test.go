//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
)

// Ctrl-C is no failure of anything, and has a status of its own; a wait that it ends has
// said what it waits for.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := zkpass.SignDataToJWSToken(key, []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	request, err := zkpass.SignDVR(&zkpass.DVR{
		ZKVM: zkpass.LibZK, Title: "Title", ID: "id", QueryEngineVersion: "1", QueryMethodVersion: "x", Query: "true",
		Requests: map[string]zkpass.UserDataRequest{"": {VerifyingKey: key.Public().Option()}},
	}, zkpass.Claims{}, key)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("zkpass", "prove", "--dvr", file("dvr.jwt", request), "-t", file("token.jwt", token),
		"--service", "http://127.0.0.1:1", "--api-key", "key:secret")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	var said []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said = append(said, lines.Text())
		if len(said) == 1 {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != statusInterrupted || stdout.Len() > 0 {
		t.Errorf("status %d (%v), standard output %q; want status %d", code, err, stdout.String(), statusInterrupted)
	}
	if len(said) == 0 || !strings.HasPrefix(said[0], "zkpass: http://127.0.0.1:1: ") || !strings.Contains(said[0], "refused; trying again in ") || !strings.HasSuffix(said[0], ", 2 of 8") {
		t.Errorf("said %q", said)
	}
	if last := said[len(said)-1]; last != "zkpass: error: interrupted" {
		t.Errorf("its last line is %q", last)
	}
}
