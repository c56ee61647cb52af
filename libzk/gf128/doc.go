// Package gf128 is the field GF(2^128) = GF(2)[x]/(x^128 + x^7 + x^2 + x + 1),
// its subfield GF(2^16), and Reed-Solomon codes over both.
//
// The polynomial is that of GCM, without GCM's reflection of bits: an element is
// the 16-byte little-endian integer whose bit i is the coefficient of x^i, as in
// draft-google-cfrg-libzk.
//
// The subfield is GF(2)(g) for g = x^((2^128-1)/(2^16-1)). Its elements have
// coordinates in the basis 1, g, ..., g^15, packed into 16 bits; such a packed
// vector is called a symbol here. The code points of the Reed-Solomon code are
// the subfield elements in the order of their symbols, and encoding uses the
// additive FFT of Lin, Chung and Han ("Novel Polynomial Basis and Its
// Application to Reed-Solomon Erasure Codes", FOCS 2014).
//
// On amd64 with PCLMULQDQ and AVX the vector kernels are assembly, and use AVX-512
// and GFNI where the processor has them. Everywhere else, and under the build tag
// purego, they are plain Go, ten to thirty times slower.
//
// The kernels of AVX and AVX-512 are written twice, not generated: what the two sets
// have in common is already macros (product_avx_amd64.h, product_avx512_amd64.h), and what is
// left differs where it matters: the loops over one and over four elements, their
// tails, which of 16 or 32 registers hold what lasts, and shuffles of bytes against
// GFNI. A generator would be longer than what it makes. Each kernel is compared with
// the plain one at every length and offset that its loops tell apart.
//
// Nothing here is constant-time. It is no implementation of GHASH.
package gf128
