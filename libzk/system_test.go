package libzk

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// cube asserts x³ = y over two layers, x·flag = x inside the circuit.
func cube[E comparable](f field.Field[E]) *circuit.Circuit[E] {
	b := circuit.NewBuilder(f, "cube")
	x, y, flag := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Mul(b.Wire(b.Mul(x, x)), x), y, "cube")
	b.AssertEqual(b.Mul(x, flag), x, "flag")
	return b.Build()
}

// toy is a statement over n values: committed x_i and x_i³, a row for each pair
// of neighbours, and a public weighted sum with a challenge. Where the field has
// bits there are some before the values, and a weighted sum of them.
type toy[E comparable] struct {
	f     field.Field[E]
	n     int
	bits  int // where the values begin
	shape Shape[E]
}

func newToy[E comparable](f field.Field[E], n int) *toy[E] {
	y := &toy[E]{f: f, n: n, shape: Shape[E]{
		Field: f, Full: 3 * n,
		Uses: []Use[E]{{cube(f), n}, {cube(f), 1}},
		Rows: n,
	}}
	if _, ok := f.(field.Packing[E]); ok {
		y.bits = n + 13
		y.shape.Bits, y.shape.Symbols, y.shape.Full = y.bits, n, 2*n
	}
	return y
}

// bit is the i-th bit.
func (y *toy[E]) bit(i int) (e E) {
	if i%3 == 0 || i%7 == 1 {
		e = y.f.One()
	}
	return e
}

func (y *toy[E]) secrets() []E {
	f := y.f
	all := make([]E, y.bits+3*y.n)
	for i := range y.bits {
		all[i] = y.bit(i)
	}
	w := all[y.bits:]
	for i := range y.n {
		x := f.CodePoint(i + 3)
		w[i] = x
		w[y.n+i] = f.Mul(x, f.Mul(x, x))
	}
	for i := range y.n {
		w[2*y.n+i] = f.Mul(w[i], w[(i+1)%y.n])
	}
	return all
}

// relate draws the challenge and builds the relation for a published sum.
func (y *toy[E]) relate(challenge E, sum E) *Relation[E] {
	f, r := y.f, y.shape.NewRelation()
	s := r.Space
	x := func(i int) affine.Ref { return s.W(y.bits + i) }
	terms := []affine.Term[E]{}
	k := f.One()
	for i := range y.n {
		r.Copy(0, x(i), x(y.n+i), s.One())
		r.Row(fmt.Sprint("row ", i%2), x(i), x((i+1)%y.n), x(2*y.n+i))
		terms = append(terms, affine.Term[E]{K: k, Ref: x(i)})
		k = f.Mul(k, challenge)
	}
	r.Copy(1, x(0), x(y.n), s.One())
	r.Zero("sum", s.Sub(s.Sum(terms...), s.Const(sum)))
	if y.bits > 0 {
		var want E
		terms = terms[:0]
		for i := range y.bits {
			terms = append(terms, affine.Term[E]{K: k, Ref: s.W(i)})
			want = f.Add(want, f.Mul(k, y.bit(i)))
			k = f.Mul(k, challenge)
		}
		r.Zero("bits", s.Sub(s.Sum(terms...), s.Const(want)))
	}
	return r
}

func (y *toy[E]) sum(challenge E, w []E) (sum E) {
	k := y.f.One()
	for i := range y.n {
		sum = y.f.Add(sum, y.f.Mul(k, w[y.bits+i]))
		k = y.f.Mul(k, challenge)
	}
	return sum
}

type toyPair struct {
	gf  *toy[gf128.Elem]
	p   *toy[p256.Elem]
	sys *System
}

func newToyPair(t testing.TB, n, m int) *toyPair {
	y := &toyPair{gf: newToy(gf128.Field{}, n), p: newToy(p256.Field{}, m)}
	var err error
	if y.sys, err = NewSystem(V2Hash, &y.gf.shape, &y.p.shape); err != nil {
		t.Fatal(err)
	}
	return y
}

const toyPublished = 16 + 32

func (y *toyPair) prove(w Secrets, unchecked bool) ([]byte, error) {
	if unchecked {
		return y.sys.ProveUnchecked([]byte("toy"), w, rand.Reader, y.relator(w))
	}
	return y.sys.Prove([]byte("toy"), w, rand.Reader, y.relator(w))
}

