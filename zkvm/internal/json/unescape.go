package json

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// A string without its escapes is a subsequence of units: each byte of the
// document emits one byte of decoded text, or none. A byte outside escapes emits
// itself. Of an escape \c the character c emits, of \uXXXX as many digits as the
// character has bytes in UTF-8, the last ones: of
//
//	\u0041        the fourth,
//	\u00e9        the third and fourth,
//	\u20ac        the second, third and fourth,
//	\ud83d\ude00  the third and fourth of both halves.
//
// What is emitted depends on the byte, its mode and the five bytes before it,
// and on nothing else. It means nothing outside strings and names, where bytes
// emit themselves.

// Unit is what a byte emits.
type Unit struct {
	Emits bool
	Byte  byte // 0 if it emits nothing
}

// Unescape is the unit of every row of a trace.
func Unescape(rows []Row) []Unit {
	units := make([]Unit, len(rows))
	for i := range rows {
		var back [lookBack + 1]byte
		for k := range back {
			if k <= i {
				back[k] = rows[i-k].X
			}
		}
		units[i] = unitOf(rows[i].State.Mode, back)
	}
	return units
}

// lookBack is how many bytes before a byte may decide what it emits.
const lookBack = 5

// unitOf is the unit of byte back[0] in a mode, with back[k] the byte k before.
func unitOf(mode Mode, back [lookBack + 1]byte) Unit {
	x := back[0]
	digit := func(k int) uint { return uint(hexValue(back[k])) }
	switch mode {
	case inString, lowEscape:
		if x == '\\' {
			return Unit{}
		}
	case escaped:
		switch x {
		case 'b':
			return Unit{true, '\b'}
		case 'f':
			return Unit{true, '\f'}
		case 'n':
			return Unit{true, '\n'}
		case 'r':
			return Unit{true, '\r'}
		case 't':
			return Unit{true, '\t'}
		case 'u':
			return Unit{}
		}
	case lowU, hex1, low1, low2:
		return Unit{}
	case hex2:
		v := digit(1)<<12 | digit(0)<<8
		if v < 0x800 {
			return Unit{}
		}
		return Unit{true, byte(0xe0 | v>>12)}
	case hex2D:
		if digit(0) >= 8 { // a high surrogate
			return Unit{}
		}
		return Unit{true, 0xed}
	case hex3:
		v := digit(2)<<12 | digit(1)<<8 | digit(0)<<4
		switch {
		case v < 0x80:
			return Unit{}
		case v < 0x800:
			return Unit{true, byte(0xc0 | v>>6)}
		case v >= 0xdc00 && v < 0xe000: // a low surrogate
			return Unit{true, byte(0x80 | digit(5)&3<<4 | v>>6&15)}
		}
		return Unit{true, byte(0x80 | v>>6&63)}
	case hex4:
		v := digit(3)<<12 | digit(2)<<8 | digit(1)<<4 | digit(0)
		if v < 0x80 {
			return Unit{true, byte(v)}
		}
		return Unit{true, byte(0x80 | v&63)}
	case high3:
		return Unit{true, byte(0xf0 | plane(digit(1), digit(0))>>2)}
	case high4:
		return Unit{true, byte(0x80 | plane(digit(2), digit(1))&3<<4 | digit(1)&3<<2 | digit(0)>>2)}
	}
	return Unit{true, x}
}

// plane is the number of the plane of a pair, from the second and third digit of
// its first half.
func plane(second, third uint) uint { return second&3<<2 | third>>2 + 1 }

// hexValue is the value of a hexadecimal digit, and defined for every byte as the
// circuit has it.
func hexValue(c byte) byte {
	if c&0x40 != 0 {
		return (c&7+1)&7 | ^c&8
	}
	return c & 15
}

// LabelUnit: a byte emits what it must.
const LabelUnit = "unit of a string"

// UnescapeInputs is the number of inputs of a copy of UnescapeCircuit without the
// leading constant one.
const UnescapeInputs = 6 + 8 + 7*4 + 9

// UnitRefs are the committed bits of a unit.
type UnitRefs struct {
	Emits affine.Ref
	Bits  [8]affine.Ref // lowest first
}

