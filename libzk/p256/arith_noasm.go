//go:build !amd64 || purego

package p256

// mul sets z = x·y/R, the product of elements in Montgomery form.
func mul(z, x, y *Elem) { mulGeneric(z, x, y) }

// mulAdd adds x·y.
func (a *accumulator) mulAdd(x, y *Elem) { a.mulAddGeneric(x, y) }
