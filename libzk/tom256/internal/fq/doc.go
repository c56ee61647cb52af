// Package fq is the base field of the curve Tom-256, the integers modulo the prime
//
//	q = 0xffffffff0000000100000000000000017e72b42b30e7317793135661b1c4b117
//
// Elements are in Montgomery form with R = 2^256 and always fully reduced, so that
// == compares field elements and the zero value is zero. On amd64 with ADX the
// product is assembly; its twin in plain Go is the specification.
//
// Functions write to their first operand, which may be one of the others. Nothing
// here is constant time.
package fq
