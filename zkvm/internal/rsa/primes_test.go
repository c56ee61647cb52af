package rsa

import (
	"encoding/binary"
	"testing"
)

// TestDraw: the primes are of 58 bits, different, and exactly those candidates that are
// primes, the first three in the order drawn.
func TestDraw(t *testing.T) {
	for seed := range 20 {
		read := counter(string(rune('a' + seed)))
		var seen []uint64
		drawn := DrawPrimes(func(b []byte) {
			read(b)
			if len(b) != 8 {
				t.Fatalf("%d bytes for a candidate", len(b))
			}
			seen = append(seen, binary.LittleEndian.Uint64(b))
		})
		var want []uint64
		for _, v := range seen {
			m := 1<<57 + v&(1<<56-1)*2 + 1
			if m < 1<<57 || m >= 1<<58 {
				t.Fatalf("candidate %d", m)
			}
			if millerRabin(m) {
				want = append(want, m)
			}
		}
		if len(want) != Primes || [Primes]uint64(want) != drawn {
			t.Errorf("drawn %v, the candidates that are prime are %v", drawn, want)
		}
	}
}

// TestDrawDifferent: a prime that comes again is not taken again.
func TestDrawDifferent(t *testing.T) {
	// 2^57 + 2v + 1 for the first values that make primes
	var values []uint64
	for v := uint64(0); len(values) < 3; v++ {
		if millerRabin(1<<57 + 2*v + 1) {
			values = append(values, v)
		}
	}
	order := []uint64{values[0], values[0], values[1], values[0], values[1], values[2]}
	calls := 0
	drawn := DrawPrimes(func(b []byte) {
		binary.LittleEndian.PutUint64(b, order[calls]|0xab<<56) // the high byte is ignored
		calls++
	})
	for i, v := range values {
		if drawn[i] != 1<<57+2*v+1 {
			t.Errorf("prime %d is %d", i, drawn[i])
		}
	}
	if calls != len(order) {
		t.Errorf("%d candidates read, want %d", calls, len(order))
	}
}

// TestIsPrime: numbers that fool weaker tests.
func TestIsPrime(t *testing.T) {
	for m, want := range map[uint64]bool{
		3215031751: false, 3825123056546413051: false, // strong pseudoprimes to bases up to 7 and to 31
		1<<61 - 1: true, 288230376151711717: true, 288230376151711729: false,
		(1<<29 - 3) * (1<<29 - 33): false, 536870909 * 536870909: false,
	} {
		if isPrime(m) != want {
			t.Errorf("%d: prime %v", m, !want)
		}
	}
}

// millerRabin with the first twelve primes as bases is exact below 3.18·10^23.
func millerRabin(m uint64) bool {
	d, r := m-1, 0
	for d%2 == 0 {
		d, r = d/2, r+1
	}
bases:
	for _, a := range []uint64{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37} {
		if m%a == 0 {
			return m == a
		}
		x, base := uint64(1), a
		for e := d; e > 0; e >>= 1 {
			if e&1 == 1 {
				x = modMul(x, base, m)
			}
			base = modMul(base, base, m)
		}
		if x == 1 || x == m-1 {
			continue
		}
		for range r - 1 {
			if x = modMul(x, x, m); x == m-1 {
				continue bases
			}
		}
		return false
	}
	return true
}

func modMul(a, b, m uint64) uint64 {
	n := multiply(a, b)
	hi := n.hi % m
	q := number{hi, n.lo}
	return q.lo - q.quotient(0, m)*m
}

// TestPseudoprimes: products of two primes for which Fermat's test does not tell them from a prime.
func TestPseudoprimes(t *testing.T) {
	found := 0
	for p := uint64(1<<28 + 1); found < 3; p += 2 {
		q := 2*p - 1
		if !fermat(p*q) || !millerRabin(p) || !millerRabin(q) {
			continue
		}
		found++
		if m := p * q; m>>57 != 1 || isPrime(m) {
			t.Errorf("%d = %d·%d is a prime of 58 bits", m, p, q)
		}
	}
}
