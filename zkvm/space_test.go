package zkvm

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// TestRoomForForms: laying out counts the forms of the wiring pass well enough that a space hardly
// grows and hardly wastes. It is a matter of speed: a wrong count is no error.
func TestRoomForForms(t *testing.T) {
	for _, k := range []kind{{ES256, 256}, {RS256, 2048}, {PS256, 2048}} {
		t.Run(k.String(), func(t *testing.T) {
			f := newFixture(t, janeQuery, janeClaims)
			if k.a != ES256 {
				f.resign(t, 0, k.a, k.bits)
			}
			testRoomForForms(t, f)
		})
	}
}

func testRoomForForms(t *testing.T, f *fixture) {
	p, err := newPlan(f.st, f.secrets, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := p.relate(transcript.New([]byte("test")), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, counted, made int) {
		if counted+counted/32 < made || counted > made*11/10 {
			t.Errorf("%d %s counted, %d made", counted, what, made)
		}
	}
	near("forms", p.forms, r.GF.Space.Forms())
	near("terms", p.terms, r.GF.Space.Terms())
}

// TestWiringIsTheLayout: a wiring pass that commits something else than was laid out says so.
func TestWiringIsTheLayout(t *testing.T) {
	f := newFixture(t, janeQuery, janeClaims)
	for what, change := range map[string]func(p *plan){
		"bits":            func(p *plan) { p.gf.Bits++ },
		"symbols":         func(p *plan) { p.gf.Symbols++ },
		"full elements":   func(p *plan) { p.gf.Full++ },
		"published bytes": func(p *plan) { p.published++ },
	} {
		p, err := newPlan(f.st, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		published := make([]byte, p.published+1)
		for i := range published {
			published[i] = 1 // no product is zero
		}
		change(p)
		if _, _, err := p.relate(transcript.New([]byte("test")), published, false); err == nil || !strings.Contains(err.Error(), "wiring has") || !strings.Contains(err.Error(), what) {
			t.Errorf("another number of %s: %v", what, err)
		}
	}
}
