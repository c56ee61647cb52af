package libzk

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// small is a draft system for x³ = y with public y: the vectors' circuits have
// no public inputs.
type small[E comparable] struct {
	f      field.Field[E]
	d      *Draft[E]
	inputs []E
}

// newSmall has the public inputs one and y, and the secrets x and flag, of which
// x lies in the subfield.
func newSmall[E comparable](t testing.TB, f field.Field[E]) *small[E] {
	t.Helper()
	b := circuit.NewBuilder(f, "public cube")
	y, x, flag := b.Input(), b.Input(), b.Input()
	b.AssertEqual(b.Mul(b.Wire(b.Mul(x, x)), x), y, "cube")
	b.AssertEqual(b.Mul(x, flag), x, "flag")
	d, err := NewDraft(&circuit.File[E]{Circuit: b.Build(), Public: 2, Subfield: 3}, 4, 16, 256)
	if err != nil {
		t.Fatal(err)
	}
	v := f.CodePoint(12345)
	return &small[E]{f, d, []E{f.One(), f.Mul(v, f.Mul(v, v)), v, f.One()}}
}

func (s *small[E]) prove(t testing.TB) []byte {
	t.Helper()
	proof, err := s.d.Prove("small", s.inputs, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func TestDraftPublicInputs(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testDraftPublicInputs(t, newSmall(t, gf128.Field{})) })
	t.Run("p256", func(t *testing.T) { testDraftPublicInputs(t, newSmall(t, p256.Field{})) })
}

func testDraftPublicInputs[E comparable](t *testing.T, s *small[E]) {
	f := s.f
	proof := s.prove(t)
	public := s.inputs[:2]
	if err := s.d.Verify("small", public, proof); err != nil {
		t.Fatal(err)
	}
	for i := range public {
		for _, e := range []E{f.Add(public[i], f.One()), f.CodePoint(0), f.CodePoint(77)} {
			changed := append([]E(nil), public...)
			changed[i] = e
			if err := s.d.Verify("small", changed, proof); !errors.Is(err, ErrProof) {
				t.Errorf("public input %d changed: %v", i, err)
			}
		}
	}
	for _, n := range []int{0, 1, 3} {
		if err := s.d.Verify("small", s.inputs[:n], proof); err == nil || !strings.Contains(err.Error(), "public inputs, the circuit has") {
			t.Errorf("%d public inputs: %v", n, err)
		}
	}
	if err := s.d.Verify("small ", public, proof); !errors.Is(err, ErrProof) {
		t.Errorf("other label: %v", err)
	}
	for i := 1; i < len(s.inputs); i++ {
		bad := append([]E(nil), s.inputs...)
		bad[i] = f.Add(bad[i], f.One())
		var v *circuit.Violation
		if _, err := s.d.Prove("small", bad, rand.Reader); !errors.As(err, &v) {
			t.Errorf("input %d false: %v", i, err)
		}
	}
	if _, err := s.d.Prove("small", s.inputs[1:], rand.Reader); err == nil {
		t.Error("an input missing: accepted")
	}
	// A proof for another code rate, number of queries or circuit.
	for name, v := range map[string][3]int{"rate": {3, 16, 256}, "queries": {4, 15, 256}, "length": {4, 16, 250}} {
		other, err := NewDraft(s.d.file, v[0], v[1], v[2])
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Verify("small", public, proof); !errors.Is(err, ErrProof) {
			t.Errorf("other %s: %v", name, err)
		}
	}
	// Every byte.
	step := 1
	if testing.Short() {
		step = 13
	}
	for i := 0; i < len(proof); i += step {
		b := bytes.Clone(proof)
		b[i] ^= 0x10
		if err := s.d.Verify("small", public, b); !errors.Is(err, ErrProof) {
			t.Errorf("byte %d of %d changed: %v", i, len(proof), err)
		}
	}
}

// TestLine21DraftProofsDiffer: nothing but the lengths of runs and of the path
// is the same in two proofs.
func TestLine21DraftProofsDiffer(t *testing.T) {
	s := newSmall(t, gf128.Field{})
	a, errA := s.d.parse(s.prove(t))
	b, errB := s.d.parse(s.prove(t))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if a.root == b.root {
		t.Error("the same root twice")
	}
	units := map[string]bool{}
	each := func(p *draftProof[gf128.Elem], use func(string)) {
		for _, l := range p.messages {
			for _, r := range l.Rounds {
				use(fmt.Sprint(r[0]))
				use(fmt.Sprint(r[1]))
			}
			use(fmt.Sprint(l.Claims[0]))
			use(fmt.Sprint(l.Claims[1]))
		}
		for _, part := range p.response.Parts() {
			for _, e := range part {
				use(fmt.Sprint(e))
			}
		}
		for i := 0; i < len(p.nonces); i += nonceSize {
			use(string(p.nonces[i : i+nonceSize]))
		}
		for _, e := range p.opened {
			if !s.f.InSubfield(e) {
				use(fmt.Sprint(e))
			}
		}
		for _, d := range p.path {
			use(string(d[:]))
		}
	}
	each(a, func(u string) { units[u] = true })
	each(b, func(u string) {
		if units[u] {
			t.Errorf("%q in both proofs", u)
		}
	})
	all := &limited{1 << 30}
	if _, err := s.d.Prove("small", s.inputs, all); err != nil {
		t.Fatal(err)
	}
	total := 1<<30 - all.n
	if least := s.d.g.Columns()*nonceSize + s.d.g.Rows()*s.d.g.Queries*s.f.SubfieldSize(); total < least {
		t.Errorf("%d bytes of randomness are enough, want at least %d", total, least)
	}
	for n := total - 1; n >= 0; n -= 577 {
		if _, err := s.d.Prove("small", s.inputs, &limited{n}); !errors.Is(err, errSource) {
			t.Errorf("source that fails after %d of %d bytes: %v", n, total, err)
		}
	}
}

