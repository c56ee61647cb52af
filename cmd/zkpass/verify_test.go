package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
)

// What scripts branch on: 1 is a verdict against the proof, 2 is none.
func TestVerifyStatus(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := writeTokens(dir); err != nil {
		t.Fatal(err)
	}
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	option := key.Public().Option()
	request := func(name string, change func(*zkpass.DVR)) {
		dvr := &zkpass.DVR{
			ZKVM: zkpass.LibZK, Title: "T", ID: "1", QueryEngineVersion: "1", QueryMethodVersion: "1", Query: "true",
			Requests: map[string]zkpass.UserDataRequest{"": {VerifyingKey: option}}, VerifyingKey: &option,
		}
		change(dvr)
		token, err := zkpass.SignDVR(dvr, zkpass.Claims{}, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(name), []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	request("dvr.jwt", func(*zkpass.DVR) {})
	if err := os.WriteFile(at("damaged.json"), []byte(`{"data":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args   string
		status int
		code   string // with --json; empty if nothing is printed
	}{
		"another request":  {"--dvr dvr.jwt --allow-local proof.json", 1, string(zkpass.ProblemOther)},
		"signed":           {"--dvr dvr.jwt --allow-local proof.jwt", 1, string(zkpass.ProblemMaker)},
		"no proof":         {"--dvr dvr.jwt --allow-local damaged.json", 1, string(zkpass.ProblemTokens)},
		"no file":          {"--dvr dvr.jwt --allow-local nosuch", 2, ""},
		"no request":       {"--dvr proof.jwt --allow-local proof.json", 2, ""},
		"no key set":       {"--dvr dvr.jwt --service-jwks nosuch proof.jwt", 2, ""},
		"no key set there": {"--dvr dvr.jwt --service-jwks http://127.0.0.1:1/jwks proof.jwt", 2, ""},
		"no policy":        {"--dvr dvr.jwt proof.json", 2, ""},
		"no argument":      {"--dvr dvr.jwt --allow-local", 2, ""},
		"unknown flag":     {"--nosuch", 2, ""},
		"odd requirement":  {"--dvr dvr.jwt --allow-local --require result proof.json", 2, ""},
		"help":             {"--help", 0, ""},
	} {
		for _, asJSON := range []bool{false, true} {
			args := []string{"verify"}
			for _, arg := range strings.Fields(test.args) {
				if strings.Contains(arg, ".j") || arg == "nosuch" {
					arg = at(arg)
				}
				args = append(args, arg)
			}
			if asJSON {
				args = append(args, "--json")
			}
			var stdout, stderr bytes.Buffer
			if status := run(context.Background(), args, &stdout, &stderr); status != test.status {
				t.Errorf("%s: status %d, want %d: %s", name, status, test.status, stderr.String())
			}
			if test.status == 0 {
				continue
			}
			if !strings.HasPrefix(stderr.String(), "zkpass: error: ") {
				t.Errorf("%s: on standard error: %s", name, stderr.String())
			}
			if !asJSON || test.code == "" {
				if stdout.Len() > 0 {
					t.Errorf("%s: on standard output: %s", name, stdout.String())
				}
				continue
			}
			var got verdict
			if err := json.Unmarshal(stdout.Bytes(), &got); err != nil || got.Valid || string(got.Code) != test.code || got.Detail == "" {
				t.Errorf("%s: %s, %v", name, stdout.String(), err)
			}
		}
	}
}

func TestRequirements(t *testing.T) {
	outputs := json.RawMessage(`{"result":true,"no":false,"n":9007199254740993,"s":"Jane","text":"true","q":"42","e":"a\"b","empty":""}`)
	for arg, want := range map[string]bool{
		"result=true": true, "result=false": false, "result=1": false, `result="true"`: false, "result=True": false, "no=false": true,
		"n=9007199254740993": true, "n=9007199254740992": false, "n=9007199254740993.0": false, `n="9007199254740993"`: false,
		"s=Jane": true, `s="Jane"`: true, "s=jane": false, "s=": false, "empty=": true, `empty=""`: true,
		"text=true": false, `text="true"`: true, "q=42": false, `q="42"`: true, `e=a"b`: true, `e="a\"b"`: true,
		"missing=true": false, "missing=null": false, "missing=": false, "result=null": false, "s={}": false,
	} {
		list, err := parseRequirements([]string{arg})
		if err != nil {
			t.Fatal(err)
		}
		if err := checkRequirements(list, outputs); (err == nil) != want {
			t.Errorf("%s: %v", arg, err)
		}
	}
	for _, arg := range []string{"", "result", "=true"} {
		if _, err := parseRequirements([]string{arg}); err == nil {
			t.Errorf("%q: no error", arg)
		}
	}
}
