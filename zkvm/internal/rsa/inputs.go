package rsa

import (
	"fmt"
	"math/big"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// Copy names the inputs of one copy, in order, after the constant one. An absent factor is 1; absent
// operands are 0, with Own = 1.
type Copy struct {
	Long   []affine.Ref // a slot for each bit of the modulus: 1 + bit·(g^±weight - 1)
	Kappa  [kappaBits]affine.Ref
	E, R   affine.Ref
	X      [primeBits]affine.Ref // bits of one operand
	Powers [primeBits]affine.Ref // g^(2^k) to the power of the other
	Own    affine.Ref            // g to the power of X
}

// Append appends the inputs in order, without the constant one.
func (c *Copy) Append(dst []affine.Ref) []affine.Ref {
	dst = append(dst, c.Long...)
	dst = append(dst, c.Kappa[:]...)
	dst = append(dst, c.E, c.R)
	dst = append(dst, c.X[:]...)
	dst = append(dst, c.Powers[:]...)
	return append(dst, c.Own)
}

// CopyName says what copy i of a signature is, 0 <= i < Copies.
func CopyName(i int) string {
	if i == 0 {
		return "below"
	}
	i--
	p, k := i/(squares+4)+1, i%(squares+4)
	switch k {
	case 0:
		return fmt.Sprintf("s, prime %d", p)
	case 1:
		return fmt.Sprintf("half, prime %d", p)
	case 2:
		return fmt.Sprintf("em, prime %d", p)
	case squares + 3:
		return fmt.Sprintf("message, prime %d", p)
	}
	return fmt.Sprintf("square %d, prime %d", k-2, p)
}

// BlockBits is the number of committed bits of a signature: s, h, q_1..q_17 with n bits each,
// then t, the lowest bit of each first.
func BlockBits(bits int) int { return (squares+3)*bits + topBits }

// MaskBits is the number of bits of the masks for one prime: one for each published bit, then
// for each H_i those of η_i.
const MaskBits = publishedBits + (squares+1)*elementBits

// Masks are those for one prime, each uniform and used for nothing else.
type Masks struct {
	Bits    []affine.Ref // MaskBits witness elements, one after the other, proved to be bits
	Epsilon affine.Ref   // a witness element
}

// Inputs is what a statement about one signature refers to. Elements of Block, of Masks.Bits, and
// the bits of Encoded are proved to be bits elsewhere.
type Inputs struct {
	Modulus Modulus
	Block   []affine.Ref // BlockBits witness elements, one after the other
	Masks   [Primes]Masks
	Encoded Encoded
}

// Copies are the inputs of the circuit's copies, in the order of CopyName, for primes
// drawn after everything was committed, and the bytes published for each. The error says that
// these are no such bytes.
func (in *Inputs) Copies(s *affine.Space[elem], drawn [Primes]uint64, published []byte) ([]Copy, error) {
	in.Modulus.mustBeChecked()
	if len(in.Block) != BlockBits(in.Modulus.bits) || len(published) != PublishedBytes {
		panic("rsa: a block or published bytes of another length")
	}
	w := &wiring{in: in, s: s, turn: shapes[in.Modulus.bits].turn(), copies: make([]Copy, 0, Copies)}
	w.slots = make([]affine.Ref, Copies*in.Modulus.bits)
	w.mustFollow(in.Block)
	w.below()
	var primes [Primes]prime
	var weights [2 * Primes]weighting // of position, and of quotient
	for i, m := range drawn {
		primes[i] = in.Modulus.modulo(m)
		weights[2*i], weights[2*i+1] = primes[i].position, primes[i].quotient
	}
	tables := coefficients(weights[:], in.Modulus.bits, w.turn)
	for i := range drawn {
		v, err := decode(published[i*primeBytes : (i+1)*primeBytes])
		if err != nil {
			return nil, err
		}
		w.prime(primes[i], tables[2*i], tables[2*i+1], &in.Masks[i], v)
	}
	return w.copies, nil
}

// wiring makes copies of one signature.
type wiring struct {
	in     *Inputs
	s      *affine.Space[elem]
	turn   int // the first long slot with inverse powers
	copies []Copy
	slots  []affine.Ref // long ones of copies to come
}

// Room is about how many forms Copies adds to a space besides those of blocks, and of how many terms
// they are, for an encoded message with so many bits that are forms.
func Room(encoded int) (forms, terms int) { return 1 + Primes*(encoded+2), Primes * (encoded + 1) }

// number fills slots with 1 + k_j·bit_j for the bits of the k-th number of the block.
func (w *wiring) number(dst []affine.Ref, k int, coefficients []elem) {
	n := w.in.Modulus.bits
	w.s.Block(dst[:n], fld.One(), coefficients, int(w.in.Block[k*n]))
}

// mustFollow stops references that are not witness elements in order.
func (w *wiring) mustFollow(refs []affine.Ref) {
	first := w.s.W(int(refs[0]))
	w.s.W(int(refs[0]) + len(refs) - 1)
	for k, r := range refs {
		if r != first+affine.Ref(k) {
			panic("rsa: blocks and masks are witness elements in order")
		}
	}
}

// unscaled are the coefficients of bits that stand for themselves.
var unscaled = func() (v [primeBits]elem) {
	for k := range v {
		v[k] = fld.One()
	}
	return v
}()

// copy appends a copy without factors, whose long slots are still to be filled.
func (w *wiring) copy() *Copy {
	one, zero, n := w.s.One(), w.s.Zero(), w.in.Modulus.bits
	c := Copy{Long: w.slots[:n:n], E: one, R: one, Own: one}
	w.slots = w.slots[n:]
	w.absent(c.Kappa[:])
	for k := range c.X {
		c.X[k], c.Powers[k] = zero, zero
	}
	w.copies = append(w.copies, c)
	return &w.copies[len(w.copies)-1]
}

// absent fills slots with factors 1.
func (w *wiring) absent(slots []affine.Ref) {
	one := w.s.One()
	for j := range slots {
		slots[j] = one
	}
}

// below lays the copy that holds the first 126 bits of s below those of N: their sum with t is
// those of N less one.
func (w *wiring) below() {
	c, n := w.copy(), w.in.Modulus.bits
	powers := doublings(1, topBits)
	w.s.Block(c.Long[:topBits], fld.One(), powers, int(w.in.Block[n-topBits]))
	w.s.Block(c.Long[topBits:2*topBits], fld.One(), powers, int(w.in.Block[(squares+3)*n]))
	w.absent(c.Long[2*topBits:])
	limit := w.in.Modulus.topLimit()
	c.R = w.s.Const(numberOf(limit).power())
}

// prime lays the copies for one prime, whose coefficients of position and quotient are given.
func (w *wiring) prime(p prime, position, quotient []elem, masks *Masks, y *values) {
	if len(masks.Bits) != MaskBits {
		panic("rsa: masks of another number of bits")
	}
	w.mustFollow(masks.Bits)
	n := w.in.Modulus.bits
	block := p.block.coefficients(w.in.Encoded.length(), w.turn)
	multiple := doublings(p.m, kappaBits)

	// Masked bits in the order of publication: the form of one is y + μ, that of a slot of κ
	// 1 + (y + μ)·multiple.
	at, first := 0, int(masks.Bits[0])
	masked := func(dst []affine.Ref) {
		c := make([]elem, len(dst))
		for k := range c {
			c[k] = y.bit(at + k)
		}
		w.s.BlockWith(dst, c, unscaled[:len(dst)], first+at)
		at += len(dst)
	}
	maskedSlots := func(dst []affine.Ref) {
		c := make([]elem, len(dst))
		for k := range c {
			c[k] = fld.Add(fld.One(), fld.Mul(y.bit(at+k), multiple[k]))
		}
		w.s.BlockWith(dst, c, multiple[:len(dst)], first+at)
		at += len(dst)
	}
	var x [squares + 1][primeBits]affine.Ref
	var kappa [squares + 1][kappaBits]affine.Ref
	var kappaS, kappaH [shortKappa]affine.Ref
	for i := range x {
		masked(x[i][:])
	}
	for i := range kappa {
		maskedSlots(kappa[i][:])
	}
	maskedSlots(kappaS[:])
	maskedSlots(kappaH[:])
	var powers [squares + 1][primeBits]affine.Ref
	for i := range powers {
		count := primeBits
		if i == squares { // an operand of message, and no power of it
			count = 1
		}
		w.powers(powers[i][:count], y.h[i], first+at)
		at += elementBits
	}
	e := w.s.Affine(y.e, affine.Term[elem]{K: fld.One(), Ref: masks.Epsilon})

	reduce := func(number int, kappa *[shortKappa]affine.Ref, own affine.Ref) {
		c := w.copy()
		w.number(c.Long, number, position)
		copy(c.Kappa[:], kappa[:])
		c.R = own
	}
	reduce(0, &kappaS, powers[0][0])
	reduce(1, &kappaH, powers[middle][0])

	c := w.copy()
	w.absent(c.Long)
	for _, b := range w.in.Encoded.bits {
		c.Long[b.position] = w.s.Affine(fld.One(), affine.Term[elem]{K: block[b.position], Ref: b.bit})
	}
	c.Long[n-1] = w.s.Const(w.constant(p))
	c.R = e

	for i := range squares + 1 {
		c := w.copy()
		w.number(c.Long, 2+i, quotient)
		c.Kappa = kappa[i]
		c.X, c.Own = x[i], powers[i][0]
		if i < squares {
			c.Powers, c.R = powers[i], powers[i+1][0]
		} else {
			c.Powers, c.E = powers[0], e
		}
	}
}

// constant is the last long slot of em, for the constant bits of EM, of which the last is always
// zero. That slot stands on the right.
func (w *wiring) constant(p prime) elem {
	v := new(big.Int).Neg(w.in.Encoded.constant)
	return fld.Inv(number{lo: remainder(v, p.m)}.power())
}

// powers are the forms of H^(2^k) = y^(2^k) + η^(2^k), H = y + η, with the bits of η from first on.
func (w *wiring) powers(dst []affine.Ref, y elem, first int) {
	c := make([]elem, len(dst))
	for k := range c {
		c[k] = y
		y = fld.Mul(y, y)
	}
	w.s.Map(dst, c, powersOfMask(len(dst)), first)
}
