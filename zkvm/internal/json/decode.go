package json

// oneHot2 are the four indicators of a pair of bits, on wires.
func (b builder) oneHot2(high, low expr) (hot [4]expr) {
	both := b.Mul(high, low)
	hot[3] = b.Wire(both)
	hot[2] = b.Wire(b.Add(high, both))
	hot[1] = b.Wire(b.Add(low, both))
	hot[0] = b.Wire(b.Add(b.One(), high, low, both))
	return hot
}

// nibbles decodes a byte: indicators of its halves, each one product of the
// indicators of two pairs of bits.
type nibbles struct {
	b    builder
	hot  [4][4]expr // of bits 7-6, 5-4, 3-2, 1-0
	bits []expr
}

func (b builder) nibbles(x []expr) *nibbles {
	n := &nibbles{b: b, bits: x}
	for i := range n.hot {
		n.hot[i] = b.oneHot2(x[7-2*i], x[6-2*i])
	}
	return n
}

// high is [the upper half is h], on a wire.
func (n *nibbles) high(h int) expr { return n.b.Wire(n.b.Mul(n.hot[0][h>>2], n.hot[1][h&3])) }

// low is [the lower half is one of ls], on a wire.
func (n *nibbles) low(l int) expr { return n.b.Wire(n.b.Mul(n.hot[2][l>>2], n.hot[3][l&3])) }

// letter is [the upper half is 4 or 6].
func (n *nibbles) letter() expr {
	return n.b.Wire(n.b.Mul(n.hot[0][1], n.b.Add(n.hot[1][0], n.hot[1][2])))
}

// tailAB is [the upper half is A or B].
func (n *nibbles) tailAB() expr {
	return n.b.Wire(n.b.Mul(n.hot[0][2], n.b.Add(n.hot[1][2], n.hot[1][3])))
}

// ascii is [the upper half is 2 to 7].
func (n *nibbles) ascii() expr {
	return n.b.Wire(n.b.Add(n.hot[0][1], n.b.Mul(n.hot[0][0], n.b.Add(n.hot[1][2], n.hot[1][3]))))
}

// decimal is [the lower half is 0 to 9].
func (n *nibbles) decimal() expr {
	return n.b.Wire(n.b.Add(n.hot[2][0], n.hot[2][1], n.b.Mul(n.hot[2][2], n.b.Add(n.hot[3][0], n.hot[3][1]))))
}

// lows is [the lower half is one of ls]: a sum of wires.
func (n *nibbles) lows(ls ...int) expr {
	var sum expr
	for _, l := range ls {
		sum = n.b.Add(sum, n.low(l))
	}
	return sum
}

// char is [the byte is c]: one product.
func (n *nibbles) char(c byte) expr { return n.b.Mul(n.high(int(c>>4)), n.low(int(c&15))) }

// chars is [the byte is one of cs].
func (n *nibbles) chars(cs string) expr {
	var sum expr
	for i := range len(cs) {
		sum = n.b.Add(sum, n.char(cs[i]))
	}
	return sum
}

// modes decodes a mode.
type modes struct {
	b          builder
	upper, mid [4]expr // indicators of bits 5-4 and 3-2
	member     [4]expr // of bits 1-0
}

func (b builder) modes(m []expr) *modes {
	return &modes{b: b, upper: b.oneHot2(m[5], m[4]), mid: b.oneHot2(m[3], m[2]), member: b.oneHot2(m[1], m[0])}
}

// cluster is [the mode is in the cluster of m], on a wire.
func (s *modes) cluster(m Mode) expr {
	return s.b.Wire(s.b.Mul(s.upper[m>>4], s.mid[m>>2&3]))
}

// at is [the mode is m]: one product.
func (s *modes) at(m Mode) expr { return s.b.Mul(s.cluster(m), s.member[m&3]) }

// and is [the mode is m]·e for an e that is ready one layer above the inputs.
func (s *modes) and(m Mode, e expr) expr {
	return s.b.Mul(s.cluster(m), s.b.Wire(s.b.Mul(s.member[m&3], e)))
}

// any is [the mode is one of ms]. Four modes of one cluster cost one term.
func (s *modes) any(ms ...Mode) expr {
	count := map[Mode]int{}
	for _, m := range ms {
		count[m>>2]++
	}
	var sum expr
	for _, m := range ms {
		switch {
		case count[m>>2] < 4:
			sum = s.b.Add(sum, s.at(m))
		case m&3 == 0:
			sum = s.b.Add(sum, s.cluster(m))
		}
	}
	return sum
}
