package zkvm

import (
	"crypto/ecdsa"
	"crypto/rand"
	stdsha256 "crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
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
	return &fixture{&st, []Secret{{Payload: f.secrets[0].Payload, Signature: other.Signature}}}, stdsha256.Sum256([]byte(d.Header + "." + other.Payload))
}

// setDigest commits another digest of a document over GF(2^128).
func (a *attack) setDigest(digest [32]byte) {
	for k, r := range a.sources[0].Digest {
		a.set(digest[k/8]>>(k%8)&1 == 1, r)
	}
}

// TestDigestIsThePayloads: both fields agree on the digest that is signed, but
// another payload is hashed.
func TestDigestIsThePayloads(t *testing.T) {
	f, signed := signedOther(t)
	newAttack(t, f, cheat{signed: &signed, secrets: func(a *attack) { a.setDigest(signed) }}).refused(t, "dot product", true)
}

// TestDigestIsTheLastBlocks: the issuer signed the chaining value after another block, as
// if the text ended there.
func TestDigestIsTheLastBlocks(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	source := newAttack(t, f, cheat{}).sources[0]
	message := []byte(f.st.Documents[0].Header + "." + f.secrets[0].Payload)
	last := (len(message) + 8) / 64
	state := source.PublicState()
	for b := range source.Blocks() {
		var block [64]byte
		text.FillBlock(&block, message, source.PublicBlocks()+b, source.PublicBlocks()+b == last)
		state = sha256.Compress(&block, state)
		var signed [32]byte
		for i, w := range state {
			binary.BigEndian.PutUint32(signed[4*i:], w)
		}
		r, v, err := ecdsa.Sign(rand.Reader, testKey, signed[:])
		if err != nil {
			t.Fatal(err)
		}
		secret := Secret{Payload: f.secrets[0].Payload, Signature: append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)}
		a := newAttack(t, &fixture{f.st, []Secret{secret}}, cheat{signed: &signed, secrets: func(a *attack) { a.setDigest(signed) }})
		if source.PublicBlocks()+b == last {
			a.refused(t, "", false)
		} else {
			a.refused(t, "dot product", b == 0)
		}
	}
}

// TestExtentOfAValue cuts the last byte off a number.
func TestExtentOfAValue(t *testing.T) {
	f := newFixture(t, `{"==":[{"dvar":"a"},12]}`, `{"a":123}`)
	newAttack(t, f.claim(`{"result":true}`), cheat{
		leaves:  func(ls []*value.Leaf) { ls[0].Number.V, ls[0].IsNumber.V = document.Decimal{Int: 12}, true },
		secrets: func(a *attack) { l := a.leafAt("a"); a.set(false, l.Inside[7]); a.setNumber(l, 12) },
	}).refused(t, "extent of a value", true)
}

// TestNegativeNumber gives a negative number other values.
func TestNegativeNumber(t *testing.T) {
	for _, v := range []int64{-20, 5, -6, -1 << 63} {
		f := newFixture(t, `{"<":[{"dvar":"a"},-10]}`, `{"a":-5}`)
		claim := fmt.Sprintf(`{"result":%v}`, v < -10)
		newAttack(t, f.claim(claim), cheat{
			leaves:  func(ls []*value.Leaf) { ls[0].Number.V = document.Decimal{Int: v} },
			secrets: func(a *attack) { a.setValue(a.leafAt("a"), document.Decimal{Int: v}) },
		}).refused(t, "negative number", v == -20)
	}
}

// TestPastTheEnd lets a decoded, folded string go on after its end.
func TestPastTheEnd(t *testing.T) {
	q := ask(t, `[{"output":{"r":{"~==":[{"dvar":"s"},"ab\"x"]}}}]`, `{"s":"a\u0042"}`)
	shown := `"aB"x"`
	newAttack(t, q.claim(`{"r":true}`), cheat{
		leaves: func(ls []*value.Leaf) { ls[0].Shown = &shown },
		secrets: func(a *attack) {
			for j, c := range []byte(shown) {
				a.plan.secrets.GF[a.leaves[0].Characters[j]] = elem{Lo: uint64(c)}
			}
		},
	}).refused(t, "no character past the end", true)
}

// TestNameInAGroup takes a member of an element for one of another name.
func TestNameInAGroup(t *testing.T) {
	f := forged(t, boolean(`{"==":[{"dvar":"a[].n"},1]}`), `{"a":[{"n":1}]}`, `{"a":[{"m":1}]}`)
	newAttack(t, f, cheat{resolved: func(s []*value.Document) {
		n := memberAt(s[0], "a").Child.Each.Place.Child.Members[0]
		real := n.In.Nodes[0]
		fake := *real
		fake.Members = []document.Member{real.Members[0]}
		fake.Members[0].Name = "n"
		n.In.Nodes, n.Nodes = []*document.Node{&fake}, []*document.Node{real.Members[0].Value}
	}}).refused(t, "name in a group", true)
}
