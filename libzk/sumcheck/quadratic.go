package sumcheck

import "github.com/zkpass-go/zkpass/libzk/field"

// quadratic is the polynomial c0 + c1·X + c2·X² of a round.
type quadratic[E comparable] struct{ c0, c1, c2 E }

// newQuadratic has the values q0 and q1 at 0 and 1 and the coefficient lead of X².
func newQuadratic[E comparable](f field.Field[E], q0, q1, lead E) quadratic[E] {
	return quadratic[E]{q0, f.Sub(f.Sub(q1, q0), lead), lead}
}

func (q quadratic[E]) at(f field.Field[E], x E) E {
	return f.Add(q.c0, f.Mul(x, f.Add(q.c1, f.Mul(q.c2, x))))
}

// plus is q + k·r.
func (q quadratic[E]) plus(f field.Field[E], k E, r quadratic[E]) quadratic[E] {
	return quadratic[E]{f.Add(q.c0, f.Mul(k, r.c0)), f.Add(q.c1, f.Mul(k, r.c1)), f.Add(q.c2, f.Mul(k, r.c2))}
}
