package gf128

import "sync"

// Arithmetic in GF(2^16) on symbols: polynomials in g modulo its minimal
// polynomial.

// mulSymbol is a · b, bit by bit: for tables and tests.
func mulSymbol(a, b uint16) uint16 {
	var r uint16
	for ; b != 0; b >>= 1 {
		r ^= a & -(b & 1)
		a = a<<1 ^ minimalPolynomial&-(a>>15)
	}
	return r
}

// inverseSymbol is 1/a, and 0 for 0: a^(2^16-2).
func inverseSymbol(a uint16) uint16 {
	r := uint16(1)
	for range symbolBits - 1 {
		a = mulSymbol(a, a)
		r = mulSymbol(r, a)
	}
	return r
}

// logTables are logarithms to the base g. exp goes round twice, so that the sum of
// two logarithms needs no reduction.
type logTables struct {
	log [1 << symbolBits]uint16
	exp [2 << symbolBits]uint16
}

var symbolLogs = sync.OnceValue(func() *logTables {
	t := new(logTables)
	power := uint16(1)
	for i := range 1<<symbolBits - 1 {
		t.log[power] = uint16(i)
		t.exp[i], t.exp[i+1<<symbolBits-1] = power, power
		power = power<<1 ^ minimalPolynomial&-(power>>15)
	}
	return t
})

// mul is a · b.
func (t *logTables) mul(a, b uint16) uint16 {
	if a == 0 || b == 0 {
		return 0
	}
	return t.exp[int(t.log[a])+int(t.log[b])]
}
