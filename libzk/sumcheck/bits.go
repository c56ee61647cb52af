package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// bitRounds are the first rounds of the copy index for pairs of wires that are bits.
//
// A word has the bits of S copies of a wire, a power of two and 64 at most. They are put
// in the order of their indices' bits in reverse: then the copies 2c are the word's lower
// half and the copies 2c+1 its upper one. After t rounds it consists of
// 2^t blocks, one for each value a of the index bits that are bound, and the wire is
// Σ_a e_a·block_a with e_a = eq(bound, a). So q(0) of the next round is
//
//	Σ_{a,b} e_a·e_b·Σ_c w_c·Σ_i coef_i·(lower half of block_a)_c·(lower half of block_b)_c
//
// with block_a of the left and block_b of the right wire. For each a the lower half of
// block_a is repeated in every block; conjunction with the right wire then gives the
// products for all b, which are weighed by look-ups of e_b·w_c. The leading coefficient
// is the same of words whose lower halves are the differences of the two.
type bitRounds[E comparable] struct {
	p      *copyRounds[E]
	rounds int // that go over bits
	log    int // log2 S
	planes []E // eq of the index of the plane, at the coordinates past the first log
	swaps  []swap
	room   []bitRoom // of each processor
}

// bitRoom is room for words of every wire.
type bitRoom struct{ words, differences, repeated, all []uint64 }

// swap exchanges two bits of the indices of a word's bits.
type swap struct {
	mask  uint64 // of the indices in which the lower of the two is one and the other zero
	delta int
}

// maxBitRounds is the number of rounds after which it pays to go over to elements: a
// round over bits has twice the look-ups of the round before it, and elements become half
// as many.
const maxBitRounds = 3

// newBitRounds returns nil if no wire that is a bit owns pairs.
func newBitRounds[E comparable](p *copyRounds[E]) *bitRounds[E] {
	some := false
	for w := range p.level.Wires {
		some = some || p.level.IsBit(w) && len(p.pairs(w)) > 0
	}
	if !some {
		return nil
	}
	r := &bitRounds[E]{p: p, log: min(6, len(p.point))}
	r.rounds = min(maxBitRounds, max(1, len(p.point)/2))
	for lo, hi := 0, r.log-1; lo < hi; lo, hi = lo+1, hi-1 {
		s := swap{delta: 1<<hi - 1<<lo}
		for c := range 64 {
			if c>>lo&1 == 1 && c>>hi&1 == 0 {
				s.mask |= 1 << c
			}
		}
		r.swaps = append(r.swaps, s)
	}
	r.room = make([]bitRoom, cores.Worth(cores.Count(), len(p.coef)*len(p.level.Planes)))
	for i := range r.room {
		n := p.level.Wires
		all := buffers.Make[uint64](3 * n)
		r.room[i] = bitRoom{all[:n], all[n : 2*n], all[2*n:], all}
	}
	r.planes = Equality(p.f, p.point[r.log:], len(p.level.Planes))
	return r
}

func (r *bitRounds[E]) over() bool { return len(r.p.bound) == r.rounds }

// free gives back the memory that only these rounds need.
func (r *bitRounds[E]) free() {
	for i := range r.room {
		buffers.Free(r.room[i].all)
	}
	buffers.Free(r.planes)
	r.room, r.planes = nil, nil
}

// sums is what copyRounds.sums is, over pairs of bits.
func (r *bitRounds[E]) sums() (q0, lead E) {
	p, f, t := r.p, r.p.f, len(r.p.bound)
	half := 1 << (r.log - t - 1) // of a block
	e := Equality(f, reversed(p.bound), 1<<t)
	w := Equality(f, reversed(p.point[1:r.log-t]), half)
	weights := make([]E, 1<<r.log)
	for b, eb := range e {
		for c, wc := range w {
			weights[2*half*b+c] = f.Mul(eb, wc)
		}
	}
	table := any(f).(field.Bits[E]).NewSubsetSums(weights)
	defer table.Free()
	// Of many copies each processor takes some planes, of few ones some pairs.
	parts := 1
	if workers := cores.Count(); len(p.level.Planes) < workers && len(p.coef) > 1<<12 {
		parts = workers
	}
	type sum struct{ q0, lead E }
	sums := make([]sum, parts*len(p.level.Planes))
	workers := cores.Worth(len(r.room), len(p.coef)*len(p.level.Planes))
	cores.Each(workers, func(worker int) {
		room := &r.room[worker]
		for i := worker; i < len(sums); i += workers {
			lo, hi := len(p.coef)*(i%parts)/parts, len(p.coef)*(i%parts+1)/parts
			coef, left, right := p.coef[lo:hi], p.plan.left[lo:hi], p.plan.right[lo:hi]
			r.halves(room, i/parts, half)
			for a, ea := range e {
				repeatBlock(room.repeated, room.words, a, half, len(e))
				s := table.AndDot(coef, room.repeated, room.words, left, right)
				sums[i].q0 = f.Add(sums[i].q0, f.Mul(ea, s))
				repeatBlock(room.repeated, room.differences, a, half, len(e))
				s = table.AndDot(coef, room.repeated, room.differences, left, right)
				sums[i].lead = f.Add(sums[i].lead, f.Mul(ea, s))
			}
		}
	})
	for i, s := range sums {
		q0 = f.Add(q0, f.Mul(r.planes[i/parts], s.q0))
		lead = f.Add(lead, f.Mul(r.planes[i/parts], s.lead))
	}
	return q0, lead
}

