package sha256

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

type (
	expr = circuit.Expr[gf128.Elem]
	word = [32]expr // bit i has value 2^i
)

// Circuit is the circuit of one compression.
func Circuit() *circuit.Circuit[gf128.Elem] { return build() }

var build = sync.OnceValue(Compile)

// Compile builds the circuit anew; Circuit does so once.
func Compile() *circuit.Circuit[gf128.Elem] {
	g := gadget{circuit.NewBuilder(gf128.Field{}, "sha256")}
	w := g.inputs(16)
	in := g.inputs(8)
	w = append(w, g.inputs(scheduleWords)...)
	es, as, out := g.inputs(rounds), g.inputs(rounds), g.inputs(8)

	for t := 16; t < rounds; t++ {
		g.schedule(scheduleLabel(t), w[t], w[t-7], w[t-16], g.sigma(smallSigma0, w[t-15]), g.sigma(smallSigma1, w[t-2]))
	}
	a, b, c, d, e, f, h0, h := in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7]
	for t := range rounds {
		ne, na := es[t], as[t]
		g.roundE(roundLabel(t, 'e'), ne, d, h, w[t], g.sigma(bigSigma1, e), g.choose(e, f, h0), roundConstants[t])
		g.roundA(roundLabel(t, 'a'), na, ne, d, g.sigma(bigSigma0, a), g.majority(a, b, c))
		a, b, c, d, e, f, h0, h = na, a, b, c, ne, e, f, h0
	}
	for i, x := range []word{a, b, c, d, e, f, h0, h} {
		g.output(outputLabel(i), out[i], in[i], x)
	}
	return g.Build()
}

// gadget adds words. The names of wires are those of the package comment.
type gadget struct {
	*circuit.Builder[gf128.Elem]
}

// inputs makes the wires of n words.
func (g gadget) inputs(n int) []word {
	words := make([]word, n)
	for k := range words {
		bits := g.InputVector(32)
		for i := range words[k] {
			words[k][i] = bits[position(i)]
		}
	}
	return words
}

// sigma is a linear function of x, not on wires yet.
func (g gadget) sigma(s sigma, x word) (y word) {
	for i := range y {
		y[i] = g.Add(x[(i+s.r0)%32], x[(i+s.r1)%32])
		if !s.shift || i+s.r2 < 32 {
			y[i] = g.Add(y[i], x[(i+s.r2)%32])
		}
	}
	return y
}

func (g gadget) choose(x, y, z word) (out word) {
	for i := range out {
		out[i] = g.Add(g.Mul(x[i], g.Add(y[i], z[i])), z[i])
	}
	return out
}

func (g gadget) majority(x, y, z word) (out word) {
	for i := range out {
		out[i] = g.maj(x[i], y[i], z[i])
	}
	return out
}

func (g gadget) maj(x, y, z expr) expr {
	return g.Add(g.Mul(x, y), g.Mul(g.Add(x, y), z))
}

// wires puts the first n bits of x on wires.
func (g gadget) wires(x word, n int) word {
	for i := range n {
		x[i] = g.Wire(x[i])
	}
	return x
}

// schedule requires s = x + y + z + v: z and v are linear, the others wires.
func (g gadget) schedule(label string, s, x, y, z, v word) {
	var m word
	for i := range m {
		m[i] = g.Add(x[i], y[i], z[i], s[i])
	}
	m, z, v = g.wires(m, 32), g.wires(z, 31), g.wires(v, 32)
	p := make([]expr, 32)
	for i := range p {
		p[i] = g.Add(m[i], v[i])
	}
	left, right := make([]expr, 31), make([]expr, 31)
	for i := range left {
		left[i] = g.Add(g.maj(x[i], y[i], z[i]), p[i+1])
		right[i] = g.Add(g.Mul(m[i], g.Add(v[i], s[i])), p[i], p[i+1])
	}
	g.lastCarry(label, left, right, p[1:], p[0])
}

// roundA requires s + d = e + z + y: z is linear, y quadratic, the others wires.
func (g gadget) roundA(label string, s, e, d, z, y word) {
	var m word
	for i := range m {
		m[i] = g.Add(e[i], z[i], y[i], s[i])
	}
	m, y, z = g.wires(m, 32), g.wires(y, 31), g.wires(z, 31)
	p := make([]expr, 32)
	for i := range p {
		p[i] = g.Add(m[i], g.Not(d[i]))
	}
	left, right := make([]expr, 31), make([]expr, 31)
	for i := range left {
		left[i] = g.Add(g.maj(e[i], z[i], y[i]), p[i+1])
		right[i] = g.Add(g.Mul(m[i], g.Add(g.Not(d[i]), s[i])), p[i], p[i+1])
	}
	// Subtraction is addition of the complement with a carry into bit 0.
	g.lastCarry(label, left, right, p[1:], g.Not(p[0]))
}

