package rsa

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// forger is a system with the honest chain of a vector to start from.
type forger struct {
	*system
	v     *vector
	em    *big.Int
	drawn [Primes]uint64
}

func newForger(t testing.TB, bits int) *forger {
	v := readVector(t, bits)
	m := v.modulus(t)
	return &forger{newSystem(t, m), v, m.PKCS1Message([32]byte(v.Digest)), DrawPrimes(counter(fmt.Sprint("forger", bits)))}
}

// chain is the honest one, anew.
func (f *forger) chain() *Chain {
	c, err := NewChain(f.in.Modulus, f.v.RS256.Signature, f.em)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// everywhere are violations of the named copies for each prime.
func everywhere(names ...string) (out []string) {
	for p := 1; p <= Primes; p++ {
		for _, n := range names {
			label := labelCongruence
			if n[0] == '~' {
				n, label = n[1:], labelTie
			}
			out = append(out, fmt.Sprintf("%s, prime %d: %s", n, p, label))
		}
	}
	return out
}

func plus(v *big.Int, k int64) *big.Int { return new(big.Int).Add(v, big.NewInt(k)) }

// keep publishes the residues of another chain.
func (f *forger) keep(c *Chain) func([Primes]*residues) {
	honest := f.residues(c, f.drawn)
	return func(r [Primes]*residues) {
		for i := range r {
			r[i].x, r[i].h, r[i].kappa = honest[i].x, honest[i].h, honest[i].kappa
			r[i].kappaS, r[i].kappaH = honest[i].kappaS, honest[i].kappaH
		}
	}
}

// TestCommitted changes what is committed: the chain's numbers and the digest.
func TestCommitted(t *testing.T) {
	f := newForger(t, 2048)
	honest, n := f.chain(), f.v.N.Int
	try := func(what string, c *Chain, edit func([Primes]*residues), want ...string) {
		t.Helper()
		f.expect(what, f.v.Digest, c, f.drawn, edit, want...)
	}
	try("the honest chain", honest, nil)

	c := f.chain()
	c.s = new(big.Int).SetBit(c.s, 700, c.s.Bit(700)^1)
	try("one bit of s, residues kept", c, f.keep(honest), everywhere("s")...)
	try("one bit of s, residues follow", c, nil, everywhere("square 8", "message")...)
	c, _ = f.in.Modulus.chain(c.s, f.em)
	try("one bit of s, chain recomputed", c, nil, everywhere("message")...)

	other := slices.Clone([]byte(f.v.Digest))
	other[31] ^= 1
	c, _ = f.in.Modulus.chain(honest.s, f.in.Modulus.PKCS1Message([32]byte(other)))
	f.expect("another digest", other, c, f.drawn, nil, everywhere("message")...)
	c = f.chain()
	c.em = f.in.Modulus.PKCS1Message([32]byte(other))
	f.expect("another digest, the quotients of this one", other, c, f.drawn, nil, everywhere("message")...)
	f.expect("another digest, all residues of this one", other, c, f.drawn, func(r [Primes]*residues) {
		for i, h := range f.residues(honest, f.drawn) {
			*r[i] = *h
		}
	}, everywhere("em")...)

	p := new(big.Int).SetBit(f.v.P.Int, 5, f.v.P.Bit(5)^1) // a modulus of someone else, not a product of two primes
	wrong := new(big.Int).Mul(p, f.v.Q.Int)
	c, _ = f.in.Modulus.chain(new(big.Int).Exp(f.em, f.v.private(Exponent), wrong), f.em)
	try("under another modulus", c, nil, filter(c, everywhere("message"))...)
	exponent := int64(3)
	for f.v.private(exponent) == nil {
		exponent += 2
	}
	c, _ = f.in.Modulus.chain(new(big.Int).Exp(f.em, f.v.private(exponent), n), f.em)
	try("a signature for another exponent", c, nil, filter(c, everywhere("message"))...)

	for i := range c.q {
		for _, d := range []int64{1, -1} {
			c = f.chain()
			c.q[i] = plus(c.q[i], d)
			name := CopyName(4 + i)
			name = name[:len(name)-len(", prime 1")]
			try(fmt.Sprintf("q_%d%+d, residues kept", i+1, d), c, f.keep(honest), everywhere(name)...)
			last := "message"
			if i < middle {
				last = "square 8"
			}
			try(fmt.Sprintf("q_%d%+d, residues follow", i+1, d), c, nil, everywhere(last)...)
		}
	}

	c = f.chain()
	c.h = plus(c.h, 1)
	try("h + 1, residues kept", c, f.keep(honest), everywhere("half")...)
	try("h + 1, residues follow", c, nil, everywhere("square 8", "message")...)
	c = f.chain()
	c.t = plus(c.t, 1)
	try("t + 1", c, nil, violation(0, labelCongruence))
}

// filter adds below's violation where a chain's s is not below N.
func filter(c *Chain, want []string) []string {
	if c.t.Sign() < 0 {
		c.t.SetInt64(0)
		return append([]string{violation(0, labelCongruence)}, want...)
	}
	return want
}

// TestAliases: the numbers that are not unique, none of which proves anything false.
func TestAliases(t *testing.T) {
	f := newForger(t, 2048)
	n := f.v.N.Int
	fits := func(v *big.Int, bits int) bool { return v.Sign() >= 0 && v.BitLen() <= bits }

	// A digest for which s is small enough that s + N and its quotients fit.
	var digest [32]byte
	for i := 0; ; i++ {
		digest[0], digest[1] = byte(i), byte(i>>8)
		em := f.in.Modulus.PKCS1Message(digest)
		s := f.v.raw(em)
		c, exact := f.in.Modulus.chain(new(big.Int).Add(s, n), em)
		if !exact {
			t.Fatal("s + N is no signature")
		}
		if !fits(c.s, 2048) || !fits(c.q[0], 2048) || !fits(c.q[squares], 2048) {
			continue
		}
		c.t.SetInt64(0)
		f.expect("s + N", digest[:], c, f.drawn, nil, violation(0, labelCongruence))
		break
	}
	// h + N with one less in q_8: the same residues.
	for i := 0; ; i++ {
		digest[2], digest[3] = byte(i), byte(i>>8)
		em := f.in.Modulus.PKCS1Message(digest)
		c, err := NewChain(f.in.Modulus, f.v.raw(em).FillBytes(make([]byte, 256)), em)
		if err != nil {
			t.Fatal(err)
		}
		c.h = new(big.Int).Add(c.h, n)
		next := new(big.Int).Mul(c.h, c.h)
		if c.q[middle] = next.Div(next, n); !fits(c.h, 2048) || !fits(c.q[middle], 2048) {
			continue
		}
		f.expect("h + N, q_8 kept", digest[:], c, f.drawn, nil, everywhere("square 8")...)
		c.q[middle-1] = plus(c.q[middle-1], -1)
		f.expect("h + N, q_8 - 1", digest[:], c, f.drawn, nil)
		break
	}
}

// TestPublished changes what is published, for the first prime.
func TestPublished(t *testing.T) {
	f := newForger(t, 2048)
	c := f.chain()
	at := func(names ...string) []string { return everywhere(names...)[:len(names)] }
	try := func(what string, edit func(r *residues), want ...string) {
		t.Helper()
		f.expect(what, f.v.Digest, c, f.drawn, func(r [Primes]*residues) { edit(r[0]) }, at(want...)...)
	}
	for i := range squares + 1 {
		copies := []string{}
		if i > 0 {
			copies = append(copies, fmt.Sprint("square ", i))
		} else {
			copies = append(copies, "s")
		}
		if i == middle {
			copies = append([]string{"half"}, copies...)
		}
		own := fmt.Sprint("square ", i+1)
		if i == squares {
			own = "message"
		}
		with := append(slices.Clone(copies), own)
		if i == 0 {
			with = append(with, "message")
		}
		try(fmt.Sprintf("X_%d + 1 and its H", i), func(r *residues) {
			r.x[i]++
			r.h[i] = fld.Mul(r.h[i], elem{Lo: 2})
		}, with...)
		tie := append(slices.Clone(copies), "~"+own, own)
		if i == 0 {
			tie = append(tie, "message")
		}
		if i < squares {
			try(fmt.Sprintf("H_%d alone", i), func(r *residues) { r.h[i] = fld.Mul(r.h[i], elem{Lo: 2}) }, tie...)
			try(fmt.Sprintf("X_%d alone", i), func(r *residues) { r.x[i] ^= 1 }, "~"+own, own)
			try(fmt.Sprintf("H_%d = 0", i), func(r *residues) { r.h[i] = elem{} }, tie...)
		} else { // H_16 stands in no product of its own copy
			try("H_16 alone", func(r *residues) { r.h[i] = fld.Mul(r.h[i], elem{Lo: 2}) }, "square 16", "~message")
			try("X_16 alone", func(r *residues) { r.x[i] ^= 1 }, "~message", "message")
		}
		try(fmt.Sprintf("κ_%d + 1", i+1), func(r *residues) { r.kappa[i]++ }, own)
		try(fmt.Sprintf("κ_%d - 1", i+1), func(r *residues) { r.kappa[i]-- }, own)
	}
	try("H_8·g^M, κ_8 - 1", func(r *residues) {
		r.h[middle] = fld.Mul(r.h[middle], number{lo: f.drawn[0]}.power())
		r.kappa[middle-1]--
	}, "half", "~square 9", "square 9")
	try("κ_s", func(r *residues) { r.kappaS ^= 1 }, "s")
	try("κ_h", func(r *residues) { r.kappaH ^= 1 }, "half")
	try("E", func(r *residues) { r.e = fld.Mul(r.e, elem{Lo: 2}) }, "em", "message")
	try("E = 0", func(r *residues) { r.e = elem{} }, "em", "message")

	// X + M where it fits is another name of the same residue.
	r := f.residues(c, f.drawn)
	for i, x := range r[0].x {
		if i == 0 || i == squares || i == middle || x+f.drawn[0] >= 1<<primeBits {
			continue
		}
		try("X + M", func(r *residues) {
			m := f.drawn[0]
			square := multiply(x+m, x+m)
			square = square.plus(sumOf(f.in.Modulus.modulo(m).quotient.weights(f.in.Modulus.bits), c.q[i]))
			r.x[i] = x + m
			r.h[i] = number{lo: x + m}.power()
			r.kappa[i] = square.quotient(r.x[i+1], m)
			r.kappa[i-1]--
		})
		return
	}
	t.Error("no residue is small enough for an alias")
}

// TestKnownPrimes shows that the draw must come last: a prover who knows the primes solves
// the last quotient for any digest. One prime of three that it does not know stops it.
func TestKnownPrimes(t *testing.T) {
	for _, bits := range Sizes {
		f := newForger(t, bits)
		digest := [32]byte{1, 2, 3}
		em := f.in.Modulus.PKCS1Message(digest)
		c, _ := f.in.Modulus.chain(f.chain().s, em)
		product := big.NewInt(1)
		for _, m := range f.drawn {
			product.Mul(product, new(big.Int).SetUint64(m))
		}
		x := new(big.Int).Exp(c.s, big.NewInt(1<<squares), f.v.N.Int)
		x.Mul(x, c.s).Sub(x, em)
		c.q[squares] = x.Mul(x, new(big.Int).ModInverse(f.v.N.Int, product)).Mod(x, product)
		f.expect("primes known", digest[:], c, f.drawn, nil)
		fresh := DrawPrimes(counter("fresh"))
		f.expect("fresh primes", digest[:], c, fresh, nil, everywhere("message")...)
		for i := range fresh {
			two := f.drawn
			two[i] = fresh[i]
			f.expect("two of three known", digest[:], c, two, nil, everywhere("message")[i])
		}
	}
}

// TestElementsThatAreNoBits shows what the copies take for granted. Without bits a product can be
// anything: one slot solves for it, and two zero factors make it 0 = 0.
func TestElementsThatAreNoBits(t *testing.T) {
	f := newForger(t, 2048)
	digest := [32]byte{4, 5, 6} // not the signed one
	c, _ := f.in.Modulus.chain(f.chain().s, f.in.Modulus.PKCS1Message(digest))
	f.expect("a false digest", digest[:], c, f.drawn, nil, everywhere("message")...)
	published := f.publish(f.residues(c, f.drawn))
	turn := shapes[2048].turn()

	// The first prime: two bits of q_17, one on either side.
	q := f.in.Block[(2+squares)*2048:]
	coefficients := f.in.Modulus.modulo(f.drawn[0]).quotient.coefficients(2048, turn)
	for _, j := range []int{3, turn + 3} {
		f.w[q[j]] = fld.Inv(coefficients[j])
	}
	if have, want := f.broken(f.drawn, published), everywhere("message")[1:]; !slices.Equal(have, want) {
		t.Errorf("zero factors break %q, want %q", have, want)
	}
	// A mask's bit beside one of q_17: a slot of κ.
	f.commit(digest[:], c)
	f.w[q[3]] = fld.Inv(coefficients[3])
	kappa := f.in.Masks[0].Bits[(squares+1)*primeBits+squares*kappaBits:]
	v := fld.Inv(doublings(f.drawn[0], kappaBits)[0])
	if published[((squares+1)*primeBits+squares*kappaBits)/8]>>(((squares+1)*primeBits+squares*kappaBits)%8)&1 == 1 {
		v = fld.Add(v, fld.One())
	}
	f.w[kappa[0]] = v
	if have, want := f.broken(f.drawn, published), everywhere("message")[1:]; !slices.Equal(have, want) {
		t.Errorf("zero factors break %q, want %q", have, want)
	}
	// One element solved for the product.
	f = newForger(t, 2048)
	f.commit(digest[:], c)
	p := f.in.Modulus.modulo(f.drawn[0])
	r := c.residues(p, f.in.Encoded.constant)
	left := fld.Mul(raise(r.h[0], new(big.Int).SetUint64(r.x[squares])), r.e)
	left = fld.Mul(left, productOf(new(big.Int).SetBit(c.q[squares], 3, 0), p.quotient.coefficients(2048, 2048)))
	slot := fld.Mul(raise(number{lo: p.m}.power(), new(big.Int).SetUint64(r.kappa[squares])), fld.Inv(left))
	f.w[q[3]] = fld.Mul(fld.Add(slot, fld.One()), fld.Inv(coefficients[3]))
	if have, want := f.broken(f.drawn, f.publish(f.residues(c, f.drawn))), everywhere("message")[1:]; !slices.Equal(have, want) {
		t.Errorf("a solved slot breaks %q, want %q", have, want)
	}
}

// TestPublishedBytes: only the unused bits can be wrong in bytes of the right length.
func TestPublishedBytes(t *testing.T) {
	f := newForger(t, 2048)
	c := f.chain()
	f.commit(f.v.Digest, c)
	published := f.publish(f.residues(c, f.drawn))
	if len(published) != PublishedBytes {
		t.Fatalf("%d published bytes", len(published))
	}
	for p := range Primes {
		for k := publishedBits; k < 8*packedBytes; k++ {
			bad := slices.Clone(published)
			bad[p*primeBytes+k/8] ^= 1 << (k % 8)
			if _, err := f.in.Copies(f.space, f.drawn, bad); err != ErrPublished {
				t.Errorf("unused bit %d: %v", k, err)
			}
		}
	}
}

// TestEveryReferenceCounts: changing any committed bit, alone, breaks a copy.
func TestEveryReferenceCounts(t *testing.T) {
	f := newForger(t, 2048)
	c := f.chain()
	f.commit(f.v.Digest, c)
	published := f.publish(f.residues(c, f.drawn))
	copies, err := f.in.Copies(f.space, f.drawn, published)
	if err != nil {
		t.Fatal(err)
	}
	var refs []affine.Ref
	for i := range copies {
		refs = copies[i].Append(refs)
	}
	for k, used := range f.space.Used(refs) {
		if !used {
			t.Errorf("element %d of the witness is not used", k)
		}
	}
}
