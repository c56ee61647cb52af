package ligero

import (
	"fmt"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// basis evaluates Lagrange's basis over the first k code points.
type basis[E comparable] struct {
	f       field.Field[E]
	points  []E
	weights []E // 1 / Π_{j≠i} (x_i - x_j)
}

// bases and encoders cache by field and sizes; sizes belong to a profile and a
// size class, so there are few.
var bases, encoders sync.Map

// Forget drops the caches.
func Forget() {
	bases.Clear()
	encoders.Clear()
}

func encoder[E comparable](f field.Field[E], k, n int) field.Encoder[E] {
	key := fmt.Sprint(f.Name(), " ", k, " ", n)
	if e, ok := encoders.Load(key); ok {
		return e.(field.Encoder[E])
	}
	e, _ := encoders.LoadOrStore(key, f.NewEncoder(k, n))
	return e.(field.Encoder[E])
}

func newBasis[E comparable](f field.Field[E], k int) *basis[E] {
	key := fmt.Sprint(f.Name(), " ", k)
	if b, ok := bases.Load(key); ok {
		return b.(*basis[E])
	}
	b := &basis[E]{f: f, points: make([]E, k), weights: make([]E, k)}
	for i := range b.points {
		b.points[i] = f.CodePoint(i)
	}
	parallel(k, func(i int) {
		w := f.One()
		for j := range b.points {
			if j != i {
				w = f.Mul(w, f.Sub(b.points[i], b.points[j]))
			}
		}
		b.weights[i] = w
	})
	invert(f, b.weights)
	bases.Store(key, b)
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
