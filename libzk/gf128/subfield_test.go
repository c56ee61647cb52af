package gf128

import (
	"math/rand/v2"
	"testing"
)

// The draft lists the basis; it is the powers of g.
func TestSubfieldBasisIsTheDrafts(t *testing.T) {
	for j, want := range map[int]Elem{
		0:  {Lo: 1},
		1:  {Hi: 0x5c5971877501d4b8, Lo: 0xf1871e01b64fda4c},
		2:  {Hi: 0x8bb99658eaf2cae0, Lo: 0xa6e310fb6e176ea8},
		7:  {Hi: 0x49ecdfbe06777b02, Lo: 0xe566f9fc3d9b58a2},
		15: {Hi: 0x18d4bbb6833c5ae8, Lo: 0xb683012350e55753},
	} {
		if got := subfieldBasis[j]; got != want {
			t.Errorf("basis element %d is %x, want %x", j, got, want)
		}
	}
	if (Field{}).SumcheckPoint() != subfieldBasis[1] {
		t.Error("the sumcheck point is not g")
	}
}

func TestSymbolsAreGF65536(t *testing.T) {
	var f Field
	seen := make(map[Elem]bool)
	for s := range 1 << 16 {
		e := f.CodePoint(s)
		var sum Elem
		for j := range 16 {
			if s>>j&1 == 1 {
				sum = add(sum, subfieldBasis[j])
			}
		}
		if e != sum {
			t.Fatalf("code point %d is %x, want %x", s, e, sum)
		}
		if got, ok := ToSymbol(e); !ok || int(got) != s {
			t.Fatalf("symbol of code point %d is %d, %v", s, got, ok)
		}
		if seen[e] {
			t.Fatalf("code point %d is not new", s)
		}
		seen[e] = true
	}
	rng := rand.New(rand.NewPCG(13, 14))
	logs := symbolLogs()
	for range 5000 {
		a, b := uint16(rng.Uint32()), uint16(rng.Uint32())
		want, ok := ToSymbol(mulBitwise(FromSymbol(a), FromSymbol(b)))
		if !ok {
			t.Fatalf("product of symbols %x and %x leaves the subfield", a, b)
		}
		if got := mulSymbol(a, b); got != want {
			t.Fatalf("%x·%x = %x, want %x", a, b, got, want)
		}
		if got := logs.mul(a, b); got != want {
			t.Fatalf("by logarithms, %x·%x = %x, want %x", a, b, got, want)
		}
		if a != 0 && mulSymbol(a, inverseSymbol(a)) != 1 {
			t.Fatalf("inverse of %x is %x", a, inverseSymbol(a))
		}
	}
	if logs.mul(0, 5) != 0 || logs.mul(5, 0) != 0 || inverseSymbol(0) != 0 {
		t.Error("zero times five is not zero, or has an inverse")
	}
}

// e lies in GF(2^16) exactly if e^(2^16) = e.
func TestInSubfield(t *testing.T) {
	var f Field
	check := func(e Elem) {
		t.Helper()
		frobenius := e
		for range 16 {
			frobenius = mulBitwise(frobenius, frobenius)
		}
		if got, want := f.InSubfield(e), frobenius == e; got != want {
			t.Fatalf("InSubfield(%x) = %v", e, got)
		}
	}
	rng := rand.New(rand.NewPCG(15, 16))
	for range 100 {
		check(randomElem(rng))
		e := FromSymbol(uint16(rng.Uint32()))
		check(e)
		for bit := range 64 {
			check(Elem{e.Lo ^ 1<<bit, e.Hi})
			check(Elem{e.Lo, e.Hi ^ 1<<bit})
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("encoding an element outside the subfield as a symbol did not panic")
		}
	}()
	f.AppendSubfield(nil, Generator())
}

func BenchmarkToSymbol(b *testing.B) {
	e := FromSymbol(0x1234)
	for b.Loop() {
		if _, ok := ToSymbol(e); !ok {
			b.Fatal("not in the subfield")
		}
	}
}
