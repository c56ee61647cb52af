package ligero

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/internal/derived"
)

// basis evaluates Lagrange's basis over the first k code points.
type basis[E comparable] struct {
	f       field.Field[E]
	points  []E
	weights []E // 1 / Π_{j≠i} (x_i - x_j)
}

// Bases take up to 2 MB each.
var bases = derived.NewCache(24)

// Forget drops the bases.
func Forget() { bases.Clear() }

func encoder[E comparable](f field.Field[E], k, n int) field.Encoder[E] {
	return derived.Encoder(f, k, n)
}

func basisOf[E comparable](f field.Field[E], k int) *basis[E] {
	return bases.Get(fmt.Sprint(f.Name(), " ", k), func() any { return newBasis(f, k) }).(*basis[E])
}

func newBasis[E comparable](f field.Field[E], k int) *basis[E] {
	b := &basis[E]{f: f, points: make([]E, k), weights: make([]E, k)}
	for i := range b.points {
		b.points[i] = f.CodePoint(i)
	}
	cores.Each(k, func(i int) {
		w := f.One()
		for j := range b.points {
			if j != i {
				w = f.Mul(w, f.Sub(b.points[i], b.points[j]))
			}
		}
		b.weights[i] = w
	})
	invert(f, b.weights)
	return b
}

// at fills dst with the basis at x, which must not be one of the points.
func (b *basis[E]) at(dst []E, x E) {
	f := b.f
	l := f.One()
	for i, p := range b.points {
		dst[i] = f.Sub(x, p)
		l = f.Mul(l, dst[i])
	}
	invert(f, dst)
	for i := range dst {
		dst[i] = f.Mul(l, f.Mul(dst[i], b.weights[i]))
	}
}

// invert replaces non-zero elements by their inverses with one inversion.
func invert[E comparable](f field.Field[E], xs []E) {
	prefix := make([]E, len(xs))
	acc := f.One()
	for i, x := range xs {
		prefix[i] = acc
		acc = f.Mul(acc, x)
	}
	acc = f.Inv(acc)
	for i := len(xs) - 1; i >= 0; i-- {
		prefix[i] = f.Mul(acc, prefix[i])
		acc = f.Mul(acc, xs[i])
	}
	copy(xs, prefix)
}
