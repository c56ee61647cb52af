package signature

import (
	"encoding/binary"
	"errors"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// The link ties the digest's bits x_j in GF(2^128) to those in the P-256 field.
//
// With g a generator of order M = 2^128 - 1, the prover commits k, uniform below
// 2^240, in the P-256 field, and K = g^k in GF(2^128). Then c_j are drawn, below
// 2^128, and y = Σ c_j·x_j + k is published. The P-256 side checks this sum, which
// is linear; the GF(2^128) side checks
//
//	Π_j (1 + x_j·(g^(c_j) - 1))·K = g^y.
//
// If the bits differ somewhere, y fixes Σ c_j·(x_j - x'_j) mod M to a value that
// was committed before c was drawn: that happens with probability 2^-127. y
// reveals less than 2^-102 of anything, as k is 2^104 times as wide as the sum.
const (
	MaskBits  = 240
	linkBytes = 31  // y < 2^241
	linkBits  = 241 // and is refused if it is not
)

// ErrLink means that a published sum has more bits than any honest one.
var ErrLink = errors.New("link value out of range")

// Link is the part of the link that belongs to one document.
type Link struct {
	Mask         *big.Int // k, secret
	Sum          *big.Int // y, public after publication
	coefficients [256][2]uint64
}

// Draw draws the coefficients.
func (l *Link) Draw(t *transcript.Transcript) {
	var b [16]byte
	for j := range l.coefficients {
		t.Read(b[:])
		l.coefficients[j] = [2]uint64{binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[:8])}
	}
}

// integerOf is a coefficient as an integer.
func integerOf(c [2]uint64) *big.Int {
	v := new(big.Int).SetUint64(c[0])
	return v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(c[1]))
}

// powerOfInteger is g^v.
func powerOfInteger(v *big.Int) elem {
	order := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1))
	e := new(big.Int).Mod(v, order)
	lo := new(big.Int).And(e, new(big.Int).SetUint64(^uint64(0))).Uint64()
	return gf128.GeneratorPow(e.Rsh(e, 64).Uint64(), lo)
}

// Lay lays out the GF(2^128) side over the bits of the digest: in chunks, ρ·Π is published for fresh ρ,
// whose product R is committed, and K·Π_chunks y = g^y·R is linear.
func (l *Link) Lay(m *machine.Machine, digest *[256]ref) {
	var k elem
	if b := m.UniformBytes(MaskBits / 8); b != nil {
		l.Mask = new(big.Int).SetBytes(b)
		k = powerOfInteger(l.Mask)
	}
	mask := m.Element(k)
	y := m.PublishBytes(linkBytes, func() []byte {
		sum := new(big.Int).Set(l.Mask)
		for j, c := range l.coefficients {
			if m.Value(digest[j]) != (elem{}) {
				sum.Add(sum, integerOf(c))
			}
		}
		return sum.FillBytes(make([]byte, linkBytes))
	})
	l.Sum = new(big.Int).SetBytes(y)
	if m.Wiring() && l.Sum.BitLen() > linkBits {
		m.Fail(ErrLink)
	}
	var factors []factor
	if m.Wiring() {
		factors = make([]factor, len(l.coefficients))
		for j, c := range l.coefficients {
			factors[j] = factor{B: digest[j], H: m.Constant(field.Sub(machine.PowerOfG(c[0], c[1]), one))}
		}
	} else {
		m.Count(len(l.coefficients), 0)
	}
	public := one
	var product ref
	var total elem
	for lo := 0; lo < 256; lo += m.Chunk {
		part := machine.Slice(factors, lo, min(lo+m.Chunk, 256))
		rho, v := m.FactorMask()
		y := m.PublishNonzero(func() elem { return field.Mul(m.Value(rho), m.ProductOf(part)) })
		m.ProductChunk(part, rho, m.Zero(), m.Constant(y))
		public = field.Mul(public, y)
		if lo == 0 {
			product, total = rho, v
			continue
		}
		total = field.Mul(total, v)
		next := m.Element(total)
		m.Row("product of masks", product, rho, next)
		product = next
	}
	if m.Wiring() {
		m.ZeroForm("link", m.Sum(term{K: public, Ref: mask}, term{K: powerOfInteger(l.Sum), Ref: product}))
	}
}

// LinkRisk is the link's error, in the units of [machine.Machine.Risk]: y mod 2^128-1 hits a value fixed before
// for at most two of the 2^128 values of some c_j.
const LinkRisk = 2
