package gf128

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"
)

func randomElem(rng *rand.Rand) Elem { return Elem{rng.Uint64(), rng.Uint64()} }

// edgeElems are elements with runs of ones and zeros where carries would hurt.
var edgeElems = []Elem{
	{}, {Lo: 1}, {Lo: 2}, {Lo: 1 << 63}, {Hi: 1}, {Hi: 1 << 63}, {Lo: ^uint64(0)},
	{Hi: ^uint64(0)}, {^uint64(0), ^uint64(0)}, {0x1111111111111111, 0x1111111111111111},
	{0x8888888888888888, 0x8888888888888888}, {0xf000000000000000, 0xf000000000000000},
}

// mulBitwise is a · b by the schoolbook: add a·x^i for every coefficient of b.
func mulBitwise(a, b Elem) Elem {
	var r Elem
	for i := range 128 {
		bit := b.Lo >> i & 1
		if i >= 64 {
			bit = b.Hi >> (i - 64) & 1
		}
		if bit == 1 {
			r = add(r, a)
		}
		carry := a.Hi >> 63
		a = Elem{a.Lo << 1, a.Hi<<1 | a.Lo>>63}
		if carry == 1 {
			a.Lo ^= 0x87
		}
	}
	return r
}

func forPairs(t *testing.T, f func(a, b Elem)) {
	t.Helper()
	for _, a := range edgeElems {
		for _, b := range edgeElems {
			f(a, b)
		}
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		f(randomElem(rng), randomElem(rng))
	}
}

func TestMul(t *testing.T) {
	var f Field
	forPairs(t, func(a, b Elem) {
		want := mulBitwise(a, b)
		if got := mulGeneric(a, b); got != want {
			t.Fatalf("generic: %x·%x = %x, want %x", a, b, got, want)
		}
		if got := f.Mul(a, b); got != want {
			t.Fatalf("%x·%x = %x, want %x", a, b, got, want)
		}
		if got, want := square(a), mulBitwise(a, a); got != want {
			t.Fatalf("%x² = %x, want %x", a, got, want)
		}
	})
}

func TestFieldAxioms(t *testing.T) {
	var f Field
	rng := rand.New(rand.NewPCG(9, 10))
	forPairs(t, func(a, b Elem) {
		c := randomElem(rng)
		switch {
		case f.Mul(a, b) != f.Mul(b, a):
			t.Fatalf("multiplication of %x and %x does not commute", a, b)
		case f.Mul(f.Mul(a, b), c) != f.Mul(a, f.Mul(b, c)):
			t.Fatalf("multiplication of %x, %x, %x is not associative", a, b, c)
		case f.Mul(a, f.Add(b, c)) != f.Add(f.Mul(a, b), f.Mul(a, c)):
			t.Fatalf("%x·(%x + %x) is not distributive", a, b, c)
		case f.Mul(a, f.One()) != a:
			t.Fatalf("1·%x is something else", a)
		case f.Add(f.Sub(a, b), b) != a:
			t.Fatalf("%x - %x + %x is something else", a, b, b)
		case f.Add(a, f.Neg(a)) != Elem{}:
			t.Fatalf("%x - %x is not zero", a, a)
		}
	})
}

func TestInv(t *testing.T) {
	var f Field
	if got := f.Inv(Elem{}); got != (Elem{}) {
		t.Errorf("inverse of zero is %x", got)
	}
	forPairs(t, func(a, _ Elem) {
		if a == (Elem{}) {
			return
		}
		if got := f.Mul(a, f.Inv(a)); got != f.One() {
			t.Fatalf("%x times its inverse is %x", a, got)
		}
	})
}

