package circuit

import (
	"fmt"
	"hash/maphash"
	"slices"
	"sort"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// expandLimit is the largest number of products that Mul writes out instead of
// putting the longer factor on a wire of its own.
const expandLimit = 16

// Builder makes a circuit from expressions. Expressions are sums of products of
// wires. Equal wires are shared; layers are assigned as early as possible; wires
// that no assertion needs are dropped. A Builder is not safe for concurrent use.
//
// Rules of cost: addition, subtraction and scaling are free. A product costs one
// term for each pair of terms of its factors and sits one layer above the wires
// that it reads. A factor that is itself a product becomes a wire.
type Builder[E comparable] struct {
	f      field.Field[E]
	name   string
	one    E
	minus  E
	vars   []variable[E] // vars[0] is the constant one
	inputs int
	wires  map[uint64]int32 // by hash of their terms; collisions move to the next key
	seed   maphash.Seed
	checks []check[E]
}

type variable[E comparable] struct {
	depth int
	terms []product[E] // nil for inputs
}

type check[E comparable] struct {
	terms []product[E]
	label string
}

// product is k·a·b with a <= b; variable 0 is the constant one.
type product[E comparable] struct {
	a, b int32
	k    E
}

// Expr is an expression of a Builder: an immutable value. The zero Expr is the
// constant zero.
type Expr[E comparable] struct{ terms []product[E] }

// NewBuilder starts a circuit. Input 0 is the constant one and is supplied by
// the input map like any other input.
func NewBuilder[E comparable](f field.Field[E], name string) *Builder[E] {
	b := &Builder[E]{f: f, name: name, one: f.One(), minus: f.Neg(f.One()), wires: map[uint64]int32{}, seed: maphash.MakeSeed()}
	b.vars = append(b.vars, variable[E]{})
	b.inputs = 1
	return b
}

// Field is the circuit's field.
func (b *Builder[E]) Field() field.Field[E] { return b.f }

// Input appends an input wire. Inputs must all be made before the first
// expression that becomes a wire.
func (b *Builder[E]) Input() Expr[E] {
	if len(b.vars) != b.inputs {
		panic("circuit: input after the first inner wire")
	}
	b.vars = append(b.vars, variable[E]{})
	b.inputs++
	return b.variable(int32(b.inputs - 1))
}

// InputVector appends n input wires.
func (b *Builder[E]) InputVector(n int) []Expr[E] {
	v := make([]Expr[E], n)
	for i := range v {
		v[i] = b.Input()
	}
	return v
}

// Inputs is the number of inputs so far, the constant one included.
func (b *Builder[E]) Inputs() int { return b.inputs }

func (b *Builder[E]) variable(v int32) Expr[E] {
	return Expr[E]{[]product[E]{{0, v, b.one}}}
}

// One is the constant 1.
func (b *Builder[E]) One() Expr[E] { return b.variable(0) }

// Const is the constant k.
func (b *Builder[E]) Const(k E) Expr[E] { return b.Scale(k, b.One()) }

// Scale is k·x.
func (b *Builder[E]) Scale(k E, x Expr[E]) Expr[E] {
	var zero E
	if k == zero {
		return Expr[E]{}
	}
	if k == b.one {
		return x
	}
	out := make([]product[E], len(x.terms))
	for i, t := range x.terms {
		out[i] = product[E]{t.a, t.b, b.f.Mul(k, t.k)}
	}
	return Expr[E]{out}
}

// Add is the sum of its arguments.
func (b *Builder[E]) Add(xs ...Expr[E]) Expr[E] {
	switch len(xs) {
	case 0:
		return Expr[E]{}
	case 1:
		return xs[0]
	case 2:
		return b.merge(xs[0], xs[1])
	}
	h := len(xs) / 2
	return b.merge(b.Add(xs[:h]...), b.Add(xs[h:]...))
}

// Sub is x - y.
func (b *Builder[E]) Sub(x, y Expr[E]) Expr[E] { return b.merge(x, b.Scale(b.minus, y)) }

// Not is 1 - x: the negation of a bit.
func (b *Builder[E]) Not(x Expr[E]) Expr[E] { return b.Sub(b.One(), x) }

// Xor is the exclusive or of two bits: x + y - 2xy, which is x + y in
// characteristic two.
func (b *Builder[E]) Xor(x, y Expr[E]) Expr[E] {
	two := b.f.Add(b.one, b.one)
	var zero E
	if two == zero {
		return b.Add(x, y)
	}
	return b.Sub(b.Add(x, y), b.Scale(two, b.Mul(x, y)))
}

// Or is the inclusive or of two bits.
func (b *Builder[E]) Or(x, y Expr[E]) Expr[E] { return b.Sub(b.Add(x, y), b.Mul(x, y)) }

// Mux is x where the bit s is 1 and y where it is 0.
func (b *Builder[E]) Mux(s, x, y Expr[E]) Expr[E] { return b.Add(y, b.Mul(s, b.Sub(x, y))) }

func (b *Builder[E]) merge(x, y Expr[E]) Expr[E] {
	if len(x.terms) == 0 {
		return y
	}
	if len(y.terms) == 0 {
		return x
	}
	var zero E
	out := make([]product[E], 0, len(x.terms)+len(y.terms))
	i, j := 0, 0
	for i < len(x.terms) && j < len(y.terms) {
		p, q := x.terms[i], y.terms[j]
		switch {
		case p.a == q.a && p.b == q.b:
			if k := b.f.Add(p.k, q.k); k != zero {
				out = append(out, product[E]{p.a, p.b, k})
			}
			i++
			j++
		case before(p, q):
			out = append(out, p)
			i++
		default:
			out = append(out, q)
			j++
		}
	}
	out = append(out, x.terms[i:]...)
	out = append(out, y.terms[j:]...)
	return Expr[E]{out}
}

func before[E comparable](p, q product[E]) bool {
	return p.a < q.a || p.a == q.a && p.b < q.b
}

func linear[E comparable](x Expr[E]) bool {
	for _, t := range x.terms {
		if t.a != 0 {
			return false
		}
	}
	return true
}

// Mul is x·y.
func (b *Builder[E]) Mul(x, y Expr[E]) Expr[E] {
	if len(x.terms) == 0 || len(y.terms) == 0 {
		return Expr[E]{}
	}
	if k, ok := constant(x); ok {
		return b.Scale(k, y)
	}
	if k, ok := constant(y); ok {
		return b.Scale(k, x)
	}
	if !linear(x) {
		x = b.Wire(x)
	}
	if !linear(y) {
		y = b.Wire(y)
	}
	if len(x.terms)*len(y.terms) > expandLimit {
		if len(x.terms) >= len(y.terms) {
			x = b.Wire(x)
		} else {
			y = b.Wire(y)
		}
		if len(x.terms)*len(y.terms) > expandLimit {
			x, y = b.Wire(x), b.Wire(y)
		}
	}
	out := make([]product[E], 0, len(x.terms)*len(y.terms))
	for _, p := range x.terms {
		for _, q := range y.terms {
			u, v := p.b, q.b
			if u > v {
				u, v = v, u
			}
			k := p.k
			if k == b.one {
				k = q.k
			} else if q.k != b.one {
				k = b.f.Mul(k, q.k)
			}
			out = append(out, product[E]{u, v, k})
		}
	}
	return Expr[E]{b.normal(out)}
}

// constant reports whether x is k·1.
func constant[E comparable](x Expr[E]) (k E, ok bool) {
	if len(x.terms) == 1 && x.terms[0].a == 0 && x.terms[0].b == 0 {
		return x.terms[0].k, true
	}
	return k, false
}

// normal sorts terms and adds up equal products, in place.
func (b *Builder[E]) normal(ts []product[E]) []product[E] {
	sort.Slice(ts, func(i, j int) bool { return before(ts[i], ts[j]) })
	var zero E
	out := ts[:0]
	for _, t := range ts {
		if n := len(out); n > 0 && out[n-1].a == t.a && out[n-1].b == t.b {
			out[n-1].k = b.f.Add(out[n-1].k, t.k)
			if out[n-1].k == zero {
				out = out[:n-1]
			}
			continue
		}
		out = append(out, t)
	}
	return out
}

// Wire puts x on a wire of its own, unless it is one already (or a constant), so
// that later products read one term. It costs a layer of depth.
func (b *Builder[E]) Wire(x Expr[E]) Expr[E] {
	if len(x.terms) == 0 {
		return x
	}
	if len(x.terms) == 1 && x.terms[0].a == 0 {
		return x // a scaled variable
	}
	key := b.hash(x.terms)
	for {
		v, ok := b.wires[key]
		if !ok {
			break
		}
		if slices.Equal(b.vars[v].terms, x.terms) {
			return b.variable(v)
		}
		key++
	}
	v := int32(len(b.vars))
	b.vars = append(b.vars, variable[E]{depth: 1 + b.level(x.terms), terms: x.terms})
	b.wires[key] = v
	return b.variable(v)
}

func (b *Builder[E]) hash(ts []product[E]) uint64 {
	const odd = 0x9e3779b97f4a7c15
	h := uint64(len(ts))
	for _, t := range ts {
		h = (h ^ uint64(t.a)<<32 ^ uint64(t.b)) * odd
		h ^= h >> 29
		if t.k != b.one {
			h = (h ^ maphash.Comparable(b.seed, t.k)) * odd
		}
	}
	return h
}

// Depth is the level of the wire that x would be put on; inputs are at 0.
func (b *Builder[E]) Depth(x Expr[E]) int {
	if len(x.terms) == 1 && x.terms[0].a == 0 {
		return b.vars[x.terms[0].b].depth
	}
	return 1 + b.level(x.terms)
}

// level is the highest level that the terms read.
func (b *Builder[E]) level(ts []product[E]) int {
	d := 0
	for _, t := range ts {
		d = max(d, b.vars[t.a].depth, b.vars[t.b].depth)
	}
	return d
}

// AssertZero requires x = 0 in every copy. The label names the assertion in
// violations. An assertion that is a non-zero constant panics: it can never
// hold; one that is the constant zero panics too: it checks nothing.
func (b *Builder[E]) AssertZero(x Expr[E], label string, args ...any) {
	if len(args) > 0 {
		label = fmt.Sprintf(label, args...)
	}
	if len(x.terms) == 0 {
		panic("circuit: assertion is the constant zero: " + label)
	}
	if _, ok := constant(x); ok {
		panic("circuit: assertion is a constant: " + label)
	}
	b.checks = append(b.checks, check[E]{x.terms, label})
}

// AssertEqual requires x = y.
func (b *Builder[E]) AssertEqual(x, y Expr[E], label string, args ...any) {
	b.AssertZero(b.Sub(x, y), label, args...)
}

// AssertBit requires x to be 0 or 1.
func (b *Builder[E]) AssertBit(x Expr[E], label string, args ...any) {
	b.AssertZero(b.Mul(x, b.Sub(x, b.One())), label, args...)
}
