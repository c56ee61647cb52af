//go:build !purego

package p256

import "golang.org/x/sys/cpu"

// hasADX says whether the products with two carry chains can run.
var hasADX = cpu.X86.HasBMI2 && cpu.X86.HasADX

// mulADX is mulGeneric. Its operands are elements, hence below p, as its bounds need.
//
//go:noescape
func mulADX(z, x, y *Elem)

// mulAddADX is accumulator.mulAddGeneric.
//
//go:noescape
func mulAddADX(a *accumulator, x, y *Elem)

// mul sets z = x·y/R, the product of elements in Montgomery form.
func mul(z, x, y *Elem) {
	if hasADX {
		mulADX(z, x, y)
		return
	}
	mulGeneric(z, x, y)
}

// mulAdd adds x·y.
func (a *accumulator) mulAdd(x, y *Elem) {
	if hasADX {
		mulAddADX(a, x, y)
		return
	}
	a.mulAddGeneric(x, y)
}
