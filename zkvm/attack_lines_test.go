package zkvm

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// forged takes the statement of one document and the signed text of another one:
// what the attacker holds and what he wants to be believed.
func forged(t testing.TB, text, wanted, held string) *fixture {
	t.Helper()
	f := newFixture(t, text, wanted)
	d, s := sign(t, testKey, held)
	d.Class = f.st.Documents[0].Class
	st := *f.st
	st.Documents = []Document{d}
	return &fixture{&st, []Secret{s}}
}

// point makes the attacker take the text at name for a member's name and the
// scalar at value for its value, whatever they are.
func point(e *search.Member, held, name, value string, kind document.Kind) {
	at := strings.LastIndex(held, value)
	n := &document.Node{Kind: kind, Start: at, End: at + len(value)}
	e.In.Node = &document.Node{Kind: document.Object, Members: []document.Member{{NameStart: strings.LastIndex(held, name), Value: n}}}
	e.Node, e.Sane, e.In.Sane = n, true, true
}

func pointAt(held, name, v string) cheat {
	return cheat{resolved: func(s []*value.Document) { point(memberAt(s[0], "a"), held, name, v, document.String) }}
}

// claimString commits that a leaf is a string of length bytes, quotes included.
func (a *attack) claimString(l *value.Leaf, length int) {
	a.set(true, l.IsString.R, l.IsString.R+1+ref(length-2))
}

// textQuery asks for one string member.
const textQuery = `{"==":[{"dvar":"a"},"x"]}`

func TestLine01PositionsBelowTheSignedLength(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	end := len(f.secrets[0].Payload)
	past := func(a *attack, n int) [8]ref { return a.sources[0].Chars[end+n] }
	for _, test := range []struct {
		name  string
		cheat func(*attack)
	}{
		{"character past the end", func(a *attack) { a.set(true, past(a, 30)[6]) }},
		{"byte past the end", func(a *attack) {
			p := a.sources[0].Positions[end/4*3+2]
			a.set(true, p.X[0])
		}},
		{"text goes on", func(a *attack) { a.set(true, a.sources[0].Present[end]) }},
		{"a gap", func(a *attack) { a.set(true, a.sources[0].Present[end+7]) }},
		{"a name past the end", func(a *attack) { a.set(true, a.sources[0].Positions[end/4*3+5].OpensName) }},
		{"a value past the end", func(a *attack) { a.set(true, a.sources[0].Positions[end/4*3+5].OpensValue) }},
		{"a token past the end", func(a *attack) { a.set(true, a.sources[0].Positions[end/4*3+5].Token) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newAttack(t, f, cheat{secrets: test.cheat})
			if a.check(t) == "" {
				t.Error("nothing is violated")
			}
			if err := a.prove(t); !errors.Is(err, ErrProof) {
				t.Error(err)
			}
		})
	}
}

// TestLine03Padding changes the length field, the padding byte and the block that
// is the last one.
func TestLine03Padding(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	end := len(f.secrets[0].Payload)
	first := func(a *attack) ref { // of the first block's length field
		return a.sources[0].Digest[0] - ref(a.sources[0].Blocks()*(15+sha256.WitnessBits))
	}
	for name, c := range map[string]func(*attack){
		"length field":                   func(a *attack) { a.set(!a.get(first(a)), first(a)) },
		"length field of another block":  func(a *attack) { r := first(a) + 15 + sha256.WitnessBits; a.set(!a.get(r), r) },
		"end one character later":        func(a *attack) { a.set(true, a.sources[0].Present[end]) },
		"end one character earlier":      func(a *attack) { a.set(false, a.sources[0].Present[end-1]) },
		"bits instead of padding":        func(a *attack) { a.set(true, a.sources[0].Chars[end][7]) },
		"digest of another chain's link": func(a *attack) { a.set(!a.get(a.sources[0].Digest[5]), a.sources[0].Digest[5]) },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttack(t, f, cheat{secrets: c})
			if a.check(t) == "" {
				t.Error("nothing is violated")
			}
			if err := a.prove(t); !errors.Is(err, ErrProof) {
				t.Error(err)
			}
		})
	}
}

