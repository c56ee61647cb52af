package zkvm

import (
	"context"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
)

// A proof of one profile is refused by a statement of the other, each is accepted by its
// own, and the profile is part of everything that names the method.
func TestProfiles(t *testing.T) {
	f := newFixture(t, janeQuery, janeClaims)
	hash := *f.st
	hash.Profile = libzk.V2Hash
	statements := []*Statement{f.st, &hash}
	for i, st := range statements {
		proof, err := Prove(context.Background(), st, f.secrets)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(st, proof); err != nil {
			t.Errorf("profile %s: %v", st.profile(), err)
		}
		if err := Verify(statements[1-i], proof); !errors.Is(err, ErrProof) {
			t.Errorf("proof of %s under %s: %v", st.profile(), statements[1-i].profile(), err)
		}
	}
	if string(f.st.encode()) == string(hash.encode()) {
		t.Error("statements of two profiles are one")
	}
	p := f.st.Program
	if MethodVersion(p) != MethodVersionOf(libzk.V2, p) || MethodVersion(p) == MethodVersionOf(libzk.V2Hash, p) {
		t.Errorf("method versions %s and %s", MethodVersion(p), MethodVersionOf(libzk.V2Hash, p))
	}
	other := *f.st
	other.Profile = "libzk-v1.1"
	if err := Verify(&other, nil); err == nil || errors.Is(err, ErrProof) {
		t.Errorf("unknown profile: %v", err)
	}
}
