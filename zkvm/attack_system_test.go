package zkvm

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// newPair is a fixture over two documents with the tags x and y.
func newPair(t testing.TB, text, x, y string) *fixture {
	t.Helper()
	p, err := query.Compile([]byte(text), []string{"x", "y"}, query.WithFormat("x", query.JWT), query.WithFormat("y", query.JWT))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{st: &Statement{Program: p, Time: testNow}}
	docs := map[string]*document.Document{}
	for i, payload := range []string{x, y} {
		d, s := sign(t, testKey, payload)
		d.Tag = p.Documents[i].Tag
		if d.Class, err = ClassFor(len(payload), 2); err != nil {
			t.Fatal(err)
		}
		if docs[d.Tag], err = document.Parse([]byte(payload)); err != nil {
			t.Fatal(err)
		}
		f.st.Documents = append(f.st.Documents, d)
		f.secrets = append(f.secrets, s)
	}
	out, err := p.Eval(docs, time.Unix(testNow, 0))
	if err != nil {
		t.Fatal(err)
	}
	f.st.Output = out.JSON
	return f
}

func TestLine13TooDeep(t *testing.T) {
	nested := func(n int, space string) string {
		return `{"a":"x","b":` + strings.Repeat("[", n) + strings.Repeat("]", n) + space + `}`
	}
	held := nested(8, "")
	f := forged(t, textQuery, `{"a":"x"}`, held)
	newAttack(t, f, cheat{
		parsed: nested(7, "  "),
		resolved: func(s []*value.Document) {
			rows, err := json.Trace([]byte(held), s[0].Size(), 16)
			if err != nil {
				t.Fatal(err)
			}
			s[0].Rows = rows
		},
	}).refused(t, "stack", true)
}

