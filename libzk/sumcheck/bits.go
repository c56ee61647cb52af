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
	pairs  int       // of bits
	room   []bitRoom // of each processor
}

// bitRoom has words of every wire, of one plane.
type bitRoom struct {
	words, differences repeatedWords
	all                []uint64
}

// repeatedWords are words, and for each a those that repeat the lower half of block_a.
type repeatedWords struct {
	words    []uint64
	repeated [1 << (maxBitRounds - 1)][]uint64
}

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
	r := &bitRounds[E]{p: p, log: min(6, len(p.point))}
	for w := range p.level.Wires {
		if p.level.IsBit(w) {
			r.pairs += len(p.pairs(w))
		}
	}
	if r.pairs == 0 {
		return nil
	}
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
	rooms := 1
	if r.byPlane() {
		rooms = cores.Count()
	}
	r.room = make([]bitRoom, rooms)
	for i := range r.room {
		room, n, blocks := &r.room[i], p.level.Wires, 1<<(r.rounds-1)
		room.all = buffers.Make[uint64](2 * (1 + blocks) * n)
		all := room.all
		for _, w := range [2]*repeatedWords{&room.words, &room.differences} {
			w.words, all = all[:n], all[n:]
			for a := range blocks {
				w.repeated[a], all = all[:n], all[n:]
			}
		}
	}
	r.planes = Equality(p.f, p.point[r.log:], len(p.level.Planes))
	return r
}

// cost is about how many nanoseconds the next round takes.
func (r *bitRounds[E]) cost() int { return 16 << len(r.p.bound) * r.pairs * len(r.p.level.Planes) }

// byPlane says that each processor takes some planes. Of few planes, all take some pairs.
func (r *bitRounds[E]) byPlane() bool {
	n := cores.Count()
	return n > 1 && len(r.p.level.Planes) >= 2*n
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
	type sum struct{ q0, lead E }
	add := func(s *sum, k E, more sum) {
		s.q0, s.lead = f.Add(s.q0, f.Mul(k, more.q0)), f.Add(s.lead, f.Mul(k, more.lead))
	}
	fill := func(room *bitRoom, plane int) {
		r.halves(room, plane, half)
		for a := range e {
			for _, w := range [2]*repeatedWords{&room.words, &room.differences} {
				repeatBlock(w.repeated[a], w.words, a, half, len(e))
			}
		}
	}
	of := func(room *bitRoom, lo, hi int) (s sum) {
		coef, left, right := p.coef[lo:hi], p.plan.left[lo:hi], p.plan.right[lo:hi]
		for a, ea := range e {
			add(&s, ea, sum{
				table.AndDot(coef, room.words.repeated[a], room.words.words, left, right),
				table.AndDot(coef, room.differences.repeated[a], room.differences.words, left, right),
			})
		}
		return s
	}
	sums := make([]sum, len(p.level.Planes))
	if workers := cores.Worth(len(r.room), r.cost()); workers > 1 {
		cores.Each(workers, func(worker int) {
			room := &r.room[worker]
			for k := worker; k < len(sums); k += workers {
				fill(room, k)
				sums[k] = of(room, 0, len(p.coef))
			}
		})
	} else {
		room := &r.room[0]
		for k := range sums {
			fill(room, k)
			for _, s := range inRanges(len(p.coef), r.cost(), func(lo, hi int) sum { return of(room, lo, hi) }) {
				add(&sums[k], f.One(), s)
			}
		}
	}
	var total sum
	for k, s := range sums {
		add(&total, r.planes[k], s)
	}
	return total.q0, total.lead
}

// halves sets the words of plane k, and words whose lower halves of blocks are the
// differences of both halves.
func (r *bitRounds[E]) halves(room *bitRoom, k, half int) {
	for w, x := range r.p.level.Planes[k] {
		for _, s := range r.swaps {
			y := (x>>s.delta ^ x) & s.mask
			x ^= y | y<<s.delta
		}
		room.words.words[w], room.differences.words[w] = x, x^x>>half
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
	old, at := p.owners, buffers.Make[uint32](level.Wires) // the row of each wire that is bits
	defer buffers.Free(at)
	var others []uint32
	for w := range level.Wires {
		switch {
		case !level.IsBit(w):
		case len(p.pairs(w)) > 0:
			at[w] = uint32(len(p.owners.wires))
			p.owners.wires = append(p.owners.wires, uint32(w))
		default:
			others = append(others, uint32(w))
		}
	}
	o := &p.owners
	o.v, o.q = buffers.Make[E](len(o.wires)*o.stride), buffers.Make[E](len(o.wires)*o.stride)
	copy(o.v, old.v)
	copy(o.q, old.q)
	buffers.Free(old.v)
	buffers.Free(old.q)
	rest := buffers.Make[E](len(others) * o.stride) // of wires that own no pairs
	defer buffers.Free(rest)
	bitOwners := o.wires[len(old.wires):]
	for i, w := range bitOwners {
		value(o.v[(len(old.wires)+i)*o.stride:][:p.copies], int(w))
	}
	for i, w := range others {
		at[w] = uint32(len(o.wires) + i)
		value(rest[i*o.stride:][:p.copies], int(w))
	}
	row := func(wire uint32) []E {
		i := int(at[wire])
		if i < len(o.wires) {
			return o.v[i*o.stride:][:p.copies]
		}
		return rest[(i-len(o.wires))*o.stride:][:p.copies]
	}
	inRanges(len(bitOwners), 8*p.bits.pairs*p.copies, func(lo, hi int) struct{} {
		for i := lo; i < hi; i++ {
			q, wire := o.q[(len(old.wires)+i)*o.stride:][:p.copies], bitOwners[i]
			for _, j := range p.pairs(int(wire)) {
				f.Axpy(q, p.coef[j], row(p.plan.left[j]+p.plan.right[j]-wire))
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
