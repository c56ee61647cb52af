package tom256

import "github.com/zkpass-go/zkpass/libzk/p256"

// digitCount is how many signed digits of window bits hold a scalar: 256 bits, and
// one for the last carry.
func digitCount(window int) int { return (256 + window) / window }

// recode writes scalar = Σ dst[i]·2^(window·i) with digits from 1 - 2^(window-1) to
// 2^(window-1); dst has digitCount(window) zeros before. Small scalars, bits above
// all, have few digits that are not zero.
func recode(dst []int8, scalar *p256.Elem, window int) {
	words := scalar.Bits()
	half, carry := 1<<(window-1), 0
	for i := range dst {
		if words == [4]uint64{} && carry == 0 {
			return
		}
		digit := int(words[0]&(1<<window-1)) + carry
		if carry = 0; digit > half {
			digit -= 2 * half
			carry = 1
		}
		dst[i] = int8(digit)
		for w := range 3 {
			words[w] = words[w]>>window | words[w+1]<<(64-window)
		}
		words[3] >>= window
	}
}
