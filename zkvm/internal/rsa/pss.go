package rsa

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// EMSA-PSS (RFC 8017, section 9.1) with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes, as
// PS256 (RFC 7518, section 3.5). For a modulus of k bytes
//
//	H = SHA-256(0^8 digest salt),   DB = 0^(k-66) 01 salt,
//	EM = (DB xor MGF1(H)), its first bit 0 | H | bc.
const (
	hashBytes = sha256.Size
	trailer   = 0xbc

	// SaltBytes is the length of a salt: RFC 7518 lets no other.
	SaltBytes = hashBytes
)

// HashedBytes is the length of 0^8 digest salt.
const HashedBytes = 8 + 2*hashBytes

// maskBytes is the length of DB, and of the output of MGF1.
func (m Modulus) maskBytes() int { return m.bits/8 - hashBytes - 1 }

// MaskBlocks is the number of outputs of SHA-256 that make MGF1's. Each is the hash of
// 36 bytes: H and MaskCounter.
func (m Modulus) MaskBlocks() int { return (m.maskBytes() + hashBytes - 1) / hashBytes }

// MaskCounter is what follows H in block i of MGF1.
func MaskCounter(i int) (c [4]byte) {
	binary.BigEndian.PutUint32(c[:], uint32(i))
	return c
}

// PSS is EMSA-PSS as forms of bits: h is H, mask the blocks of MGF1(H) one after the other, salt the
// salt, of each byte string bit k%8 of byte k/8 at index k. Bits of mask past the length of DB, and
// the first bit of all, are not read.
func (m Modulus) PSS(s *affine.Space[elem], h, mask, salt []affine.Ref) Encoded {
	length := m.maskBytes()
	if len(h) != 8*hashBytes || len(salt) != 8*SaltBytes || len(mask) != 8*hashBytes*m.MaskBlocks() {
		panic("rsa: PSS of bit strings of other lengths")
	}
	db := append([]affine.Ref(nil), mask[:8*length]...)
	first := length - SaltBytes // byte of DB where the salt begins
	db[8*(first-1)] = s.Not(db[8*(first-1)])
	for k, b := range salt {
		db[8*first+k] = s.Add(db[8*first+k], b)
	}
	e := Encoded{constant: big.NewInt(trailer)}
	e.add(8, h)
	e.add(8+8*hashBytes, db)
	// The first bit of EM is 0: bit 7 of the first byte of DB.
	for i := range e.bits {
		if e.bits[i].position == m.bits-1 {
			e.bits = append(e.bits[:i], e.bits[i+1:]...)
			break
		}
	}
	return e
}

// PSSMessage is the number EM of a digest and a salt.
func (m Modulus) PSSMessage(digest, salt [32]byte) *big.Int {
	h := PSSHash(digest, salt)
	k, length := m.bits/8, m.maskBytes()
	em := make([]byte, k)
	em[length-SaltBytes-1] = 1
	copy(em[length-SaltBytes:], salt[:])
	for i, v := range m.mask(h) {
		em[i] ^= v
	}
	em[0] &= 0x7f
	copy(em[length:], h[:])
	em[k-1] = trailer
	return new(big.Int).SetBytes(em)
}

// PSSHash is H.
func PSSHash(digest, salt [32]byte) [32]byte {
	b := make([]byte, 8, HashedBytes)
	b = append(append(b, digest[:]...), salt[:]...)
	return sha256.Sum256(b)
}

// mask is MGF1 of H, as long as DB.
func (m Modulus) mask(h [32]byte) []byte {
	var out []byte
	for i := range m.MaskBlocks() {
		c := MaskCounter(i)
		block := sha256.Sum256(append(h[:len(h):len(h)], c[:]...))
		out = append(out, block[:]...)
	}
	return out[:m.maskBytes()]
}

// Salt is what stands where the salt of a signature is, by the public key alone. Whether the
// signature is valid is seen when NewChain compares it with PSSMessage of this salt.
func (m Modulus) Salt(signature []byte) (salt [32]byte) {
	m.mustBeChecked()
	v := new(big.Int).SetBytes(signature)
	v.Exp(v, big.NewInt(Exponent), m.n)
	em := v.FillBytes(make([]byte, m.bits/8))
	length := m.maskBytes()
	mask := m.mask([32]byte(em[length : length+hashBytes]))
	for i := range salt {
		at := length - SaltBytes + i
		salt[i] = em[at] ^ mask[at]
	}
	return salt
}
