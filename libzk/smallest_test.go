package libzk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// TestSmallestStatements: shapes at the ends of what can be laid out, in both
// profiles: nothing at all, one bit, one symbol, one element, one circuit with one copy,
// beside a P-256 side that has nothing, one element, or is not there. The truth is proven
// and a falsehood about the last secret is refused.
func TestSmallestStatements(t *testing.T) {
	g, h := gf128.Field{}, p256.Field{}
	for _, gf := range []Shape[gf128.Elem]{
		{Field: g},
		{Field: g, Bits: 1},
		{Field: g, Symbols: 1},
		{Field: g, Full: 1},
		{Field: g, Bits: 16, Symbols: 1, Full: 1, Rows: 1},
		{Field: g, Bits: 1, Uses: []Use[gf128.Elem]{{rowCircuit[gf128.Elem](g), 1}}},
	} {
		for _, p := range []*Shape[p256.Elem]{nil, {Field: h}, {Field: h, Full: 1}, {Field: h, Full: 1, Uses: []Use[p256.Elem]{{rowCircuit[p256.Elem](h), 1}}}} {
			for _, profile := range []Profile{V2, V2Hash} {
				name := fmt.Sprintf("%s: %d bits, %d symbols, %d elements, %d circuits; P %v", profile, gf.Bits, gf.Symbols, gf.Full, len(gf.Uses), p)
				sys, err := NewSystem(profile, &gf, p)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				secrets := Secrets{GF: make([]gf128.Elem, gf.Bits+gf.Symbols+gf.Full)}
				for i := range secrets.GF {
					secrets.GF[i] = g.One()
				}
				if p != nil {
					secrets.P = make([]p256.Elem, p.Full)
					for i := range secrets.P {
						secrets.P[i] = h.One()
					}
				}
				// The last secret of each field is what is said, all rows are 1·1 = 1.
				relations := func(said uint64) *Relations {
					r := &Relations{GF: gf.NewRelation()}
					fill(r.GF, &gf, g.FromUint64(said))
					if p != nil {
						r.P = p.NewRelation()
						fill(r.P, p, h.FromUint64(said))
					}
					return r
				}
				proof, err := sys.Prove(nil, secrets, rand.Reader, func(*transcript.Transcript) ([]byte, *Relations, error) {
					return nil, relations(1), nil
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				verify := func(said uint64) error {
					return sys.Verify(nil, 0, proof, func(*transcript.Transcript, []byte) (*Relations, error) { return relations(said), nil })
				}
				if err := verify(1); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if len(secrets.GF)+len(secrets.P) == 0 {
					continue
				}
				if err := verify(2); !errors.Is(err, ErrProof) {
					t.Errorf("%s: a falsehood: %v", name, err)
				}
			}
		}
	}
}

func fill[E comparable](r *Relation[E], s *Shape[E], said E) {
	n := s.Bits + s.Symbols + s.Full
	x := r.Space.One()
	if n > 0 {
		x = r.Space.W(n - 1)
		r.Zero("said", r.Space.Sub(x, r.Space.Const(said)))
	}
	for range s.Rows {
		r.Row("row", x, x, x)
	}
	for i := range s.Uses {
		r.Copy(i, x, x, x)
	}
}
