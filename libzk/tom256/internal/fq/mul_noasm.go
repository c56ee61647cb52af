//go:build !amd64 || purego

package fq

// Mul sets z = x·y.
func Mul(z, x, y *Elem) { mulGeneric(z, x, y) }
