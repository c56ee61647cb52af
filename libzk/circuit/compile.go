package circuit

import "sort"

// Build lays the expressions out in layers. It panics if nothing is asserted.
func (b *Builder[E]) Build() *Circuit[E] {
	if len(b.checks) == 0 {
		panic("circuit: " + b.name + " asserts nothing")
	}
	depth := 0 // level of the outputs
	for i := range b.checks {
		depth = max(depth, 1+b.level(b.checks[i].terms))
	}
	uses := b.lastUse()

	// levels[d] lists the variables that have a wire at level d.
	levels := make([][]int32, depth+1)
	for v := range b.vars {
		from := b.vars[v].depth
		if v < b.inputs {
			levels[0] = append(levels[0], int32(v))
			from = 1
		}
		for d := from; d <= uses[v]; d++ {
			levels[d] = append(levels[d], int32(v))
		}
	}

	c := &Circuit[E]{Field: b.f, Name: b.name, OneWire: true, Layers: make([]Layer, depth), labels: make([][]string, depth)}
	pool := map[E]uint32{}
	var last E
	var lastIndex uint32
	constant := func(k E) uint32 {
		if k == last && len(pool) > 0 { // most constants are equal
			return lastIndex
		}
		i, ok := pool[k]
		if !ok {
			i = uint32(len(c.Constants))
			pool[k] = i
			c.Constants = append(c.Constants, k)
		}
		last, lastIndex = k, i
		return i
	}
	below := make([]int32, len(b.vars)) // wire index at the level below
	checks := make([][]int, depth)
	for i := range b.checks {
		d := b.level(b.checks[i].terms)
		checks[d] = append(checks[d], i)
	}
	for d := 0; d < depth; d++ {
		for i := range below {
			below[i] = -1
		}
		for i, v := range levels[d] {
			below[v] = int32(i)
		}
		l := &c.Layers[depth-1-d]
		top := d == depth-1
		l.Terms = make([]Term, 0, b.countTerms(levels, checks, d))
		emit := func(g int, ts []product[E], assert bool) {
			for _, t := range ts {
				l.Terms = append(l.Terms, Term{G: uint32(g), L: uint32(below[t.a]), R: uint32(below[t.b]), K: constant(t.k), Assert: assert})
			}
		}
		if !top {
			for g, v := range levels[d+1] {
				if b.vars[v].depth == d+1 && int(v) >= b.inputs {
					emit(g, b.vars[v].terms, false)
				} else { // carried up
					emit(g, []product[E]{{0, v, b.one}}, false)
				}
			}
		}
		labels := make([]string, len(checks[d]))
		for g, i := range checks[d] {
			emit(g, b.checks[i].terms, !top)
			labels[g] = b.checks[i].label
		}
		c.labels[depth-1-d] = labels
		l.Outputs = len(checks[d])
		if !top {
			l.Outputs = max(len(levels[d+1]), len(checks[d]))
		}
		sortTerms(l.Terms)
	}
	c.Layers[depth-1].Inputs = b.inputs
	for i := 0; i < depth-1; i++ {
		c.Layers[i].Inputs = c.Layers[i+1].Outputs
	}
	c.identify()
	return c
}

// countTerms is the number of terms of the layer that reads level d.
func (b *Builder[E]) countTerms(levels [][]int32, checks [][]int, d int) int {
	n := 0
	if d+1 < len(levels)-1 {
		for _, v := range levels[d+1] {
			n += max(1, len(b.vars[v].terms))
		}
	}
	for _, i := range checks[d] {
		n += len(b.checks[i].terms)
	}
	return n
}

// lastUse is, for each variable, the highest level at which something that an
// assertion depends on reads it; -1 if nothing does. The constant one is needed
// at every level.
func (b *Builder[E]) lastUse() []int {
	last := make([]int, len(b.vars))
	for i := range last {
		last[i] = -1
	}
	read := func(ts []product[E], at int) {
		for _, t := range ts {
			last[t.a] = max(last[t.a], at)
			last[t.b] = max(last[t.b], at)
		}
	}
	top := 0
	for i := range b.checks {
		at := b.level(b.checks[i].terms)
		top = max(top, at)
		read(b.checks[i].terms, at)
	}
	for v := len(b.vars) - 1; v >= b.inputs; v-- {
		if last[v] >= 0 {
			read(b.vars[v].terms, b.vars[v].depth-1)
		}
	}
	last[0] = top
	return last
}

func sortTerms(ts []Term) {
	sort.Slice(ts, func(i, j int) bool {
		p, q := ts[i], ts[j]
		if p.Assert != q.Assert {
			return !p.Assert
		}
		if p.G != q.G {
			return p.G < q.G
		}
		if p.L != q.L {
			return p.L < q.L
		}
		return p.R < q.R
	})
}
