package rsa

import (
	"math"
	"math/big"
	"testing"
)

// TestExponents sets all bits of every number to one, under the largest primes: no exponent
// exceeds its bound.
func TestExponents(t *testing.T) {
	big2 := func(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }
	ones := func(n uint) *big.Int { v := big2(n); return v.Sub(v, big.NewInt(1)) }
	hex := func(s string) *big.Int { v, _ := new(big.Int).SetString(s, 16); return v }
	limit := hex("fffffffffffffffffffffffffffffffe") // order - 1
	m := uint64(1<<primeBits - 27)
	if !isPrime(m) {
		t.Fatal("not a prime")
	}
	for _, bits := range Sizes {
		n := ones(uint(bits))
		modulus, err := CheckModulus(n.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		p := modulus.modulo(m)
		sum := func(w weighting) *big.Int {
			v := sumOf(w.weights(n.BitLen()), n)
			return new(big.Int).Or(new(big.Int).Lsh(new(big.Int).SetUint64(v.hi), 64), new(big.Int).SetUint64(v.lo))
		}
		square := new(big.Int).Mul(ones(primeBits), ones(primeBits))
		prime := new(big.Int).SetUint64(m)
		encoded := sum(p.block)
		right := new(big.Int).Add(ones(primeBits), new(big.Int).Mul(ones(kappaBits), prime))
		left := new(big.Int).Add(square, sum(p.quotient))
		message := new(big.Int).Add(left, encoded)
		for what, side := range map[string][2]*big.Int{
			"s, half":       {sum(p.position), hex("3fffffffffffffff000")},
			"em":            {encoded, hex("3fffffffffffffff000")},
			"square, left":  {left, new(big.Int).Add(square, hex("3fffffffffffffff000"))},
			"message, left": {message, new(big.Int).Add(square, hex("7ffffffffffffffe000"))},
			"square, right": {right, big2(118)},
			"below":         {new(big.Int).Lsh(ones(topBits), 1), big2(127)},
		} {
			if side[0].Cmp(side[1]) > 0 || side[0].Cmp(limit) > 0 {
				t.Errorf("%d bits: %s can reach %v, above %v", bits, what, side[0], side[1])
			}
		}
	}
}

// TestRisk recomputes the soundness error from its formula.
func TestRisk(t *testing.T) {
	x := func(bits, shift float64) float64 { return math.Exp2(bits) / (bits*math.Ln2 - shift) }
	drawn := x(primeBits, 1) - x(primeBits-1, 1.1)
	if primesDrawnFrom > drawn || primesDrawnFrom < drawn*(1-1e-9) {
		t.Errorf("primes to draw from: %d, the bound is %f", primesDrawnFrom, drawn)
	}
	for bits, want := range map[int]float64{2048: 115.5, 3072: 113.7, 4096: 112.5} {
		// What can divide a number below 2^(257n) is at most as many primes above 2^57.
		divisors := math.Floor(257 * float64(bits) / 57)
		units := math.Pow(divisors/drawn, 3) * math.Exp2(128)
		if have := float64(Risk(bits)); have < units || have > units+1 {
			t.Errorf("%d bits: %f units, want %f", bits, have, units)
		}
		if have := 128 - math.Log2(float64(Risk(bits))); math.Abs(have-want) > 0.1 {
			t.Errorf("%d bits: an error of 2^-%.2f, want 2^-%.1f", bits, have, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a size that is none has a risk")
		}
	}()
	Risk(1024)
}
