package rsa

import (
	"errors"
	"math/big"
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// What is published for one prime: bits X_0..X_16, κ_1..κ_17, κ_s, κ_h, the lowest of each first,
// packed lowest first; H_0..H_16; E. All under masks.
const (
	publishedBits = (squares+1)*(primeBits+kappaBits) + 2*shortKappa
	packedBytes   = (publishedBits + 7) / 8
	elements      = squares + 2
	primeBytes    = packedBytes + elements*elementBits/8

	// PublishedBytes is the length of what is published for a signature.
	PublishedBytes = Primes * primeBytes
)

// ErrPublished says that published bytes are not those of a signature.
var ErrPublished = errors.New("RSA: unused published bits are set")

// values is what is published for one prime.
type values struct {
	bits [publishedBits]bool
	h    [squares + 1]elem
	e    elem
}

// bit is a published bit as an element.
func (v *values) bit(k int) (e elem) {
	if v.bits[k] {
		e = fld.One()
	}
	return e
}

func decode(b []byte) (*values, error) {
	v := new(values)
	for k := range 8 * packedBytes {
		set := b[k/8]>>(k%8)&1 == 1
		if k >= publishedBits {
			if set {
				return nil, ErrPublished
			}
			continue
		}
		v.bits[k] = set
	}
	b = b[packedBytes:]
	for i := range elements {
		e, err := fld.Decode(b[16*i:])
		if err != nil {
			return nil, err
		}
		if i <= squares {
			v.h[i] = e
		} else {
			v.e = e
		}
	}
	return v, nil
}

func (v *values) encode(dst []byte) []byte {
	var packed [packedBytes]byte
	for k, set := range v.bits {
		if set {
			packed[k/8] |= 1 << (k % 8)
		}
	}
	dst = append(dst, packed[:]...)
	for _, h := range v.h {
		dst = fld.Append(dst, h)
	}
	return fld.Append(dst, v.e)
}

// Publish appends what a prover publishes for the primes, given the values that it committed.
func (in *Inputs) Publish(dst []byte, drawn [Primes]uint64, values *affine.Values[elem]) []byte {
	c := in.committed(values)
	for i, m := range drawn {
		r := c.residues(in.Modulus.modulo(m), in.Encoded.constant)
		dst = r.mask(&in.Masks[i], values.W).encode(dst)
	}
	return dst
}

// set is 1 for what is not zero. Bits are as good as random: a branch for each would cost more than all
// else that is done with it.
func set(v elem) (bit uint64) {
	if v.Lo|v.Hi != 0 {
		bit = 1
	}
	return bit
}

// committed is the chain that the values are of.
func (in *Inputs) committed(values *affine.Values[elem]) *Chain {
	n := in.Modulus.bits
	block := values.W[in.Block[0]:][:len(in.Block)]
	number := func(k, length int) *big.Int {
		words := make([]big.Word, (length+bits.UintSize-1)/bits.UintSize)
		for j, v := range block[k*n : k*n+length] {
			words[j/bits.UintSize] |= big.Word(set(v)) << (j % bits.UintSize)
		}
		return new(big.Int).SetBits(words)
	}
	c := &Chain{modulus: in.Modulus, s: number(0, n), h: number(1, n), t: number(squares+3, topBits), em: new(big.Int).Set(in.Encoded.constant)}
	for i := range c.q {
		c.q[i] = number(2+i, n)
	}
	for _, b := range in.Encoded.bits {
		if values.At(b.bit) != (elem{}) {
			c.em.SetBit(c.em, b.position, 1)
		}
	}
	return c
}

// mask adds masks, which are among the witness elements, to residues.
func (r *residues) mask(masks *Masks, witness []elem) *values {
	v := new(values)
	mask := witness[masks.Bits[0]:][:MaskBits]
	at := 0
	put := func(x uint64, n int) {
		for k := range n {
			v.bits[at] = x>>k&1 != set(mask[at])
			at++
		}
	}
	for _, x := range r.x {
		put(x, primeBits)
	}
	for _, k := range r.kappa {
		put(k, kappaBits)
	}
	put(r.kappaS, shortKappa)
	put(r.kappaH, shortKappa)
	b := basis()
	for i, h := range r.h {
		for k, bit := range mask[at+elementBits*i:][:elementBits] {
			all := -set(bit)
			h = fld.Add(h, elem{Lo: b.bit[k].Lo & all, Hi: b.bit[k].Hi & all})
		}
		v.h[i] = h
	}
	v.e = fld.Add(r.e, witness[masks.Epsilon])
	return v
}
