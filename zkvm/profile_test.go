package zkvm

import (
	"context"
	"errors"
	"math"
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

// TestSizesWithPoints holds sizes and bits of the recommended profile to figures. The
// model behind sizeFigures has none of these; they are the code's, and the one for each
// statement that the design of the profile had computed is within 80 bytes of that for
// one document, 200 for four.
func TestSizesWithPoints(t *testing.T) {
	for _, c := range sizeCases(t) {
		p, err := newPlan(c.st, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		w, ok := pointFigures[c.name]
		if got := p.system.TypicalSize(p.published); !ok || got != w.bytes || math.Abs(p.bits()-w.bits) > 0.005 {
			t.Errorf("%s: %d bytes and %.2f bits, want %d and %.2f", c.name, got, p.bits(), w.bytes, w.bits)
		}
	}
}

var pointFigures = map[string]figure{
	"Jane 192/8":      {43823, 109.26},
	"Jane 384/8":      {46811, 108.99},
	"Jane 480/8":      {48155, 108.98},
	"Jane 960/8":      {53669, 108.57},
	"Jane 1920/8":     {62087, 108.07},
	"Jane 4608/8":     {78481, 107.34},
	"Jane 9216/8":     {98599, 106.84},
	"Jane 16384/8":    {123759, 106.54},
	"Jane 16384/16":   {126297, 106.52},
	"age 576/8":       {47973, 109.12},
	"elements 768/8e": {63171, 107.76},
	"contains 1152/8": {56019, 107.79},
	"four 16384/16":   {258029, 105.68},
}
