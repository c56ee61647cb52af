package zkvm

import (
	"math/bits"
	"strconv"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// digits is the number of character places of an integer: 19 digits and a sign.
const digits = 20

// layInteger proves that isInteger implies that the value is written as an
// integer of 64 bits and that number is it.
//
// Place k, from the right, has a bit present[k], four bits of a digit and a bit
// minus[k]; its character is 0x30 + digit, '-', or none. The characters are those
// of the value: α^20·text = end·Σ_k character_k·α^(19-k), an identity of
// polynomials in α. The grammar allows at most one minus, in front.
//
// Integers are compared in the exponent of a generator g of order 2^128 - 1,
// where sums below 2^70 cannot wrap: with M = Σ digit_k·10^k and u the number
// plus 2^63,
//
//	g^u = g^M·g^(2^63)     without a minus,
//	g^u·g^M = g^(2^63)     with one,
//
// and g^M and g^u are products over bits, Π (1 + bit·(g^weight - 1)).
func (m *machine) layInteger(l *leaf, raw string, usable bool) {
	v, err := strconv.ParseInt(raw, 10, 64)
	is := usable && l.at.node.Kind == document.Number && err == nil
	l.isInteger = m.commit(is)
	if !is {
		v, raw = 0, ""
	}
	l.number.v = v

	var magnitude []factor
	characters := make([]ref, digits)
	minus := make([]ref, digits)
	var units ref
	weightHi, weightLo := uint64(0), uint64(1) // 10^k
	for k := range digits {
		var char byte
		if k < len(raw) {
			char = raw[len(raw)-1-k]
		}
		isDigit := char >= '0' && char <= '9'
		present := m.bit(isDigit)
		if k == 0 {
			units = present
		}
		var d [4]ref
		for b := range d {
			d[b] = m.bit(isDigit && char>>b&1 == 1)
			if m.wiring() {
				hi, lo := shift(weightHi, weightLo, b)
				magnitude = append(magnitude, factor{d[b], m.constant(field.Sub(powerOfG(hi, lo), one))})
			}
		}
		minus[k] = m.bit(char == '-')
		packed := m.pack(d[:])
		m.row("no digit where none is", m.not(present), packed, m.zero())
		m.row("digit below ten", d[3], m.together(d[2], d[1]), m.zero())
		m.row("digit or minus", present, minus[k], m.zero())
		characters[digits-1-k] = m.sum(
			term{K: elem{Lo: '0'}, Ref: present}, term{K: one, Ref: packed}, term{K: elem{Lo: '-'}, Ref: minus[k]})
		weightHi, weightLo = times10(weightHi, weightLo)
	}
	m.risk(l.source.size() + digits)
	written := m.product("characters of an integer", l.end, m.fingerprint(characters))
	far := one
	if m.wiring() {
		for range digits {
			far = field.Mul(far, m.w.alpha)
		}
	}
	m.implies("kind integer", l.isInteger.r, m.together(m.add(written, m.scale(far, l.text)), m.not(units)))

	u := uint64(v) ^ bias
	var number []factor
	for k := range l.number.bits {
		l.number.bits[k] = m.bit(u>>k&1 == 1)
		if m.wiring() {
			number = append(number, factor{l.number.bits[k], m.constant(field.Sub(powerOfG(0, 1<<k), one))})
		}
	}
	l.number.packed = m.pack(l.number.bits[:])

	gM := m.productForm(4*digits, magnitude)
	gU := m.productForm(64, number)
	both := m.product("negative integer", gM, gU)
	middle := powerOfG(0, bias)
	negative := m.derived(is && v < 0 || is && len(raw) > 0 && raw[0] == '-')
	sign := m.add(minus...)
	m.row("sign of an integer", l.isInteger.r, sign, negative)
	m.implies("integer", m.add(l.isInteger.r, negative), m.add(gU, m.scale(middle, gM)))
	m.implies("negative integer", negative, m.add(both, m.constant(middle)))
}

// powerOfG is g^(hi·2^64 + lo) of the field's generator.
func powerOfG(hi, lo uint64) elem { return gf128.Pow(gf128.Generator(), hi, lo) }

func shift(hi, lo uint64, n int) (uint64, uint64) {
	if n == 0 {
		return hi, lo
	}
	return hi<<n | lo>>(64-n), lo << n
}

func times10(hi, lo uint64) (uint64, uint64) {
	carry, low := bits.Mul64(lo, 10)
	return hi*10 + carry, low
}

// less is the flag a < b: the borrow of a - b, bit by bit,
//
//	borrow_{k+1} = b_k + (1 + a_k + b_k)·(b_k + borrow_k).
func (m *machine) less(a, b *integer) flag {
	borrow := m.zero()
	ua, ub := uint64(a.v)^bias, uint64(b.v)^bias
	for k := range a.bits {
		mask := uint64(1)<<(k+1) - 1
		if k == 63 {
			mask = ^uint64(0)
		}
		next := m.derived(ua&mask < ub&mask)
		m.row("borrow of a comparison", m.add(m.not(a.bits[k]), b.bits[k]), m.add(b.bits[k], borrow), m.add(next, b.bits[k]))
		borrow = next
	}
	return flag{borrow, a.v < b.v, false}
}

// same is the flag a = b.
func (m *machine) same(a, b *integer) flag {
	return m.isZero("integer equality", m.add(a.packed, b.packed), a.v == b.v)
}
