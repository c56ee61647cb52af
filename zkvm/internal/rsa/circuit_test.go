package rsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	stdrsa "crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// TestShape pins the size of the circuits: the proof depends on it.
func TestShape(t *testing.T) {
	for _, want := range []struct{ bits, inputs, layers, terms, turn int }{
		{2048, 2227, 11, 2512, 1386},
		{3072, 3251, 11, 3532, 1930},
		{4096, 4275, 12, 4566, 2746},
	} {
		c := Compile(want.bits)
		if c.Inputs() != want.inputs || len(c.Layers) != want.layers || c.Terms() != want.terms || shapes[want.bits].turn() != want.turn {
			t.Errorf("%s: %d inputs, %d layers, %d terms, turn %d", c.Name, c.Inputs(), len(c.Layers), c.Terms(), shapes[want.bits].turn())
		}
		if again := Compile(want.bits); again.ID != c.ID {
			t.Errorf("%s: two compilations differ", c.Name)
		}
	}
}

// TestHonest proves the vectors' signatures, and those of crypto/rsa under fresh keys.
func TestHonest(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		m := v.modulus(t)
		s := newSystem(t, m)
		c, err := NewChain(m, v.RS256.Signature, m.PKCS1Message([32]byte(v.Digest)))
		if err != nil {
			t.Fatal(err)
		}
		if broken := s.verdict("honest", v.Digest, c, DrawPrimes(counter("honest")), nil); broken != nil {
			t.Errorf("%d bits: the vector's signature breaks %q", bits, broken)
		}
		if testing.Short() && bits > 2048 {
			continue
		}
		key, err := stdrsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		m, err = CheckModulus(key.N.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		s = newSystem(t, m)
		for i := range 3 {
			digest := sha256.Sum256([]byte{byte(i)})
			signature, err := stdrsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
			if err != nil {
				t.Fatal(err)
			}
			c, err := NewChain(m, signature, m.PKCS1Message(digest))
			if err != nil {
				t.Fatal(err)
			}
			if broken := s.verdict("random", digest[:], c, DrawPrimes(counter(string(signature))), nil); broken != nil {
				t.Errorf("%d bits: a signature of crypto/rsa breaks %q", bits, broken)
			}
			// A signature with one bit changed: crypto/rsa, NewChain and the circuit refuse it.
			signature[len(signature)/2] ^= 4
			if stdrsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature) == nil {
				t.Fatal("crypto/rsa accepts a changed signature")
			}
			if _, err := NewChain(m, signature, m.PKCS1Message(digest)); !errors.Is(err, ErrSignature) {
				t.Errorf("a changed signature: %v", err)
			}
			wrong, exact := m.chain(new(big.Int).SetBytes(signature), m.PKCS1Message(digest))
			if broken := s.verdict("changed", digest[:], wrong, DrawPrimes(counter(string(signature))), nil); exact || len(broken) != Primes || broken[0] != "message, prime 1: congruence" {
				t.Errorf("%d bits: a changed signature breaks %q", bits, broken)
			}
		}
	}
}

// TestRefused takes signatures of blocks that RFC 8017 refuses: a key's owner can make them.
func TestRefused(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		m := v.modulus(t)
		s := newSystem(t, m)
		key := stdrsa.PublicKey{N: v.N.Int, E: Exponent}
		em := m.PKCS1Message([32]byte(v.Digest))
		for name, signature := range v.Refused {
			if stdrsa.VerifyPKCS1v15(&key, crypto.SHA256, v.Digest, signature) == nil {
				t.Errorf("%s: crypto/rsa accepts it", name)
			}
			if _, err := NewChain(m, signature, em); !errors.Is(err, ErrSignature) {
				t.Errorf("%s: %v", name, err)
			}
			c, _ := m.chain(new(big.Int).SetBytes(signature), em)
			s.expect(name, v.Digest, c, DrawPrimes(counter(name)), nil, "message, prime 1: congruence", "message, prime 2: congruence", "message, prime 3: congruence")
		}
	}
}

// BenchmarkCopies makes the forms of all copies of one signature, as either side does.
func BenchmarkCopies(b *testing.B) {
	f := newForger(b, 2048)
	c := f.chain()
	f.commit(f.v.Digest, c)
	published := f.publish(f.residues(c, f.drawn))
	b.ResetTimer()
	for b.Loop() {
		f.space = affine.NewSpace[elem](fld, len(f.w))
		if _, err := f.in.Copies(f.space, f.drawn, published); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPublish computes what a prover publishes.
func BenchmarkPublish(b *testing.B) {
	f := newForger(b, 2048)
	f.commit(f.v.Digest, f.chain())
	for b.Loop() {
		f.in.Publish(nil, f.drawn, &affine.Values[elem]{W: f.w})
	}
}

// TestPublish: what is published follows from what was committed.
func TestPublish(t *testing.T) {
	for what, s := range map[string]*system{"PKCS1": newForger(t, 2048).system, "PSS": newPSS(t, readVector(t, 2048).modulus(t))} {
		v := readVector(t, 2048)
		m, digest := s.in.Modulus, [32]byte(v.Digest)
		drawn := DrawPrimes(counter("publish"))
		signature, em, committed := v.RS256.Signature, m.PKCS1Message(digest), v.Digest
		if what == "PSS" {
			signature, em, committed = v.PS256.Signature, m.PSSMessage(digest, [32]byte(v.PS256.Salt)), m.pssBytes(digest, [32]byte(v.PS256.Salt))
		}
		c, err := NewChain(m, signature, em)
		if err != nil {
			t.Fatal(err)
		}
		s.commit(committed, c)
		s.encode(s.space)
		values := s.space.Evaluate(s.w)
		if want := s.publish(s.residues(c, drawn)); !bytes.Equal(s.in.Publish(nil, drawn, values), want) {
			t.Errorf("%s: published bytes differ", what)
		}
	}
}