// TestLine05Alphabet puts characters that are none of the alphabet's, the dot of
// line 4 among them, into the text.
func TestLine05Alphabet(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	for _, c := range []byte("+/=. \n\x00~{") {
		for sextet := 0; sextet < 64; sextet += 21 {
			a := newAttack(t, f, cheat{secrets: func(a *attack) {
				for k, r := range a.sources[0].Chars[4] {
					a.set(c>>k&1 == 1, r)
				}
			}})
			// The sextet's bits are committed before the character's.
			for k := range 6 {
				a.set(sextet>>k&1 == 1, a.sources[0].Chars[4][0]-6+ref(k))
			}
			if !a.breaks(t) {
				t.Errorf("character %q passes for %d", c, sextet)
			}
		}
	}
}

func TestLine13Limits(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	for _, held := range []string{
		`{"a":"x","b":"` + strings.Repeat("y", 180) + `"}`,
		`{"a":"x","b":` + strings.Repeat("[", 8) + strings.Repeat("]", 8) + `}`,
	} {
		g := forged(t, textQuery, `{"a":"x"}`, held)
		if _, err := newPlan(g.st, g.secrets, rand.Reader); err == nil {
			t.Errorf("%.20s fits in class %s", held, f.st.Documents[0].Class)
		}
	}
}

func TestLine06NotTheMember(t *testing.T) {
	for _, test := range []struct{ name, held, key, value, label string }{
		{"nested object", `{"o":{"a":"x"}}`, `"a"`, `"x"`, zeroProduct},
		{"sibling array", `{"o":[{"a":"x"}]}`, `"a"`, `"x"`, zeroProduct},
		{"string value", `{"s":"a","t":"x"}`, `"a"`, `"x"`, zeroProduct},
		{"end of a longer name", `{"ba":"x"}`, `a"`, `"x"`, "name of a member"},
		{"value of the next member", `{"a":"y","b":"x"}`, `"a"`, `"x"`, "value of a member"},
		{"another name", `{"b":"x"}`, `"b"`, `"x"`, "name of a member"},
		{"inside a value", `{"a":"yx","b":1}`, `"a"`, `x`, "value of a member"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := forged(t, textQuery, `{"a":"x"}`, test.held)
			c := pointAt(test.held, test.key, test.value)
			newAttack(t, f, c).refused(t, test.label, false)
			// Nor does it help to give up the promise that the name stands there once.
			point := c.resolved
			c.resolved = func(s []*value.Document) { point(s); memberAt(s[0], "a").Sane = false }
			c.secrets = func(a *attack) { a.claimString(a.leafAt("a"), len(test.value)) }
			label := test.label
			if label == zeroProduct {
				label = "name of a member"
			}
			newAttack(t, f, c).refused(t, label, test.name == "nested object" || test.name == "string value")
		})
	}
}

func TestLine07Escapes(t *testing.T) {
	f := forged(t, textQuery, `{"a":"x"}`, `{"\u0061":"y","a":"x"}`)
	sane := cheat{resolved: func(s []*value.Document) { s[0].Root.Sane = true }}
	newAttack(t, f, sane).refused(t, "names without escapes", true)
	usable := cheat{secrets: func(a *attack) { a.claimString(a.leafAt("a"), 3) }}
	newAttack(t, f, usable).refused(t, "usable value", false)

	f = forged(t, `{"!=":[{"dvar":"a"},"x"]}`, `{"a":"y"}`, `{"a":"\u0078"}`)
	newAttack(t, f, cheat{
		resolved: func(s []*value.Document) { memberAt(s[0], "a").Node.Escaped = false },
	}).refused(t, "kind string", true)
}

