package value

import (
	"math/bits"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Number is a decimal number v, -2^63 <= v < 2^63, with nine digits after the point:
// v + 2^63 is a whole number u of 64 bits and a fraction f·10^-9, f of nine decimal
// digits. Its bits are four of each digit of f and those of u, lowest first, so that
// numbers are equal if their bits are, and less if these are as one binary number.
// packed is Σ bits[k]·x^k.
type Number struct {
	Bits   [NumberBits]ref
	Packed ref
	V      document.Decimal
	Public bool // v is known to both sides
	whole  bool // both sides know that it has no fraction
}

const (
	FractionDigits = 9
	FractionBits   = 4 * FractionDigits
	NumberBits     = FractionBits + 64

	bias  = 1 << 63       // of the whole part
	nanos = 1_000_000_000 // 10^FractionDigits
)

// CodeOf is the packed form of a number as the prover and public values have it.
func CodeOf(v document.Decimal) elem {
	u := uint64(v.Int) ^ bias
	return elem{Lo: u<<FractionBits | decimalCode(v.Nano), Hi: u >> (64 - FractionBits)}
}

// decimalCode is a number's decimal digits, four bits each, lowest first.
func decimalCode(v uint32) (code uint64) {
	for shift := 0; v > 0; shift += 4 {
		code |= uint64(v%10) << shift
		v /= 10
	}
	return code
}

func CodeBit(code elem, k int) bool {
	if k < 64 {
		return code.Lo>>k&1 == 1
	}
	return code.Hi>>(k-64)&1 == 1
}

// ConstantNumber is a public number.
func ConstantNumber(m *machine.Machine, v document.Decimal) Number {
	code := CodeOf(v)
	n := Number{V: v, Packed: m.Constant(code), Public: true, whole: v.Integer()}
	for k := range n.Bits {
		n.Bits[k] = m.Public(CodeBit(code, k))
	}
	return n
}

// ConstantInteger is a public integer.
func ConstantInteger(m *machine.Machine, v int64) Number {
	return ConstantNumber(m, document.Decimal{Int: v})
}

// integer is a number without a fraction, v, by the 64 bits of v + 2^63.
func integer(m *machine.Machine, v int64, whole [64]ref) Number {
	n := Number{V: document.Decimal{Int: v}, whole: true}
	for k := range FractionBits {
		n.Bits[k] = m.Zero()
	}
	copy(n.Bits[FractionBits:], whole[:])
	n.Packed = m.Pack(n.Bits[:])
	return n
}

// The longest number that may be used has 32 characters: at most 19 digits and a sign
// before the point, and 30 digits after it.
const (
	WholePlaces     = 20
	FractionPlaces  = document.MaxNumber - len("0.")
	numberLookahead = WholePlaces + 1 + FractionPlaces // characters around the point
)

// layNumber proves that IsNumber implies that the value is written as a number that
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
func (l *Leaf) layNumber(m *machine.Machine, raw string, usable bool) {
	var v document.Decimal
	is := usable && l.At.Node.Kind == document.Number
	if is {
		var err error
		v, err = l.Source.Doc.Decimal(l.At.Node)
		is = err == nil
	}
	l.IsNumber = m.Commit(is)
	if !is {
		v, raw = document.Decimal{}, ""
	}
	l.Number.V = v
	c := layCharacters(m, raw)

	m.Risk(l.Source.Size() + numberLookahead + WholePlaces + 1)
	anchor := m.Product("place of the point", l.Start, m.Fingerprint(c.lengths))
	written := m.Product("characters of a number", anchor, m.Fingerprint(c.characters))
	far := one
	if m.Wiring() {
		for range WholePlaces {
			far = field.Mul(far, m.Alpha())
		}
	}
	m.Implies("kind number", l.IsNumber.R, m.Together(m.Add(written, m.Scale(far, l.Text)), m.Not(c.units)))

	code := CodeOf(v)
	for k := range l.Number.Bits {
		l.Number.Bits[k] = m.Bit(CodeBit(code, k))
	}
	var number []factor
	hi, lo := uint64(0), uint64(1) // 10^t
	for t := range FractionDigits {
		digit := [4]ref(l.Number.Bits[4*t:])
		belowTen(m, "number", digit)
		number = appendDigit(m, number, digit, hi, lo)
		hi, lo = times10(hi, lo)
	}
	for k, r := range l.Number.Bits[FractionBits:] {
		number = appendWeighted(m, number, r, hi, lo, k)
	}
	l.Number.Packed = m.Pack(l.Number.Bits[:])

	gM := m.ProductForm(4*(WholePlaces+FractionDigits), c.magnitude)
	gU := m.ProductForm(NumberBits, number)
	both := m.Product("negative number", gM, gU)
	middle := machine.PowerOfG(nanos/2, 0) // 2^63·10^9
	negative := m.Derived(is && raw[0] == '-')
	m.Row("sign of a number", l.IsNumber.R, c.sign, negative)
	m.Implies("value of a number", m.Add(l.IsNumber.R, negative), m.Add(gU, m.Scale(middle, gM)))
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
	var minus, taken [WholePlaces]ref
	hi, lo := uint64(0), uint64(nanos) // 10^(9+k)
	for k := range WholePlaces {
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
		c.characters[WholePlaces-1-k] = m.Add(digitForm(m, present, digit), m.Scale(elem{Lo: '-'}, minus[k]))
		hi, lo = times10(hi, lo)
	}
	c.sign = m.Add(minus[:]...)
	c.lengths = make([]ref, WholePlaces+1)
	c.lengths[0] = m.Zero() // see units
	for k := 1; k <= WholePlaces; k++ {
		c.lengths[k] = taken[k-1]
		if k < WholePlaces {
			c.lengths[k] = m.Add(taken[k-1], taken[k])
		}
	}

	var after [FractionPlaces]ref
	weight := uint64(nanos)
	for j := range FractionPlaces {
		var char byte
		if j < len(fraction) {
			char = fraction[j]
		}
		var digit [4]ref
		if j < FractionDigits {
			after[j], digit = layDigit(m, char)
			weight /= 10
			c.magnitude = appendDigit(m, c.magnitude, digit, 0, weight)
			c.characters[WholePlaces+1+j] = digitForm(m, after[j], digit)
			continue
		}
		after[j] = m.Bit(char == '0') // no other digit may stand there
		c.characters[WholePlaces+1+j] = m.Scale(elem{Lo: '0'}, after[j])
	}
	c.characters[WholePlaces] = m.Scale(elem{Lo: '.'}, after[0])
	// k + 1 characters, the point and j + 1 more are 33 if k + j is 30.
	for k := 1; k < WholePlaces; k++ {
		m.Row("number within its limit", taken[k], after[FractionPlaces-k], m.Zero())
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

// Less is the flag a < b: the borrow of a - b, bit by bit,
//
//	borrow_{k+1} = b_k + (1 + a_k + b_k)·(b_k + borrow_k).
//
// Where b has no fraction, there is no borrow from there.
func (a *Number) Less(m *machine.Machine, b *Number) flag {
	borrow, v := m.Zero(), false
	ca, cb := CodeOf(a.V), CodeOf(b.V)
	from := 0
	if b.whole {
		from = FractionBits
	}
	for k := from; k < NumberBits; k++ {
		if x, y := CodeBit(ca, k), CodeBit(cb, k); x != y {
			v = y
		}
		next := m.Derived(v)
		m.Row("borrow of a comparison", m.Add(m.Not(a.Bits[k]), b.Bits[k]), m.Add(b.Bits[k], borrow), m.Add(next, b.Bits[k]))
		borrow = next
	}
	return flag{R: borrow, V: v}
}

// Same is the flag a = b.
func (a *Number) Same(m *machine.Machine, b *Number) flag {
	return m.IsZero("number equality", m.Add(a.Packed, b.Packed), a.V == b.V)
}
