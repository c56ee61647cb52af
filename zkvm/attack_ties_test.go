package zkvm

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// Ties whose loss is a forgery, and which changes of one bit do not show: a
// dropped tie lets what hangs on it be changed together.

// signedOther is a fixture over a payload that nobody signed, with a signature of
// another payload, and that payload's digest.
func signedOther(t testing.TB) (*fixture, [32]byte) {
	t.Helper()
	f := newFixture(t, textQuery, `{"a":"x"}`)
	d, other := sign(t, testKey, `{"a":"y"}`)
	st := *f.st
	st.Documents = []Document{f.st.Documents[0]}
	return &fixture{&st, []Secret{{Payload: f.secrets[0].Payload, Signature: other.Signature}}}, sha256.Sum256([]byte(d.Header + "." + other.Payload))
}

// setDigest commits another digest of a document over GF(2^128).
func (a *attack) setDigest(digest [32]byte) {
	for k, r := range a.sources[0].digest {
		a.set(digest[k/8]>>(k%8)&1 == 1, r)
	}
}

// TestDigestIsThePayloads: both fields agree on the digest that is signed, but
// another payload is hashed.
func TestDigestIsThePayloads(t *testing.T) {
	f, signed := signedOther(t)
	newAttack(t, f, cheat{signed: &signed, secrets: func(a *attack) { a.setDigest(signed) }}).refused(t, "digest", true)
}

// TestDigestIsTheLastBlocks: the product that selects the chaining value after the
// last block is the attacker's, so that the digest of the signed payload fits.
func TestDigestIsTheLastBlocks(t *testing.T) {
	f, signed := signedOther(t)
	a := newAttack(t, f, cheat{signed: &signed, secrets: func(a *attack) { a.setDigest(signed) }})
	// The value of the product is published under a mask: the mask of the first block moves by what is missing.
	published, r, err := a.plan.relate(transcript.New([]byte("attack")), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	v := valuesOf(r.GF, a.plan.secrets.GF)
	var rows []int
	for i, row := range r.GF.Rows {
		if r.GF.Label(row) == "digest of the last block" {
			rows = append(rows, i)
		}
	}
	if len(rows) != a.sources[0].blocks() {
		t.Fatalf("%d products for %d blocks", len(rows), a.sources[0].blocks())
	}
	missing := elem{}
	for _, l := range r.GF.Linear {
		missing = field.Add(missing, v.At(l.Ref)) // only "digest" does not hold
	}
	// Only one element moves the form: its mask.
	c := r.GF.Rows[rows[0]].C
	moved := 0
	for i := a.gf.Bits + a.gf.Symbols; i < len(a.plan.secrets.GF); i++ {
		old := a.plan.secrets.GF[i]
		a.plan.secrets.GF[i] = field.Add(old, missing)
		if w := valuesOf(r.GF, a.plan.secrets.GF); field.Add(w.At(c), v.At(c)) == missing {
			moved++
			_, r2, err := a.plan.relate(transcript.New([]byte("attack")), published, false)
			if err != nil {
				t.Fatal(err)
			}
			var violation *circuit.Violation
			if err := a.gf.Check(r2.GF, a.plan.secrets.GF); !errors.As(err, &violation) || violation.Label != "digest of the last block" {
				t.Errorf("a product of the attacker's choice: %v", err)
			}
			break
		}
		a.plan.secrets.GF[i] = old
	}
	if moved != 1 {
		t.Error("the product's mask was not found")
	}
}

// TestExtentOfAValue cuts the last byte off a number.
func TestExtentOfAValue(t *testing.T) {
	f := newFixture(t, `{"==":[{"dvar":"a"},12]}`, `{"a":123}`)
	newAttack(t, f.claim(`{"result":true}`), cheat{
		leaves:  func(ls []*leaf) { ls[0].number.v, ls[0].isNumber.v = document.Decimal{Int: 12}, true },
		secrets: func(a *attack) { l := a.leafAt("a"); a.set(false, l.inside[7]); a.setNumber(l, 12) },
	}).refused(t, "extent of a value", true)
}

// TestNegativeNumber gives a negative number other values.
func TestNegativeNumber(t *testing.T) {
	for _, v := range []int64{-20, 5, -6, -1 << 63} {
		f := newFixture(t, `{"<":[{"dvar":"a"},-10]}`, `{"a":-5}`)
		claim := fmt.Sprintf(`{"result":%v}`, v < -10)
		newAttack(t, f.claim(claim), cheat{
			leaves:  func(ls []*leaf) { ls[0].number.v = document.Decimal{Int: v} },
			secrets: func(a *attack) { a.setValue(a.leafAt("a"), document.Decimal{Int: v}) },
		}).refused(t, "negative number", v == -20)
	}
}

// TestPastTheEnd lets a decoded, folded string go on after its end.
func TestPastTheEnd(t *testing.T) {
	q := ask(t, `[{"output":{"r":{"~==":[{"dvar":"s"},"ab\"x"]}}}]`, `{"s":"a\u0042"}`)
	shown := `"aB"x"`
	newAttack(t, q.claim(`{"r":true}`), cheat{
		leaves: func(ls []*leaf) { ls[0].shown = &shown },
		secrets: func(a *attack) {
			for j, c := range []byte(shown) {
				a.plan.secrets.GF[a.leaves[0].characters[j]] = elem{Lo: uint64(c)}
			}
		},
	}).refused(t, "no character past the end", true)
}

// TestNameInAGroup takes a member of an element for one of another name.
func TestNameInAGroup(t *testing.T) {
	f := forged(t, boolean(`{"==":[{"dvar":"a[].n"},1]}`), `{"a":[{"n":1}]}`, `{"a":[{"m":1}]}`)
	newAttack(t, f, cheat{resolved: func(s []*source) {
		n := s[0].at("a").child.each.place.child.members[0]
		real := n.in.nodes[0]
		fake := *real
		fake.Members = []document.Member{real.Members[0]}
		fake.Members[0].Name = "n"
		n.in.nodes, n.nodes = []*document.Node{&fake}, []*document.Node{real.Members[0].Value}
	}}).refused(t, "name in a group", true)
}
