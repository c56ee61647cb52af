package rsa

import (
	"math/big"
	"math/bits"
	"slices"
)

// Chain is the numbers that are committed for one signature, before the primes are
// drawn: in an honest one x_0 = S, x_i = x_{i-1}² mod N, H = x_8.
type Chain struct {
	modulus Modulus
	s, h    *big.Int     // below 2^n
	q       [17]*big.Int // q_1..q_17: ⌊x_{i-1}²/N⌋, then (x_16·s - EM)/N; below 2^n
	t       *big.Int     // top126(N) - 1 - top126(s), below 2^126
	em      *big.Int     // not committed: a function of the digest and a salt
}

// NewChain is the chain of a signature of the encoded message em. The signature has the
// length of the modulus (RFC 8017, section 8.2.2, step 1). The error wraps ErrSignature if s^65537
// mod N is not em, or ErrExceptional.
func NewChain(m Modulus, signature []byte, em *big.Int) (*Chain, error) {
	m.mustBeChecked()
	if len(signature) != m.bits/8 {
		return nil, wrap(ErrSignature, "it has %d bytes, the key's has %d", len(signature), m.bits/8)
	}
	s := new(big.Int).SetBytes(signature)
	if s.Cmp(m.n) >= 0 {
		return nil, wrap(ErrSignature, "it is not below the modulus")
	}
	c, exact := m.chain(s, em)
	if !exact || em.Sign() < 0 || em.Cmp(m.n) >= 0 {
		return nil, ErrSignature
	}
	if c.t.Sign() < 0 {
		return nil, wrap(ErrExceptional, "its first %d bits are those of the modulus", topBits)
	}
	return c, nil
}

// chain computes a chain from any s below 2^n by the formulas that an honest prover follows,
// and reports whether its last quotient is exact.
func (m Modulus) chain(s, em *big.Int) (c *Chain, exact bool) {
	c = &Chain{modulus: m, s: s, em: em}
	x := s
	for i := range squares {
		square := new(big.Int).Mul(x, x)
		c.q[i], x = new(big.Int).DivMod(square, m.n, new(big.Int))
		if i+1 == middle {
			c.h = x
		}
	}
	last := new(big.Int).Mul(x, s)
	last.Sub(last, em)
	rest := new(big.Int)
	c.q[squares], _ = new(big.Int).DivMod(last, m.n, rest)
	c.t = m.topLimit()
	c.t.Sub(c.t, m.top(s))
	return c, rest.Sign() == 0
}

// AppendBits appends the chain as Block lays it out, one 0 or 1 a byte.
func (c *Chain) AppendBits(dst []uint8) []uint8 {
	n := c.modulus.bits
	dst = slices.Grow(dst, BlockBits(n))
	dst = appendBits(dst, c.s, n)
	dst = appendBits(dst, c.h, n)
	for _, q := range c.q {
		dst = appendBits(dst, q, n)
	}
	return appendBits(dst, c.t, topBits)
}

// appendBits appends the bits of v below 2^n, the lowest first.
func appendBits(dst []uint8, v *big.Int, n int) []uint8 {
	words := v.Bits()
	for i := range n {
		bit := big.Word(0)
		if k := i / bits.UintSize; k < len(words) {
			bit = words[k] >> (i % bits.UintSize) & 1
		}
		dst = append(dst, uint8(bit))
	}
	return dst
}
