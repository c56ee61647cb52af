package libzk

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// mono is a statement over GF(2^128) alone whose relation tests can change.
type mono struct {
	*toy[gf128.Elem]
	sys *System
}

func newMono(t testing.TB, n int) *mono {
	m := &mono{toy: newToy(gf128.Field{}, n)}
	var err error
	if m.sys, err = NewSystem(V2Hash, &m.shape, nil); err != nil {
		t.Fatal(err)
	}
	return m
}

// relation is the toy's relation; it publishes nothing.
func (m *mono) relation(t *transcript.Transcript) *Relation[gf128.Elem] {
	a := transcript.Challenge(t, m.f)
	return m.relate(a, m.sum(a, m.secrets()))
}

func (m *mono) prove(change func(*Relation[gf128.Elem])) ([]byte, error) {
	return m.sys.Prove([]byte("mono"), Secrets{GF: m.secrets()}, rand.Reader, func(t *transcript.Transcript) ([]byte, *Relations, error) {
		r := m.relation(t)
		change(r)
		return nil, &Relations{GF: r}, nil
	})
}

func (m *mono) verify(proof []byte, change func(*Relation[gf128.Elem])) error {
	return m.sys.Verify([]byte("mono"), 0, proof, func(t *transcript.Transcript, _ []byte) (*Relations, error) {
		r := m.relation(t)
		change(r)
		return &Relations{GF: r}, nil
	})
}

// relator is the relate function of an honest prover.
func (m *mono) relator() func(*transcript.Transcript) ([]byte, *Relations, error) {
	return func(t *transcript.Transcript) ([]byte, *Relations, error) {
		return nil, &Relations{GF: m.relation(t)}, nil
	}
}

func same(*Relation[gf128.Elem]) {}

// TestLine23RelationsOfAnotherShape: a relation with other rows, copies or
// circuits than the shape, or one that reads masks or pads, is refused by both
// sides.
func TestLine23RelationsOfAnotherShape(t *testing.T) {
	m := newMono(t, 3)
	proof, err := m.prove(same)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.verify(proof, same); err != nil {
		t.Fatal(err)
	}
	pad := affine.Ref(m.sys.gf.secrets)
	for name, v := range map[string]struct {
		change func(r *Relation[gf128.Elem])
		reason string
	}{
		"a row more":               {func(r *Relation[gf128.Elem]) { r.Bit("more", r.Space.One()) }, "4 rows"},
		"a row less":               {func(r *Relation[gf128.Elem]) { r.Rows = r.Rows[1:] }, "2 rows"},
		"a copy more":              {func(r *Relation[gf128.Elem]) { r.Copy(0, 16, 19, r.Space.One()) }, "16 inputs"},
		"an input less":            {func(r *Relation[gf128.Elem]) { r.Inputs[1] = r.Inputs[1][1:] }, "3 inputs"},
		"a circuit less":           {func(r *Relation[gf128.Elem]) { r.Inputs = r.Inputs[:1] }, "1 circuits"},
		"input reads a mask":       {func(r *Relation[gf128.Elem]) { r.Inputs[0][2] = pad }, "reads element 25"},
		"row reads a pad":          {func(r *Relation[gf128.Elem]) { r.Rows[0].B = pad + 10 }, `row "row 0"`},
		"row multiplies a pad":     {func(r *Relation[gf128.Elem]) { r.Rows[0].A = pad + 10 }, `row "row 0"`},
		"row makes a pad":          {func(r *Relation[gf128.Elem]) { r.Rows[0].C = pad + 10 }, `row "row 0"`},
		"linear form reads a mask": {func(r *Relation[gf128.Elem]) { r.Zero("mask", pad) }, `"mask"`},
		"form that does not exist": {func(r *Relation[gf128.Elem]) { r.Inputs[0][2] = -1000 }, "reads element -1000"},
		"another space": {func(r *Relation[gf128.Elem]) {
			*r = *newToy(gf128.Field{}, 4).shape.NewRelation()
			for range 3 {
				r.Bit("x", 0)
			}
		}, "witness elements"},
		"no relation": {func(r *Relation[gf128.Elem]) {}, "no relation"},
	} {
		verify := m.verify(proof, v.change)
		_, prove := m.prove(v.change)
		if name == "no relation" {
			verify = m.sys.Verify([]byte("mono"), 0, proof, func(*transcript.Transcript, []byte) (*Relations, error) { return &Relations{}, nil })
			_, prove = m.sys.Prove([]byte("mono"), Secrets{GF: m.secrets()}, rand.Reader, func(*transcript.Transcript) ([]byte, *Relations, error) { return nil, &Relations{}, nil })
		}
		if !errors.Is(verify, ErrProof) || !strings.Contains(verify.Error(), v.reason) {
			t.Errorf("%s: verifier: %v, want %q", name, verify, v.reason)
		}
		if prove == nil || !strings.Contains(prove.Error(), v.reason) {
			t.Errorf("%s: prover: %v, want %q", name, prove, v.reason)
		}
	}
	for name, read := range map[string]func(s *affine.Space[gf128.Elem]){
		"W of a mask":  func(s *affine.Space[gf128.Elem]) { s.W(int(pad)) },
		"sum of a pad": func(s *affine.Space[gf128.Elem]) { s.Add(pad + 7) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			read(m.shape.NewRelation().Space)
		}()
	}
}

