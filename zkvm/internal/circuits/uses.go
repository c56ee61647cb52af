package circuits

import (
	"slices"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
)

// The uses of GF(2^128), in the order in which a proof has them. Dot products follow, one
// use for each document; those of documents of one length are all of the first one's.
const (
	SHA256 = iota
	Base64URL
	JSON
	Products
	Fold
	Unescape
	Place
	Order
	RSA2048
	RSA3072
	RSA4096
	Dots
)

// RSA is the use of a modulus of so many bits.
func RSA(bits int) int { return RSA2048 + slices.Index(rsa.Sizes[:], bits) }

// Chunks are the numbers of factors that a copy of products may have. A statement has one
// of them.
var Chunks = [...]int{64, 128, 256, 512, 1024, 2048}

// Circuit is the circuit of a use: of products with chunk factors a copy, and below Dots.
func (f *Family) Circuit(use, chunk int) *circuit.Circuit[elem] {
	switch use {
	case SHA256:
		return f.sha256()
	case Base64URL:
		return f.base64url()
	case JSON:
		return f.json()
	case Products:
		return f.products[slices.Index(Chunks[:], chunk)]()
	case Fold:
		return f.fold()
	case Unescape:
		return f.unescape()
	case Place:
		return f.place()
	case Order:
		return f.order()
	}
	return f.rsa[use-RSA2048]()
}

// Dot is the circuit of dot products of n terms.
func (f *Family) Dot(n int) *circuit.Circuit[elem] {
	f.lock.Lock()
	defer f.lock.Unlock()
	c, ok := f.dots[n]
	if !ok {
		if len(f.dots) >= maxDots {
			clear(f.dots)
		}
		c = compileDot(n)
		f.dots[n] = c
	}
	return c
}
