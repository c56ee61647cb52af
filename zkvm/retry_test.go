package zkvm

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// attempts makes a proof of Jane's statement whose first attempts fail, at the
// point where a challenge would be degenerate.
func attempts(t *testing.T, failures int) (plans []*plan, published [][]byte, proof []byte, err error) {
	t.Helper()
	f := newFixture(t, janeQuery, janeClaims)
	proof, err = Prove(context.Background(), f.st, f.secrets, func(o *options) {
		o.related = func(p *plan, b []byte) error {
			attempt := *p // with its secrets, which it drops and the proof wipes
			attempt.secrets.GF, attempt.secrets.P = slices.Clone(p.secrets.GF), slices.Clone(p.secrets.P)
			plans, published = append(plans, &attempt), append(published, b)
			if len(plans) <= failures {
				return fmt.Errorf("by chance: %w", libzk.ErrChallenge)
			}
			return nil
		}
	})
	if err == nil {
		if err := Verify(f.st, proof); err != nil {
			t.Error(err)
		}
	}
	return plans, published, proof, err
}

// TestRetryUsesNoMaskTwice: a second attempt lays the statement out anew. No secret
// of the whole field, masks and factors of published values all of them, is that
// of the first attempt; the two values of the link differ by as much as its masks
// do; no published value recurs.
func TestRetryUsesNoMaskTwice(t *testing.T) {
	plans, published, _, err := attempts(t, 1)
	if err != nil || len(plans) != 2 {
		t.Fatal(len(plans), err)
	}
	a, b := plans[0], plans[1]
	if a == b || a.gf.Full == 0 {
		t.Fatal("one plan for two attempts")
	}
	old := map[elem]bool{}
	for _, e := range a.secrets.GF[a.gf.Bits+a.gf.Symbols:] {
		old[e] = true
	}
	for i, e := range b.secrets.GF[b.gf.Bits+b.gf.Symbols:] {
		if old[e] {
			t.Errorf("element %d recurs", i)
		}
	}
	if a.secrets.P[signature.Mask] == b.secrets.P[signature.Mask] {
		t.Error("the link's mask recurs over P")
	}
	d := new(big.Int).Sub(a.links[0].Sum, b.links[0].Sum)
	if d.BitLen() < 200 {
		t.Errorf("the values of the link differ by %d bits only, its masks have %d", d.BitLen(), signature.MaskBits)
	}
	units := map[string]bool{}
	for i := 0; i+16 <= len(published[0]); i++ {
		units[string(published[0][i:i+16])] = true
	}
	for i := 0; i+16 <= len(published[1]); i++ {
		if units[string(published[1][i:i+16])] {
			t.Errorf("a published value of the first attempt stands at %d of the second", i)
		}
	}
	// The bits are the same, as they must be.
	for i := range a.gf.Bits {
		if a.secrets.GF[i] != b.secrets.GF[i] {
			t.Fatalf("bit %d differs", i)
		}
	}
}

// TestRetriesEnd: chance never needs many attempts.
func TestRetriesEnd(t *testing.T) {
	for _, failures := range []int{0, maxAttempts - 1, maxAttempts, 1000} {
		plans, _, _, err := attempts(t, failures)
		switch {
		case failures < maxAttempts && (err != nil || len(plans) != failures+1):
			t.Errorf("%d failures: %v after %d attempts", failures, err, len(plans))
		case failures >= maxAttempts && (!errors.Is(err, libzk.ErrChallenge) || len(plans) != maxAttempts || !strings.Contains(err.Error(), "do not fit")):
			t.Errorf("%d failures: %v after %d attempts", failures, err, len(plans))
		}
	}
}
