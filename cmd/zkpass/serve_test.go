package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
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
			"filemode": checkFileMode, "ready": awaitReady, "secretof": writeSecret, "revoke": revokeKey,
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
