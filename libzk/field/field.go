// Package field states what the proof system needs of a finite field: scalar
// arithmetic, canonical bytes, sampling, vector kernels and a Reed-Solomon
// encoder.
//
// Two fields implement it: GF(2^128) (package gf128) and the base field of
// P-256 (package p256). The proof system is generic over them; the fields are
// zero-size values, so that a field is a type parameter at no cost.
//
// Nothing here runs in constant time: elements are compared and inverted with
// ordinary control flow. A prover runs on its owner's machine.
package field

import "io"

// Field is a finite field with elements of type E. E's zero value is the
// field's zero. All methods are safe for concurrent use.
type Field[E comparable] interface {
	// Name identifies the field in circuit identifiers and errors.
	Name() string

	// One is the multiplicative identity.
	One() E
	// FromUint64 is u as an element: the integer u in a prime field, the
	// polynomial whose coefficients are u's bits in a binary field.
	FromUint64(u uint64) E
	// Add is a + b.
	Add(a, b E) E
	// Sub is a - b.
	Sub(a, b E) E
	// Neg is -a.
	Neg(a E) E
	// Mul is a · b.
	Mul(a, b E) E
	// Inv is the inverse of a. The inverse of zero is zero.
	Inv(a E) E
	// SumcheckPoint is the third evaluation point of round polynomials, after
	// zero and one (draft-google-cfrg-libzk, sumcheck).
	SumcheckPoint() E

	// Size is the length in bytes of an encoded element.
	Size() int
	// Append appends the little-endian canonical encoding of a to dst.
	Append(dst []byte, a E) []byte
	// Decode reads the first Size bytes of b, which must be a canonical encoding.
	Decode(b []byte) (E, error)
	// Sample reads a uniform element from r, by rejection where needed, in
	// chunks of exactly Size bytes.
	Sample(r io.Reader) (E, error)

	// SubfieldSize is the length in bytes of an encoded subfield element; equal to
	// Size where the field has no subfield of interest.
	SubfieldSize() int
	// InSubfield reports whether a lies in the subfield.
	InSubfield(a E) bool
	// AppendSubfield appends the encoding of a subfield element.
	AppendSubfield(dst []byte, a E) []byte
	// DecodeSubfield reads SubfieldSize bytes.
	DecodeSubfield(b []byte) (E, error)
	// SampleSubfield reads a uniform subfield element from r.
	SampleSubfield(r io.Reader) (E, error)

	// CodePoint is the i-th evaluation point of the Reed-Solomon code, i < 2^16.
	CodePoint(i int) E
	// NewEncoder makes the encoder of the systematic code with k message
	// symbols and n code symbols, k <= n <= 2^16.
	NewEncoder(k, n int) Encoder[E]

	Kernels[E]
}

// Kernels are the vector operations that carry the prover's and the verifier's
// running time. Slices of one call have equal lengths unless stated; a
// destination may be one of the sources, but must not overlap one partly.
type Kernels[E comparable] interface {
	// AddVec adds x to dst.
	AddVec(dst, x []E)
	// Axpy adds k·x to dst.
	Axpy(dst []E, k E, x []E)
	// Scale multiplies dst by k.
	Scale(dst []E, k E)
	// MulAcc adds x[i]·y[i] to dst[i].
	MulAcc(dst, x, y []E)
	// MulAccScaled adds k·x[i]·y[i] to dst[i].
	MulAccScaled(dst []E, k E, x, y []E)
	// Dot is Σ x[i]·y[i].
	Dot(x, y []E) E
	// Bind folds pairs: dst[i] = src[2i] + c·(src[2i+1] - src[2i]), where
	// len(src) = 2·len(dst). dst may be the first half of src.
	Bind(dst, src []E, c E)
	// PairDots works on rows of length stride, len(q) = len(v) = rows·stride:
	// with q0 = q[w·stride], q1 = q[w·stride+1] and so for v,
	//   s0   = Σ_w q0·v0
	//   sInf = Σ_w (q1-q0)·(v1-v0)
	// q and v are passed sliced so that index 0 is the pair of the first row; the
	// last row may be cut after its pair.
	PairDots(q, v []E, stride int) (s0, sInf E)
	// GatherDot is Σ_t k[t]·x[idx[t]].
	GatherDot(k []E, x []E, idx []uint32) E
}

// Symbols is implemented by fields whose subfield elements have a 16-bit form: a
// row of them is stored, encoded and hashed as symbols at an eighth of the size.
type Symbols[E comparable] interface {
	// Symbol is the 16-bit form of a, if a lies in the subfield.
	Symbol(a E) (s uint16, ok bool)
	// FromSymbol is the inverse.
	FromSymbol(s uint16) E
}

// Packing is implemented by fields of characteristic two whose subfield has
// degree 16 over GF(2): a symbol then holds sixteen bits, and a linear form of
// bits is a matter of traces of symbols. Tr is the trace from the subfield to
// GF(2), x the field's generator over GF(2), g that of the subfield.
type Packing[E comparable] interface {
	Symbols[E]
	// Degree is the field's degree over GF(2).
	Degree() int
	// PackAll packs elements that are zero or one, sixteen to a symbol s with Tr(g^j·s) = bits[j] for each
	// j < 16. dst has a symbol for each sixteen elements or part of them. It returns the index of the
	// first element that is neither zero nor one, or -1.
	PackAll(dst []uint16, bits []E) int
	// TraceSums are Degree symbols T_u, linear in the packed symbols, with
	// Tr(T_u) = bit_u(Σ_i coefs[i]·b_i) for the packed bits b_i.
	TraceSums(coefs []E, packed []uint16) []uint16
	// TraceValue is Σ_u x^u·Tr(symbols[u]).
	TraceValue(symbols []uint16) E
	// TraceWeights are the coefficients of the packed symbols in Σ_u w[u]·T_u.
	TraceWeights(w, coefs []E) []E
}

// Bits is implemented by fields of characteristic two, where sums of products of
// bits are bits. Bits of many copies are kept in words.
type Bits[E comparable] interface {
	// SetBits sets bit c of words[i] where row[i] is one, and some bit of rest[i] where row[i] is neither
	// zero nor one; then bit c of words[i] is whatever it is.
	SetBits(words, rest []uint64, row []E, c int)
	// NewSubsetSums prepares the sums S(x) of the weights, at most 64, whose bit is
	// set in a word x. Bytes of x without weights cost nothing.
	NewSubsetSums(weights []E) SubsetSums[E]
}

// SubsetSums are the kernels over words of bits. They are safe for concurrent use.
type SubsetSums[E comparable] interface {
	// Sums adds k·S(x[i]) to dst[i].
	Sums(dst []E, k E, x []uint64)
	// AndDot is Σ_i k[i]·S(x[left[i]] & y[right[i]]).
	AndDot(k []E, x, y []uint64, left, right []uint32) E
	// Free gives the memory of the sums back; they may not be used any more.
	Free()
}

// SymbolEncoder is implemented by the encoders of fields with Symbols.
type SymbolEncoder interface {
	// EncodeSymbols is Encode for a row of subfield elements in their 16-bit form.
	EncodeSymbols(row []uint16)
}

// Encoder extends a message to a code word. It is safe for concurrent use.
type Encoder[E comparable] interface {
	// Encode takes row of length n whose first k symbols are the values of a
	// polynomial of degree below k at the code points 0..k-1, and fills the rest
	// with its values at the code points k..n-1.
	Encode(row []E)
}
