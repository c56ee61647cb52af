package sha256

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// InitialState is the chaining value before the first block (FIPS 180-4,
// section 5.3.3).
var InitialState = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

// Witness compresses block into the chaining value in, fills dst with the
// committed bits, one 0 or 1 a byte, in the order of Copy's fields Schedule, E,
// A and Out, and returns the new chaining value. It panics unless dst has
// WitnessBits bytes.
func Witness(block *[64]byte, in [8]uint32, dst []uint8) (out [8]uint32) {
	if len(dst) != WitnessBits {
		panic(fmt.Sprintf("sha256: room for %d bits of witness, want %d", len(dst), WitnessBits))
	}
	v := compress(block, in)
	v.putWitness(dst)
	return v.Out
}

// Compress compresses block into the chaining value in.
func Compress(block *[64]byte, in [8]uint32) [8]uint32 { return compress(block, in).Out }

// compress is the compression function with all its intermediate words.
func compress(block *[64]byte, in [8]uint32) *Values {
	v := &Values{Message: *block, In: in}
	v.derive(nil)
	return v
}

// derive computes everything from Message and In. If fault is not nil, each
// word passes through it, with the label of the assertion that defines it, before
// it is used: tests break single assertions with it.
func (v *Values) derive(fault func(label string, word uint32) uint32) {
	check := func(label string, word uint32) uint32 {
		if fault != nil {
			return fault(label, word)
		}
		return word
	}
	w := v.words()
	for t := 16; t < rounds; t++ {
		w[t] = check(scheduleLabel(t), scheduled(&w, t))
		v.Schedule[t-16] = w[t]
	}
	a, b, c, d, e, f, g, h := unpack(v.In)
	for t := range rounds {
		ne := check(roundLabel(t, 'e'), roundE(d, e, f, g, h, t, w[t]))
		na := check(roundLabel(t, 'a'), roundA(a, b, c, d, ne))
		a, b, c, d, e, f, g, h = na, a, b, c, ne, e, f, g
		v.A[t], v.E[t] = na, ne
	}
	for i, x := range [8]uint32{a, b, c, d, e, f, g, h} {
		v.Out[i] = check(outputLabel(i), v.In[i]+x)
	}
}

// words is the message schedule: the block's words, then the committed ones.
func (v *Values) words() (w [rounds]uint32) {
	for t := range 16 {
		w[t] = binary.BigEndian.Uint32(v.Message[4*t:])
	}
	copy(w[16:], v.Schedule[:])
	return w
}

func unpack(s [8]uint32) (a, b, c, d, e, f, g, h uint32) {
	return s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
}

func scheduled(w *[rounds]uint32, t int) uint32 {
	return smallSigma1.of(w[t-2]) + w[t-7] + smallSigma0.of(w[t-15]) + w[t-16]
}

// roundE is the new register e.
func roundE(d, e, f, g, h uint32, t int, w uint32) uint32 {
	return d + h + bigSigma1.of(e) + (e&f ^ ^e&g) + roundConstants[t] + w
}

// roundA is the new register a, from the new register e: their difference does
// not depend on the message.
func roundA(a, b, c, d, e uint32) uint32 {
	return e - d + bigSigma0.of(a) + (a&b ^ a&c ^ b&c)
}

// A sigma is one of the linear functions of FIPS 180-4, section 4.1.2: the sum of
// two rotations and of a third one or, if shift is set, a shift.
type sigma struct {
	r0, r1, r2 int
	shift      bool
}

var (
	bigSigma0   = sigma{r0: 2, r1: 13, r2: 22}
	bigSigma1   = sigma{r0: 6, r1: 11, r2: 25}
	smallSigma0 = sigma{r0: 7, r1: 18, r2: 3, shift: true}
	smallSigma1 = sigma{r0: 17, r1: 19, r2: 10, shift: true}
)

func (s sigma) of(x uint32) uint32 {
	y := bits.RotateLeft32(x, -s.r0) ^ bits.RotateLeft32(x, -s.r1)
	if s.shift {
		return y ^ x>>s.r2
	}
	return y ^ bits.RotateLeft32(x, -s.r2)
}

// roundConstants are K of FIPS 180-4, section 4.2.2.
var roundConstants = [rounds]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}
