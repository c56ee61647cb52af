package zkvm

import (
	"math/bits"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// number is a decimal number v, -2^63 <= v < 2^63, with nine digits after the point:
// v + 2^63 is a whole number u of 64 bits and a fraction f·10^-9, f of nine decimal
// digits. Its bits are four of each digit of f and those of u, lowest first, so that
// numbers are equal if their bits are, and less if these are as one binary number.
// packed is Σ bits[k]·x^k.
type number struct {
	bits   [numberBits]ref
	packed ref
	v      document.Decimal
	public bool // v is known to both sides
	whole  bool // both sides know that it has no fraction
}

const (
	fractionDigits = 9
	fractionBits   = 4 * fractionDigits
	numberBits     = fractionBits + 64

	bias  = 1 << 63       // of the whole part
	nanos = 1_000_000_000 // 10^fractionDigits
)

// codeOf is the packed form of a number as the prover and public values have it.
func codeOf(v document.Decimal) elem {
	u := uint64(v.Int) ^ bias
	return elem{Lo: u<<fractionBits | decimalCode(v.Nano), Hi: u >> (64 - fractionBits)}
}

// decimalCode is a number's decimal digits, four bits each, lowest first.
func decimalCode(v uint32) (code uint64) {
	for shift := 0; v > 0; shift += 4 {
		code |= uint64(v%10) << shift
		v /= 10
	}
	return code
}

func codeBit(code elem, k int) bool {
	if k < 64 {
		return code.Lo>>k&1 == 1
	}
	return code.Hi>>(k-64)&1 == 1
}

// constantNumber is a public number.
func constantNumber(m *machine.Machine, v document.Decimal) number {
	code := codeOf(v)
	n := number{v: v, packed: m.Constant(code), public: true, whole: v.Integer()}
	for k := range n.bits {
		n.bits[k] = m.Public(codeBit(code, k))
	}
	return n
}

// constantInteger is a public integer.
func constantInteger(m *machine.Machine, v int64) number {
	return constantNumber(m, document.Decimal{Int: v})
}

// integer is a number without a fraction, v, by the 64 bits of v + 2^63.
func integer(m *machine.Machine, v int64, whole [64]ref) number {
	n := number{v: document.Decimal{Int: v}, whole: true}
	for k := range fractionBits {
		n.bits[k] = m.Zero()
	}
	copy(n.bits[fractionBits:], whole[:])
	n.packed = m.Pack(n.bits[:])
	return n
}

// The longest number that may be used has 32 characters: at most 19 digits and a sign
// before the point, and 30 digits after it.
const (
	wholePlaces     = 20
	fractionPlaces  = document.MaxNumber - len("0.")
	numberLookahead = wholePlaces + 1 + fractionPlaces // characters around the point
)

// layNumber proves that isNumber implies that the value is written as a number that
// may be used, and that number is it.
//
// Characters are counted from the point on, or from the end if there is none. Place
// k, to the left, has a bit present[k], four bits of a digit and a bit minus[k]; its
// character is 0x30 + digit, '-', or none. Place j, to the right of the point, has a
// bit present'[j] and for j < 9 four bits of a digit; its character is 0x30 + digit, or
// none, past the ninth 0 or none. The point is there if present'[0] is. Places to the
// left are taken without a gap, so that with [whole = k] of k characters there, as
// differences,
//
//	anchor = start·Σ_k [whole = k]·α^k
//
// is α to the place of the point, and
//
//	α^20·text = anchor·(Σ_k character_k·α^(19-k) + α^20·('.'·present'[0] + Σ_j character'_j·α^(j+1))),
//
// an identity of polynomials in α, says that the characters are those of the value, to
// the last. The grammar allows at most one minus, in front, and no leading zeros; an
// exponent has no place. That there are 32 characters at most is a product for each
// two places that would be too far apart.
//
// The value is proven in the exponent of a generator g of order 2^128 - 1, where sums
// below 2^99 cannot wrap: with M = Σ digit_k·10^(9+k) + Σ digit'_j·10^(8-j), and U the
// number plus 2^63, times 10^9, from the number's bits,
//
//	g^U = g^M·g^(2^63·10^9)     without a minus,
//	g^U·g^M = g^(2^63·10^9)     with one,
//
// and g^M and g^U are products over bits, Π (1 + bit·(g^weight - 1)). As the fraction's
// digits are below ten, U has one form, and as it has 64 bits before them, the number
// is within its limits.
//
// All that is committed must be bits. It costs 307 bits, 6 products and 95 rows, and
// errs for n + 72 values of α, and few of θ.
func (l *leaf) layNumber(m *machine.Machine, raw string, usable bool) {
	var v document.Decimal
	is := usable && l.at.Node.Kind == document.Number
	if is {
		var err error
		v, err = l.source.Doc.Decimal(l.at.Node)
		is = err == nil
	}
	l.isNumber = m.Commit(is)
	if !is {
		v, raw = document.Decimal{}, ""
	}
	l.number.v = v
	c := layCharacters(m, raw)

	m.Risk(l.source.Size() + numberLookahead + wholePlaces + 1)
	anchor := m.Product("place of the point", l.start, m.Fingerprint(c.lengths))
	written := m.Product("characters of a number", anchor, m.Fingerprint(c.characters))
	far := one
	if m.Wiring() {
		for range wholePlaces {
			far = field.Mul(far, m.Alpha())
		}
	}
	m.Implies("kind number", l.isNumber.R, m.Together(m.Add(written, m.Scale(far, l.text)), m.Not(c.units)))

	code := codeOf(v)
	for k := range l.number.bits {
		l.number.bits[k] = m.Bit(codeBit(code, k))
	}
	var number []factor
	hi, lo := uint64(0), uint64(1) // 10^t
	for t := range fractionDigits {
		digit := [4]ref(l.number.bits[4*t:])
		belowTen(m, "number", digit)
		number = appendDigit(m, number, digit, hi, lo)
		hi, lo = times10(hi, lo)
	}
	for k, r := range l.number.bits[fractionBits:] {
		number = appendWeighted(m, number, r, hi, lo, k)
	}
	l.number.packed = m.Pack(l.number.bits[:])

	gM := m.ProductForm(4*(wholePlaces+fractionDigits), c.magnitude)
	gU := m.ProductForm(numberBits, number)
	both := m.Product("negative number", gM, gU)
	middle := machine.PowerOfG(nanos/2, 0) // 2^63·10^9
	negative := m.Derived(is && raw[0] == '-')
	m.Row("sign of a number", l.isNumber.R, c.sign, negative)
	m.Implies("value of a number", m.Add(l.isNumber.R, negative), m.Add(gU, m.Scale(middle, gM)))
	m.Implies("negative number", negative, m.Add(both, m.Constant(middle)))
}

// numberText are the forms of a number's characters.
type numberText struct {
	lengths    []ref    // lengths[k] = [k characters stand before the point]
	characters []ref    // to both sides of the point
	units      ref      // [a digit stands before the point]
	sign       ref      // [there is a minus]
	magnitude  []factor // whose product is g^M
}

// layCharacters commits the characters of a number.
func layCharacters(m *machine.Machine, raw string) (c numberText) {
	whole, fraction := raw, ""
	for i := range raw {
		if raw[i] == '.' {
			whole, fraction = raw[:i], raw[i+1:]
		}
	}
	c.characters = make([]ref, numberLookahead)
	var minus, taken [wholePlaces]ref
	hi, lo := uint64(0), uint64(nanos) // 10^(9+k)
	for k := range wholePlaces {
		var char byte
		if k < len(whole) {
			char = whole[len(whole)-1-k]
		}
		present, digit := layDigit(m, char)
		if k == 0 {
			c.units = present
		}
		minus[k] = m.Bit(char == '-')
		m.Row("digit or minus", present, minus[k], m.Zero())
		taken[k] = m.Add(present, minus[k])
		if k > 0 {
			m.Row("number without a gap", taken[k], m.Not(taken[k-1]), m.Zero())
		}
		c.magnitude = appendDigit(m, c.magnitude, digit, hi, lo)
		c.characters[wholePlaces-1-k] = m.Add(digitForm(m, present, digit), m.Scale(elem{Lo: '-'}, minus[k]))
		hi, lo = times10(hi, lo)
	}
	c.sign = m.Add(minus[:]...)
	c.lengths = make([]ref, wholePlaces+1)
	c.lengths[0] = m.Zero() // see units
	for k := 1; k <= wholePlaces; k++ {
		c.lengths[k] = taken[k-1]
		if k < wholePlaces {
			c.lengths[k] = m.Add(taken[k-1], taken[k])
		}
	}

	var after [fractionPlaces]ref
	weight := uint64(nanos)
	for j := range fractionPlaces {
		var char byte
		if j < len(fraction) {
			char = fraction[j]
		}
		var digit [4]ref
		if j < fractionDigits {
			after[j], digit = layDigit(m, char)
			weight /= 10
			c.magnitude = appendDigit(m, c.magnitude, digit, 0, weight)
			c.characters[wholePlaces+1+j] = digitForm(m, after[j], digit)
			continue
		}
		after[j] = m.Bit(char == '0') // no other digit may stand there
		c.characters[wholePlaces+1+j] = m.Scale(elem{Lo: '0'}, after[j])
	}
	c.characters[wholePlaces] = m.Scale(elem{Lo: '.'}, after[0])
	// k + 1 characters, the point and j + 1 more are 33 if k + j is 30.
	for k := 1; k < wholePlaces; k++ {
		m.Row("number within its limit", taken[k], after[fractionPlaces-k], m.Zero())
	}
	return c
}

// layDigit commits whether a character is a digit, and the digit's bits.
func layDigit(m *machine.Machine, char byte) (present ref, digit [4]ref) {
	is := char >= '0' && char <= '9'
	present = m.Bit(is)
	for b := range digit {
		digit[b] = m.Bit(is && char>>b&1 == 1)
	}
	m.Row("no digit where none is", m.Not(present), m.Pack(digit[:]), m.Zero())
	m.Row("digit below ten", digit[3], m.Pack(digit[1:3]), m.Zero())
	return present, digit
}

// digitForm is the character of a digit, or 0.
func digitForm(m *machine.Machine, present ref, digit [4]ref) ref {
	return m.Add(m.Scale(elem{Lo: '0'}, present), m.Pack(digit[:]))
}

// appendDigit appends the factors of a digit of weight hi·2^64 + lo.
func appendDigit(m *machine.Machine, factors []factor, digit [4]ref, hi, lo uint64) []factor {
	for b, r := range digit {
		factors = appendWeighted(m, factors, r, hi, lo, b)
	}
	return factors
}

// appendWeighted appends the factor of a bit of weight (hi·2^64 + lo)·2^shift.
func appendWeighted(m *machine.Machine, factors []factor, bit ref, hi, lo uint64, by int) []factor {
	if !m.Wiring() {
		return nil
	}
	hi, lo = shift(hi, lo, by)
	return append(factors, factor{B: bit, H: m.Constant(field.Sub(machine.PowerOfG(hi, lo), one))})
}

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
//
// Where b has no fraction, there is no borrow from there.
func (a *number) less(m *machine.Machine, b *number) flag {
	borrow, v := m.Zero(), false
	ca, cb := codeOf(a.v), codeOf(b.v)
	from := 0
	if b.whole {
		from = fractionBits
	}
	for k := from; k < numberBits; k++ {
		if x, y := codeBit(ca, k), codeBit(cb, k); x != y {
			v = y
		}
		next := m.Derived(v)
		m.Row("borrow of a comparison", m.Add(m.Not(a.bits[k]), b.bits[k]), m.Add(b.bits[k], borrow), m.Add(next, b.bits[k]))
		borrow = next
	}
	return flag{R: borrow, V: v}
}

// same is the flag a = b.
func (a *number) same(m *machine.Machine, b *number) flag {
	return m.IsZero("number equality", m.Add(a.packed, b.packed), a.v == b.v)
}
