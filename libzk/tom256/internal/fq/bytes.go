package fq

import "encoding/binary"

// Size is the length in bytes of an encoded element.
const Size = 32

// SetBytes sets z to the integer that b holds, most significant byte first, and
// reports whether it is below q; if not, z is not changed.
func SetBytes(z *Elem, b *[Size]byte) bool {
	var t Elem
	for i := range t {
		t[i] = binary.BigEndian.Uint64(b[Size-8*(i+1):])
	}
	if !belowQ(&t) {
		return false
	}
	Mul(z, &t, &rSquared)
	return true
}

// belowQ compares words, not elements.
func belowQ(t *Elem) bool {
	for i, w := range [4]uint64{q3, 1, q1, q0} {
		if t[3-i] != w {
			return t[3-i] < w
		}
	}
	return false
}

// Bytes is the integer below q, most significant byte first.
func Bytes(x *Elem) (b [Size]byte) {
	var t Elem
	Mul(&t, x, &Elem{1})
	for i := range t {
		binary.BigEndian.PutUint64(b[Size-8*(i+1):], t[i])
	}
	return b
}

// IsOdd reports whether the integer below q is odd.
func IsOdd(x *Elem) bool {
	var t Elem
	Mul(&t, x, &Elem{1})
	return t[0]&1 == 1
}