// roundE requires s = x + v + w + z + y + k: z is linear, y quadratic, the others
// wires.
func (g gadget) roundE(label string, s, x, v, w, z, y word, k uint32) {
	var m, n, c, p, both, third word
	for i := range m {
		m[i] = g.Wire(g.Add(x[i], v[i], w[i], s[i]))
		n[i] = g.Add(z[i], y[i])
		if k>>i&1 == 1 {
			n[i] = g.Not(n[i])
		}
		n[i] = g.Wire(n[i])
		p[i] = g.Add(m[i], n[i])
		c[i] = g.maj(x[i], v[i], w[i])
	}
	c, z = g.wires(c, 31), g.wires(z, 31)
	for i := range 31 {
		second := g.Add(g.Mul(z[i], n[i]), z[i]) // z·y, as y = n + z
		if k>>i&1 == 1 {
			second = g.Add(g.Mul(z[i], n[i]), n[i], g.One()) // z or y, as y = n + z + 1
		}
		both[i] = g.Add(c[i], second)
		third[i] = g.Add(g.Mul(m[i], g.Add(n[i], s[i])), p[i], p[i+1])
	}
	p, both, third = g.wires(p, 32), g.wires(both, 31), g.wires(third, 31)
	q := make([]expr, 31)
	for i := range q {
		q[i] = g.Add(both[i], third[i])
	}
	left, right := make([]expr, 30), make([]expr, 30)
	for i := range left {
		left[i] = g.Add(c[i], g.Mul(c[i], both[i]), q[i+1])
		right[i] = g.Add(g.Mul(third[i], g.Add(both[i], p[i+1])), q[i], q[i+1])
	}
	g.lastCarry(label, left, right, q[1:], q[0], p[0])
}

// output requires s = x + y, all of them wires.
func (g gadget) output(label string, s, x, y word) {
	var zeros []expr
	c := func(i int) expr { return g.Add(s[i], x[i], y[i]) }
	zeros = append(zeros, c(0))
	for i := range 31 {
		carry := g.Add(g.Mul(x[i], y[i]), g.Mul(s[i], x[i]), g.Mul(s[i], y[i]), x[i], y[i])
		zeros = append(zeros, g.Add(c(i+1), carry))
	}
	g.AssertZero(g.weighted(zeros), label)
}

// lastCarry is the addition of two words whose sum is known, as the assertion
// of a word. Column i of it adds the bits left + sum and right + sum and the carry
// r = left + right + sum into it, so that the carry out of it is
// left·right + r. The carry into column 0 is 0, and so are the bits of zeros, which
// are linear.
func (g gadget) lastCarry(label string, left, right, sum []expr, zeros ...expr) {
	last := len(left) - 1
	n := len(left) + len(zeros)
	weights := make([]gf128.Elem, n)
	for i := range weights {
		weights[i] = weight(i)
	}
	var products, linear []expr
	for i := range left {
		k := weights[i] // of r as carry out of the column before
		if i == last {
			linear = append(linear, g.Scale(k, g.Add(left[i], right[i], sum[i])))
			break
		}
		l, r := g.Wire(left[i]), g.Wire(right[i])
		products = append(products, g.Scale(weights[i+1], g.Mul(l, r)))
		k = g.Field().Add(k, weights[i+1])
		products = append(products, g.Scale(k, g.Add(l, r)))
		linear = append(linear, g.Scale(k, sum[i]))
	}
	for j, z := range zeros {
		linear = append(linear, g.Scale(weights[len(left)+j], z))
	}
	g.AssertZero(g.Add(g.Add(products...), g.Wire(g.Add(linear...))), label)
}

// weighted is zero if and only if all bits are.
func (g gadget) weighted(bits []expr) expr {
	sum := make([]expr, len(bits))
	for i, b := range bits {
		sum[i] = g.Scale(weight(i), b)
	}
	return g.Add(sum...)
}

// weight is x^i: for i < 128 these are independent over GF(2), so that a sum of
// bits with these weights is zero only if every bit is.
func weight(i int) gf128.Elem { return gf128.Elem{Lo: 1 << i} }
