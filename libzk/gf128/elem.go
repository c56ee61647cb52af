package gf128

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Elem is an element of GF(2^128): bit i of the 128-bit integer Hi·2^64 + Lo is
// the coefficient of x^i. Every value is a valid element, with one
// representation each, so == is equality in the field.
type Elem struct{ Lo, Hi uint64 }

// Field is the field GF(2^128). It has no state.
type Field struct{}

var _ field.Field[Elem] = Field{}

// ErrShort is returned when there are fewer bytes than an element takes.
var ErrShort = errors.New("gf128: too few bytes for an element")

const (
	elemSize   = 16
	symbolSize = 2
)

// Generator is x, a generator of the multiplicative group.
func Generator() Elem { return Elem{Lo: 2} }

// Name is "gf2_128".
func (Field) Name() string { return "gf2_128" }

// One is the multiplicative identity.
func (Field) One() Elem { return Elem{Lo: 1} }

// FromUint64 is the polynomial whose coefficients are the bits of u.
func (Field) FromUint64(u uint64) Elem { return Elem{Lo: u} }

// Add is a + b.
func (Field) Add(a, b Elem) Elem { return add(a, b) }

// Sub is a - b, the same as a + b.
func (Field) Sub(a, b Elem) Elem { return add(a, b) }

// Neg is -a, which is a.
func (Field) Neg(a Elem) Elem { return a }

// Mul is a · b.
func (Field) Mul(a, b Elem) Elem { return mul(a, b) }

// Inv is the inverse of a; the inverse of zero is zero.
//
// It computes a^(2^128-2) with Itoh and Tsujii's chain: a^(2^127-1) by doubling
// the run of ones in the exponent, then one squaring.
func (Field) Inv(a Elem) Elem {
	r, run := a, 1 // r = a^(2^run - 1)
	for i := bits.Len(127) - 2; i >= 0; i-- {
		t := r
		for range run {
			t = square(t)
		}
		r, run = mul(r, t), 2*run
		if 127>>i&1 == 1 {
			r, run = mul(square(r), a), run+1
		}
	}
	return square(r)
}

// Pow is a to the power hi·2^64 + lo. Zero to the power zero is one.
func Pow(a Elem, hi, lo uint64) Elem {
	r := Elem{Lo: 1}
	for _, word := range [2]uint64{hi, lo} {
		for i := 63; i >= 0; i-- {
			r = square(r)
			if word>>i&1 == 1 {
				r = mul(r, a)
			}
		}
	}
	return r
}

// Size is 16.
func (Field) Size() int { return elemSize }

// Append appends the 16 bytes of a, lowest coefficients first.
func (Field) Append(dst []byte, a Elem) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, a.Lo)
	return binary.LittleEndian.AppendUint64(dst, a.Hi)
}

// Decode reads the first 16 bytes of b. It fails with ErrShort only.
func (Field) Decode(b []byte) (Elem, error) {
	if len(b) < elemSize {
		return Elem{}, fmt.Errorf("%w: have %d, want %d", ErrShort, len(b), elemSize)
	}
	return Elem{
		Lo: binary.LittleEndian.Uint64(b),
		Hi: binary.LittleEndian.Uint64(b[8:]),
	}, nil
}

// Sample reads 16 bytes from r: every string is an element.
func (f Field) Sample(r io.Reader) (Elem, error) {
	var b [elemSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Elem{}, fmt.Errorf("sampling an element of GF(2^128): %w", err)
	}
	return f.Decode(b[:])
}

func add(a, b Elem) Elem { return Elem{a.Lo ^ b.Lo, a.Hi ^ b.Hi} }
