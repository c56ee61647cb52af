package zkvm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"testing"

	"github.com/zkpass-go/zkpass/internal/frozen"
)

// frozenFile has a digest of the relations of each case of the query language that has
// an answer, under one key: what a proof of it shows. Its lines never change, since
// proofs that are made stay good. Cases without a line get one by
//
//	ZKPASS_FREEZE=add go test ./zkvm -run TestFrozenRelations
const frozenFile = "testdata/relations.txt"

// TestFrozenRelations holds the relations of all cases to those that were frozen, with
// -short those of one in eight.
func TestFrozenRelations(t *testing.T) {
	scalar := sha256.Sum256([]byte("frozen"))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		t.Fatal(err)
	}
	digests := map[string][]byte{}
	for i, c := range readLanguageCases(t) {
		if c.Expect.Output == nil {
			continue
		}
		digests[c.Name] = nil
		if testing.Short() && i%8 != 0 {
			continue
		}
		p, payloads, err := c.compile(t)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSubject(t, p, payloads, c.Time(t).Unix())
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
		digests[c.Name] = digest[:]
	}
	frozen.Hold(t, frozenFile, digests, "proofs that were made are not good any more; what is laid out otherwise is a family of its own")
}
