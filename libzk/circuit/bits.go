package circuit

// Bits packs those wires of a level that are zero or one in every copy, of at
// most 64 copies: bit c of a wire's word is its value in copy c. Most wires of
// hash functions are such.
type Bits struct {
	Words []uint64 // by wire
	Is    []bool   // whether the wire is a bit in every copy, and its word valid
}

// maxPacked is the largest number of copies that a word holds.
const maxPacked = 64

// binary reports whether the field has characteristic two, in which sums of
// products of bits are bits.
func (c *Circuit[E]) binary() bool {
	var zero E
	return c.Field.Add(c.Field.One(), c.Field.One()) == zero
}

// packInputs makes the bits of the last level from its values, and room for those of the
// others.
func (c *Circuit[E]) packInputs(w *Wires[E]) {
	w.Bits = make([]Bits, len(c.Layers))
	for j := range w.Bits {
		n := c.Layers[j].Inputs
		w.Bits[j] = Bits{make([]uint64, n), make([]bool, n)}
	}
	var zero E
	one := c.Field.One()
	last := len(c.Layers) - 1
	for i := range c.Inputs() {
		row := w.Levels[last][i*w.Stride : i*w.Stride+w.Copies]
		word, is := uint64(0), true
		for c, e := range row {
			if e == one {
				word |= 1 << c
			} else if e != zero {
				is = false
				break
			}
		}
		if is {
			w.Bits[last].Words[i], w.Bits[last].Is[i] = word, true
		}
	}
}

// sumBits adds up terms of one wire over bits. It reports false if they are not
// all products of bits, without another constant.
func (c *Circuit[E]) sumBits(in *Bits, terms []Term) (word uint64, ok bool) {
	one := c.Field.One()
	for _, t := range terms {
		if !in.Is[t.L] || !in.Is[t.R] || c.Constants[t.K] != one {
			return 0, false
		}
		word ^= in.Words[t.L] & in.Words[t.R]
	}
	return word, true
}
