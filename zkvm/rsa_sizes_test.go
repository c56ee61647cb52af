package zkvm

import (
	"context"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
)

// TestSignatureSizes holds what an RSA signature may cost: typical proofs over one document
// of class 384/8 have at most 47, 48 and 50 KB with RS256, and at most a tenth more with PS256.
func TestSignatureSizes(t *testing.T) {
	size := func(k kind) int {
		p, err := newPlan(rsaFixture(t, k.a, k.bits).st, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if class := p.st.Documents[0].Class; class != (Class{Bytes: 384, Depth: 8}) {
			t.Fatalf("a document of class %v", class)
		}
		return p.system.TypicalSize(p.published)
	}
	for bits, most := range map[int]int{2048: 47_000, 3072: 48_000, 4096: 50_000} {
		rs, ps := size(kind{RS256, bits}), size(kind{PS256, bits})
		if rs > most || 10*ps > 11*rs {
			t.Errorf("%d bits: RS256 has %d bytes, PS256 %d; want at most %d, and a tenth more", bits, rs, ps, most)
		}
		t.Logf("%d bits: RS256 has %d bytes, PS256 %d", bits, rs, ps)
	}
}

// TestLine14Algorithms: a proof about a signature of one algorithm is none about another, nor
// is a signature.
func TestLine14Algorithms(t *testing.T) {
	es := newFixture(t, janeQuery, janeClaims)
	proof, err := Prove(context.Background(), es.st, es.secrets)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []Algorithm{RS256, PS256} {
		f := rsaFixture(t, a, 2048)
		// Only the key differs from what was proven.
		st := *es.st
		st.Documents = []Document{es.st.Documents[0]}
		st.Documents[0].Key = f.st.Documents[0].Key
		if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("a proof about ES256 for a statement of %s: %v", a, err)
		}
		if _, err := Prove(context.Background(), &st, es.secrets); !errors.Is(err, rsa.ErrSignature) {
			t.Errorf("a signature by ES256 for %s: %v", a, err)
		}
		st.Documents[0] = f.st.Documents[0]
		st.Documents[0].Key = es.st.Documents[0].Key
		if _, err := Prove(context.Background(), &st, f.secrets); err == nil {
			t.Errorf("a signature by %s for ES256 is proven", a)
		}
		st.Documents[0].Key = f.st.Documents[0].Key
		st.Documents[0].Key.Algorithm = RS256 + PS256 - a
		if _, err := Prove(context.Background(), &st, f.secrets); !errors.Is(err, rsa.ErrSignature) {
			t.Errorf("a signature by %s for %s: %v", a, st.Documents[0].Key.Algorithm, err)
		}
	}
}