// halves sets the words of plane k, and words whose lower halves of blocks are the
// differences of both halves.
func (r *bitRounds[E]) halves(room *bitRoom, k, half int) {
	for w, x := range r.p.level.Planes[k] {
		for _, s := range r.swaps {
			y := (x>>s.delta ^ x) & s.mask
			x ^= y | y<<s.delta
		}
		room.words[w], room.differences[w] = x, x^x>>half
	}
}

// repeatBlock puts the lower half of block a of each word into each of its blocks.
func repeatBlock(dst, words []uint64, a, half, blocks int) {
	mask, ones := uint64(1)<<half-1, uint64(0)
	for b := range blocks {
		ones |= 1 << (2 * half * b)
	}
	for w, x := range words {
		dst[w] = x >> (2 * half * a) & mask * ones
	}
}

// expand goes over to elements: those of the copies left, of wires that own pairs of bits.
func (p *copyRounds[E]) expand() {
	f, level := p.f, p.level
	group := 1 << len(p.bound) // bits of a copy that is left
	table := make([]E, 1<<group)
	e := Equality(f, p.bound, group)
	for i, x := range e {
		for j := range 1 << i {
			table[1<<i|j] = f.Add(table[j], x)
		}
	}
	value := func(dst []E, wire int) {
		mask := uint64(1)<<group - 1
		for k, plane := range level.Planes {
			word := plane[wire]
			for c := range dst[circuit.PlaneCopies/group*k : min(circuit.PlaneCopies/group*(k+1), len(dst))] {
				dst[circuit.PlaneCopies/group*k+c] = table[word&mask]
				word >>= group
			}
		}
	}
	old := p.owners
	for w := range level.Wires {
		if level.IsBit(w) && len(p.pairs(w)) > 0 {
			p.owners.wires = append(p.owners.wires, uint32(w))
		}
	}
	o := &p.owners
	o.v, o.q = buffers.Make[E](len(o.wires)*o.stride), buffers.Make[E](len(o.wires)*o.stride)
	copy(o.v, old.v)
	copy(o.q, old.q)
	buffers.Free(old.v)
	buffers.Free(old.q)
	bitOwners := o.wires[len(old.wires):]
	inRanges(len(bitOwners), len(p.coef)*p.copies, func(lo, hi int) struct{} {
		partner := buffers.Make[E](p.copies)
		defer buffers.Free(partner)
		for i := lo; i < hi; i++ {
			at, wire := (len(old.wires)+i)*o.stride, int(bitOwners[i])
			value(o.v[at:at+p.copies], wire)
			q := o.q[at : at+p.copies]
			for _, j := range p.pairs(wire) {
				value(partner, int(p.plan.left[j]+p.plan.right[j])-wire)
				f.Axpy(q, p.coef[j], partner)
			}
		}
		return struct{}{}
	})
}

// addBits sets values of wires that are bits, at a point of the copy index.
func addBits[E comparable](f field.Field[E], values []E, level *circuit.Level[E], point []E) {
	log := min(6, len(point))
	table := any(f).(field.Bits[E]).NewSubsetSums(Equality(f, point[:log], 1<<log))
	defer table.Free()
	for k, e := range Equality(f, point[log:], len(level.Planes)) {
		table.Sums(values, e, level.Planes[k])
	}
}

// reversed is a point with its coordinates in reverse.
func reversed[E any](point []E) []E {
	r := make([]E, len(point))
	for i, e := range point {
		r[len(point)-1-i] = e
	}
	return r
}
