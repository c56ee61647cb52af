package rsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	stdrsa "crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// newPSS lays out a signature of PSS whose H, mask and salt are committed bits, in this order.
func newPSS(t testing.TB, m Modulus) *system {
	t.Helper()
	blocks := m.MaskBlocks()
	s := newSystemFor(t, m, 8*(hashBytes*(1+blocks)+SaltBytes))
	s.encode = func(space *affine.Space[elem]) Encoded {
		return m.PSS(space, s.digest[:256], s.digest[256:256*(1+blocks)], s.digest[256*(1+blocks):])
	}
	s.in.Encoded = s.encode(s.space)
	return s
}

// pssBytes are the bytes that newPSS commits.
func (m Modulus) pssBytes(digest, salt [32]byte) []byte {
	h := PSSHash(digest, salt)
	mask := slices.Grow(m.mask(h), hashBytes)
	mask = mask[:hashBytes*m.MaskBlocks()] // the rest of the last block is not read
	return slices.Concat(h[:], mask, salt[:])
}

func TestPSS(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		m := v.modulus(t)
		s := newPSS(t, m)
		digest, salt := [32]byte(v.Digest), [32]byte(v.PS256.Salt)
		drawn := DrawPrimes(counter("pss"))
		c, err := NewChain(m, v.PS256.Signature, m.PSSMessage(digest, salt))
		if err != nil {
			t.Fatal(err)
		}
		committed := m.pssBytes(digest, salt)
		s.expect("the vector", committed, c, drawn, nil)

		// Each bit of EM, by the forms: constant + Σ 2^position·bit, the last slot free.
		positions := map[int]bool{bits - 1: true}
		em := new(big.Int).Set(s.in.Encoded.constant)
		values := s.space.Evaluate(s.w)
		for _, b := range s.in.Encoded.bits {
			if positions[b.position] || em.Bit(b.position) == 1 || b.position < 0 || b.position >= bits {
				t.Fatalf("position %d is taken", b.position)
			}
			positions[b.position] = true
			if values.At(b.bit) == fld.One() {
				em.SetBit(em, b.position, 1)
			}
		}
		if em.Cmp(c.em) != 0 || len(s.in.Encoded.bits) != bits-9 {
			t.Errorf("%d bits: EM of %d bits is %x, want %x", bits, len(s.in.Encoded.bits), em, c.em)
		}

		// Every committed bit counts, but for the first of the mask and those past its end.
		length := m.maskBytes()
		for _, k := range []int{0, 255, 256, 262, 264, 256 + 8*(length-32) - 1, 256 + 8*(length-33), 256 + 8*length - 1, 256*(1+m.MaskBlocks()) + 0, 256*(1+m.MaskBlocks()) + 255} {
			changed := slices.Clone(committed)
			changed[k/8] ^= 1 << (k % 8)
			d := *c
			d.em = s.message(changed)
			s.expect("one bit", changed, &d, drawn, func(r [Primes]*residues) {
				for i := range r {
					*r[i] = *c.residues(m.modulo(drawn[i]), s.in.Encoded.constant)
				}
			}, everywhere("em")...)
			s.expect("one bit, E follows", changed, &d, drawn, nil, everywhere("message")...)
		}
		changed := slices.Clone(committed)
		changed[32] ^= 0x80
		for i := 32 + length; i < 32*(1+m.MaskBlocks()); i++ {
			changed[i] ^= 0xff
		}
		s.expect("bits of the mask that EM does not have", changed, c, drawn, nil)
		if testing.Short() {
			break
		}
	}
}

// message is EM as the committed bytes make it.
func (s *system) message(committed []byte) *big.Int {
	s.commit(committed, &Chain{modulus: s.in.Modulus, s: new(big.Int), h: new(big.Int), t: new(big.Int), q: zeros()})
	space := affine.NewSpace[elem](fld, len(s.w))
	e := s.encode(space)
	values := space.Evaluate(s.w)
	em := new(big.Int).Set(e.constant)
	for _, b := range e.bits {
		em.SetBit(em, b.position, uint(values.At(b.bit).Lo))
	}
	return em
}

func zeros() (q [squares + 1]*big.Int) {
	for i := range q {
		q[i] = new(big.Int)
	}
	return q
}