func TestLine09DuplicateNames(t *testing.T) {
	for _, held := range []string{`{"a":"y","a":"x"}`, `{"a":"x","a":"y"}`, `{"a":"x","b":{"a":1},"a":"x"}`} {
		f := forged(t, textQuery, `{"a":"x"}`, held)
		c := pointAt(held, `"a":"x"`, `"x"`)
		newAttack(t, f, c).refused(t, zeroProduct, true)
		admit := c.resolved
		c.resolved = func(s []*value.Document) { admit(s); memberAt(s[0], "a").Sane = false }
		c.secrets = func(a *attack) { a.claimString(a.leafAt("a"), 3) }
		newAttack(t, f, c).refused(t, "usable value", false)
	}
	held := `{"o":{"a":"y"},"o":{"a":"x"}}`
	f := forged(t, `{"==":[{"dvar":"o.a"},"x"]}`, `{"o":{"a":"x"}}`, held)
	newAttack(t, f, cheat{resolved: func(s []*value.Document) {
		o := memberAt(s[0], "o")
		o.Node, o.Sane = o.In.Node.Members[1].Value, true
		o.Child.Resolve(o.Node)
	}}).refused(t, zeroProduct, true)
}

// TestLine10Numbers claims integers for values that are none, or other ones.
func TestLine10Numbers(t *testing.T) {
	const text = `{"==":[{"dvar":"a"},12]}`
	for _, test := range []struct{ held, label string }{
		{`{"a":"12"}`, "kind number"},
		{`{"a":123}`, "kind number"},
		{`{"a":1}`, "kind number"},
		{`{"a":-12}`, "kind number"},
		{`{"a":12.0}`, "kind number"},
		{`{"a":1.2e1}`, "kind number"},
		{`{"a":null}`, "kind number"},
		{`{"a":{}}`, "kind number"},
		{`{"a":[12]}`, "kind number"},
		{`{"a":true}`, "kind number"},
		{`{"b":12}`, "usable value"},
	} {
		f := forged(t, text, `{"a":12}`, test.held)
		newAttack(t, f, cheat{
			leaves: func(ls []*value.Leaf) {
				ls[0].IsNumber.V, ls[0].IsTrue.V, ls[0].Number.V = true, false, document.Decimal{Int: 12}
			},
			secrets: func(a *attack) {
				l := a.leafAt("a")
				a.set(false, l.IsTrue.R)
				a.set(true, l.IsNumber.R)
				a.setNumber(l, 12)
			},
		}).refused(t, test.label, test.held == `{"a":"12"}` || test.held == `{"a":123}`)
	}
	// The digits are right and the number is another one.
	f := newFixture(t, text, `{"a":13}`).claim(`{"result":true}`)
	newAttack(t, f, cheat{
		leaves: func(ls []*value.Leaf) { ls[0].Number.V = document.Decimal{Int: 12} },
		secrets: func(a *attack) {
			a.setValue(a.leafAt("a"), document.Decimal{Int: 12})
		},
	}).refused(t, "value of a number", true)
}

