package base64url

import (
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// Sizes of one copy.
const (
	GroupChars = 4 // characters of a group
	GroupBytes = 3 // bytes that a group encodes
	SextetBits = 6
	CharBits   = 8

	// WitnessBits is the number of bits that Witness fills: the sextets.
	WitnessBits = GroupChars * SextetBits

	charInputs = 1 + SextetBits + CharBits

	// Inputs is the number of input wires of a copy without the constant one.
	Inputs = GroupChars * charInputs
)

// Copy names the input wires of one copy. Bit 0 is the least significant one.
type Copy struct {
	Present [GroupChars]affine.Ref
	Sextet  [GroupChars][SextetBits]affine.Ref
	Char    [GroupChars][CharBits]affine.Ref
}

// Append appends the references in the order of the circuit's inputs, without
// the constant one.
func (c *Copy) Append(dst []affine.Ref) []affine.Ref {
	for r := range GroupChars {
		dst = append(dst, c.Present[r])
		dst = append(dst, c.Sextet[r][:]...)
		dst = append(dst, c.Char[r][:]...)
	}
	return dst
}

// SetWitness points Sextet at WitnessBits witness elements from the first on, in
// the order of Witness.
func (c *Copy) SetWitness(first affine.Ref) {
	for r := range c.Sextet {
		for i := range c.Sextet[r] {
			c.Sextet[r][i] = first
			first++
		}
	}
}

// DecodedBit says where bit (0 is the least significant) of the decoded byte r
// of a group is: in which character's sextet and at which of its bits.
func DecodedBit(r, bit int) (char, sextetBit int) {
	k := 8*r + 7 - bit // from the first bit of the group on
	return k / SextetBits, SextetBits - 1 - k%SextetBits
}

// Values are the inputs of one copy in the clear.
type Values struct {
	Present [GroupChars]bool
	Sextet  [GroupChars]uint8 // below 64
	Char    [GroupChars]uint8
}

// Append appends the bits as field elements in the order of Copy.Append.
func (v *Values) Append(dst []gf128.Elem) []gf128.Elem {
	for r := range GroupChars {
		p := v.point(r)
		for i := range charInputs {
			dst = append(dst, gf128.Elem{Lo: uint64(p >> i & 1)})
		}
	}
	return dst
}

// point is the inputs of character r as a bit string.
func (v *Values) point(r int) point {
	p := point(v.Sextet[r])<<1 | point(v.Char[r])<<(1+SextetBits)
	if v.Present[r] {
		p |= 1
	}
	return p
}