// TestPSSAgreement: NewChain takes exactly the signatures that crypto/rsa takes with a salt of 32 bytes.
func TestPSSAgreement(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		m := v.modulus(t)
		private := &stdrsa.PrivateKey{
			PublicKey: stdrsa.PublicKey{N: v.N.Int, E: Exponent},
			D:         v.private(Exponent), Primes: []*big.Int{v.P.Int, v.Q.Int},
		}
		private.Precompute()
		options := &stdrsa.PSSOptions{SaltLength: SaltBytes}
		digest := [32]byte(v.Digest)
		compare := func(what string, signature []byte, want bool) {
			t.Helper()
			if (stdrsa.VerifyPSS(&private.PublicKey, crypto.SHA256, digest[:], signature, options) == nil) != want {
				t.Fatalf("%s: crypto/rsa does not say %v", what, want)
			}
			_, err := NewChain(m, signature, m.PSSMessage(digest, m.Salt(signature)))
			if (err == nil) != want || err != nil && !errors.Is(err, ErrSignature) {
				t.Errorf("%d bits: %s: %v, want it taken: %v", bits, what, err, want)
			}
		}
		compare("the vector", v.PS256.Signature, true)
		for range 5 {
			signature, err := stdrsa.SignPSS(rand.Reader, private, crypto.SHA256, digest[:], options)
			if err != nil {
				t.Fatal(err)
			}
			compare("random", signature, true)
			signature[len(signature)-1] ^= 1
			compare("changed", signature, false)
		}
		for _, salt := range []int{0, 20, 31, 33, 64, bits/8 - 34} {
			signature, err := stdrsa.SignPSS(rand.Reader, private, crypto.SHA256, digest[:], &stdrsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			compare("a salt of another length", signature, false)
		}
		compare("PKCS1", v.RS256.Signature, false)
		// Blocks that are wrong in one place.
		good := m.PSSMessage(digest, [32]byte(v.PS256.Salt))
		length := m.maskBytes()
		for what, bit := range map[string]int{
			"the first bit": bits - 1, "padding before 01": bits - 20, "the last byte before 01": 8*(bits/8-(length-34)) - 1,
			"the byte 01": 8 * (bits/8 - (length - 33) - 1), "the salt": 8*33 + 3, "H": 8*8 + 1, "the trailer": 0,
		} {
			block := new(big.Int).Set(good)
			block.SetBit(block, bit, block.Bit(bit)^1)
			if block.Cmp(v.N.Int) < 0 {
				compare(what, v.raw(block).FillBytes(make([]byte, bits/8)), false)
			}
		}
		if bytes.Equal(v.PS256.Signature, v.RS256.Signature) {
			t.Error("the vectors are the same")
		}
	}
}

// TestPSSRefused: signatures of blocks that RFC 8017 refuses, with the salt and the hash that stand in
// them. A key's owner can make them, and a salt of another length is what other software signs with.
func TestPSSRefused(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		m := v.modulus(t)
		s := newPSS(t, m)
		digest := [32]byte(v.Digest)
		length := m.maskBytes()
		drawn := DrawPrimes(counter("pss refused"))
		refused := func(what string, signature *big.Int) {
			t.Helper()
			em := new(big.Int).Exp(signature, big.NewInt(Exponent), v.N.Int).FillBytes(make([]byte, bits/8))
			h := [32]byte(em[length : length+hashBytes])
			mask := slices.Grow(m.mask(h), hashBytes)
			committed := slices.Concat(h[:], mask[:hashBytes*m.MaskBlocks()], make([]byte, SaltBytes))
			salt := committed[len(committed)-SaltBytes:]
			for i := range salt {
				salt[i] = em[length-SaltBytes+i] ^ mask[length-SaltBytes+i]
			}
			c, exact := m.chain(signature, s.message(committed))
			if exact {
				t.Fatalf("%d bits: %s: the block is a good one", bits, what)
			}
			s.expect(what, committed, c, drawn, nil, filter(c, everywhere("message"))...)
		}
		private := &stdrsa.PrivateKey{
			PublicKey: stdrsa.PublicKey{N: v.N.Int, E: Exponent},
			D:         v.private(Exponent), Primes: []*big.Int{v.P.Int, v.Q.Int},
		}
		private.Precompute()
		for _, salt := range []int{0, 20, 31, 33, 64, bits/8 - 34} {
			signature, err := stdrsa.SignPSS(rand.Reader, private, crypto.SHA256, digest[:], &stdrsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			refused(fmt.Sprintf("a salt of %d bytes", salt), new(big.Int).SetBytes(signature))
		}
		good := m.PSSMessage(digest, [32]byte(v.PS256.Salt))
		for what, bit := range map[string]int{
			"padding before 01": bits - 20, "the last byte before 01": 8*(bits/8-(length-34)) - 1,
			"the byte 01": 8 * (bits/8 - (length - 33) - 1), "the trailer": 0,
		} {
			block := new(big.Int).Set(good)
			block.SetBit(block, bit, block.Bit(bit)^1)
			if block.Cmp(v.N.Int) < 0 {
				refused(what, v.raw(block))
			}
		}
		refused("a block of PKCS1", new(big.Int).SetBytes(v.RS256.Signature))
		if testing.Short() {
			break
		}
	}
}
