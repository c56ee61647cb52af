package decimal

import (
	"strings"

	"github.com/zkpass-go/zkpass/document"
)

// The entries of a literal's table at each place: the digit's bits, lowest first, and
// two more.
const (
	entryRest  = 4 // some digit at a lower place is not 0
	entryAbove = 5 // some digit at a higher place is not 0
	entries    = 6
)

// Literal is a number to compare with: the digits of its magnitude, and what the signs
// mean. If l and g tell whether a number's magnitude is less or greater than its own,
// the number is
//
//	without a minus:  less if l, greater if g;                         if Negative, greater
//	with a minus:     less if Below + Past·g, greater if Negative·l
//
// so Below holds for a literal above zero, Past for others, as -0 is 0. Both hold for
// Limit.
type Literal struct {
	Negative, Below, Past bool

	table [cycle]uint8 // by residue; bit k is entry k
}

// NewLiteral is the literal of a value.
func NewLiteral(v document.Decimal) *Literal {
	text, negative := strings.CutPrefix(string(v.Append(nil)), "-")
	zero := v == document.Decimal{}
	l := &Literal{Negative: negative, Below: !negative && !zero, Past: negative || zero}
	l.fill(text)
	return l
}

// Limit is no number, but what tells a number whose value is at least -2^63 and less
// than 2^63: it is less than that.
func Limit() *Literal {
	l := &Literal{Below: true, Past: true}
	l.fill("9223372036854775808")
	return l
}

// fill makes the table of a magnitude of at most 19 digits and 9 after the point.
func (l *Literal) fill(text string) {
	whole, fraction, _ := strings.Cut(text, ".")
	digit := func(place int) byte { // -2 is that of tenths
		switch {
		case place >= 0 && place < len(whole):
			return whole[len(whole)-1-place] & 15
		case place < -1 && -place-2 < len(fraction):
			return fraction[-place-2] & 15
		}
		return 0
	}
	var rest uint8
	for place := lowest; place <= topmost; place++ {
		d := digit(place)
		l.table[mod(place, cycle)] |= d | rest<<entryRest
		if d != 0 {
			rest = 1
		}
	}
	var above uint8
	for place := topmost; place >= lowest; place-- {
		l.table[mod(place, cycle)] |= above << entryAbove
		if digit(place) != 0 {
			above = 1
		}
	}
}

// Column are the places k, k + 5, ... of an entry: bit j tells of that of residue j
// modulo 6.
func (l *Literal) Column(entry, k int) (set uint8) {
	for residue := k; residue < cycle; residue += U {
		set |= l.table[residue] >> entry & 1 << (residue % V)
	}
	return set
}

// Entries is the number of entries of a table.
const Entries = entries
