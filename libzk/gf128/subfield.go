package gf128

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The subfield GF(2^16) has the basis 1, g, ..., g^15 over GF(2), where g is
// x^((2^128-1)/(2^16-1)) and generates the subfield's multiplicative group. The
// coordinates of an element in this basis, coefficient of g^j in bit j, are its
// symbol.

// symbolBits is the dimension of the subfield over GF(2).
const symbolBits = 16

// windowShift is where in the low word the second byte begins of the two (the first
// is the lowest) that determine an element of the subfield. No 16 adjacent bits do,
// and hardly any other two bytes; init panics for a wrong one.
const windowShift = 40

var (
	// subfieldBasis is 1, g, ..., g^15.
	subfieldBasis [symbolBits]Elem
	// embedding[i][b] is the element with b in byte i of its symbol.
	embedding [2][256]Elem
	// coordinates[i][b] is the contribution of byte i of the window to the symbol.
	coordinates [2][256]uint16
	// minimalPolynomial is g^16 as a symbol: the minimal polynomial of g without
	// its leading term.
	minimalPolynomial uint16
)

func init() {
	g := Pow(Generator(), 0x0001000100010001, 0x0001000100010001)
	power := Elem{Lo: 1}
	for j := range subfieldBasis {
		subfieldBasis[j] = power
		power = mulGeneric(power, g)
	}
	for b := range 256 {
		for j := range 8 {
			if b>>j&1 == 1 {
				embedding[0][b] = add(embedding[0][b], subfieldBasis[j])
				embedding[1][b] = add(embedding[1][b], subfieldBasis[8+j])
			}
		}
	}
	inverse := invertWindow()
	for b := range 256 {
		for j := range 8 {
			if b>>j&1 == 1 {
				coordinates[0][b] ^= inverse[j]
				coordinates[1][b] ^= inverse[8+j]
			}
		}
	}
	minimalPolynomial, _ = ToSymbol(power)
	initPacking()
}

// invertWindow inverts the map from symbols to windows: entry j is the symbol whose
// window is 1<<j.
func invertWindow() (inverse [symbolBits]uint16) {
	var windows, symbols [symbolBits]uint16
	for j, e := range subfieldBasis {
		windows[j], symbols[j] = window(e), 1<<j
	}
	for bit := range symbolBits {
		pivot := bit
		for pivot < symbolBits && windows[pivot]>>bit&1 == 0 {
			pivot++
		}
		if pivot == symbolBits {
			panic("gf128: the window does not determine a symbol")
		}
		windows[bit], windows[pivot] = windows[pivot], windows[bit]
		symbols[bit], symbols[pivot] = symbols[pivot], symbols[bit]
		for j := range symbolBits {
			if j != bit && windows[j]>>bit&1 == 1 {
				windows[j] ^= windows[bit]
				symbols[j] ^= symbols[bit]
			}
		}
	}
	return symbols
}

// window is two bytes of e, which determine e if it lies in the subfield.
func window(e Elem) uint16 { return uint16(e.Lo&0xff | e.Lo>>(windowShift-8)&0xff00) }

// FromSymbol is the subfield element with the given coordinates.
func FromSymbol(s uint16) Elem { return add(embedding[0][s&0xff], embedding[1][s>>8]) }

// ToSymbol is the coordinates of e, and whether e lies in the subfield at all.
func ToSymbol(e Elem) (uint16, bool) {
	w := window(e)
	s := coordinates[0][w&0xff] ^ coordinates[1][w>>8]
	return s, FromSymbol(s) == e
}

// SumcheckPoint is g, the third evaluation point of round polynomials.
func (Field) SumcheckPoint() Elem { return subfieldBasis[1] }

// CodePoint is the i-th evaluation point of the Reed-Solomon code: the subfield
// element with symbol i.
func (Field) CodePoint(i int) Elem {
	if i < 0 || i >= 1<<symbolBits {
		panic("gf128: code point out of range")
	}
	return FromSymbol(uint16(i))
}

// SubfieldSize is 2.
func (Field) SubfieldSize() int { return symbolSize }

// InSubfield reports whether a lies in GF(2^16).
func (Field) InSubfield(a Elem) bool {
	_, ok := ToSymbol(a)
	return ok
}

// AppendSubfield appends the symbol of a, low byte first. It panics if a is not
// in the subfield.
func (Field) AppendSubfield(dst []byte, a Elem) []byte {
	s, ok := ToSymbol(a)
	if !ok {
		panic("gf128: encoding an element outside the subfield as a symbol")
	}
	return binary.LittleEndian.AppendUint16(dst, s)
}

// DecodeSubfield reads the symbol in the first 2 bytes of b. It fails with
// ErrShort only.
func (Field) DecodeSubfield(b []byte) (Elem, error) {
	if len(b) < symbolSize {
		return Elem{}, fmt.Errorf("%w: have %d, want %d for a symbol", ErrShort, len(b), symbolSize)
	}
	return FromSymbol(binary.LittleEndian.Uint16(b)), nil
}

// SampleSubfield reads 2 bytes from r: every string is a symbol.
func (f Field) SampleSubfield(r io.Reader) (Elem, error) {
	var b [symbolSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Elem{}, fmt.Errorf("sampling an element of GF(2^16): %w", err)
	}
	return f.DecodeSubfield(b[:])
}