// relator is the relate function of a prover with the given secrets.
func (y *toyPair) relator(w Secrets) func(*transcript.Transcript) ([]byte, *Relations, error) {
	return func(t *transcript.Transcript) ([]byte, *Relations, error) {
		a, b := transcript.Challenge(t, y.gf.f), transcript.Challenge(t, y.p.f)
		s, u := y.gf.sum(a, w.GF), y.p.sum(b, w.P)
		published := y.p.f.Append(y.gf.f.Append(nil, s), u)
		t.WriteBytes(published)
		return published, &Relations{y.gf.relate(a, s), y.p.relate(b, u)}, nil
	}
}

func (y *toyPair) verify(statement string, proof []byte) error {
	return y.sys.Verify([]byte(statement), toyPublished, proof, func(t *transcript.Transcript, b []byte) (*Relations, error) {
		a, c := transcript.Challenge(t, y.gf.f), transcript.Challenge(t, y.p.f)
		s, err := y.gf.f.Decode(b)
		if err != nil {
			return nil, err
		}
		u, err := y.p.f.Decode(b[16:])
		if err != nil {
			return nil, err
		}
		t.WriteBytes(b)
		return &Relations{y.gf.relate(a, s), y.p.relate(c, u)}, nil
	})
}

func TestSystemProvesAndRefuses(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 8, 9, 17, 300} {
		t.Run(fmt.Sprint(n, " copies"), func(t *testing.T) {
			m := n%7 + 1
			y := newToyPair(t, n, m)
			w := Secrets{GF: y.gf.secrets(), P: y.p.secrets()}
			proof, err := y.prove(w, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := y.verify("toy", proof); err != nil {
				t.Fatal(err)
			}
			if err := y.verify("toy!", proof); !errors.Is(err, ErrProof) {
				t.Errorf("other statement: %v", err)
			}
			// Each secret changed alone: the honest prover refuses, the verifier too.
			for _, i := range []int{-1, -y.gf.bits, -y.gf.bits + 1, 0, n - 1, n, 2*n - 1, 2 * n, 3*n - 1} {
				i += y.gf.bits
				bad := Secrets{GF: append([]gf128.Elem(nil), w.GF...), P: w.P}
				bad.GF[i] = y.gf.f.Add(bad.GF[i], y.gf.f.One())
				var v *circuit.Violation
				if _, err := y.prove(bad, false); !errors.As(err, &v) {
					t.Errorf("secret %d changed: honest prover: %v", i, err)
				}
				proof, err := y.prove(bad, true)
				if err != nil {
					t.Fatal(err)
				}
				if err := y.verify("toy", proof); !errors.Is(err, ErrProof) {
					t.Errorf("secret %d changed: verifier: %v", i, err)
				}
			}
			for _, i := range []int{0, m, 3*m - 1} {
				bad := Secrets{GF: w.GF, P: append([]p256.Elem(nil), w.P...)}
				bad.P[i] = y.p.f.Add(bad.P[i], y.p.f.One())
				proof, err := y.prove(bad, true)
				if err != nil {
					t.Fatal(err)
				}
				if err := y.verify("toy", proof); !errors.Is(err, ErrProof) {
					t.Errorf("P secret %d changed: verifier: %v", i, err)
				}
			}
		})
	}
}

func TestSystemRefusesEveryFlip(t *testing.T) {
	y := newToyPair(t, 5, 3)
	proof, err := y.prove(Secrets{GF: y.gf.secrets(), P: y.p.secrets()}, false)
	if err != nil {
		t.Fatal(err)
	}
	rng := mathrand.New(mathrand.NewPCG(3, 4))
	for range 400 {
		bit := rng.IntN(8 * len(proof))
		b := bytes.Clone(proof)
		b[bit/8] ^= 1 << (bit % 8)
		if err := y.verify("toy", b); !errors.Is(err, ErrProof) {
			t.Fatalf("bit %d of %d flipped: %v", bit, 8*len(proof), err)
		}
	}
	for n := range 40 {
		if err := y.verify("toy", proof[:len(proof)*n/40]); !errors.Is(err, ErrProof) {
			t.Fatalf("cut to %d/40: %v", n, err)
		}
	}
	if err := y.verify("toy", append(bytes.Clone(proof), make([]byte, 32)...)); !errors.Is(err, ErrProof) {
		t.Fatalf("trailing digest: %v", err)
	}
}
