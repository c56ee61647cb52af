package signature

import (
	"fmt"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/ecdsa"
)

// The P-256 part of a document: the digest's 256 bits, the link's mask, and the
// block of the signature.
const (
	Mask  = 256 // where the link's mask is
	Block = 257 // where the block of the signature starts
)

// Len is the number of elements of one document's P-256 part.
var Len = Block + ecdsa.Block.Len

// Secrets are the secrets of one document's P-256 part.
func Secrets(key ecdsa.PublicKey, digest [32]byte, signature []byte, mask *big.Int) ([]p256.Elem, error) {
	if len(signature) != 64 {
		return nil, fmt.Errorf("%w: it has %d bytes, want 64", ecdsa.ErrSignature, len(signature))
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	block, err := ecdsa.Witness(key, digest, r, s)
	if err != nil {
		return nil, err
	}
	w := make([]p256.Elem, Block, Len)
	for j := range 256 { // bit j of GF(2^128)'s order: bit j%8 of byte j/8
		w[j] = Field.FromUint64(uint64(digest[j/8] >> (j % 8) & 1))
	}
	w[Mask] = elemOf(mask)
	return append(w, block...), nil
}

// Field is the field of the P-256 part.
var Field p256.Field

// elemOf is an integer below the field's order as an element.
func elemOf(v *big.Int) p256.Elem {
	b := v.FillBytes(make([]byte, 32))
	for i, j := 0, 31; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	e, err := Field.Decode(b)
	if err != nil {
		panic("zkvm: integer above the P-256 prime")
	}
	return e
}

// Relate wires the P-256 part of a document whose secrets start at base.
func Relate(r *libzk.Relation[p256.Elem], base int, key ecdsa.PublicKey, l *Link) {
	s := r.Space
	in := ecdsa.Inputs{Key: key, Block: base + Block}
	sum := []affine.Term[p256.Elem]{{K: Field.One(), Ref: s.W(base + Mask)}}
	for j := range 256 {
		bit := s.W(base + j)
		r.Bit("digest bit", bit)
		in.Digest[j/8*8+7-j%8] = bit // most significant first
		sum = append(sum, affine.Term[p256.Elem]{K: elemOf(integerOf(l.coefficients[j])), Ref: bit})
	}
	for k := range ecdsa.Block.Bits {
		r.Bit("scalar bit", s.W(in.Block+k))
	}
	in.Constrain(s, r)
	for _, c := range in.Copies(s) {
		r.Copy(0, c.Append(nil)...)
	}
	r.Zero("link", s.Sub(s.Sum(sum...), s.Const(elemOf(l.Sum))))
}

// Rows is the number of rows of one document's P-256 part.
func Rows(key ecdsa.PublicKey) int {
	shape := libzk.Shape[p256.Elem]{Field: Field, Full: Len, Uses: []libzk.Use[p256.Elem]{{Circuit: circuits.Compiled().ECDSA(), Copies: ecdsa.Steps}}}
	r := shape.NewRelation()
	Relate(r, 0, key, &Link{Sum: new(big.Int)})
	return len(r.Rows)
}
