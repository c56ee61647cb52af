package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts that run a service.
func TestServeScripts(t *testing.T) {
	example, err := filepath.Abs("../../examples/shopsphere")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/serve",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHOPSPHERE", example)
			for _, name := range []string{"ADDRESS", "METRICS"} {
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				env.Setenv(name, listener.Addr().String())
				listener.Close()
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"filemode": checkFileMode, "ready": awaitReady, "secretof": writeSecret, "revoke": revokeKey, "post": post, "member": member, "fill": fill,
		},
	})
}

// awaitReady is the script command "ready URL".
func awaitReady(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if response, err := http.Get(args[0] + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s is not ready", args[0])
}

// writeSecret is "secretof KEY.JSON FILE": it writes KEY:SECRET.
func writeSecret(ts *testscript.TestScript, _ bool, args []string) {
	var made struct{ Key, Secret string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &made))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(made.Key+":"+made.Secret+"\n"), 0o600))
}

// revokeKey is "revoke FILE": it revokes the key in a file of KEY:SECRET.
func revokeKey(ts *testscript.TestScript, _ bool, args []string) {
	key, _, _ := strings.Cut(ts.ReadFile(args[0]), ":")
	ts.Check(ts.Exec("zkpass", "apikey", "revoke", "--data-dir", "data", key))
	time.Sleep(time.Second) // so soon it counts
}

// post is "post STATUS URL KEYFILE BODYFILE [ANSWERFILE]": it posts JSON with an API key
// as any client would.
func post(ts *testscript.TestScript, _ bool, args []string) {
	request, err := http.NewRequest("POST", args[1], strings.NewReader(ts.ReadFile(args[3])))
	ts.Check(err)
	key, secret, _ := strings.Cut(strings.TrimSpace(ts.ReadFile(args[2])), ":")
	request.SetBasicAuth(key, secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	if args[0] != strconv.Itoa(response.StatusCode) {
		ts.Fatalf("status %d, want %s: %s", response.StatusCode, args[0], body)
	}
	if len(args) > 4 {
		ts.Check(os.WriteFile(ts.MkAbs(args[4]), body, 0o600))
	}
}

// member is "member FILE NAME OUT": it writes a string that an object has.
func member(ts *testscript.TestScript, _ bool, args []string) {
	var members map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &members))
	text, ok := members[args[1]].(string)
	if !ok {
		ts.Fatalf("%s has no string %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o600))
}

// fill is "fill TEMPLATE OUT NAME=FILE ...": it writes a template with each {NAME}
// replaced by what stands in a file, as a JSON string unless it is an object.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	for _, pair := range args[2:] {
		name, file, _ := strings.Cut(pair, "=")
		value := strings.TrimSpace(ts.ReadFile(file))
		if !strings.HasPrefix(value, "{") {
			quoted, err := json.Marshal(value)
			ts.Check(err)
			value = string(quoted)
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}
