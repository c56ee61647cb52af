//go:build !amd64 || purego

package fq

// Mul sets z = x·y.
func Mul(z, x, y *Elem) { mulGeneric(z, x, y) }

// MulAll sets z[i] = x[i]·y[i]. z may be x or y; all are equally long.
func MulAll(z, x, y []Elem) {
	for i := range z {
		mulGeneric(&z[i], &x[i], &y[i])
	}
}
