package fq

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

const modulus = "ffffffff0000000100000000000000017e72b42b30e7317793135661b1c4b117"

var (
	q, _     = new(big.Int).SetString(modulus, 16)
	r256     = new(big.Int).Lsh(big.NewInt(1), 256)
	rInverse = new(big.Int).ModInverse(r256, q)
)

// words is the integer that an element's words make, without leaving Montgomery form.
func words(e Elem) *big.Int {
	v := new(big.Int)
	for i := 3; i >= 0; i-- {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(e[i]))
	}
	return v
}

// integer is what an element stands for.
func integer(e Elem) *big.Int {
	v := words(e)
	return v.Mul(v, rInverse).Mod(v, q)
}

func randomElem(r *rand.Rand) Elem {
	for {
		if e := (Elem{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}); belowQ(&e) {
			return e
		}
	}
}

// samples are words at which carries and final subtractions change, and random ones.
func samples(r *rand.Rand, n int) (es []Elem) {
	ws := []uint64{0, 1, 2, q0 - 1, q0, q0 + 1, q1, q3 - 1, q3, 1 << 63, 1<<64 - 1}
	for _, a := range ws {
		for _, b := range ws {
			for _, e := range []Elem{{a, b}, {a, b, 0, q3}, {a, b, 1, q3}, {a, 0, b, q3 - 1}, {a, a, b, b}, {b, a, b, a}} {
				if belowQ(&e) {
					es = append(es, e)
				}
			}
		}
	}
	for range n {
		es = append(es, randomElem(r))
	}
	return es
}

func TestConstants(t *testing.T) {
	if !q.ProbablyPrime(40) {
		t.Error("q is not prime")
	}
	if new(big.Int).And(q, big.NewInt(3)).Int64() != 3 {
		t.Error("q is not 3 modulo 4")
	}
	if got := words(Elem{q0, q1, 1, q3}); got.Cmp(q) != 0 {
		t.Errorf("the words are those of %x", got)
	}
	var low uint64 = q0
	if low*qPrime != 1<<64-1 {
		t.Error("qPrime is not -1/q")
	}
	for name, c := range map[string]struct {
		words Elem
		bits  uint
	}{"one": {one, 256}, "rSquared": {rSquared, 512}} {
		want := new(big.Int).Lsh(big.NewInt(1), c.bits)
		if got := words(c.words); got.Cmp(want.Mod(want, q)) != 0 {
			t.Errorf("%s = %x, want %x", name, got, want)
		}
	}
}

func TestArith(t *testing.T) {
	es := samples(rand.New(rand.NewPCG(1, 2)), 100)
	big1 := make([]*big.Int, len(es))
	for i, e := range es {
		big1[i] = words(e)
	}
	for i, a := range es {
		for j, b := range es {
			want := new(big.Int)
			check := func(name string, got Elem) {
				t.Helper()
				if words(got).Cmp(want) != 0 {
					t.Fatalf("%s of %x and %x = %x, want %x", name, a, b, got, want)
				}
			}
			var z Elem
			want.Add(big1[i], big1[j]).Mod(want, q)
			Add(&z, &a, &b)
			check("Add", z)
			want.Sub(big1[i], big1[j]).Mod(want, q)
			Sub(&z, &a, &b)
			check("Sub", z)
			want.Mul(big1[i], big1[j]).Mul(want, rInverse).Mod(want, q)
			Mul(&z, &a, &b)
			check("Mul", z)
			mulGeneric(&z, &a, &b)
			check("mulGeneric", z)
			z = a
			Mul(&z, &z, &b)
			check("Mul in the place of the first", z)
			z = b
			mulGeneric(&z, &a, &z)
			check("mulGeneric in the place of the second", z)
		}
		var z Elem
		Neg(&z, &a)
		if Add(&z, &z, &a); z != (Elem{}) {
			t.Fatalf("%x plus its Neg is %x", a, z)
		}
	}
}

