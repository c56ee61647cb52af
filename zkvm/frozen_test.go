package zkvm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// frozenFile has a digest of the relations of each case of the query language that has
// an answer, under one key: what a proof of it shows. Its lines never change, since
// proofs that are made stay good. Cases without a line get one by
//
//	ZKPASS_FREEZE=add go test ./zkvm -run TestFrozenRelations
const frozenFile = "testdata/relations.txt"

const freezeVariable = "ZKPASS_FREEZE"

// TestFrozenRelations holds the relations of all cases to those that were frozen, with
// -short those of one in eight.
func TestFrozenRelations(t *testing.T) {
	scalar := sha256.Sum256([]byte("frozen"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		t.Fatal(err)
	}
	frozen := readFrozen(t)
	seen := map[string]bool{}
	var added []string
	for i, c := range readLanguageCases(t) {
		if c.Expect.Output == nil {
			continue
		}
		seen[c.Name] = true
		if testing.Short() && i%8 != 0 {
			continue
		}
		p, payloads, err := c.compile()
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSubject(t, p, payloads, c.time(t))
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.st.Documents {
			s.st.Documents[i].Key = keyOf(key)
		}
		digest, err := digestOfRelations(s.with([]byte(*c.Expect.Output)))
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		switch want, ok := frozen[c.Name]; {
		case !ok && os.Getenv(freezeVariable) == "add":
			added = append(added, fmt.Sprintf("%x  %s\n", digest, c.Name))
		case !ok:
			t.Errorf("%s: no digest is kept; a new case gets one by %s=add", c.Name, freezeVariable)
		case hex.EncodeToString(digest[:]) != want:
			t.Errorf("%s: its relation has changed, proofs that were made are not good any more; a change of what is laid out is a family of its own", c.Name)
		}
	}
	for name := range frozen {
		if !seen[name] {
			t.Errorf("%s: the case is gone or has no answer any more", name)
		}
	}
	if len(added) == 0 {
		return
	}
	file, err := os.OpenFile(filepath.FromSlash(frozenFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	slices.Sort(added)
	if _, err := file.WriteString(strings.Join(added, "")); err != nil {
		t.Fatal(err)
	}
}

// readFrozen reads digests in hexadecimal by the names of cases.
func readFrozen(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(frozenFile))
	if err != nil {
		if os.Getenv(freezeVariable) == "add" {
			return nil
		}
		t.Fatal(err)
	}
	digests := map[string]string{}
	for line := range strings.Lines(string(text)) {
		digest, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || digests[name] != "" {
			t.Fatalf("%s: line %q", frozenFile, line)
		}
		digests[name] = digest
	}
	return digests
}
