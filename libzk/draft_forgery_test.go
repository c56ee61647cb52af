package libzk

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/ligero"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
)

// forge is Prove for any inputs: everything is what an honest prover would send, of
// wires that do not satisfy the circuit.
func (s *small[E]) forge(t *testing.T, inputs []E) []byte {
	t.Helper()
	d, c, f := s.d, s.d.file.Circuit, s.f
	public := inputs[:d.file.Public]
	pads, err := samplePads(f, c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	witness := append(append([]E(nil), inputs[d.file.Public:]...), pads...)
	tableau, err := ligero.Commit(f, d.g, witness, d.file.Subfield-d.file.Public, d.quads(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	nonces := make([]byte, d.g.Columns()*nonceSize)
	rand.Read(nonces)
	leaves := make([]merkle.DraftDigest, d.g.Columns())
	for i := range leaves {
		buf := [][]byte{append([]byte(nil), nonces[i*nonceSize:(i+1)*nonceSize]...)}
		tableau.AppendColumns(buf, i, func(int) bool { return false })
		leaves[i] = sha256.Sum256(buf[0])
	}
	tree := merkle.New(leaves)
	ts := d.begin("small", tree.Root(), public)
	sc, err := sumcheck.Prove(ts, c, c.EvaluateUnchecked(append([]E(nil), inputs...), 1), pads, false)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := sc.Claims(c, 1, false)
	if err != nil {
		t.Fatal(err)
	}
	ts.WriteBytes(statementHash[:])
	ch := ligero.Draw(ts, f, d.g, len(claims.Layers)+1)
	_, coefficients := d.combine(claims, public, ch.Linear)
	response := tableau.Respond(coefficients, ch)
	response.Write(ts, f)
	columns := ts.Choose(d.g.Columns(), d.g.Queries)
	p := draftProof[E]{root: tree.Root(), messages: sc.Messages, response: response, opened: tableau.Open(columns), path: tree.Open(columns)}
	for _, i := range columns {
		p.nonces = append(p.nonces, nonces[i*nonceSize:(i+1)*nonceSize]...)
	}
	return p.append(nil, f)
}

// TestDraftForgery: an honest run over a false witness, or for other public inputs, is refused by what
// is left to check of the commitment, and by nothing before.
func TestDraftForgery(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testDraftForgery(t, newSmall(t, gf128.Field{})) })
	t.Run("p256", func(t *testing.T) { testDraftForgery(t, newSmall(t, p256.Field{})) })
}

func testDraftForgery[E comparable](t *testing.T, s *small[E]) {
	if err := s.d.Verify("small", s.inputs[:2], s.forge(t, s.inputs)); err != nil {
		t.Fatalf("true inputs: %v", err)
	}
	for name, change := range map[string]func(f field.Field[E], in []E){
		"another cube":   func(f field.Field[E], in []E) { in[1] = f.Add(in[1], f.One()) },
		"another root":   func(f field.Field[E], in []E) { in[2] = f.CodePoint(7) },
		"a flag of zero": func(f field.Field[E], in []E) { in[3] = f.Sub(in[3], in[3]) },
	} {
		in := append([]E(nil), s.inputs...)
		change(s.f, in)
		if err := s.d.Verify("small", in[:2], s.forge(t, in)); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