func TestGeneratorHasFullOrder(t *testing.T) {
	order := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1))
	pow := func(e *big.Int) Elem {
		var b [16]byte
		e.FillBytes(b[:])
		hi, lo := new(big.Int).SetBytes(b[:8]), new(big.Int).SetBytes(b[8:])
		return Pow(Generator(), hi.Uint64(), lo.Uint64())
	}
	if got := pow(order); got != (Elem{Lo: 1}) {
		t.Errorf("generator to the group's order is %x", got)
	}
	product := big.NewInt(1)
	for _, p := range []int64{3, 5, 17, 257, 641, 65537, 274177, 6700417, 67280421310721} {
		prime := big.NewInt(p)
		if !prime.ProbablyPrime(20) {
			t.Errorf("%d is not prime", p)
		}
		product.Mul(product, prime)
		if pow(new(big.Int).Div(order, prime)) == (Elem{Lo: 1}) {
			t.Errorf("the order of the generator divides (2^128-1)/%d", p)
		}
	}
	if product.Cmp(order) != 0 {
		t.Errorf("the primes multiply to %d, not to 2^128-1", product)
	}
}

func TestPow(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 20 {
		a := randomElem(rng)
		want := Elem{Lo: 1}
		for e := range uint64(70) {
			if got := Pow(a, 0, e); got != want {
				t.Fatalf("%x^%d = %x, want %x", a, e, got, want)
			}
			want = mulBitwise(want, a)
		}
		h1, l1, h2, l2 := rng.Uint64()>>1, rng.Uint64()>>1, rng.Uint64()>>1, rng.Uint64()>>1
		if mulBitwise(Pow(a, h1, l1), Pow(a, h2, l2)) != Pow(a, h1+h2, l1+l2) {
			t.Fatalf("exponents of %x do not add", a)
		}
	}
	if got := Pow(Elem{}, 0, 0); got != (Elem{Lo: 1}) {
		t.Errorf("0^0 = %x", got)
	}
}

func TestEncoding(t *testing.T) {
	var f Field
	forPairs(t, func(a, _ Elem) {
		b := f.Append([]byte{0xaa}, a)
		if len(b) != 1+f.Size() || b[0] != 0xaa {
			t.Fatalf("encoding of %x has %d bytes", a, len(b)-1)
		}
		got, err := f.Decode(b[1:])
		if err != nil || got != a {
			t.Fatalf("%x decodes as %x, error %v", a, got, err)
		}
	})
	if got := f.Append(nil, Elem{Lo: 1}); got[0] != 1 {
		t.Errorf("one encodes as %x", got)
	}
	for n := range f.Size() {
		if _, err := f.Decode(make([]byte, n)); !errors.Is(err, ErrShort) {
			t.Errorf("decoding %d bytes: %v, want ErrShort", n, err)
		}
	}
}

func TestSample(t *testing.T) {
	var f Field
	source := []byte("0123456789abcdefgh")
	r := bytes.NewReader(source)
	a, err := f.Sample(r)
	if err != nil || !bytes.Equal(f.Append(nil, a), source[:16]) {
		t.Errorf("sampled %x, error %v", a, err)
	}
	s, err := f.SampleSubfield(r)
	if err != nil || !bytes.Equal(f.AppendSubfield(nil, s), source[16:]) {
		t.Errorf("sampled %x from the subfield, error %v", s, err)
	}
	if _, err := f.Sample(r); !errors.Is(err, io.EOF) {
		t.Errorf("sampling from an empty source: %v", err)
	}
	if _, err := f.SampleSubfield(bytes.NewReader(source[:1])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("sampling a symbol from one byte: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add(bytes.Repeat([]byte{0xff}, 15))
	f.Add(bytes.Repeat([]byte{0xff}, 17))
	f.Fuzz(func(t *testing.T, b []byte) {
		var field Field
		e, err := field.Decode(b)
		switch {
		case len(b) < 16 && !errors.Is(err, ErrShort):
			t.Errorf("%d bytes: error %v, want ErrShort", len(b), err)
		case len(b) >= 16 && (err != nil || !bytes.Equal(field.Append(nil, e), b[:16])):
			t.Errorf("%x decodes as %x, error %v", b, e, err)
		}
		s, err := field.DecodeSubfield(b)
		switch {
		case len(b) < 2 && !errors.Is(err, ErrShort):
			t.Errorf("%d bytes: error %v, want ErrShort", len(b), err)
		case len(b) >= 2 && (err != nil || !field.InSubfield(s) || !bytes.Equal(field.AppendSubfield(nil, s), b[:2])):
			t.Errorf("%x decodes as %x in the subfield, error %v", b, s, err)
		}
	})
}
