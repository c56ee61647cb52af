package affine

import (
	"fmt"
	"slices"
)

// A block is forms written at once: form j is c + k[j]·W[first+j]. Nothing is stored for
// a single one, and both sides go through all of them with the field's kernels. Blocks read
// the witness only, so their order among other forms does not matter.
type block[E comparable] struct {
	c     E
	k     []E
	first int
	at    int // of its forms among those of all blocks
}

// Forms of blocks have numbers of their own, from firstInBlock down.
const (
	maxForms         = 1 << 30
	firstInBlock Ref = -maxForms - 1
)

// Block sets refs[j] to the form c + k[j]·W[first+j], for each j. The space keeps k,
// which must not be changed from then on; blocks may share it.
func (s *Space[E]) Block(refs []Ref, c E, k []E, first int) {
	n := len(k)
	if len(refs) != n || first < 0 || n > s.reach-first {
		panic(fmt.Sprintf("affine: %d references to %d forms of witness elements %d.. of %d", len(refs), n, first, s.reach))
	}
	if s.inBlock > maxForms-n {
		panic(fmt.Sprintf("affine: %d forms in blocks and %d more are too many", s.inBlock, n))
	}
	s.blocks = append(s.blocks, block[E]{c, k, first, s.inBlock})
	for j := range refs {
		refs[j] = firstInBlock - Ref(s.inBlock+j)
	}
	s.inBlock += n
	if s.live != nil {
		s.live.evaluateBlock(s, &s.blocks[len(s.blocks)-1])
	}
}

// GrowBlocks makes room for values of more forms in blocks.
func (s *Space[E]) GrowBlocks(forms int) {
	if s.live != nil {
		s.live.blocks = slices.Grow(s.live.blocks, forms)
	}
}

// evaluateBlock appends the values of the next block.
func (v *Values[E]) evaluateBlock(s *Space[E], b *block[E]) {
	n := len(b.k)
	v.blocks = slices.Grow(v.blocks, n)[:b.at+n]
	out := v.blocks[b.at:]
	for j := range out {
		out[j] = b.c
	}
	s.f.MulAcc(out, b.k, v.W[b.first:b.first+n])
}

// resolveBlock moves the functional's part on a block to the witness; it returns what that
// adds to the constant.
func (a *Adjoint[E]) resolveBlock(b *block[E]) (constant E) {
	f, n := a.s.f, len(b.k)
	part := a.blocks[b.at : b.at+n]
	for _, k := range part {
		constant = f.Add(constant, k)
	}
	f.MulAcc(a.w[b.first:b.first+n], part, b.k)
	return f.Mul(constant, b.c)
}
