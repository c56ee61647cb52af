package circuits

import (
	"fmt"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

type elem = gf128.Elem

var field gf128.Field

// compileProducts makes the circuit that proves ρ·(Π_j (a_j + b_j·h_j) + o) = y.
//
// One copy takes so many triples (a, b, h), a power of two, and ρ, o, y. With a = 1 and
// b a bit, a factor is 1 or 1 + h. It has two layers more than the factors' number has
// bits, each half as wide as the one below: 8 for 64. The offset is added where the
// last two halves are multiplied, which saves a layer.
func compileProducts(chunk int) *circuit.Circuit[elem] {
	b := circuit.NewBuilder(field, fmt.Sprint("products", chunk))
	in := b.InputVector(3 * chunk)
	rho, offset, y := b.Input(), b.Input(), b.Input()
	level := make([]circuit.Expr[elem], chunk)
	for j := range level {
		level[j] = b.Wire(b.Add(in[3*j], b.Mul(in[3*j+1], in[3*j+2])))
	}
	for len(level) > 2 {
		for j := range len(level) / 2 {
			level[j] = b.Wire(b.Mul(level[2*j], level[2*j+1]))
		}
		level = level[:len(level)/2]
	}
	product := b.Wire(b.Add(b.Mul(level[0], level[1]), offset))
	b.AssertEqual(b.Mul(rho, product), y, "product")
	return b.Build()
}

// compileDot makes the circuit that proves Σ_{i<n} a_i·b_i = c in one layer;
// inputs a, b, c.
func compileDot(n int) *circuit.Circuit[elem] {
	b := circuit.NewBuilder(field, fmt.Sprint("dot", n))
	x, y, c := b.InputVector(n), b.InputVector(n), b.Input()
	products := make([]circuit.Expr[elem], n)
	for i := range n {
		products[i] = b.Mul(x[i], y[i])
	}
	b.AssertEqual(b.Add(products...), c, "dot product")
	return b.Build()
}

// compileFold makes the circuit that proves that a bit tells whether a byte is one of A to Z. Inputs:
// the byte's bits, lowest first, and the bit; all assumed to be bits.
func compileFold() *circuit.Circuit[elem] {
	b := circuit.NewBuilder(field, "fold")
	x, upper := b.InputVector(8), b.Input()
	// 0x41..0x5A: the high bits are 010, the low five are neither 0 nor above 26.
	high := b.Wire(b.Mul(b.Not(x[7]), b.Wire(b.Mul(x[6], b.Not(x[5])))))
	n01, n23 := b.Wire(b.Mul(b.Not(x[0]), b.Not(x[1]))), b.Wire(b.Mul(b.Not(x[2]), b.Not(x[3])))
	none := b.Wire(b.Mul(b.Not(x[4]), b.Wire(b.Mul(n01, n23))))
	x43 := b.Wire(b.Mul(x[4], x[3]))
	x10 := b.Wire(b.Mul(x[1], x[0]))
	// above 26 = 11010b: 11011b, 111xxb
	above := b.Wire(b.Mul(x43, b.Wire(b.Or(x[2], x10))))
	b.AssertEqual(b.Mul(high, b.Not(b.Add(none, above))), upper, "upper case")
	return b.Build()
}
