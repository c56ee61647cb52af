package json

// Part is what a byte is in a number.
type Part uint8

const (
	NoNumber Part = iota // it belongs to none
	Minus
	Integer  // a digit before the point
	Point    // the point
	Fraction // a digit after it
	Exponent // e or E, and all that follows
)

// Part is what the byte before this mode is in a number. In the mode's bits,
// lowest first: it is in one if bits 3 to 5 are 1, 0, 0, and then bits 0 to 2 tell.
func (m Mode) Part() Part {
	switch m {
	case minus:
		return Minus
	case zero, integer:
		return Integer
	case point:
		return Point
	case fraction:
		return Fraction
	case exponentMark, exponentSign, exponent:
		return Exponent
	}
	return NoNumber
}
