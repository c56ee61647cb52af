package zkvm

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// All benchmarks are about one ID token of 374 bytes and a query of four
// comparisons, see janeQuery.

func BenchmarkProve(b *testing.B) {
	f := newFixture(b, janeQuery, janeClaims)
	for b.Loop() {
		if _, err := Prove(context.Background(), f.st, f.secrets); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify is given another customer's statement and proof each time, as a verifier is.
func BenchmarkVerify(b *testing.B) {
	type proven struct {
		st    *Statement
		proof []byte
	}
	var all []proven
	for i, name := range []string{"Jane", "Ravi", "Mia", "Kim"} {
		number := fmt.Sprintf("DL0071825%d", i)
		other := strings.NewReplacer(`"Jane"`, `"`+name+`"`, "DL00718256", number)
		f := newFixture(b, other.Replace(janeQuery), other.Replace(janeClaims))
		proof, err := Prove(context.Background(), f.st, f.secrets)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, proven{f.st, proof})
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := Verify(all[n%len(all)].st, all[n%len(all)].proof); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(len(all[0].proof)), "proof-bytes")
}

// BenchmarkVerifyLarge is BenchmarkVerify with a payload of nearly 16 KiB.
func BenchmarkVerifyLarge(b *testing.B) {
	large := strings.Replace(janeClaims, "{", `{"fill":"`+strings.Repeat("x", 15_500)+`",`, 1)
	f := newFixture(b, janeQuery, large)
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := Verify(f.st, proof); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(proof)), "proof-bytes")
}

// BenchmarkPlan is the laying-out pass: the verifier's, which fills nothing in,
// and the prover's.
func BenchmarkPlan(b *testing.B) {
	f := newFixture(b, janeQuery, janeClaims)
	for _, side := range []struct {
		name    string
		secrets []Secret
	}{{"verifier", nil}, {"prover", f.secrets}} {
		b.Run(side.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := newPlan(f.st, side.secrets, rand.Reader); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRelate is the wiring pass: the prover's, which computes the value of
// every form, and the verifier's.
func BenchmarkRelate(b *testing.B) {
	f := newFixture(b, janeQuery, janeClaims)
	p, err := newPlan(f.st, f.secrets, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	published, _, err := p.relate(transcript.New([]byte("bench")), nil, true)
	if err != nil {
		b.Fatal(err)
	}
	for _, side := range []struct {
		name    string
		proving bool
	}{{"verifier", false}, {"prover", true}} {
		b.Run(side.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var in []byte
				if !side.proving {
					in = published
				}
				if _, _, err := p.relate(transcript.New([]byte("bench")), in, side.proving); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEvaluate is the evaluation of each circuit's copies at the honest
// witness, as proving does it first. The rows are a circuit too.
func BenchmarkEvaluate(b *testing.B) {
	f := newFixture(b, janeQuery, janeClaims)
	p, err := newPlan(f.st, f.secrets, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	_, r, err := p.relate(transcript.New([]byte("bench")), nil, true)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkUses(b, &p.gf, r.GF, p.secrets.GF)
	benchmarkUses(b, &p.p, r.P, p.secrets.P)
}

func benchmarkUses[E comparable](b *testing.B, s *libzk.Shape[E], r *libzk.Relation[E], secrets []E) {
	v := valuesOf(r, secrets)
	for i, u := range s.Uses {
		in := wiresOf(v, r.Inputs[i], u)
		b.Run(s.Field.Name()+"/"+u.Circuit.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := u.Circuit.Evaluate(in, u.Copies); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(u.Copies), "copies")
		})
	}
	b.Run(s.Field.Name()+"/rows", func(b *testing.B) {
		for b.Loop() {
			for i, w := range r.Rows {
				if s.Field.Mul(v.At(w.A), v.At(w.B)) != v.At(w.C) {
					b.Fatalf("row %d does not hold", i)
				}
			}
		}
		b.ReportMetric(float64(len(r.Rows)), "copies")
	})
}

// valuesOf are the values of a relation's forms at the secrets, whose masks and
// pads do not matter.
func valuesOf[E comparable](r *libzk.Relation[E], secrets []E) *affine.Values[E] {
	w := make([]E, r.Space.WitnessLen())
	copy(w, secrets)
	return r.Space.Evaluate(w)
}

// wiresOf lays the inputs of a use out for evaluation.
func wiresOf[E comparable](v *affine.Values[E], inputs []affine.Ref, u libzk.Use[E]) []E {
	width, stride := u.Circuit.Inputs(), 1<<circuit.LogWidth(u.Copies)
	out := make([]E, width*stride)
	for i := range width {
		for c := range u.Copies {
			out[i*stride+c] = v.At(inputs[c*width+i])
		}
	}
	return out
}
