package libzk

import (
	"crypto/rand"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// TestCancelling: falsehoods that cancel if a weight or a point of the verifier is
// a constant are refused: two linear conditions, two circuits, two outputs of one,
// two copies of one.
func TestCancelling(t *testing.T) {
	f := gf128.Field{}
	refuse := func(name string, shape Shape[gf128.Elem], secrets []gf128.Elem, wire func(r *Relation[gf128.Elem])) {
		t.Helper()
		sys, err := NewSystem(V2Hash, &shape, nil)
		if err != nil {
			t.Fatal(err)
		}
		relations := func() *Relations { r := shape.NewRelation(); wire(r); return &Relations{GF: r} }
		try := func(secrets []gf128.Elem) error {
			proof, err := sys.ProveUnchecked([]byte("s"), Secrets{GF: secrets}, rand.Reader, func(*transcript.Transcript) ([]byte, *Relations, error) {
				return nil, relations(), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return sys.Verify([]byte("s"), 0, proof, func(*transcript.Transcript, []byte) (*Relations, error) { return relations(), nil })
		}
		if err := try(make([]gf128.Elem, len(secrets))); err != nil {
			t.Fatalf("%s: zeros: %v", name, err)
		}
		if err := try(secrets); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	zeros := func(n int) *circuit.Circuit[gf128.Elem] {
		b := circuit.NewBuilder(f, "zeros")
		for _, x := range b.InputVector(n) {
			b.AssertZero(x, "zero")
		}
		return b.Build()
	}
	eps := gf128.Elem{Lo: 12345, Hi: 678}
	equal := []gf128.Elem{eps, eps}
	refuse("two linear conditions", Shape[gf128.Elem]{Field: f, Full: 2}, equal, func(r *Relation[gf128.Elem]) {
		r.Zero("a", r.Space.W(0))
		r.Zero("b", r.Space.W(1))
	})
	one, two := zeros(1), zeros(2)
	refuse("two circuits", Shape[gf128.Elem]{Field: f, Full: 2, Uses: []Use[gf128.Elem]{{one, 1}, {one, 1}}}, equal, func(r *Relation[gf128.Elem]) {
		r.Copy(0, r.Space.W(0))
		r.Copy(1, r.Space.W(1))
	})
	// At the constant point X the outputs' and the copies' weights are 1+X and X.
	for _, x := range []gf128.Elem{f.One(), {}, f.SumcheckPoint()} {
		pair := []gf128.Elem{x, f.Add(x, f.One())}
		refuse("two outputs", Shape[gf128.Elem]{Field: f, Full: 2, Uses: []Use[gf128.Elem]{{two, 1}}}, pair, func(r *Relation[gf128.Elem]) {
			r.Copy(0, r.Space.W(0), r.Space.W(1))
		})
		refuse("two copies", Shape[gf128.Elem]{Field: f, Full: 2, Uses: []Use[gf128.Elem]{{one, 2}}}, pair, func(r *Relation[gf128.Elem]) {
			r.Copy(0, r.Space.W(0))
			r.Copy(0, r.Space.W(1))
		})
	}
}