// TestLine22DraftRuns: runs of opened elements that are not the one canonical
// split, or claim more than there is, are refused.
func TestLine22DraftRuns(t *testing.T) {
	s := newSmall(t, gf128.Field{})
	v := subfieldProof(t, s)
	p, err := v.parse(v.proof)
	if err != nil {
		t.Fatal(err)
	}
	f := s.f
	head := bytes.Clone(v.proof[:v.runs])
	sub := 0
	for _, e := range p.opened {
		if f.InSubfield(e) {
			sub++
		}
	}
	if sub == 0 {
		t.Fatal("no opened element is in the subfield: the test shows nothing")
	}
	tail := binary.LittleEndian.AppendUint32(nil, uint32(len(p.path)))
	for _, d := range p.path {
		tail = append(tail, d[:]...)
	}
	u32 := func(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
	full := func(es []gf128.Elem) (b []byte) {
		for _, e := range es {
			b = f.Append(b, e)
		}
		return b
	}
	n := len(p.opened)
	for name, runs := range map[string][]byte{
		"one full run":          append(u32(n), full(p.opened)...),
		"one element too many":  append(u32(n+1), full(append(p.opened[:n:n], gf128.Elem{Lo: 5, Hi: 1 << 60}))...),
		"four billion elements": append(u32(1<<32-1), full(p.opened)...),
		"empty runs for ever":   bytes.Repeat(u32(0), 5000),
		"nothing":               nil,
	} {
		b := append(append(bytes.Clone(head), runs...), tail...)
		if err := v.Verify("small", s.inputs[:2], b); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := v.Verify("small", s.inputs[:2], v.proof); err != nil {
		t.Fatal(err)
	}
	// A path that claims more digests than follow.
	b := bytes.Clone(v.proof)
	at := len(b) - 32*len(p.path) - 4
	binary.LittleEndian.PutUint32(b[at:], 1<<27)
	if err := v.Verify("small", s.inputs[:2], b); !errors.Is(err, ErrProof) || !strings.Contains(err.Error(), "path") {
		t.Errorf("long path: %v", err)
	}
}

type madeProof struct {
	*Draft[gf128.Elem]
	proof []byte
	runs  int // where the runs start
}

// subfieldProof makes a proof with subfield rows: 60 secrets of the subfield.
func subfieldProof(t testing.TB, s *small[gf128.Elem]) *madeProof {
	t.Helper()
	f := s.f
	b := circuit.NewBuilder(f, "many")
	y := b.Input()
	xs := b.InputVector(60)
	b.AssertEqual(b.Add(xs...), y, "sum")
	d, err := NewDraft(&circuit.File[gf128.Elem]{Circuit: b.Build(), Public: 2, Subfield: 62}, 4, 16, 256)
	if err != nil {
		t.Fatal(err)
	}
	in := []gf128.Elem{f.One(), {}}
	for i := range xs {
		in = append(in, f.CodePoint(i+100))
		in[1] = f.Add(in[1], in[2+i])
	}
	s.inputs = in
	proof, err := d.Prove("small", in, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.parse(proof)
	if err != nil {
		t.Fatal(err)
	}
	p.opened, p.path = nil, nil
	return &madeProof{d, proof, len(p.append(nil, f)) - 4}
}

// FuzzDraftVerify: as FuzzSystemVerify.
func FuzzDraftVerify(f *testing.F) {
	s := newSmall(f, gf128.Field{})
	v := subfieldProof(f, s)
	f.Add(v.proof, []byte{})
	f.Add(v.proof[:v.runs+4], []byte{0, 0, 0, 1})
	at := binary.LittleEndian.AppendUint32(nil, uint32(v.runs))
	at[3] = 1 // one more element in the first run
	f.Add([]byte{}, at)
	f.Fuzz(func(t *testing.T, raw, changes []byte) {
		for _, b := range [][]byte{raw, patch(v.proof, changes)} {
			if err := v.Verify("small", s.inputs[:2], b); err != nil && !errors.Is(err, ErrProof) {
				t.Fatal(err)
			} else if err == nil && !bytes.Equal(b, v.proof) && !bytes.Equal(b, raw) {
				t.Fatal("a changed proof is accepted")
			}
		}
	})
}
