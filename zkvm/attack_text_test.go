package zkvm

import (
	stdecdsa "crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

func TestLine02PrefixesAndLengths(t *testing.T) {
	equal := cheat{leaves: func(ls []*value.Leaf) { ls[0].At.Node = nil }} // takes every comparison for equal
	for _, held := range []string{`{"a":"xy"}`, `{"a":""}`, `{"a":"yx"}`, `{"a":"X"}`, `{"a":"x "}`} {
		f := forged(t, textQuery, `{"a":"x"}`, held)
		newAttack(t, f, equal).refused(t, "string equality", held == `{"a":"xy"}`)
	}
	// A string that is too long to be used, and one whose length is another.
	const unequal = `{"!=":[{"dvar":"a"},"x"]}`
	long := strings.Repeat("y", query.MaxString+1)
	f := forged(t, unequal, `{"a":"y`+long[1:len(long)-1]+`"  }`, `{"a":"`+long+`"}`)
	for _, length := range []int{value.MaxToken, value.MaxToken - 1, 2, 3} {
		newAttack(t, f, cheat{secrets: func(a *attack) { a.claimString(a.leafAt("a"), length) }}).
			refused(t, "string within its limit", length == value.MaxToken)
	}
}

// TestLine03ChangedPayload proves of a payload that the issuer never signed.
func TestLine03ChangedPayload(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	genuine := newFixture(t, textQuery, `{"a":"y"}`)
	s := *f
	s.secrets = []Secret{f.secrets[0]}
	s.secrets[0].Signature = genuine.secrets[0].Signature
	signed := signedDigest(genuine)
	newAttack(t, &s, cheat{signed: &signed}).refused(t, "link", true)

	// The digest is the payload's, and the rest the genuine signature's.
	forged := signedDigest(f)
	a := newAttack(t, &s, cheat{signed: &signed})
	for j := range 256 {
		a.plan.secrets.P[j] = signature.Field.FromUint64(uint64(forged[j/8] >> (j % 8) & 1))
	}
	if label := a.check(t); !strings.HasPrefix(label, "next point") {
		t.Errorf("violation %q", label)
	}
	if err := a.prove(t); !errors.Is(err, ErrProof) {
		t.Error(err)
	}
}

// TestLine15AnotherIssuer signs with the attacker's own key.
func TestLine15AnotherIssuer(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x"}`)
	key, err := stdecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d, s := sign(t, key, `{"a":"x"}`)
	g := &fixture{f.st, []Secret{s}}
	a := newAttack(t, g, cheat{key: &d.Key})
	if a.check(t) == "" {
		t.Error("nothing is violated")
	}
	if err := a.prove(t); !errors.Is(err, ErrProof) {
		t.Error(err)
	}
}

// TestLine04HeaderAndDot moves characters between the header and the payload.
func TestLine04HeaderAndDot(t *testing.T) {
	f := newFixture(t, textQuery, `{"a":"x","b":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}`)
	signed := signedDigest(f)
	for name, change := range map[string]func(*Document){
		"shorter header": func(d *Document) { d.Header = d.Header[:len(d.Header)&^3-4] },
		"longer header":  func(d *Document) { d.Header = f.secrets[0].Payload[:4] + d.Header },
		"other header":   func(d *Document) { d.Header = "f" + d.Header[1:] },
	} {
		st := *f.st
		st.Documents = slices.Clone(st.Documents)
		change(&st.Documents[0])
		a := newAttack(t, &fixture{&st, f.secrets}, cheat{signed: &signed})
		a.refused(t, "link", name == "shorter header")
	}
	// A header with a dot is none.
	for _, header := range []string{"." + f.st.Documents[0].Header[1:], f.st.Documents[0].Header + "." + f.secrets[0].Payload[:3]} {
		st := *f.st
		st.Documents = slices.Clone(st.Documents)
		st.Documents[0].Header = header
		if _, err := newPlan(&st, nil, nil); err == nil {
			t.Errorf("header %s is accepted", header)
		}
	}
}

// TestLine08NotWellFormed signs texts that are no documents and proves of them
// with the states of documents that are.
func TestLine08NotWellFormed(t *testing.T) {
	for _, test := range []struct{ name, held, parsed string }{
		{"end quote", `{"b":"y,"a":"x"}`, `{"b":"","a":"x"}`},
		{"end quote", `{"b":"y ,"a":"x"}`, `{"b":"y","a":"x"}`},
		{"byte order mark", "\xef\xbb\xbf{\"a\":\"x\"}", `   {"a":"x"}`},
		{"trailing byte", `{"a":"x"}x`, `{"a":"x"} `},
		{"second object", `{"a":"x"}{}`, `{"a":"x"}  `},
		{"zero byte", "{\"a\":\"x\"}\x00", `{"a":"x"} `},
		{"zero byte inside", "{\"a\":\"x\",\x00\"b\":1}", `{"a":"x", "b":1}`},
		{"comma before the end", `{"a":"x",}`, `{"a":"x" }`},
		{"no colon", `{"a" "x"}`, `{"a":"x"}`},
		{"single quotes", `{"a":"x",'b':1}`, `{"a":"x","b":1}`},
		{"control character", "{\"a\":\"x\",\"b\":\"\x01\"}", `{"a":"x","b":"."}`},
		{"invalid UTF-8", "{\"a\":\"x\",\"b\":\"\xc0\xaf\"}", `{"a":"x","b":".."}`},
		{"lone surrogate", `{"a":"x","b":"\ud800"}`, `{"a":"x","b":"\u1800"}`},
		{"leading zero", `{"a":"x","b":01}`, `{"a":"x","b":11}`},
		{"wrong bracket", `{"a":"x","b":[1}}`, `{"a":"x","b":[1]}`},
		{"an array", `["a","x"]`, `{"a":"x"}`},
		{"no-break space", "{\u00a0\"a\":\"x\"}", `{  "a":"x"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if len(test.held) != len(test.parsed) {
				t.Fatal("the trace is of another length")
			}
			f := forged(t, textQuery, `{"a":"x"}`, test.held)
			a := newAttack(t, f, cheat{parsed: test.parsed})
			switch label := a.check(t); label {
			case "transition", "stack", "escape":
			default:
				t.Errorf("violation %q", label)
			}
			if test.name == "byte order mark" || test.name == "trailing byte" {
				if err := a.prove(t); !errors.Is(err, ErrProof) {
					t.Error(err)
				}
			}
		})
	}
}

// signText signs a payload as it stands in the token.
func signText(t testing.TB, key *stdecdsa.PrivateKey, header, payload string) []byte {
	t.Helper()
	return signDigest(t, key, sha256.Sum256([]byte(header+"."+payload)))
}

func signDigest(t testing.TB, key *stdecdsa.PrivateKey, digest [32]byte) []byte {
	t.Helper()
	signature := make([]byte, 64)
	r, s, err := stdecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature
}

// TestLine05TrailingBits signs texts that are not canonical base64url.
func TestLine05TrailingBits(t *testing.T) {
	for _, payload := range []string{`{"a":"x"} `, `{"a":"x"}  `} {
		f := newFixture(t, textQuery, payload)
		d, s := f.st.Documents[0], f.secrets[0]
		last := s.Payload[len(s.Payload)-1]
		for _, other := range []byte{'B', 'C', 'h', '1'} {
			if other == last {
				continue
			}
			bent := s.Payload[:len(s.Payload)-1] + string(other)
			if got, err := base64.RawURLEncoding.DecodeString(bent); err != nil || string(got[:len(payload)-1]) != payload[:len(payload)-1] {
				t.Fatal("not the text that was meant")
			}
			g := &fixture{f.st, []Secret{{Payload: bent, Signature: signText(t, testKey, d.Header, bent)}}}
			a := newAttack(t, g, cheat{parsed: payload})
			if got := a.check(t); got == "" {
				t.Errorf("%q: nothing is violated", payload)
			}
		}
	}
}
