package p256

import (
	"errors"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Elem is an element of the field, in Montgomery form. Its words mean nothing to
// a caller: read and write elements through Field.
type Elem = fp.Element

// Field is the base field of P-256. It has no state and its methods are safe
// for concurrent use.
type Field struct{}

var _ field.Field[Elem] = Field{}

// size is the length in bytes of an encoded element.
const size = fp.Bytes

// maxRejections is how many chunks in a row Sample refuses before it calls the
// source broken. A uniform chunk is refused with probability 2^-32.
const maxRejections = 16

var (
	errNotCanonical = errors.New("decoding P-256 field element: value is not below the field's prime")
	errBrokenSource = errors.New("sampling P-256 field element: the source yields only values above the field's prime; it is not random")
)

// Name is "p256".
func (Field) Name() string { return "p256" }

// One is the integer 1.
func (Field) One() Elem { return fp.One() }

// FromUint64 is the integer u.
func (Field) FromUint64(u uint64) Elem { return fp.NewElement(u) }

// Add is a + b.
func (Field) Add(a, b Elem) Elem {
	add(&a, &a, &b)
	return a
}

// Sub is a - b.
func (Field) Sub(a, b Elem) Elem {
	sub(&a, &a, &b)
	return a
}

// Neg is -a.
func (Field) Neg(a Elem) Elem {
	var z Elem
	sub(&z, &z, &a)
	return z
}

// Mul is a · b.
func (Field) Mul(a, b Elem) Elem {
	mul(&a, &a, &b)
	return a
}

// Inv is the inverse of a, zero for zero. It costs as much as a hundred products;
// BatchInvert inverts many elements together.
func (Field) Inv(a Elem) Elem {
	if a.IsZero() {
		return a
	}
	a.Inverse(&a)
	return a
}

// SumcheckPoint is the integer 2.
func (Field) SumcheckPoint() Elem { return fp.NewElement(2) }

// Size is 32.
func (Field) Size() int { return size }

// Append appends the 32 bytes of the integer below p, least significant first.
func (Field) Append(dst []byte, a Elem) []byte {
	var b [size]byte
	fp.LittleEndian.PutElement(&b, a)
	return append(dst, b[:]...)
}

// Decode reads 32 bytes, least significant first, and refuses integers that are
// not below p.
func (Field) Decode(b []byte) (Elem, error) {
	if len(b) < size {
		return Elem{}, fmt.Errorf("decoding P-256 field element: %d bytes, want %d: %w", len(b), size, io.ErrUnexpectedEOF)
	}
	a, err := fp.LittleEndian.Element((*[size]byte)(b))
	if err != nil {
		return Elem{}, errNotCanonical
	}
	return a, nil
}

// Sample reads 32 bytes at a time until they encode an element.
func (f Field) Sample(r io.Reader) (Elem, error) {
	var b [size]byte
	for range maxRejections {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Elem{}, fmt.Errorf("sampling P-256 field element: %w", err)
		}
		if a, err := f.Decode(b[:]); err == nil {
			return a, nil
		}
	}
	return Elem{}, errBrokenSource
}

// SubfieldSize is 32: the field has no proper subfield, and every element counts
// as one of the subfield.
func (Field) SubfieldSize() int { return size }

// InSubfield is true.
func (Field) InSubfield(Elem) bool { return true }

// AppendSubfield is Append.
func (f Field) AppendSubfield(dst []byte, a Elem) []byte { return f.Append(dst, a) }

// DecodeSubfield is Decode.
func (f Field) DecodeSubfield(b []byte) (Elem, error) { return f.Decode(b) }

// SampleSubfield is Sample.
func (f Field) SampleSubfield(r io.Reader) (Elem, error) { return f.Sample(r) }

// CodePoint is the integer i.
func (Field) CodePoint(i int) Elem { return fp.NewElement(uint64(i)) }

// BatchInvert is the inverses of v, with zero for zero, at about three products an
// element and one inversion.
func BatchInvert(v []Elem) []Elem { return fp.BatchInvert(v) }
