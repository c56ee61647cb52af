package p256

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

// edges are words at which carries and final subtractions change, as elements.
func edges() []Elem {
	words := []uint64{0, 1, 2, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, p3 - 1, p3, 1<<64 - 2, 1<<64 - 1}
	var es []Elem
	p := Elem{p0, p1, 0, p3}
	for _, a := range words {
		for _, b := range words {
			for _, e := range []Elem{{a, b}, {a, b, 0, p3}, {a, 0, b, p3 - 1}, {a, a, b, b}, {b, a, b, a}} {
				if less(&e, &p) {
					es = append(es, e)
				}
			}
		}
	}
	return es
}

func less(x, y *Elem) bool {
	for i := 3; i >= 0; i-- {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

func TestArith(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := append(edges(), randomVec(r, 300)...)
	var f Field
	for i := range x {
		for j := range x {
			a, b := x[i], x[j]
			var got, want Elem
			if add(&got, &a, &b); got != *want.Add(&a, &b) {
				t.Fatalf("add(%x, %x) = %x, want %x", a, b, got, want)
			}
			if f.Add(a, b) != want {
				t.Fatalf("Add(%x, %x) is not %x", a, b, want)
			}
			if sub(&got, &a, &b); got != *want.Sub(&a, &b) {
				t.Fatalf("sub(%x, %x) = %x, want %x", a, b, got, want)
			}
			if f.Sub(a, b) != want {
				t.Fatalf("Sub(%x, %x) is not %x", a, b, want)
			}
			if mul(&got, &a, &b); got != *want.Mul(&a, &b) {
				t.Fatalf("mul(%x, %x) = %x, want %x", a, b, got, want)
			}
			if mulGeneric(&got, &a, &b); got != want {
				t.Fatalf("mulGeneric(%x, %x) = %x, want %x", a, b, got, want)
			}
			if f.Mul(a, b) != want {
				t.Fatalf("Mul(%x, %x) is not %x", a, b, want)
			}
			// The destination may be an operand.
			got = a
			if mul(&got, &got, &b); got != want {
				t.Fatalf("mul(%x, %x) in the place of the first = %x, want %x", a, b, got, want)
			}
			got = b
			if mul(&got, &a, &got); got != want {
				t.Fatalf("mul(%x, %x) in the place of the second = %x, want %x", a, b, got, want)
			}
		}
		if got, want := f.Neg(x[i]), *new(Elem).Neg(&x[i]); got != want {
			t.Fatalf("Neg(%x) = %x, want %x", x[i], got, want)
		}
	}
}

// The words of the prime and of R² are what their definitions say.
func TestConstants(t *testing.T) {
	p := new(big.Int)
	for _, term := range []struct {
		sign int64
		bit  uint
	}{{1, 256}, {-1, 224}, {1, 192}, {1, 96}, {-1, 0}} {
		p.Add(p, new(big.Int).Lsh(big.NewInt(term.sign), term.bit))
	}
	if p.Cmp(fp.Modulus()) != 0 {
		t.Errorf("fp's modulus is not P-256's prime")
	}
	for _, c := range []struct {
		name  string
		words Elem
		want  *big.Int
	}{
		{"p", Elem{p0, p1, 0, p3}, p},
		{"rSquared", rSquared, new(big.Int).Exp(big.NewInt(2), big.NewInt(512), p)},
	} {
		got := new(big.Int)
		for i := 3; i >= 0; i-- {
			got.Lsh(got, 64).Or(got, new(big.Int).SetUint64(c.words[i]))
		}
		if got.Cmp(c.want) != 0 {
			t.Errorf("%s = %x, want %x", c.name, got, c.want)
		}
	}
}

func TestInv(t *testing.T) {
	var f Field
	if f.Inv(Elem{}) != (Elem{}) {
		t.Error("the inverse of zero is not zero")
	}
	for _, a := range randomVec(rand.New(rand.NewPCG(2, 1)), 100) {
		if a != (Elem{}) && f.Mul(a, f.Inv(a)) != f.One() {
			t.Errorf("%x times its inverse is not one", a)
		}
	}
}

// Sums of the largest products overflow eight words at once, and again and again.
func TestAccumulator(t *testing.T) {
	large := Elem{p0 - 1, p1, 0, p3}
	var a, generic accumulator
	var want, product Elem
	product.Square(&large)
	for n := 1; n <= 3000; n++ {
		a.mulAdd(&large, &large)
		if generic.mulAddGeneric(&large, &large); generic != a {
			t.Fatalf("after %d products: generic accumulator %x, accumulator %x", n, generic, a)
		}
		want.Add(&want, &product)
		if got := a.sum(); got != want {
			t.Fatalf("after %d products: %x, want %x", n, got, want)
		}
	}
	r := rand.New(rand.NewPCG(3, 1))
	words := func() (e Elem) {
		for i := range e {
			if e[i] = r.Uint64(); r.IntN(3) == 0 {
				e[i] = -uint64(r.IntN(2))
			}
		}
		return e
	}
	for range 5000 { // any words at all
		x, y := words(), words()
		a.mulAdd(&x, &y)
		if generic.mulAddGeneric(&x, &y); generic != a {
			t.Fatalf("adding %x times %x: generic accumulator %x, accumulator %x", x, y, generic, a)
		}
	}
	// Any nine words: their residue is what big integers say.
	rInverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), 256), fp.Modulus())
	for n := range 2000 {
		v := new(big.Int)
		for i := 8; i >= 0; i-- {
			if a[i] = r.Uint64(); r.IntN(3) == 0 || n < 2 {
				a[i] = -uint64(r.IntN(2))
			}
			if n == 2 {
				// The quotient is R-1, for the largest value that reduce leaves, and the
				// ninth word stands for nearly p.
				a[i] = [9]uint64{p0, p1, 0, p3, p0, p0, p0, p0, 1 << 32}[i]
			}
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(a[i]))
		}
		v.Mul(v, rInverse).Mod(v, fp.Modulus())
		got := new(big.Int)
		for z, i := a.sum(), 3; i >= 0; i-- {
			got.Lsh(got, 64).Or(got, new(big.Int).SetUint64(z[i]))
		}
		if got.Cmp(v) != 0 {
			t.Fatalf("accumulator %x: sum %x, want %x", a, got, v)
		}
	}
}
