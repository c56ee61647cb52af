package document

import (
	"errors"
	"strconv"
	"strings"
)

// Limits on a number whose value is asked for.
const (
	MaxNumber         = 32 // characters of its text
	MaxFractionDigits = 9  // digits after the point, without the zeros at their end
)

// Why [Document.Decimal] finds no value in a number.
var (
	ErrNotNumber  = errors.New("not a number")
	ErrExponent   = errors.New("the number is written with an exponent")
	ErrLongNumber = errors.New("the number is written with more than 32 characters")
	ErrPrecision  = errors.New("the number has more than 9 digits after the point")
	ErrRange      = errors.New("the number is not at least -2^63 and less than 2^63")
)

// A Decimal is the exact value of a number: Int + Nano/10^9, where Int is the
// largest integer that is not above it, and Nano is less than 10^9. So -1.5 is
// {-2, 500000000}. Each value from -2^63 to 2^63 - 10^-9 in steps of 10^-9 has one
// Decimal: two are equal by == exactly if their values are, and are ordered by
// Int and then by Nano.
type Decimal struct {
	Int  int64
	Nano uint32
}

// Integer tells whether the value is an integer: Int, then.
func (d Decimal) Integer() bool { return d.Nano == 0 }

// Compare returns -1, 0 or 1 if d is less than e, equal to it or greater.
func (d Decimal) Compare(e Decimal) int {
	switch {
	case d == e:
		return 0
	case d.Int < e.Int || d.Int == e.Int && d.Nano < e.Nano:
		return -1
	}
	return 1
}

// Append appends the value as a JSON number with the fewest characters.
func (d Decimal) Append(dst []byte) []byte {
	if d.Nano == 0 {
		return strconv.AppendInt(dst, d.Int, 10)
	}
	whole, nano := uint64(d.Int), d.Nano
	if d.Int < 0 {
		// Int + Nano/10^9 = -((-Int - 1) + (10^9 - Nano)/10^9), and -Int - 1 is ^Int.
		dst = append(dst, '-')
		whole, nano = uint64(^d.Int), nanos-d.Nano
	}
	dst = append(strconv.AppendUint(dst, whole, 10), '.')
	digits := strconv.FormatUint(nanos+uint64(nano), 10)[1:]
	return append(dst, strings.TrimRight(digits, "0")...)
}

const nanos = 1_000_000_000

// Decimal returns the value of a number, or one of the errors above. How it is
// written does not count: 1.50 is 1.5, 1.0 is 1, and -0.0 is 0.
func (d *Document) Decimal(n *Node) (Decimal, error) {
	if n.Kind != Number {
		return Decimal{}, ErrNotNumber
	}
	return decimal(string(d.Raw(n)))
}

// decimal reads a JSON number.
func decimal(text string) (Decimal, error) {
	switch {
	case strings.ContainsAny(text, "eE"):
		return Decimal{}, ErrExponent
	case len(text) > MaxNumber:
		return Decimal{}, ErrLongNumber
	}
	magnitude, negative := strings.CutPrefix(text, "-")
	integer, fraction, _ := strings.Cut(magnitude, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > MaxFractionDigits {
		return Decimal{}, ErrPrecision
	}
	nano := uint32(0)
	for k := range MaxFractionDigits {
		nano *= 10
		if k < len(fraction) {
			nano += uint32(fraction[k] - '0')
		}
	}
	// Digits alone: it fails for what is past 64 bits, and for nothing else.
	whole, err := strconv.ParseUint(integer, 10, 64)
	if err != nil {
		return Decimal{}, ErrRange
	}
	switch {
	case !negative && whole < 1<<63:
		return Decimal{int64(whole), nano}, nil
	case negative && nano == 0 && whole <= 1<<63:
		return Decimal{-int64(whole), 0}, nil // that of 2^63 is itself
	case negative && nano > 0 && whole < 1<<63:
		return Decimal{^int64(whole), nanos - nano}, nil
	}
	return Decimal{}, ErrRange
}
