// Package p256 is the base field of the NIST curve P-256, the integers modulo
//
//	p = 2^256 - 2^224 + 2^192 + 2^96 - 1
//
// (FIPS 186-5, SP 800-186 section 3.2.1.3), as the proof system needs it: the
// interface field.Field with its vector kernels and its Reed-Solomon encoder.
// It is what signatures over P-256 are proved in.
//
// It is no implementation of the curve and of nothing that signs or verifies,
// and it is not constant time: see package field.
//
// Elements are those of gnark-crypto's secp256r1/fp, in Montgomery form with
// R = 2^256 and always fully reduced, so that == compares field elements. That
// package gives conversions and inversion; the products, sums and dot products
// here are written for this prime and take about half the time of its generic
// ones.
package p256
