//go:build !purego

package fq

import "golang.org/x/sys/cpu"

// hasADX says whether the product with two carry chains can run.
var hasADX = cpu.X86.HasBMI2 && cpu.X86.HasADX

// hasIFMA says whether eight products at a time can run.
var hasIFMA = hasADX && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512IFMA

// mulADX is mulGeneric.
//
//go:noescape
func mulADX(z, x, y *Elem)

// Mul sets z = x·y.
func Mul(z, x, y *Elem) {
	if hasADX {
		mulADX(z, x, y)
		return
	}
	mulGeneric(z, x, y)
}

// mulIFMA is mulGeneric of n elements, a multiple of eight that is not zero.
//
//go:noescape
func mulIFMA(z, x, y *Elem, n int)

// MulAll sets z[i] = x[i]·y[i]. z may be x or y; all are equally long.
func MulAll(z, x, y []Elem) {
	x, y = x[:len(z)], y[:len(z)]
	if n := len(z) &^ 7; hasIFMA && n > 0 {
		mulIFMA(&z[0], &x[0], &y[0], n)
		z, x, y = z[n:], x[n:], y[n:]
	}
	for i := range z {
		Mul(&z[i], &x[i], &y[i])
	}
}
