package libzk

import (
	"crypto/rand"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// BenchmarkSystem is a synthetic statement: 4000 secrets over GF(2^128) in 1000
// copies, 600 over the P-256 field in 200.
func BenchmarkSystem(b *testing.B) {
	y := newToyPair(b, 1000, 200)
	w := Secrets{GF: y.gf.secrets(), P: y.p.secrets()}
	b.Run("layout", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewSystem(V2Hash, &y.gf.shape, &y.p.shape); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("commit gf2_128", func(b *testing.B) { benchmarkCommit(b, newStrand(y.sys.gf, y.sys.gfShape), w.GF) })
	b.Run("commit p256", func(b *testing.B) { benchmarkCommit(b, newStrand(y.sys.p, y.sys.pShape), w.P) })
	var proof []byte
	b.Run("prove", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var err error
			if proof, err = y.prove(w, false); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(proof)), "proof-bytes")
	})
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := y.verify("toy", proof); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchmarkCommit[E comparable](b *testing.B, s *strand[E], secrets []E) {
	for b.Loop() {
		if err := s.commit(secrets, rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDraft is the reference's vectors: one SHA-256 block, one ECDSA
// verification.
func BenchmarkDraft(b *testing.B) {
	b.Run("sha256", func(b *testing.B) { benchmarkDraft(b, loadVector(b, gf128.Field{}, "sha256", 3, 12345)) })
	b.Run("ecdsa2", func(b *testing.B) { benchmarkDraft(b, loadVector(b, p256.Field{}, "ecdsa2", 4, 123456789)) })
}

func benchmarkDraft[E comparable](b *testing.B, v *draftVector[E]) {
	b.Run("prove", func(b *testing.B) {
		for b.Loop() {
			if _, err := v.d.Prove(v.label(), v.inputs, rand.Reader); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if err := v.d.Verify(v.label(), v.inputs[:v.d.file.Public], v.proof); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTransform extends one row of the geometry that BenchmarkSystem has.
func BenchmarkTransform(b *testing.B) {
	y := newToyPair(b, 1000, 200)
	b.Run("gf2_128", func(b *testing.B) {
		benchmarkTransform(b, gf128.Field{}, y.sys.gfShape.Block, y.sys.gfShape.Block+y.sys.gfShape.Columns)
	})
	b.Run("p256", func(b *testing.B) {
		benchmarkTransform(b, p256.Field{}, y.sys.pShape.Block, y.sys.pShape.Block+y.sys.pShape.Columns)
	})
}

func benchmarkTransform[E comparable](b *testing.B, f field.Field[E], k, n int) {
	e, row := f.NewEncoder(k, n), make([]E, n)
	for i := range k {
		row[i] = f.CodePoint(i)
	}
	for b.Loop() {
		e.Encode(row)
	}
}
