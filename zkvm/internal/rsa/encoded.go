package rsa

import (
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// Encoded is an encoded message EM (RFC 8017, section 9) as a number of its own: a public
// constant and bits that are forms.
type Encoded struct {
	constant *big.Int
	bits     []encodedBit
}

type encodedBit struct {
	position int // in EM; the last of a message has none
	bit      affine.Ref
}

// pkcs1Prefix is what stands before the digest in EMSA-PKCS1-v1_5 with SHA-256 (RFC 8017,
// section 9.2): 00 01 FF .. FF 00, and the DER of DigestInfo up to the digest.
func (m Modulus) pkcs1Prefix() *big.Int {
	k := m.bits / 8
	em := make([]byte, k-32)
	em[1] = 1
	info := em[len(em)-len(digestInfo):]
	for i := 2; i < len(em)-len(digestInfo)-1; i++ {
		em[i] = 0xff
	}
	copy(info, digestInfo)
	v := new(big.Int).SetBytes(em)
	return v.Lsh(v, 256)
}

// digestInfo is SEQUENCE { SEQUENCE { id-sha256, NULL }, OCTET STRING of 32 bytes }.
const digestInfo = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

// PKCS1 is EMSA-PKCS1-v1_5 of a SHA-256 digest whose bit k%8 of byte k/8 is digest[k].
func (m Modulus) PKCS1(digest []affine.Ref) Encoded {
	if len(digest) != 256 {
		panic("rsa: a digest has 256 bits")
	}
	e := Encoded{constant: m.pkcs1Prefix()}
	e.add(0, digest)
	return e
}

// add appends bits of a byte string, bit k%8 of byte k/8 at index k, that is a number of big-endian
// bytes whose last one stands at position low of EM.
func (e *Encoded) add(low int, bits []affine.Ref) {
	for k, b := range bits {
		e.bits = append(e.bits, encodedBit{low + len(bits) - 8 - k/8*8 + k%8, b})
	}
}

// length is the number of positions up to the highest that has a bit.
func (e *Encoded) length() (n int) {
	for _, b := range e.bits {
		n = max(n, b.position+1)
	}
	return n
}

// PKCS1Message is the number EM of PKCS1.
func (m Modulus) PKCS1Message(digest [32]byte) *big.Int {
	v := m.pkcs1Prefix()
	return v.Or(v, new(big.Int).SetBytes(digest[:]))
}
