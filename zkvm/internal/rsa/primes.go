package rsa

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"slices"
)

// DrawPrimes draws three different primes of 58 bits, uniform among all such triples if
// read fills its argument with uniform bytes. It takes 8 bytes a candidate, some 20
// candidates a prime. It must be called when everything that the primes must not
// influence has been fixed.
func DrawPrimes(read func([]byte)) (out [Primes]uint64) {
	var b [8]byte
	for i := 0; i < len(out); {
		read(b[:])
		m := candidate(binary.LittleEndian.Uint64(b[:]))
		if !slices.Contains(out[:i], m) && isPrime(m) {
			out[i] = m
			i++
		}
	}
	return out
}

// candidate is an odd number in (2^57, 2^58) from the low 56 bits of v.
func candidate(v uint64) uint64 { return 1<<(primeBits-1) + 2*(v&(1<<(primeBits-2)-1)) + 1 }

// isPrime is exact: ProbablyPrime is for numbers below 2^64, whatever its argument.
func isPrime(m uint64) bool { return fermat(m) && new(big.Int).SetUint64(m).ProbablyPrime(0) }

// fermat reports whether 2^(m-1) mod m is 1, as for every odd prime m. Nearly all other numbers are found out by
// that, twenty times sooner than by ProbablyPrime.
func fermat(m uint64) bool {
	power := uint64(1)
	for k := bits.Len64(m-1) - 1; k >= 0; k-- {
		hi, lo := bits.Mul64(power, power)
		power = bits.Rem64(hi, lo, m)
		if (m-1)>>k&1 == 1 {
			power = 2 * power % m // below 2^59
		}
	}
	return power == 1
}