// TestLine17And19AnotherStatement checks an honest proof against other
// statements: what is public is the verifier's, the circuits too.
func TestLine17And19AnotherStatement(t *testing.T) {
	f := newFixture(t, `[{"output":{"r":{"==":[{"dvar":"a"},"x"]}}},{"output":{"s":{"==":[{"dvar":"b"},"x"]}}}]`, `{"a":"x","b":"y"}`)
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(f.st, proof); err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Statement){
		"digest":  func(s *Statement) { s.Digest[31] ^= 1 },
		"time":    func(s *Statement) { s.Time++ },
		"key":     func(s *Statement) { s.Documents[0].Key = keyOf(other) },
		"header":  func(s *Statement) { s.Documents[0].Header = "f" + s.Documents[0].Header[1:] },
		"class":   func(s *Statement) { s.Documents[0].Class = Class{Bytes: 288, Depth: 8} },
		"depth":   func(s *Statement) { s.Documents[0].Class = Class{Bytes: 192, Depth: 16} },
		"output":  func(s *Statement) { s.Output = []byte(`{"r":true,"s":true}`) },
		"order":   func(s *Statement) { s.Output = []byte(`{"s":false,"r":true}`) },
		"less":    func(s *Statement) { s.Output = []byte(`{"r":true}`) },
		"nothing": func(s *Statement) { s.Output = []byte(`{}`) },
		"program": func(s *Statement) {
			s.Program = newFixture(t, `[{"output":{"r":{"==":[{"dvar":"a"},"z"]}}},{"output":{"s":{"==":[{"dvar":"b"},"x"]}}}]`, `{"a":"x","b":"y"}`).st.Program
		},
		"format": func(s *Statement) {
			p := *s.Program
			p.Documents = []query.Source{{Format: query.ZkPass}}
			s.Program = &p
		},
	} {
		st := *f.st
		st.Documents = append([]Document(nil), f.st.Documents...)
		change(&st)
		if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func TestLine22ProofBytes(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		p := bytes.Clone(proof)
		p[i*len(p)/40] ^= 1 << (i % 8)
		if err := Verify(f.st, p); !errors.Is(err, ErrProof) {
			t.Errorf("byte %d of the proof changed: %v", i*len(p)/40, err)
		}
	}
	for _, p := range [][]byte{nil, proof[:len(proof)-1], append(bytes.Clone(proof), 0), append(bytes.Clone(proof), make([]byte, 32)...)} {
		if err := Verify(f.st, p); !errors.Is(err, ErrProof) {
			t.Errorf("proof of %d bytes: %v", len(p), err)
		}
	}
}

func TestLine24Link(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	a := newAttack(t, f, cheat{})
	flip := func(e p256.Elem) p256.Elem {
		if e == signature.Field.One() {
			return p256.Elem{}
		}
		return signature.Field.One()
	}
	for _, j := range []int{0, 127, 128, 255} { // both halves
		old := a.plan.secrets.P[j]
		a.plan.secrets.P[j] = flip(old)
		if label := a.check(t); label == "" {
			t.Errorf("digest bit %d of the P-256 field is not tied", j)
		}
		a.plan.secrets.P[j] = old
	}
	old := a.plan.secrets.P[signature.Mask]
	a.plan.secrets.P[signature.Mask] = signature.Field.Add(old, signature.Field.One())
	a.refused(t, "link", true)
	a.plan.secrets.P[signature.Mask] = old

	// A document that the issuer did not sign, with the digest of one that he did.
	other := newFixture(t, textQuery, `{"a":"x","b":1}`)
	b := newAttack(t, f, cheat{})
	w, err := signature.Secrets(b.keys[0], signedDigest(other), other.secrets[0].Signature, b.links[0].Mask)
	if err != nil {
		t.Fatal(err)
	}
	b.plan.secrets.P = w
	b.refused(t, "link", true)
}

// TestLine24MaskFromSlowSource draws the link's masks from a source that gives
// one byte at a time: no part of a mask may stay zero.
func TestLine24MaskFromSlowSource(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	p, err := newPlan(f.st, f.secrets, iotest.OneByteReader(rand.Reader))
	if err != nil {
		t.Fatal(err)
	}
	if z := p.links[0].Mask.TrailingZeroBits(); z > 100 {
		t.Errorf("the low %d bits of the link's mask are zero", z)
	}
}

// TestLine24GeneratorOrder: g has order 2^128 - 1, so that exponents do not wrap.
func TestLine24GeneratorOrder(t *testing.T) {
	full := gf128.Pow(gf128.Generator(), ^uint64(0), ^uint64(0))
	if full != one {
		t.Fatal("g^(2^128-1) is not 1")
	}
	// 2^128-1 = 3·5·17·257·641·65537·274177·6700417·67280421310721
	for _, q := range []uint64{3, 5, 17, 257, 641, 65537, 274177, 6700417, 67280421310721} {
		hi, rest := ^uint64(0)/q, ^uint64(0)%q
		lo := divide(rest, ^uint64(0), q)
		if gf128.Pow(gf128.Generator(), hi, lo) == one {
			t.Errorf("g has an order that divides (2^128-1)/%d", q)
		}
	}
}

