package affine

import (
	"fmt"
	"slices"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// A block is forms written at once: form j is the constant of j plus what a linear map makes of
// W[first..]. Nothing is stored for a single one, and both sides go through all of them with the
// field's kernels. Blocks read the witness only, so their order among other forms does not matter.
type block[E comparable] struct {
	constant E   // of all forms
	own      []E // of each form beside that, or nil
	k        []E // the map of a diagonal: k[j]·W[first+j]; or
	m        Map[E]
	forms    int
	reads    int // elements
	first    int
	at       int // of its forms among those of all blocks
}

// Map is a linear map from witness elements to forms. It is immutable.
type Map[E comparable] interface {
	// Size is the number of forms, and that of elements.
	Size() (forms, elements int)
	// Apply adds the map of w to dst.
	Apply(dst, w []E)
	// Transpose adds the transposed map of k to dst: Σ_j k[j]·form_j as coefficients of w.
	Transpose(dst, k []E)
}

// Forms of blocks have numbers of their own, from firstInBlock down.
const (
	maxForms         = 1 << 30
	firstInBlock Ref = -maxForms - 1
)

// Block sets refs[j] to the form c + k[j]·W[first+j], for each j. The space keeps k,
// which must not be changed from then on; blocks may share it.
func (s *Space[E]) Block(refs []Ref, c E, k []E, first int) {
	s.addBlock(refs, block[E]{constant: c, k: k, forms: len(k), reads: len(k), first: first})
}

// BlockWith is Block with a constant for each form, kept too.
func (s *Space[E]) BlockWith(refs []Ref, c, k []E, first int) {
	if len(c) != len(k) {
		panic(fmt.Sprintf("affine: %d constants of %d forms", len(c), len(k)))
	}
	s.addBlock(refs, block[E]{own: c, k: k, forms: len(k), reads: len(k), first: first})
}

// Map sets refs[j] to the form c[j] plus the j-th of what the map makes of W[first..]. The space
// keeps c.
func (s *Space[E]) Map(refs []Ref, c []E, m Map[E], first int) {
	forms, reads := m.Size()
	if len(c) != forms {
		panic(fmt.Sprintf("affine: %d constants of %d forms", len(c), forms))
	}
	s.addBlock(refs, block[E]{own: c, m: m, forms: forms, reads: reads, first: first})
}

func (s *Space[E]) addBlock(refs []Ref, b block[E]) {
	if len(refs) != b.forms || b.first < 0 || b.reads > s.reach-b.first {
		panic(fmt.Sprintf("affine: %d references to %d forms of %d witness elements from %d on, of %d", len(refs), b.forms, b.reads, b.first, s.reach))
	}
	if s.inBlock > maxForms-b.forms {
		panic(fmt.Sprintf("affine: %d forms in blocks and %d more are too many", s.inBlock, b.forms))
	}
	if b.forms == 0 {
		return // each block has a first form, by which it is found
	}
	b.at = s.inBlock
	s.blocks = append(s.blocks, b)
	for j := range refs {
		refs[j] = firstInBlock - Ref(s.inBlock+j)
	}
	s.inBlock += b.forms
}

// evaluateBlocks computes the forms of the blocks that have come since it was last called: all at once,
// on all processors, when they are first asked for.
func (v *Values[E]) evaluateBlocks(s *Space[E]) {
	blocks, forms := s.blocks[v.evaluated:], s.inBlock-len(v.blocks)
	v.evaluated = len(s.blocks)
	v.blocks = grow(v.blocks, forms)[:s.inBlock]
	workers := cores.Worth(cores.Count(), evaluateCost*forms)
	cores.Each(workers, func(i int) {
		for k := len(blocks) * i / workers; k < len(blocks)*(i+1)/workers; k++ {
			v.evaluateBlock(s.f, &blocks[k])
		}
	})
}

// evaluateCost is about how many nanoseconds the value of a form takes.
const evaluateCost = 2

func (v *Values[E]) evaluateBlock(f field.Field[E], b *block[E]) {
	out, w := v.blocks[b.at:b.at+b.forms], v.W[b.first:b.first+b.reads]
	if b.own != nil {
		copy(out, b.own)
	} else {
		for j := range out {
			out[j] = b.constant
		}
	}
	if b.m != nil {
		b.m.Apply(out, w)
	} else {
		f.MulAcc(out, b.k, w)
	}
}

// resolveBlock moves the functional's part on a block to the witness; it returns what that
// adds to the constant.
func (a *Adjoint[E]) resolveBlock(b *block[E], part []E) (constant E) {
	f := a.s.f
	w := a.w[b.first : b.first+b.reads]
	if b.m != nil {
		b.m.Transpose(w, part)
	} else {
		f.MulAcc(w, part, b.k)
	}
	if b.own != nil {
		return f.Dot(part, b.own)
	}
	for _, k := range part {
		constant = f.Add(constant, k)
	}
	return f.Mul(constant, b.constant)
}

// scaledBlock is scale·v[j] times form j of a diagonal block, for each j.
type scaledBlock[E comparable] struct {
	b     *block[E]
	scale E
	v     []E
}

// locate is the block with a form, and which of its forms that is.
func (s *Space[E]) locate(r Ref) (i, form int) {
	s.mustKnow(r)
	at := int(firstInBlock - r)
	i, ok := slices.BinarySearchFunc(s.blocks, at, func(b block[E], at int) int { return b.at - at })
	if !ok {
		i--
	}
	return i, at - s.blocks[i].at
}

// addToBlock is AddScaled for references to forms of one block, from form j of the i-th on. What most
// blocks are for, all forms of a diagonal at once, is only noted.
func (a *Adjoint[E]) addToBlock(i, j int, k E, v []E) {
	b := &a.s.blocks[i]
	if len(v) == b.forms && b.m == nil && b.own == nil {
		a.scaled = append(a.scaled, scaledBlock[E]{b, k, v})
		return
	}
	a.s.f.Axpy(a.part(i)[j:j+len(v)], k, v)
}

// part is the functional's part on the i-th block.
func (a *Adjoint[E]) part(i int) []E {
	if a.blocks[i] == nil {
		a.blocks[i] = buffers.Make[E](a.s.blocks[i].forms)
	}
	return a.blocks[i]
}

// resolveScaled is resolveBlock for scaled blocks. What v makes of a table k is worked out once,
// for all blocks that share k and all scales.
func (a *Adjoint[E]) resolveScaled() (constant E) {
	f := a.s.f
	type pair struct {
		k, v *E
		n    int
	}
	type product struct {
		all []E // v[j]·k[j]
		sum E   // of v
	}
	products := map[pair]product{}
	for _, s := range a.scaled {
		key := pair{&s.b.k[0], &s.v[0], len(s.v)}
		p, ok := products[key]
		if !ok {
			p.all = buffers.Make[E](len(s.v))
			f.MulAcc(p.all, s.v, s.b.k)
			for _, e := range s.v {
				p.sum = f.Add(p.sum, e)
			}
			products[key] = p
		}
		f.Axpy(a.w[s.b.first:s.b.first+s.b.reads], s.scale, p.all)
		constant = f.Add(constant, f.Mul(s.scale, f.Mul(p.sum, s.b.constant)))
	}
	for _, p := range products {
		buffers.Free(p.all)
	}
	return constant
}

// uses marks what form j of a block reads.
func (b *block[E]) uses(one E, j int, used []bool) {
	var zero E
	if b.m == nil {
		used[b.first+j] = used[b.first+j] || b.k[j] != zero
		return
	}
	unit, row := make([]E, b.forms), make([]E, b.reads)
	unit[j] = one
	b.m.Transpose(row, unit)
	for i, k := range row {
		used[b.first+i] = used[b.first+i] || k != zero
	}
}

// grow is slices.Grow with memory of package buffers, for a slice that nothing else refers to.
func grow[E any](v []E, n int) []E {
	if cap(v)-len(v) >= n {
		return v
	}
	larger := buffers.Make[E](len(v) + n)[:len(v)]
	copy(larger, v)
	buffers.Free(v)
	return larger
}