// AppendUnescape appends the inputs of the copy of one byte, without the leading
// constant one. back[k] is the position k bytes before; for one before the
// document's first byte any position will do, as no escape can start there.
func AppendUnescape(dst []affine.Ref, back [lookBack + 1]*Position, u *UnitRefs) []affine.Ref {
	dst = append(dst, back[0].Mode[:]...)
	dst = append(dst, back[0].X[:]...)
	for _, k := range looked {
		dst = append(dst, back[k].X[:7]...)
	}
	return append(append(dst, u.Emits), u.Bits[:]...)
}

// looked are the bytes before a byte that its unit may depend on.
var looked = [...]int{1, 2, 3, 5}

// LookBack is the length of AppendUnescape's array.
const LookBack = lookBack + 1

// UnescapeCircuit is the circuit of one byte's unit, of 8 layers and 600 terms.
// All inputs must be bits except the unit's, which it forces to be ones.
var UnescapeCircuit = sync.OnceValue(CompileUnescape)

// CompileUnescape builds the circuit anew.
func CompileUnescape() *circuit.Circuit[gf128.Elem] {
	b := newBuilder("unescape")
	mode, x := b.InputVector(6), b.InputVector(8)
	var before [lookBack + 1][]expr
	for _, k := range looked {
		before[k] = b.InputVector(7)
	}
	emits, unit := b.Input(), b.InputVector(8)
	m := b.modes(mode)
	var digits [lookBack + 1][]expr // the values of hexadecimal digits, lowest bit first
	digits[0] = b.digit(x)
	for _, k := range looked {
		digits[k] = b.digit(before[k])
	}
	not := func(e expr) expr { return b.Not(e) }

	// silent is 1 for a byte that emits nothing, plain for one that emits itself
	// whatever it is.
	backslash := b.Wire(b.Mul(b.Wire(b.Add(m.at(inString), m.at(lowEscape))), b.Wire(b.nibbles(x).char('\\'))))
	silent := b.Add(backslash, m.at(lowU), m.at(hex1), m.at(low1), m.at(low2))
	plain := b.Wire(b.Not(m.any(escaped, lowU, hex1, hex2, hex3, hex4, hex2D, high3, high4, low1, low2)))

	// bits[k] is the sum of conditions, each in its own mode.
	var bits [8]expr
	add := func(k int, mode Mode, e expr) { bits[k] = b.Add(bits[k], b.Mul(b.Wire(m.at(mode)), e)) }
	for k := range bits {
		bits[k] = b.Mul(b.Wire(b.Add(plain, backslash)), x[k])
	}

	// Short escapes. Letters have bits 5 and 6; their other bits, x4 to x0, are
	// b 00010, f 00110, n 01110, r 10010, t 10100, u 10101.
	letter := b.Wire(b.Mul(x[6], x[5]))
	other := not(letter)
	u := b.Wire(b.Mul(letter, x[0]))
	n := b.Wire(b.Mul(letter, x[3]))
	f := b.Wire(b.Add(b.Mul(letter, b.Wire(b.Mul(x[2], b.Not(x[4])))), n))
	r := b.Wire(b.Mul(letter, b.Wire(b.Mul(x[4], x[1]))))
	t := b.Wire(b.Mul(letter, b.Wire(b.Mul(x[4], b.Wire(b.Mul(x[2], b.Not(x[0])))))))
	for k := range bits {
		e := b.Mul(other, x[k])
		switch k {
		case 0:
			e = b.Add(e, r, t)
		case 1:
			e = b.Add(e, n)
		case 2:
			e = b.Add(e, f, r)
		case 3:
			e = b.Add(e, letter, u)
		}
		add(k, escaped, e)
	}
	silent = b.Add(silent, b.Mul(b.Wire(m.at(escaped)), u))

	// The second digit: 1110 and the first digit, of characters from U+0800 on.
	none := func(es ...expr) expr { // that all are 0
		for len(es) > 1 {
			var next []expr
			for i := 0; i+1 < len(es); i += 2 {
				next = append(next, b.Wire(b.Mul(es[i], es[i+1])))
			}
			if len(es)%2 == 1 {
				next = append(next, es[len(es)-1])
			}
			es = next
		}
		return es[0]
	}
	nots := func(d []expr) (out []expr) {
		for _, e := range d {
			out = append(out, not(e))
		}
		return out
	}
	small := none(append(nots(digits[1]), not(digits[0][3]))...)
	silent = b.Add(silent, b.Mul(b.Wire(m.at(hex2)), small))
	for k := 5; k < 8; k++ {
		add(k, hex2, b.Not(small))
		add(k, hex2D, not(digits[0][3]))
	}
	for k := range 4 {
		add(k, hex2, digits[1][k])
	}
	silent = b.Add(silent, b.Mul(b.Wire(m.at(hex2D)), digits[0][3]))
	for _, k := range []int{0, 2, 3} { // 0xed
		add(k, hex2D, not(digits[0][3]))
	}

	// The third digit. v is the number so far, bit 15 the highest.
	v := func(back [4]int, k int) expr { return digits[back[k/4]][k%4] }
	third := [4]int{-1, 0, 1, 2}
	below800 := none(append(nots(digits[2]), not(v(third, 11)))...)
	below80 := none(below800, none(not(v(third, 10)), not(v(third, 9)), not(v(third, 8)), not(v(third, 7))))
	low := none(v(third, 15), v(third, 14), not(v(third, 13)), v(third, 12), v(third, 11), v(third, 10))
	silent = b.Add(silent, b.Mul(b.Wire(m.at(hex3)), below80))
	add(7, hex3, b.Not(below80))
	add(6, hex3, b.Mul(below800, b.Not(below80)))
	high := b.Not(low)
	add(5, hex3, b.Add(b.Mul(high, v(third, 11)), b.Mul(low, digits[5][1])))
	add(4, hex3, b.Add(b.Mul(high, v(third, 10)), b.Mul(low, digits[5][0])))
	for k := 1; k < 4; k++ {
		add(k, hex3, v(third, 6+k))
	}
	add(0, hex3, b.Mul(v(third, 6), b.Not(below80)))

	// The fourth.
	fourth := [4]int{0, 1, 2, 3}
	ascii := none(append(append(nots(digits[3]), nots(digits[2])...), not(v(fourth, 7)))...)
	add(7, hex4, b.Not(ascii))
	add(6, hex4, b.Mul(ascii, v(fourth, 6)))
	for k := range 6 {
		add(k, hex4, v(fourth, k))
	}

	// A high surrogate, 110110 h9 ... h0. The plane is h9 h8 h7 h6 plus one.
	h6, h7, h8, h9 := digits[0][2], digits[0][3], digits[1][0], digits[1][1]
	carry2 := b.Wire(b.Mul(h6, h7))
	carry3 := b.Wire(b.Mul(carry2, h8))
	for k := 4; k < 8; k++ {
		bits[k] = b.Add(bits[k], b.Wire(m.at(high3)))
	}
	add(2, high3, b.Mul(carry3, h9))
	add(1, high3, b.Add(h9, carry3))
	add(0, high3, b.Add(h8, carry2))
	bits[7] = b.Add(bits[7], b.Wire(m.at(high4)))
	add(5, high4, b.Add(digits[1][3], digits[1][2]))
	add(4, high4, b.Not(digits[1][2]))
	add(3, high4, digits[1][1])
	add(2, high4, digits[1][0])
	add(1, high4, digits[0][3])
	add(0, high4, digits[0][2])

	b.AssertEqual(b.Add(b.One(), silent), emits, LabelUnit)
	for k := range bits {
		b.AssertEqual(bits[k], unit[k], LabelUnit)
	}
	return b.Build()
}

// digit is the value of a hexadecimal digit from its seven low bits, as hexValue:
// letters have bit 6, and add nine to a half of at most six.
func (b builder) digit(x []expr) []expr {
	carry := b.Wire(b.Mul(x[1], x[0]))
	return []expr{
		b.Add(x[0], x[6]),
		b.Wire(b.Add(x[1], b.Mul(x[6], x[0]))),
		b.Wire(b.Add(x[2], b.Mul(x[6], carry))),
		b.Add(x[3], x[6]),
	}
}
