package base64url

import "fmt"

// Alphabet is that of RFC 4648, section 5.
const Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// Witness fills dst with the sextets of a group of at most four characters, one 0
// or 1 a byte, six for each character, least significant first; absent
// characters get zeros. It fails if a character is not in the alphabet: there is
// no witness then. It does not look at trailing bits or at the number of
// characters. It panics unless dst has WitnessBits bytes, and on longer groups.
func Witness(group []byte, dst []uint8) error {
	if len(dst) != WitnessBits || len(group) > GroupChars {
		panic(fmt.Sprintf("base64url: %d characters and room for %d bits, want at most %d and %d", len(group), len(dst), GroupChars, WitnessBits))
	}
	clear(dst)
	for r, c := range group {
		s, ok := sextet(c)
		if !ok {
			return fmt.Errorf("base64url: character %d of the group is not in the alphabet", r)
		}
		for i := range SextetBits {
			dst[SextetBits*r+i] = s >> i & 1
		}
	}
	return nil
}

// sextet is the value of a character.
func sextet(c byte) (s uint8, ok bool) {
	switch {
	case 'A' <= c && c <= 'Z':
		return c - 'A', true
	case 'a' <= c && c <= 'z':
		return c - 'a' + 26, true
	case '0' <= c && c <= '9':
		return c - '0' + 52, true
	case c == '-':
		return 62, true
	case c == '_':
		return 63, true
	}
	return 0, false
}
