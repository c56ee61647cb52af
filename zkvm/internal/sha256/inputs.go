package sha256

import (
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// Counts of bits of one copy.
const (
	MessageBits = 512 // the block
	StateBits   = 256 // a chaining value

	scheduleWords = 48 // W[16..63]
	rounds        = 64

	// WitnessBits is the number of bits that Witness fills: the message schedule
	// W[16..63], the registers e and a after each round, and the new chaining
	// value.
	WitnessBits = 32*(scheduleWords+2*rounds) + StateBits

	// Inputs is the number of input wires of a copy without the constant one.
	Inputs = MessageBits + StateBits + WitnessBits
)

// position is the index of bit i (the one of value 2^i) of a word among the 32
// positions of that word: big-endian bytes, each with its least significant bit
// first.
func position(i int) int { return i ^ 24 }

// Copy names the input wires of one copy. Within every array the bits of byte k
// are at 8k..8k+7, least significant first, and words are big-endian, as in
// FIPS 180-4: bit k of a message or of a digest is bit k%8 of its byte k/8.
type Copy struct {
	Message  [MessageBits]affine.Ref
	In       [StateBits]affine.Ref // chaining value before the block
	Schedule [32 * scheduleWords]affine.Ref
	E        [32 * rounds]affine.Ref
	A        [32 * rounds]affine.Ref
	Out      [StateBits]affine.Ref // chaining value after the block
}

// Append appends the references in the order of the circuit's inputs, without
// the constant one.
func (c *Copy) Append(dst []affine.Ref) []affine.Ref {
	dst = append(dst, c.Message[:]...)
	dst = append(dst, c.In[:]...)
	dst = append(dst, c.Schedule[:]...)
	dst = append(dst, c.E[:]...)
	dst = append(dst, c.A[:]...)
	return append(dst, c.Out[:]...)
}

// SetWitness points Schedule, E, A and Out at WitnessBits witness elements from
// the k-th on, in the order of Witness.
func (c *Copy) SetWitness(first affine.Ref) {
	for _, part := range [][]affine.Ref{c.Schedule[:], c.E[:], c.A[:], c.Out[:]} {
		for i := range part {
			part[i] = first
			first++
		}
	}
}

// Values are the inputs of one copy in the clear.
type Values struct {
	Message  [64]byte
	In       [8]uint32
	Schedule [scheduleWords]uint32 // W[16..63]
	E, A     [rounds]uint32        // after each round
	Out      [8]uint32
}

// Append appends the bits as field elements in the order of Copy.Append.
func (v *Values) Append(dst []gf128.Elem) []gf128.Elem {
	bits := make([]uint8, Inputs)
	v.put(bits)
	for _, b := range bits {
		dst = append(dst, gf128.Elem{Lo: uint64(b)})
	}
	return dst
}

// put fills all bits in order.
func (v *Values) put(dst []uint8) {
	for k, x := range v.Message {
		for i := range 8 {
			dst[8*k+i] = x >> i & 1
		}
	}
	putWords(dst[MessageBits:], v.In[:])
	v.putWitness(dst[MessageBits+StateBits:])
}

// putWitness fills the committed bits in order.
func (v *Values) putWitness(dst []uint8) {
	for _, words := range [][]uint32{v.Schedule[:], v.E[:], v.A[:], v.Out[:]} {
		putWords(dst, words)
		dst = dst[32*len(words):]
	}
}

func putWords(dst []uint8, words []uint32) {
	for k, w := range words {
		for i := range 32 {
			dst[32*k+position(i)] = uint8(w >> i & 1)
		}
	}
}
