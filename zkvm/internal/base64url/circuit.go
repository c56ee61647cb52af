package base64url

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

type expr = circuit.Expr[gf128.Elem]

// Circuit is the circuit of one group.
func Circuit() *circuit.Circuit[gf128.Elem] { return build() }

var build = sync.OnceValue(Compile)

// Compile builds the circuit anew; Circuit does so once.
func Compile() *circuit.Circuit[gf128.Elem] {
	g := gadget{circuit.NewBuilder(gf128.Field{}, "base64url")}
	var x [GroupChars][]expr
	for r := range x {
		x[r] = g.InputVector(charInputs)
	}
	g.AssertEqual(x[0][present], x[1][present], labelLone)
	g.absent(x[1][present], x[2][present:present+1], labelGap2)
	g.absent(x[2][present], x[3][present:present+1], labelGap3)
	g.absent(x[2][present], x[1][s0:s4], labelTrailing)
	g.absent(x[3][present], x[2][s0:s2], labelTrail2)

	main, ranged := relations()
	for r := range x {
		g.AssertZero(g.system(mainMonomials, main, x[r]), labelChar[r])
		suspect := g.Mul(x[r][s4], g.Add(x[r][present], x[r][c3], x[r][c4]))
		g.AssertZero(g.Mul(suspect, g.system(rangeMonomials, ranged, x[r])), labelChar[r])
	}
	return g.Build()
}

type gadget struct {
	*circuit.Builder[gf128.Elem]
}

// absent requires all bits to be 0 where the bit here is 0.
func (g gadget) absent(here expr, bits []expr, label string) {
	sum := make([]expr, len(bits))
	for i, b := range bits {
		sum[i] = g.Scale(weight(i), g.Mul(g.Not(here), b))
	}
	g.AssertZero(g.Add(sum...), label)
}

// system is zero if and only if all forms are, at bits x.
func (g gadget) system(monomials []monomial, forms []uint64, x []expr) expr {
	var terms []expr
	for k, m := range monomials {
		var coefficient gf128.Elem
		for j, form := range forms {
			if form>>k&1 == 1 {
				coefficient = g.Field().Add(coefficient, weight(j))
			}
		}
		product := x[m[0]]
		if m[0] != m[1] {
			product = g.Mul(x[m[0]], x[m[1]])
		}
		terms = append(terms, g.Scale(coefficient, product))
	}
	return g.Add(terms...)
}

// weight is x^i: for i < 64 these are independent over GF(2), so that a sum of
// bits with these weights is zero only if every bit is.
func weight(i int) gf128.Elem { return gf128.Elem{Lo: 1 << i} }
