package json

// Mode says what the recogniser expects next. Its six bits are committed for
// every byte, lowest first.
//
// The codes are chosen for the circuit. Bit 5 says that the next byte belongs to
// a string that is already open. The upper four bits name a cluster of four
// modes; all four codes of a used cluster are modes, so that a cluster that acts
// as one needs one wire. The twenty codes without a mode have no wire at all:
// they accept nothing.
type Mode uint8

// The names in comments are those of docs/protocol.md.
const (
	afterValue   Mode = iota // E6, E7: a value is complete; ',' or a closer, or the end at depth 0
	start                    // EST: '{'
	colon                    // E5
	lastL                    // l: the end of null
	value                    // E0, E2: any value
	firstElement             // E1: any value or ']'
	firstName                // E3: a member name or '}'
	nextName                 // E4: a member name
	zero                     // N1: the number is complete with the integer 0
	integer                  // N2
	fraction                 // N4: at least one digit after the point
	exponent                 // N7: at least one digit in the exponent
	minus                    // N0
	point                    // N3
	exponentMark             // N5: after e or E
	exponentSign             // N6
	trueR                    // rue
	trueU                    // ue
	finalE                   // e: the end of true and false
	falseA                   // alse
	falseL                   // lse
	falseS                   // se
	nullU                    // ull
	nullL                    // ll
)

// Modes inside a string. A \u escape has hexadecimal digits 1 to 4; of a high
// surrogate (D800 to DBFF) digits 1 and 2 lead to high3, and only a low
// surrogate may follow.
const (
	stringBit Mode = 32

	inString  Mode = iota - 1 + stringBit // S0
	escaped                               // S1: after a backslash
	lowEscape                             // H0: the backslash of the low surrogate
	lowU                                  // H1: its u
	hex1                                  // U1
	hex2                                  // U2
	hex3                                  // U3
	hex4                                  // U4
	hex2D                                 // U2D: the first digit was D
	high3                                 // U3H
	high4                                 // U4H
	low2                                  // L2: second digit of the low surrogate, C to F
	tail1                                 // T1: one continuation byte of UTF-8 to come
	tail2                                 // T2
	tail3                                 // T3
	tailED                                // TED: after ED, which must not encode a surrogate
	tailE0                                // TE0: after E0, which must not be overlong
	tailF0                                // TF0
	tailF4                                // TF4: after F4, which must not pass U+10FFFF
	low1                                  // L1: first digit of the low surrogate, D
)

// single is, for the modes that accept exactly one byte, that byte and the mode
// that follows it.
var single = map[Mode]struct {
	char byte
	next Mode
}{
	trueR: {'r', trueU}, trueU: {'u', finalE}, finalE: {'e', afterValue},
	falseA: {'a', falseL}, falseL: {'l', falseS}, falseS: {'s', finalE},
	nullU: {'u', nullL}, nullL: {'l', lastL}, lastL: {'l', afterValue},
	lowEscape: {'\\', lowU}, lowU: {'u', low1},
}

// inside reports whether the next byte belongs to an open string.
func (m Mode) inside() bool { return m&stringBit != 0 }