func TestLine25BitsThatAreNone(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	a := newAttack(t, f, cheat{})
	for name, r := range map[string]ref{
		"kind": a.leafAt("a").IsString.R, "character": a.sources[0].Chars[3][0], "mode": a.sources[0].Positions[5].Mode[2],
		"depth": a.sources[0].Positions[3].Depth[1], "digest": a.sources[0].Digest[9], "present": a.sources[0].Present[5],
	} {
		old := a.plan.secrets.GF[r]
		a.plan.secrets.GF[r] = gf128.Elem{Lo: 2}
		if label := a.check(t); label == "" {
			t.Errorf("%s: 2 passes for a bit", name)
		}
		a.plan.secrets.GF[r] = old
	}
}

func TestLine32ValuesThatAreNotNeeded(t *testing.T) {
	const text = `{"or":[{"==":[{"dvar":"a"},"x"]},{"==":[{"dvar":"b"},1]}]}`
	// Both are needed, and neither holds.
	f := newFixture(t, text, `{"a":"y","b":2}`).claim(`{"result":true}`)
	newAttack(t, f, cheat{leaves: func(ls []*value.Leaf) { ls[0].At.Node = nil }}).refused(t, "string equality", true)
	newAttack(t, f, cheat{leaves: func(ls []*value.Leaf) { ls[1].Number.V = document.Decimal{Int: 1} }}).refused(t, "number equality", true)
	// The second is not needed: what stands there is free, and reaches nothing.
	f = newFixture(t, text, `{"a":"x","b":2}`)
	free := cheat{
		resolved: hide("b"),
		secrets:  func(a *attack) { a.setNumber(a.leafAt("b"), 77) },
	}
	if label := newAttack(t, f, cheat{resolved: hide("b")}).check(t); label != "" {
		t.Errorf("a value that is not needed violates %q", label)
	}
	newAttack(t, f.claim(`{"result":false}`), free).refused(t, "output equals the public value", true)
}

func TestLine34Markers(t *testing.T) {
	const text = `[{"output":{"a":{"dvar":"o.a"}}}]`
	const marker = "_a_zkpass_public_"
	wanted := `{"o":{"a":"x","` + marker + `":true}}`
	is := func(a *attack) { a.set(true, a.leafAt("o", marker).IsTrue.R) }
	for _, test := range []struct{ name, held, label string }{
		{"missing", `{"o":{"a":"x"}}`, "usable value"},
		{"false", `{"o":{"a":"x","` + marker + `":false}}`, "kind true"},
		{"a string", `{"o":{"a":"x","` + marker + `":"true"}}`, "kind true"},
		{"of another level", `{"o":{"a":"x"},"` + marker + `":true}`, "usable value"},
		{"of another object", `{"o":{"a":"x"},"p":{"` + marker + `":true}}`, "usable value"},
		{"of another member", `{"o":{"a":"x","b":1,"_b_zkpass_public_":true}}`, "usable value"},
		{"twice", `{"o":{"a":"x","` + marker + `":true,"` + marker + `":true}}`, "usable value"},
		{"escaped", `{"o":{"a":"x","_\u0061_zkpass_public_":true}}`, "usable value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := forged(t, text, wanted, test.held)
			newAttack(t, f, cheat{secrets: is}).refused(t, test.label, test.name == "missing" || test.name == "of another level")
		})
	}
}

// divide is (hi·2^64 + lo)/q for hi < q.
func divide(hi, lo, q uint64) (quotient uint64) {
	for i := 63; i >= 0; i-- {
		carry := hi >> 63
		hi = hi<<1 | lo>>i&1
		if carry == 1 || hi >= q {
			hi -= q
			quotient |= 1 << i
		}
	}
	return quotient
}