// TestLine20OtherRelation: the same shape wired in another way.
func TestLine20OtherRelation(t *testing.T) {
	m := newMono(t, 3)
	proof, err := m.prove(same)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(r *Relation[gf128.Elem]){
		"input of a copy":         func(r *Relation[gf128.Elem]) { r.Inputs[0][1] = r.Space.W(m.bits + 1) },
		"constant one of a copy":  func(r *Relation[gf128.Elem]) { r.Inputs[0][0] = r.Space.Zero() },
		"factor of a row":         func(r *Relation[gf128.Elem]) { r.Rows[2].A = r.Space.W(m.bits + 1) },
		"product of a row":        func(r *Relation[gf128.Elem]) { r.Rows[2].C = r.Space.Zero() },
		"a further linear form":   func(r *Relation[gf128.Elem]) { r.Zero("w0", r.Space.W(0)) },
		"linear form left out":    func(r *Relation[gf128.Elem]) { r.Linear = nil },
		"linear form plus one":    func(r *Relation[gf128.Elem]) { r.Linear[0].Ref = r.Space.Not(r.Linear[0].Ref) },
		"copies in another order": func(r *Relation[gf128.Elem]) { r.Inputs[0] = append(r.Inputs[0][4:], r.Inputs[0][:4]...) },
	} {
		if err := m.verify(proof, change); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLine23EveryWitnessElementUsed: every secret is used by the toy, and every
// secret, mask and pad has a weight in the verifier's combined constraint.
func TestLine23EveryWitnessElementUsed(t *testing.T) {
	m := newMono(t, 5)
	a := gf128.Field{}.CodePoint(99)
	r := m.relate(a, m.sum(a, m.secrets()))
	if unused := m.shape.Unused(r); len(unused) > 0 {
		t.Errorf("unused secrets: %v", unused)
	}
	r.Linear = r.Linear[1:] // without the sum
	r.Rows[0] = Row{A: r.Space.One(), B: r.Space.One(), C: r.Space.One()}
	if got := fmt.Sprint(m.shape.Unused(r)); got != "[28]" {
		t.Errorf("without row 0 secret 18+10 is unused, got %s", got)
	}
	proof, err := m.prove(same)
	if err != nil {
		t.Fatal(err)
	}
	s := newStrand(m.sys.gf, m.sys.gfShape)
	if _, err := s.readMessages(proof[merkle.Size:]); err != nil {
		t.Fatal(err)
	}
	ts := m.sys.begin(commitment{root: merkle.Digest(proof)}, []byte("mono"))
	s.relation = m.relation(ts)
	fork := ts.Fork(forkLabels[0])
	claims, err := s.claims(fork)
	if err != nil {
		t.Fatal(err)
	}
	constant, coefficients := s.weigh(fork, claims)
	for k, e := range coefficients {
		if e == (gf128.Elem{}) {
			t.Errorf("witness element %d of %d (%d secrets) has no weight", k, len(coefficients), m.sys.gf.secrets)
		}
	}
	// And every element that is committed, of packed bits, masks τ and σ too.
	c := s.p.claim(fork, constant, coefficients, s.traces)
	if len(c.Short) != s.p.shortLen() || len(c.Full) != s.p.fullLen() || len(c.Short) != 2+5+128 {
		t.Fatalf("claim of %d and %d elements, committed are %d and %d", len(c.Short), len(c.Full), s.p.shortLen(), s.p.fullLen())
	}
	for k, e := range slices.Concat(c.Short, c.Full) {
		if e == (gf128.Elem{}) {
			t.Errorf("committed element %d of %d has no weight", k, len(c.Short)+len(c.Full))
		}
	}
}

// TestLine21PadsUsedOnce: pads of the circuits and of the rows, and the masks,
// divide the witness after the secrets among themselves.
func TestLine21PadsUsedOnce(t *testing.T) {
	y := newToyPair(t, 5, 3)
	testPadsUsedOnce(t, y.sys.gf)
	testPadsUsedOnce(t, y.sys.p)
}

func testPadsUsedOnce[E comparable](t *testing.T, p *part[E]) {
	owner := make([]string, p.witness)
	claim := func(name string, lo, n int) {
		for k := lo; k < lo+n; k++ {
			if owner[k] != "" {
				t.Errorf("element %d belongs to %s and to %s", k, owner[k], name)
			}
			owner[k] = name
		}
	}
	claim("secrets", 0, p.secrets)
	claim("masks", p.secrets, maskElements)
	n := 0
	for _, l := range p.batch.NewMessages() {
		n += 2*len(l.Rounds) + 3*len(l.Claims)
	}
	claim("pads", p.pads, n-3) // the rows' claims have none
	for _, q := range p.products {
		if q.X < p.pads || q.Y != q.X+1 || q.Z != q.X+2 || q.Z >= p.witness {
			t.Errorf("product %+v of pads at %d..%d", q, p.pads, p.witness)
		}
	}
	for k, o := range owner {
		if o == "" {
			t.Errorf("element %d belongs to nobody", k)
		}
	}
	r := p.NewRelation()
	for range p.Rows {
		r.Bit("x", 0)
	}
	refs := p.rowInputs(r)
	masks := refs[len(refs)-4*maskCopies:]
	for i := range maskCopies {
		first := affine.Ref(p.secrets + 3*i)
		if got, want := fmt.Sprint(masks[4*i+1:4*i+4]), fmt.Sprint([]affine.Ref{first, first + 1, first + 2}); got != want {
			t.Errorf("mask copy %d reads %s, want %s", i, got, want)
		}
	}
	proven := refs[4*p.Rows : len(refs)-4*maskCopies]
	for i, q := range p.products {
		want := []affine.Ref{r.Space.One(), affine.Ref(q.X), affine.Ref(q.Y), affine.Ref(q.Z)}
		if got := proven[4*i : 4*i+4]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("row of product %d reads %v, want %v", i, got, want)
		}
	}
	if len(proven) != 4*len(p.products) {
		t.Errorf("%d rows for %d products of pads", len(proven)/4, len(p.products))
	}
	for _, a := range refs[:len(refs)-4*maskCopies] {
		if int(a) >= p.secrets && int(a) < p.secrets+maskElements {
			t.Errorf("mask %d is read by a row that is no mask", a)
		}
	}
}

// TestOneAttempt: a degenerate challenge ends the attempt. The next call makes
// another commitment, which has nothing of the first: no root, row, pad or mask
// recurs, see also zkvm's tests of the statement's own masks.
func TestOneAttempt(t *testing.T) {
	m := newMono(t, 2)
	calls := 0
	_, err := m.sys.Prove([]byte("mono"), Secrets{GF: m.secrets()}, rand.Reader, func(*transcript.Transcript) ([]byte, *Relations, error) {
		calls++
		return nil, nil, fmt.Errorf("relating: %w", ErrChallenge)
	})
	if !errors.Is(err, ErrChallenge) || calls != 1 {
		t.Errorf("%v after %d commitments", err, calls)
	}
	first, second := newStrand(m.sys.gf, m.sys.gfShape), newStrand(m.sys.gf, m.sys.gfShape)
	for _, s := range []*strand[gf128.Elem]{first, second} {
		if err := s.commit(m.secrets(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[gf128.Elem]bool{}
	for _, e := range first.witness[m.sys.gf.secrets:] {
		seen[e] = true
	}
	for i, e := range second.witness[m.sys.gf.secrets:] {
		if seen[e] {
			t.Errorf("pad or mask %d recurs", i)
		}
	}
	units := func(s *strand[gf128.Elem]) map[string]bool {
		columns := [][]byte{nil, nil, nil}
		s.appendColumns(columns, 0)
		out := map[string]bool{}
		for _, c := range columns {
			short := 2 * s.g.ShortRows
			out[string(c[:16])], out[string(c[16:32])] = true, true // the mask row, row 0
			out[string(c[32:32+short])] = true                      // short rows together
			for i := 32 + short; i < len(c); i += 16 {
				out[string(c[i:i+16])] = true
			}
		}
		return out
	}
	a := units(first)
	if len(a) != 3*(3+first.g.FullRows-1) {
		t.Errorf("%d different units in three columns", len(a))
	}
	for u := range units(second) {
		if a[u] {
			t.Error("a symbol recurs")
		}
	}
}

// TestLine20UnabsorbedValues: a statement that publishes values and does not
// write them to the transcript is refused by both sides.
func TestLine20UnabsorbedValues(t *testing.T) {
	m := newMono(t, 2)
	_, err := m.sys.Prove([]byte("mono"), Secrets{GF: m.secrets()}, rand.Reader, func(ts *transcript.Transcript) ([]byte, *Relations, error) {
		return []byte("published"), &Relations{GF: m.relation(ts)}, nil
	})
	if !errors.Is(err, errUnabsorbed) {
		t.Errorf("prover: %v", err)
	}
	proof, err := m.prove(same)
	if err != nil {
		t.Fatal(err)
	}
	proof = append(append(bytes.Clone(proof[:merkle.Size]), "published"...), proof[merkle.Size:]...)
	err = m.sys.Verify([]byte("mono"), 9, proof, func(ts *transcript.Transcript, _ []byte) (*Relations, error) {
		return &Relations{GF: m.relation(ts)}, nil
	})
	if !errors.Is(err, errUnabsorbed) || !errors.Is(err, ErrProof) {
		t.Errorf("verifier: %v", err)
	}
}

// TestSecretsOfAnotherShape: wrong numbers of secrets, and a secret outside the
// subfield that its place is in.
func TestSecretsOfAnotherShape(t *testing.T) {
	y := newToyPair(t, 3, 2)
	good := Secrets{GF: y.gf.secrets(), P: y.p.secrets()}
	outside := append([]gf128.Elem(nil), good.GF...)
	outside[y.gf.bits+1] = gf128.Elem{Lo: 1, Hi: 1 << 63}
	two := append([]gf128.Elem(nil), good.GF...)
	two[1] = y.gf.f.SumcheckPoint()
	for _, v := range []struct {
		name   string
		w      Secrets
		reason string
	}{
		{"GF short", Secrets{GF: good.GF[1:], P: good.P}, "24 secrets over gf2_128"},
		{"P long", Secrets{GF: good.GF, P: append(append([]p256.Elem(nil), good.P...), p256.Elem{})}, "7 secrets over p256"},
		{"P missing", Secrets{GF: good.GF}, "0 secrets over p256"},
		{"outside the subfield", Secrets{GF: outside, P: good.P}, "secret 17 over gf2_128 is not in the subfield"},
		{"a symbol for a bit", Secrets{GF: two, P: good.P}, "secret 1 over gf2_128 is no bit"},
	} {
		for _, unchecked := range []bool{false, true} {
			if _, err := y.prove(v.w, unchecked); err == nil || !strings.Contains(err.Error(), v.reason) {
				t.Errorf("%s: %v, want %q", v.name, err, v.reason)
			}
		}
	}
	m := newMono(t, 2)
	_, err := m.sys.Prove([]byte("mono"), Secrets{GF: m.secrets(), P: good.P}, rand.Reader, func(*transcript.Transcript) ([]byte, *Relations, error) { panic("not reached") })
	if err == nil || !strings.Contains(err.Error(), "no part") {
		t.Errorf("secrets for a part that is not there: %v", err)
	}
}

// TestCheckNames: Check and Prove name the assertion, row or form that fails.
func TestCheckNames(t *testing.T) {
	m := newMono(t, 4)
	a := gf128.Field{}.CodePoint(7)
	r := m.relate(a, m.sum(a, m.secrets()))
	if err := m.shape.Check(r, m.secrets()); err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[int]string{m.bits + 4 + 2: "cube/cube/2", m.bits + 8 + 1: "rows/row 1/1", 3: "linear/bits/1"} {
		w := m.secrets()
		w[secret] = m.f.Add(w[secret], m.f.One())
		_, proving := m.sys.Prove([]byte("mono"), Secrets{GF: w}, rand.Reader, func(ts *transcript.Transcript) ([]byte, *Relations, error) {
			return nil, &Relations{GF: m.relation(ts)}, nil
		})
		for side, err := range map[string]error{"check": m.shape.Check(r, w), "prove": proving} {
			var v *circuit.Violation
			if !errors.As(err, &v) || fmt.Sprintf("%s/%s/%d", v.Circuit, v.Label, v.Copy) != want {
				t.Errorf("%s: secret %d: %v, want %s", side, secret, err, want)
			}
		}
	}
	bad := m.relate(a, m.f.Add(m.sum(a, m.secrets()), m.f.One()))
	var v *circuit.Violation
	if err := m.shape.Check(bad, m.secrets()); !errors.As(err, &v) || v.Circuit != "linear" || v.Label != "sum" {
		t.Errorf("other sum: %v", err)
	}
	// What is no relation of the shape, or no secrets of it, is not evaluated.
	for _, w := range [][]gf128.Elem{m.secrets()[1:], append(m.secrets(), gf128.Elem{})} {
		if err := m.shape.Check(r, w); err == nil || !strings.Contains(err.Error(), "secrets, the shape has") {
			t.Errorf("%d secrets: %v", len(w), err)
		}
	}
	r.Bit("more", r.Space.One())
	if err := m.shape.Check(r, m.secrets()); err == nil || !strings.Contains(err.Error(), "rows, its shape") {
		t.Errorf("a row more: %v", err)
	}
}

// otherField has the elements of GF(2^128) and is not it.
type otherField struct{ gf128.Field }

// TestCircuitOverAnotherField: its field is not its part's, although the elements are of one
// type.
func TestCircuitOverAnotherField(t *testing.T) {
	shape := newToy(gf128.Field{}, 2).shape
	shape.Uses = append([]Use[gf128.Elem]{{cube[gf128.Elem](otherField{}), 1}}, shape.Uses...)
	if _, err := NewSystem(V2Hash, &shape, nil); err == nil || !strings.Contains(err.Error(), "its part over") {
		t.Errorf("a circuit over another field: %v", err)
	}
}
