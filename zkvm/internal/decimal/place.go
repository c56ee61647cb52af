package decimal

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// The residues of a place.
const (
	U = 5
	V = 6

	cycle   = U * V
	units   = 0
	dot     = cycle - 1 // the place of the point
	outside = 19        // no number that may be used has it
	topmost = outside - 1
	lowest  = outside + 1 - cycle // of billionths
)

// Bits is the number of committed bits of one byte: its place, and whether it is bad.
const Bits = U + V + 1

// Labels of the assertions.
const (
	LabelPlace = "place of a digit"
	LabelBad   = "number that may not be used"
	LabelOrder = "order of a number"
)

type expr = circuit.Expr[gf128.Elem]

type builder struct{ *circuit.Builder[gf128.Elem] }

// CompilePlace builds the circuit of one byte's place.
func CompilePlace() *circuit.Circuit[gf128.Elem] {
	b := builder{circuit.NewBuilder(gf128.Field{}, "place")}
	mode, digit := b.InputVector(6), b.InputVector(4)
	before, here, after := b.InputVector(U+V), b.InputVector(U+V), b.InputVector(U+V)
	bad, badAfter := b.Input(), b.Input()

	// What the byte is. In a number bits 3 to 5 of the mode after it are 1, 0, 0.
	number := b.Wire(b.Mul(mode[3], b.Wire(b.Mul(b.Not(mode[4]), b.Not(mode[5])))))
	is := func(low expr) expr { return b.Wire(b.Mul(number, b.Wire(low))) }
	plain, marked := b.Mul(b.Not(mode[2]), b.Not(mode[1])), b.Wire(b.Mul(mode[2], b.Not(mode[1])))
	integer := is(plain)
	minus, point := is(b.Mul(marked, b.Not(mode[0]))), is(b.Mul(marked, mode[0]))
	fraction := is(b.Mul(b.Wire(b.Mul(b.Not(mode[2]), mode[1])), b.Not(mode[0])))
	exponent := b.Mul(mode[1], b.Wire(b.Or(mode[0], mode[2])))

	placeAfter, placeBefore := b.Wire(b.Add(after[:U]...)), b.Wire(b.Add(before[:U]...))
	zero := b.Wire(b.Mul(b.Wire(b.Mul(b.Not(digit[0]), b.Not(digit[1]))), b.Wire(b.Mul(b.Not(digit[2]), b.Not(digit[3])))))
	last := b.Wire(b.Mul(zero, b.Not(placeAfter))) // of a fraction: a zero at its end
	significant := b.Wire(b.Mul(fraction, b.Not(last)))

	up := b.Wire(b.Add(b.packed(after, 1), b.times(b.Not(placeAfter), units)))
	down := b.Wire(b.Add(b.packed(before, -1), b.times(b.Not(placeBefore), outside)))
	b.AssertEqual(b.Wire(b.packed(here, 0)), b.Add(
		b.Mul(integer, up),
		b.Mul(significant, down),
		b.Mul(point, b.Wire(b.times(placeAfter, dot))),
		b.Mul(minus, b.Wire(b.packed(after, 0))),
	), LabelPlace)

	own := b.Wire(b.Add(exponent, b.Mul(here[outside%U], here[U+outside%V])))
	b.AssertEqual(bad, b.Mul(number, b.Wire(b.Add(badAfter, b.Mul(own, b.Not(badAfter))))), LabelBad)
	return b.Build()
}

// packed is the bits of a place, moved up by so many, with each at its power of the
// field's generator.
func (b builder) packed(bits []expr, by int) (sum expr) {
	for k := range U {
		sum = b.Add(sum, b.Scale(power(mod(k+by, U)), bits[k]))
	}
	for k := range V {
		sum = b.Add(sum, b.Scale(power(U+mod(k+by, V)), bits[U+k]))
	}
	return sum
}

// times is e times the packed bits of a residue.
func (b builder) times(e expr, residue int) expr {
	return b.Scale(gf128.Elem{Lo: power(residue%U).Lo | power(U+residue%V).Lo}, e)
}

func power(k int) gf128.Elem { return gf128.Elem{Lo: 1 << k} }

func mod(k, n int) int { return (k%n + n) % n }