// TestLine20PublishedValues changes values that are published after the
// challenges: each is absorbed, and tied to the witness. They are sought in the proof,
// since what stands before them differs between profiles.
func TestLine20PublishedValues(t *testing.T) {
	for _, profile := range []libzk.Profile{libzk.V2, libzk.V2Hash} {
		f := newFixture(t, textQuery, `{"a":"x"}`)
		f.st.Profile = profile
		var published []byte
		proof, err := Prove(context.Background(), f.st, f.secrets, func(o *options) {
			o.related = func(_ *plan, b []byte) error {
				published = bytes.Clone(b)
				return nil
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(published) == 0 || bytes.Count(proof, published) != 1 {
			t.Fatalf("%s: %d published bytes stand %d times in the proof", profile, len(published), bytes.Count(proof, published))
		}
		start := bytes.Index(proof, published)
		for at := 0; at < len(published); at += max(16, len(published)/12) {
			bad := bytes.Clone(proof)
			bad[start+at] ^= 1
			if err := Verify(f.st, bad); !errors.Is(err, ErrProof) {
				t.Errorf("%s: published byte %d: %v", profile, at, err)
			}
		}
		zero := bytes.Clone(proof)
		clear(zero[start : start+len(published)])
		if err := Verify(f.st, zero); !errors.Is(err, machine.ErrZero) {
			t.Errorf("%s: published zeros: %v", profile, err)
		}
		ones := bytes.Clone(proof)
		copy(ones[start:], bytes.Repeat([]byte{255}, len(published)))
		if err := Verify(f.st, ones); !errors.Is(err, signature.ErrLink) {
			t.Errorf("%s: a link value that is too large: %v", profile, err)
		}
	}
}

// TestLine20PublishedValuesAreTied changes secrets of the whole field while what
// is published stays: every mask and every factor must be tied to it.
func TestLine20PublishedValuesAreTied(t *testing.T) {
	a := newAttack(t, newFixture(t, facets[0].query, facets[0].payload), cheat{})
	published, _, err := a.plan.relate(transcript.New([]byte("attack")), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := a.plan.relate(transcript.New([]byte("attack")), published, false)
	if err != nil {
		t.Fatal(err)
	}
	if a.violates(t, r) {
		t.Fatal("the honest witness violates a condition")
	}
	for i := a.gf.Bits + a.gf.Symbols; i < len(a.plan.secrets.GF); i++ {
		old := a.plan.secrets.GF[i]
		a.plan.secrets.GF[i] = field.Add(old, gf128.Elem{Lo: 1})
		if !a.violates(t, r) {
			t.Errorf("element %d of %d is not tied", i-a.gf.Bits-a.gf.Symbols, a.gf.Full)
		}
		a.plan.secrets.GF[i] = old
	}
}

func TestLine21ProofsShareNothing(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	seen := map[[16]byte]bool{}
	var first []byte
	for k := range 2 {
		proof, err := Prove(context.Background(), f.st, f.secrets)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+16 <= len(proof); i++ {
			b := [16]byte(proof[i:])
			if k == 0 {
				seen[b] = true
			} else if seen[b] {
				t.Fatalf("16 bytes at %d stand in both proofs", i)
			}
		}
		if k == 0 {
			first = proof
		}
	}
	if err := Verify(f.st, first); err != nil {
		t.Error(err)
	}
	broken := errors.New("no randomness")
	for _, n := range []int64{0, 5, 20, 4096, 1 << 14} {
		r := io.MultiReader(io.LimitReader(sevens{}, n), failing{broken})
		if _, err := Prove(context.Background(), f.st, f.secrets, func(o *options) { o.random = r }); !errors.Is(err, broken) {
			t.Errorf("source that fails after %d bytes: %v", n, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type sevens struct{}

func (sevens) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 7
	}
	return len(b), nil
}

// TestLine31TwoDocuments exchanges what belongs to two documents.
func TestLine31TwoDocuments(t *testing.T) {
	const text = `{"and":[{"==":[{"dvar":"x.a"},"1"]},{"==":[{"dvar":"y.a"},"2"]}]}`
	f := newPair(t, text, `{"a":"1"}`, `{"a":"2"}`)
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(f.st, proof); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(d []Document){
		"tags":      func(d []Document) { d[0].Tag, d[1].Tag = d[1].Tag, d[0].Tag },
		"documents": func(d []Document) { d[0], d[1] = d[1], d[0] },
		"headers":   func(d []Document) { d[0].Header = "f" + d[0].Header[1:] },
		"class":     func(d []Document) { d[1].Class = Class{Bytes: 192, Depth: 16} },
		"key":       func(d []Document) { d[1].Key.Y[31] ^= 1 },
	} {
		st := *f.st
		st.Documents = slices.Clone(st.Documents)
		change(st.Documents)
		if err := Verify(&st, proof); err == nil {
			t.Errorf("other %s: accepted", name)
		}
	}
	// The payloads exchanged: the statement is false, as is one payload twice.
	for _, secrets := range [][]Secret{{f.secrets[1], f.secrets[0]}, {f.secrets[0], f.secrets[0]}} {
		a := newAttack(t, &fixture{f.st, secrets}, cheat{})
		a.refused(t, "output equals the public value", true)
	}
	// One link's mask used for both.
	a := newAttack(t, f, cheat{})
	a.links[1].Mask = a.links[0].Mask
	a.plan.secrets.P[signature.Len+signature.Mask] = a.plan.secrets.P[signature.Mask]
	a.refused(t, "link", true)
}

// TestLine36BitsAreBits: what stands where bits are committed is a bit. A prover
// that wants another element there has no way to commit it; and a symbol of
// sixteen bits that is changed is sixteen other bits, which are refused as such.
func TestLine36BitsAreBits(t *testing.T) {
	f := newFixture(t, `{">":[{"dvar":"a"},5]}`, `{"a":7}`)
	a := newAttack(t, f, cheat{})
	l := a.leafAt("a")
	for name, r := range map[string]ref{
		"digit": l.IsNumber.R + 2, "present": l.IsNumber.R + 1, "minus": l.IsNumber.R + 6 + 6, "number": l.Number.Bits[3],
		"true": l.IsTrue.R, "ok": a.sources[0].Root.OK, "found": l.At.Found, "name": a.sources[0].Root.Keys[1],
	} {
		if int(r) >= a.gf.Bits {
			t.Errorf("%s: secret %d is none of %d bits", name, r, a.gf.Bits)
		}
		old := a.plan.secrets.GF[r]
		for _, e := range []elem{field.SumcheckPoint(), {Lo: 2}, {Hi: 1}} {
			a.plan.secrets.GF[r] = field.Add(old, e)
			if _, err := a.system.ProveUnchecked(a.st.encode(), a.plan.secrets, rand.Reader, a.relate); err == nil || !strings.Contains(err.Error(), "is no bit") {
				t.Errorf("%s: %v", name, err)
			}
		}
		a.plan.secrets.GF[r] = old
	}
}

func FuzzVerifyProof(f *testing.F) {
	fx := newFixture(f, textQuery, `{"a":"x"}`)
	proof, err := Prove(context.Background(), fx.st, fx.secrets)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, []byte{1})
	f.Add(40, bytes.Repeat([]byte{0xff}, 64))
	f.Add(len(proof), []byte{})
	f.Add(len(proof)-1, []byte{0, 0})
	f.Add(len(proof)/2, bytes.Repeat([]byte{0}, 1<<10))
	f.Fuzz(func(t *testing.T, at int, b []byte) {
		if at < 0 || at > len(proof) {
			return
		}
		bad := append(bytes.Clone(proof[:at]), b...)
		if len(bad) < len(proof) {
			bad = append(bad, proof[len(bad):]...)
		}
		if err := Verify(fx.st, bad); err == nil != bytes.Equal(bad, proof) {
			t.Errorf("changed proof: %v", err)
		} else if err != nil && !errors.Is(err, ErrProof) {
			t.Errorf("%v is no refusal", err)
		}
	})
}
