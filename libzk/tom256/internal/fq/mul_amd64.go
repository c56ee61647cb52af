//go:build !purego

package fq

import "golang.org/x/sys/cpu"

// hasADX says whether the product with two carry chains can run.
var hasADX = cpu.X86.HasBMI2 && cpu.X86.HasADX

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
