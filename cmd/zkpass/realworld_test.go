package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
)

// realWorldCase is a token and a key set as issuers write them, with other names, ids
// and keys. Its query has the output {"ok":true} unless says is set.
type realWorldCase struct {
	Name   string
	Keys   string // file in the folder of the case
	Says   string // in the error that there must be
	Why    string
	Source string // public reports of the same
}

func (c *realWorldCase) flags() *runFlags {
	dir := filepath.Join("testdata", "realworld", c.Name)
	return &runFlags{
		tokens: []string{filepath.Join(dir, "token.jwt")}, jwks: []string{filepath.Join(dir, c.Keys)}, query: filepath.Join(dir, "query.json"),
	}
}

var realWorldTime = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func realWorldCases(t *testing.T) []realWorldCase {
	t.Helper()
	text, err := os.ReadFile("testdata/realworld/index.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []realWorldCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// Everything up to the proof: files, keys, signature, and the query's outputs.
func TestRealWorldTokens(t *testing.T) {
	for _, c := range realWorldCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			outputs, err := answer(t.Context(), c.flags())
			switch {
			case c.Says == "" && err != nil:
				t.Error(err)
			case c.Says == "" && outputs != `{"ok":true}`:
				t.Errorf("outputs %s", outputs)
			case c.Says != "" && (err == nil || !strings.Contains(err.Error(), c.Says)):
				t.Errorf("got %v, want an error about %s", err, c.Says)
			}
		})
	}
}

// answer evaluates a query over a token as run does, without a proof.
func answer(ctx context.Context, flags *runFlags) (string, error) {
	documents, err := flags.documents(ctx, io.Discard)
	if err != nil {
		return "", err
	}
	key, err := documents.requests[""].VerifyingKey.Resolve(ctx, nil, "")
	if err != nil {
		return "", err
	}
	token, err := zkpass.VerifyJWSToken(key, documents.tokens[""])
	if err != nil {
		return "", err
	}
	payload, err := document.Parse(token.Payload)
	if err != nil {
		return "", err
	}
	program, _, err := readQuery(flags.query, map[string]zkpass.Format{"": zkpass.FormatJWT})
	if err != nil {
		return "", err
	}
	outputs, err := program.Eval(map[string]*document.Document{"": payload}, realWorldTime)
	if err != nil {
		return "", err
	}
	return string(outputs.JSON), nil
}

// The whole way for some of them; what comes after the key and the token is the same
// for all.
func TestRealWorldProofs(t *testing.T) {
	if testing.Short() {
		t.Skip("makes proofs")
	}
	for _, c := range realWorldCases(t) {
		if c.Name != "header-x5c-one" && c.Name != "jwks-kidless-ec-rsa" {
			continue
		}
		flags := c.flags()
		args := []string{"run", "-t", flags.tokens[0], "--jwks", flags.jwks[0], "-q", flags.query, "--now", realWorldTime.Format(time.RFC3339)}
		var stdout, stderr bytes.Buffer
		if status := run(t.Context(), args, &stdout, &stderr); status != 0 || stdout.String() != "{\"ok\":true}\n" {
			t.Errorf("%s: status %d, %s, %s", c.Name, status, stdout.String(), stderr.String())
		}
	}
}
