package decimal

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// CompileOrder builds the circuit that compares, at one byte, with one literal.
func CompileOrder() *circuit.Circuit[gf128.Elem] {
	b := builder{circuit.NewBuilder(gf128.Field{}, "order")}
	x, isDigit, first := b.InputVector(4), b.Input(), b.Input()
	u, follows := b.InputVector(U), b.Input()
	var tables [entries][]expr
	for k := range tables {
		tables[k] = b.InputVector(U)
	}
	less, greater, lessAfter, greaterAfter := b.Input(), b.Input(), b.Input(), b.Input()
	negative, below, past := b.Input(), b.Input(), b.Input()

	place := b.Wire(b.Add(u...))
	entry := func(k int) expr {
		var sum expr
		for j := range u {
			sum = b.Add(sum, b.Mul(u[j], tables[k][j]))
		}
		return b.Wire(sum)
	}
	rest, above := entry(entryRest), entry(entryAbove)

	// As after the byte, or 0 with the literal's rest. Where there is no place all are 0.
	keptLess := b.Wire(b.Add(b.Mul(place, lessAfter), b.Mul(b.Not(follows), rest)))
	keptGreater := b.Wire(b.Mul(place, greaterAfter))

	// The digit and that of the literal, both 0 where the byte is none.
	counts := b.Wire(b.Mul(place, isDigit))
	type order struct{ less, greater, equal expr }
	var orders []order
	for k := 3; k >= 0; k-- {
		own, other := b.Wire(b.Mul(counts, x[k])), b.Wire(b.Mul(isDigit, entry(k)))
		orders = append(orders, order{b.Wire(b.Mul(b.Not(own), other)), b.Wire(b.Mul(own, b.Not(other))), b.Wire(b.Not(b.Add(own, other)))})
	}
	for len(orders) > 1 {
		var next []order
		for k := 0; k < len(orders); k += 2 {
			hi, lo := orders[k], orders[k+1]
			next = append(next, order{b.Wire(b.Add(hi.less, b.Mul(hi.equal, lo.less))), b.Wire(b.Add(hi.greater, b.Mul(hi.equal, lo.greater))), b.Wire(b.Mul(hi.equal, lo.equal))})
		}
		orders = next
	}
	digit := orders[0]
	isLess := b.Wire(b.Add(digit.less, b.Mul(digit.equal, keptLess)))
	isGreater := b.Wire(b.Add(digit.greater, b.Mul(digit.equal, keptGreater)))

	// The first byte: less if the literal has more digits, then the signs.
	start := b.Wire(b.Mul(place, first))
	minus := b.Wire(b.Mul(start, b.Not(isDigit)))
	plus := b.Wire(b.Mul(start, isDigit))
	longer := b.Wire(b.Mul(start, above))
	shorter := b.Wire(b.Not(longer))
	// same is 1 but for the first byte, where it is [no minus, and the literal is not
	// negative]: then both stay. Others see the magnitudes exchanged, or decided.
	same := b.Wire(b.Add(b.Not(start), b.Mul(plus, b.Not(negative))))
	exchanged := b.Wire(b.Mul(minus, negative))
	passed := b.Wire(b.Mul(minus, past))
	b.AssertEqual(less, b.Add(
		b.Mul(minus, below), b.Mul(same, longer),
		b.Mul(b.Wire(b.Mul(same, shorter)), isLess),
		b.Mul(b.Wire(b.Mul(passed, shorter)), isGreater),
	), LabelOrder)
	b.AssertEqual(greater, b.Add(
		b.Mul(plus, negative), b.Mul(exchanged, longer),
		b.Mul(b.Wire(b.Mul(same, shorter)), isGreater),
		b.Mul(b.Wire(b.Mul(exchanged, shorter)), isLess),
	), LabelOrder)
	return b.Build()
}
