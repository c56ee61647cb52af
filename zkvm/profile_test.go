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
// model behind sizeFigures has none of these: they are the code's, to notice what changes
// them.
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
	"Jane 192/8":      {43343, 109.67},
	"Jane 384/8":      {46245, 109.10},
	"Jane 480/8":      {47813, 109.09},
	"Jane 960/8":      {53253, 108.57},
	"Jane 1920/8":     {61639, 108.07},
	"Jane 4608/8":     {77969, 107.34},
	"Jane 9216/8":     {98055, 106.84},
	"Jane 16384/8":    {123183, 106.54},
	"Jane 16384/16":   {125721, 106.52},
	"age 576/8":       {47621, 109.12},
	"elements 768/8e": {54245, 108.60},
	"contains 1152/8": {55523, 107.67},
	"four 16384/16":   {257389, 105.68},
}
