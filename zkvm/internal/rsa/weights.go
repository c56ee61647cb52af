package rsa

import (
	"math/big"
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// number is an unsigned integer below 2^128: an exponent.
type number struct{ hi, lo uint64 }

func (a number) add(v uint64) number {
	lo, carry := bits.Add64(a.lo, v, 0)
	return number{a.hi + carry, lo}
}

func (a number) plus(b number) number {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return number{a.hi + b.hi + carry, lo}
}

func (a number) sub(v uint64) number {
	lo, borrow := bits.Sub64(a.lo, v, 0)
	return number{a.hi - borrow, lo}
}

// numberOf is v below 2^128.
func numberOf(v *big.Int) number {
	lo := new(big.Int).And(v, new(big.Int).SetUint64(1<<64-1))
	return number{new(big.Int).Rsh(v, 64).Uint64(), lo.Uint64()}
}

func multiply(a, b uint64) number {
	hi, lo := bits.Mul64(a, b)
	return number{hi, lo}
}

func (a number) power() elem { return gf128.GeneratorPow(a.hi, a.lo) }

// A weighting is what the bits of a number count modulo a prime: first·2^j mod M
// for bit j.
type weighting struct{ first, prime uint64 }

// remainder is v mod M, also of negative v.
func remainder(v *big.Int, prime uint64) uint64 {
	m := new(big.Int).SetUint64(prime)
	return m.Mod(v, m).Uint64()
}

// next is 2w mod M, and whether M was subtracted.
func (w weighting) next(v uint64) (next uint64, wrapped bool) {
	if v *= 2; v >= w.prime { // below 2^59
		return v - w.prime, true
	}
	return v, false
}

// weights are those of n bits.
func (w weighting) weights(n int) []uint64 {
	out := make([]uint64, n)
	weight := w.first
	for j := range out {
		out[j] = weight
		weight, _ = w.next(weight)
	}
	return out
}

// sumOf is Σ weight_j over the bits of v that are one.
func sumOf(weights []uint64, v *big.Int) (total number) {
	for i, word := range v.Bits() {
		low := uint64(0) // of 64 weights below 2^58
		for _, weight := range weights[i*bits.UintSize : min((i+1)*bits.UintSize, len(weights))] {
			low += weight & -uint64(word&1)
			word >>= 1
		}
		total = total.add(low)
	}
	return total
}

// coefficients are those of one weighting.
func (w weighting) coefficients(n, turn int) []elem { return coefficients([]weighting{w}, n, turn)[0] }

// coefficients are, for each weighting, k_j = g^(±weight_j) - 1 for n bits: a slot with bit b is 1 + k_j·b. The
// power is inverse from index turn on. Each takes two products, those of all weightings at once.
func coefficients(ws []weighting, n, turn int) [][]elem {
	out := make([][]elem, len(ws))
	values := make([]uint64, len(ws))
	room := make([]elem, 4*len(ws))
	power, step, factor, square := room[:len(ws)], room[len(ws):2*len(ws)], room[2*len(ws):3*len(ws)], room[3*len(ws):]
	for i, w := range ws {
		out[i] = make([]elem, n)
		values[i] = w.first
		power[i], step[i] = number{lo: w.first}.power(), fld.Inv(number{lo: w.prime}.power())
	}
	for j := range n {
		if j == turn {
			for i := range ws {
				power[i], step[i] = fld.Inv(power[i]), fld.Inv(step[i])
			}
		}
		for i, w := range ws {
			out[i][j] = fld.Sub(power[i], fld.One())
			factor[i] = fld.One()
			var wrapped bool
			if values[i], wrapped = w.next(values[i]); wrapped {
				factor[i] = step[i]
			}
		}
		clear(square)
		fld.MulAcc(square, power, power)
		clear(power)
		fld.MulAcc(power, square, factor)
	}
	return out
}

// doublings are g^(v·2^k) - 1 for n bits.
func doublings(v uint64, n int) []elem {
	out := make([]elem, n)
	power := number{lo: v}.power()
	for k := range out {
		out[k] = fld.Sub(power, fld.One())
		power = fld.Mul(power, power)
	}
	return out
}

// prime is one of the primes drawn, with the weights that depend on it.
type prime struct {
	m                         uint64
	position, quotient, block weighting // of s and h: 2^j; of q: -2^j·N; of EM: -2^j
}

func (m Modulus) modulo(p uint64) prime {
	return prime{
		m:        p,
		position: weighting{1, p},
		quotient: weighting{remainder(new(big.Int).Neg(m.n), p), p},
		block:    weighting{p - 1, p},
	}
}
