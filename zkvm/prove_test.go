package zkvm

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestJane(t *testing.T) {
	f := newFixture(t, janeQuery, janeClaims)
	if string(f.st.Output) != `{"result":true}` {
		t.Fatalf("output %s", f.st.Output)
	}
	start := time.Now()
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("proved in %v, %d bytes", time.Since(start), len(proof))
	start = time.Now()
	if err := Verify(f.st, proof); err != nil {
		t.Fatal(err)
	}
	t.Logf("verified in %v", time.Since(start))
	infos, _ := Circuits(f.st)
	for _, i := range infos {
		t.Logf("%+v", i)
	}
	st := *f.st
	st.Output = []byte(`{"result":false}`)
	if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
		t.Errorf("other output: %v", err)
	}
}
