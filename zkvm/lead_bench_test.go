package zkvm

import (
	"context"
	"testing"
)

func BenchmarkLeadProve(b *testing.B) {
	f := newFixture(b, janeQuery, janeClaims)
	for b.Loop() {
		if _, err := Prove(context.Background(), f.st, f.secrets); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLeadVerify(b *testing.B) {
	f := newFixture(b, janeQuery, janeClaims)
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := Verify(f.st, proof); err != nil {
			b.Fatal(err)
		}
	}
}
