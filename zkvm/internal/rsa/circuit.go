package rsa

import (
	"fmt"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// Labels of the circuit's assertions.
const (
	labelTie        = "tie"
	labelCongruence = "congruence"
)

type (
	elem = gf128.Elem
	expr = circuit.Expr[elem]
)

var fld gf128.Field

// shape is how the factors of a copy are arranged: those of the congruence are leaves of
// two or three trees of products, filled in order with so many leaves. Trees before
// the first right one multiply on the left of l = r. The sizes keep every level's wires, with
// those of tie and the constant one, at or below a power of two.
type shape struct {
	leaves []int
	left   int // number of trees on the left
}

var shapes = map[int]shape{
	2048: {leaves: []int{376, 376, 361}, left: 2},
	3072: {leaves: []int{512, 512, 512, 89}, left: 2},
	4096: {leaves: []int{720, 712, 705}, left: 2},
}

// leading is the number of leaves before those of long slots: one for each power, and E.
const leading = primeBits + 1

// turn is the first long slot that stands on the right, where a slot carries the inverse of
// its power.
func (s shape) turn() int {
	n := 0
	for _, leaves := range s.leaves[:s.left] {
		n += leaves
	}
	return 2 * (n - leading)
}

// Circuit is the circuit for a modulus of so many bits, one of Sizes.
func Circuit(bits int) *circuit.Circuit[elem] { return compiled[bits]() }

var compiled = func() map[int]func() *circuit.Circuit[elem] {
	m := map[int]func() *circuit.Circuit[elem]{}
	for _, n := range Sizes {
		m[n] = sync.OnceValue(func() *circuit.Circuit[elem] { return Compile(n) })
	}
	return m
}()

// Compile builds the circuit anew; Circuit does so once. Its inputs are those of Copy.
func Compile(bits int) *circuit.Circuit[elem] {
	s, ok := shapes[bits]
	if !ok {
		panic(fmt.Sprintf("rsa: no circuit for a modulus of %d bits", bits))
	}
	b := circuit.NewBuilder[elem](fld, fmt.Sprint("rsa", bits))
	long, kappa := b.InputVector(bits), b.InputVector(kappaBits)
	e, r := b.Input(), b.Input()
	x, powers := b.InputVector(primeBits), b.InputVector(primeBits)
	own := b.Input()

	// Π_k (1 + x_k·(g^(2^k) - 1)) = own, two factors a gate.
	var ties []expr
	square := gf128.Generator()
	factor := make([]expr, primeBits)
	for k := range factor {
		factor[k] = b.Add(b.One(), b.Scale(fld.Sub(square, fld.One()), x[k]))
		square = fld.Mul(square, square)
	}
	for k := 0; k < primeBits; k += 2 {
		ties = append(ties, b.Wire(b.Mul(factor[k], factor[k+1])))
	}

	// Π_k (1 + x_k·(P_k - 1)) · E · Π long = R · Π κ, some of the long slots on the right.
	var leaves []expr
	for k := range powers {
		leaves = append(leaves, b.Wire(b.Add(b.One(), b.Mul(x[k], b.Sub(powers[k], b.One())))))
	}
	leaves = append(leaves, e)
	for j := 0; j < bits; j += 2 {
		leaves = append(leaves, b.Wire(b.Mul(long[j], long[j+1])))
	}
	right := append([]expr{r}, kappa...)
	for j := 0; j < len(right); j += 2 {
		leaves = append(leaves, b.Wire(b.Mul(right[j], right[j+1])))
	}
	var sides [2]expr
	for i, n := range s.leaves {
		side := 0
		if i >= s.left {
			side = 1
		}
		root := tree(b, leaves[:n])
		leaves = leaves[n:]
		if i == 0 || i == s.left {
			sides[side] = root
		} else {
			sides[side] = b.Mul(sides[side], root)
		}
	}
	if len(leaves) != 0 {
		panic("rsa: leaves that belong to no tree")
	}
	ties = halve(b, ties, 2)
	b.AssertEqual(b.Mul(ties[0], ties[1]), own, labelTie)
	b.AssertEqual(sides[0], sides[1], labelCongruence)
	return b.Build()
}

// tree multiplies neighbours, an odd last one moving up, until one is left.
func tree(b *circuit.Builder[elem], level []expr) expr { return halve(b, level, 1)[0] }

// halve is tree until so many are left.
func halve(b *circuit.Builder[elem], level []expr, until int) []expr {
	for len(level) > until {
		var next []expr
		for j := 0; j+1 < len(level); j += 2 {
			next = append(next, b.Wire(b.Mul(level[j], level[j+1])))
		}
		if len(level)%2 == 1 {
			next = append(next, level[len(level)-1])
		}
		level = next
	}
	return level
}