// Many products at once are the products, of every length and in every place.
func TestMulAll(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	es := samples(r, 100)
	var x, y, want []Elem
	for i := range es {
		for j := range es {
			var z Elem
			mulGeneric(&z, &es[i], &es[j])
			x, y, want = append(x, es[i]), append(y, es[j]), append(want, z)
		}
	}
	got := make([]Elem, len(x))
	if MulAll(got, x, y); !slices.Equal(got, want) {
		t.Error("the products of all samples are not what mulGeneric makes")
	}
	for n := range 40 {
		at := r.IntN(len(x) - n)
		want := want[at : at+n]
		first, second := slices.Clone(x[at:at+n]), slices.Clone(y[at:at+n])
		z := make([]Elem, n+1)
		if MulAll(z[:n], first, second); !slices.Equal(z[:n], want) || z[n] != (Elem{}) {
			t.Errorf("%d products are wrong", n)
		}
		MulAll(first, first, y[at:at+n])
		MulAll(second, x[at:at+n], second)
		if !slices.Equal(first, want) || !slices.Equal(second, want) {
			t.Errorf("%d products in the place of a factor are wrong", n)
		}
	}
}

func TestInvSqrt(t *testing.T) {
	var squares int
	for _, a := range samples(rand.New(rand.NewPCG(3, 4)), 100) {
		want := new(big.Int)
		if a != (Elem{}) {
			want.ModInverse(integer(a), q)
		}
		var z Elem
		if Inv(&z, &a); integer(z).Cmp(want) != 0 {
			t.Errorf("Inv(%x) = %x, want %x", a, integer(z), want)
		}
		ok := Sqrt(&z, &a)
		if ok != (big.Jacobi(integer(a), q) >= 0) {
			t.Errorf("Sqrt(%x) = %v", a, ok)
		}
		if ok {
			squares++
			if Mul(&z, &z, &z); z != a {
				t.Errorf("the square of Sqrt(%x) is %x", a, z)
			}
		}
	}
	if squares < 20 {
		t.Errorf("only %d squares", squares)
	}
}

func TestInvAll(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 4*maxChains + 10 {
		v := make([]Elem, n)
		for i := range v {
			v[i] = randomElem(r)
		}
		got := slices.Clone(v)
		InvAll(got, make([]Elem, n+n%3))
		for i := range v {
			var want Elem
			if Inv(&want, &v[i]); got[i] != want {
				t.Fatalf("%d elements: inverse %d is wrong", n, i)
			}
		}
	}
}

func TestBytes(t *testing.T) {
	for _, a := range samples(rand.New(rand.NewPCG(7, 8)), 100) {
		v := integer(a)
		b := Bytes(&a)
		if new(big.Int).SetBytes(b[:]).Cmp(v) != 0 {
			t.Errorf("Bytes of %x is %x", v, b)
		}
		if IsOdd(&a) != (v.Bit(0) == 1) {
			t.Errorf("IsOdd(%x) = %v", v, IsOdd(&a))
		}
		var z Elem
		if !SetBytes(&z, &b) || z != a {
			t.Errorf("SetBytes(%x) is not the element it encodes", b)
		}
	}
	for _, add := range []int64{0, 1, 1 << 40} {
		var b [Size]byte
		new(big.Int).Add(q, big.NewInt(add)).FillBytes(b[:])
		z := one
		if SetBytes(&z, &b) || z != one {
			t.Errorf("q + %d accepted", add)
		}
	}
	ff := [Size]byte(slices.Repeat([]byte{0xff}, Size))
	if SetBytes(new(Elem), &ff) {
		t.Error("2^256 - 1 accepted")
	}
}

func BenchmarkField(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var x, y [256]Elem
	for i := range x {
		x[i], y[i] = randomElem(r), randomElem(r)
	}
	b.Run("MulAll", func(b *testing.B) {
		for i := 0; i < b.N; i += len(x) {
			MulAll(x[:], x[:], y[:])
		}
	})
	for _, op := range []struct {
		name string
		run  func(z, x, y *Elem)
	}{{"Mul", Mul}, {"mulGeneric", mulGeneric}, {"Add", Add}, {"Sub", Sub}, {"Inv", func(z, x, _ *Elem) { Inv(z, x) }}, {"Sqrt", func(z, x, _ *Elem) { Sqrt(z, x) }}} {
		b.Run(op.name, func(b *testing.B) {
			for i := range b.N {
				op.run(&x[i&255], &x[i&255], &y[i&255])
			}
		})
	}
}
