package sumcheck

import (
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// copyRounds are the rounds of the copy index of a layer. What they add up is, with one
// term for each pair of wires,
//
//	Σ_c eq(point, c)·Σ_i coef_i·V[left_i](c)·V[right_i](c).
//
// A wire of a pair owns it. Of the wires that own pairs, q[l](c) = Σ_i coef_i·V[r_i](c)
// over the pairs of l is linear in V, so it is bound like V, and each round reads wires
// and not pairs. For wires that are bits, q and V have elements only once a few rounds
// have made them short: the first rounds go over the bits, see bitRounds.
type copyRounds[E comparable] struct {
	f      field.Field[E]
	plan   *plan
	level  *circuit.Level[E]
	coef   []E
	point  []E // coordinates left, of the point that the claim is made in
	bound  []E // challenges of the rounds before
	copies int // left

	weights []E         // eq(point[1..], c) for each pair of copies
	order   []uint32    // the pairs by owner
	ends    []uint32    // end of each wire's pairs in order
	owners  elements[E] // wires with elements that own pairs
	others  elements[E] // and that own none

	bits *bitRounds[E] // nil when they are over
}

// elements are those of some wires, by copy.
type elements[E comparable] struct {
	wires  []uint32
	stride int // of a wire: the copies left, rounded up to an even number
	v, q   []E // q is empty for wires without pairs
}

func newCopyRounds[E comparable](f field.Field[E], pl *plan, level *circuit.Level[E], coef, point []E) *copyRounds[E] {
	p := &copyRounds[E]{f: f, plan: pl, level: level, coef: coef, point: point, copies: level.Copies}
	if len(point) == 0 {
		return p
	}
	p.assign()
	for w := range level.Wires {
		if level.IsBit(w) {
			continue
		}
		if len(p.pairs(w)) > 0 {
			p.owners.wires = append(p.owners.wires, uint32(w))
		} else {
			p.others.wires = append(p.others.wires, uint32(w))
		}
	}
	for _, r := range [2]*elements[E]{&p.owners, &p.others} {
		r.stride = evenly(p.copies)
		r.v = buffers.Make[E](len(r.wires) * r.stride)
		for i, w := range r.wires {
			copy(r.v[i*r.stride:], level.Row(int(w)))
		}
	}
	p.owners.q = buffers.Make[E](len(p.owners.v))
	inRanges(len(p.owners.wires), 2*len(p.coef)*p.copies, func(lo, hi int) struct{} {
		for i := lo; i < hi; i++ {
			p.addPairs(p.owners.q[i*p.owners.stride:][:p.copies], int(p.owners.wires[i]))
		}
		return struct{}{}
	})
	level.FreeRows()
	if level.Planes != nil {
		p.bits = newBitRounds(p)
	}
	return p
}

// free gives back the memory of what the rounds leave behind, all but the coefficients.
func (p *copyRounds[E]) free() {
	p.level.Free()
	for _, r := range [2]*elements[E]{&p.owners, &p.others} {
		r.free()
	}
	buffers.Free(p.order)
	buffers.Free(p.ends)
	buffers.Free(p.weights)
	*p = copyRounds[E]{}
}

func (r *elements[E]) free() {
	buffers.Free(r.v)
	buffers.Free(r.q)
	*r = elements[E]{}
}

// evenly is n rounded up to an even number, but for 1.
func evenly(n int) int {
	if n == 1 {
		return 1
	}
	return n + n&1
}

// owner is the wire that owns a pair: the left one, or the right one if that alone has
// elements.
func (p *copyRounds[E]) owner(i int) uint32 {
	l, r := p.plan.left[i], p.plan.right[i]
	if p.level.IsBit(int(l)) && !p.level.IsBit(int(r)) {
		return r
	}
	return l
}

// assign sorts the pairs by owner.
func (p *copyRounds[E]) assign() {
	owners := buffers.Make[uint32](len(p.coef))
	next := buffers.Make[uint32](p.level.Wires + 1)
	for i := range owners {
		owners[i] = p.owner(i)
		next[owners[i]+1]++
	}
	for w := range p.level.Wires {
		next[w+1] += next[w]
	}
	p.order = buffers.Make[uint32](len(p.coef))
	for i, w := range owners {
		p.order[next[w]] = uint32(i)
		next[w]++
	}
	buffers.Free(owners)
	p.ends = next[:p.level.Wires]
}

// pairs are those that a wire owns.
func (p *copyRounds[E]) pairs(wire int) []uint32 {
	start := uint32(0)
	if wire > 0 {
		start = p.ends[wire-1]
	}
	return p.order[start:p.ends[wire]]
}

// addPairs adds q of a wire to dst.
func (p *copyRounds[E]) addPairs(dst []E, wire int) {
	for _, i := range p.pairs(wire) {
		partner := int(p.plan.left[i] + p.plan.right[i] - uint32(wire))
		if row := p.level.Row(partner); row != nil {
			p.f.Axpy(dst, p.coef[i], row)
			continue
		}
		for k, plane := range p.level.Planes {
			circuit.AddWhere(p.f, dst[circuit.PlaneCopies*k:], p.coef[i], plane[partner])
		}
	}
}

// sums is q(0) of the next round and the leading coefficient, without the factor of the
// point's first coordinate: Σ_c eq(point[1..], c) times the products of copies 2c, and
// times those of the differences between copies 2c+1 and 2c.
func (p *copyRounds[E]) sums() (q0, lead E) {
	if len(p.owners.wires) > 0 {
		q0, lead = p.elementSums()
	}
	if p.bits != nil {
		b0, bLead := p.bits.sums()
		q0, lead = p.f.Add(q0, b0), p.f.Add(lead, bLead)
	}
	return q0, lead
}

// nearValues is the number of values that are gone through several times while they are in the processor's
// nearest caches.
const nearValues = 1 << 11

func (p *copyRounds[E]) elementSums() (q0, lead E) {
	f := p.f
	if p.weights == nil {
		p.weights = Equality(f, p.point[1:], 1<<(len(p.point)-1))
	} else {
		half := p.weights[:len(p.weights)/2]
		for c := range half {
			half[c] = f.Add(p.weights[2*c], p.weights[2*c+1])
		}
		p.weights = half
	}
	o := &p.owners
	type pair struct{ q0, lead E }
	rows := max(8, nearValues/o.stride)
	for _, s := range inRanges(len(o.wires), len(o.q), func(lo, hi int) (s pair) {
		for lo, hi = lo*o.stride, hi*o.stride; lo < hi; lo += rows * o.stride {
			end := min(lo+rows*o.stride, hi)
			for c := range o.stride / 2 {
				a, b := f.PairDots(o.q[lo+2*c:end], o.v[lo+2*c:end], o.stride)
				s.q0 = f.Add(s.q0, f.Mul(p.weights[c], a))
				s.lead = f.Add(s.lead, f.Mul(p.weights[c], b))
			}
		}
		return s
	}) {
		q0, lead = f.Add(q0, s.q0), f.Add(lead, s.lead)
	}
	return q0, lead
}

// bind sets the variable of the round to x.
func (p *copyRounds[E]) bind(x E) {
	p.bound = append(p.bound, x)
	p.point = p.point[1:]
	p.copies = (p.copies + 1) / 2
	p.bindElements(x)
	if p.bits != nil && p.bits.over() {
		if len(p.point) > 0 {
			p.expand()
		}
		p.bits.free()
		p.bits = nil
	}
}

// bindElements sets the variable in the rows, which are of one length, on two processors if that pays.
func (p *copyRounds[E]) bindElements(x E) {
	o, others, from, to := &p.owners, &p.others, p.owners.stride, evenly(p.copies)
	values := func() { o.v = bindRows(p.f, o.v, from, to, x) }
	rest := func() {
		o.q = bindRows(p.f, o.q, from, to, x)
		others.v = bindRows(p.f, others.v, from, to, x)
	}
	if cores.Worth(2, len(o.v)+len(o.q)) > 1 {
		var both cores.Group
		both.Go(values)
		both.Go(rest)
		both.Wait()
	} else {
		values()
		rest()
	}
	o.stride, others.stride = to, to
}

// cost is about how many nanoseconds the next round takes.
func (p *copyRounds[E]) cost() int {
	n := 2 * (len(p.owners.v) + len(p.others.v))
	if p.bits != nil {
		n += p.bits.cost()
	}
	return n
}

// bindRows binds pairs of neighbours in rows of an even length, in place, and
// leaves rows of length to: half of from, or one more with a zero at the end.
func bindRows[E comparable](f field.Field[E], v []E, from, to int, x E) []E {
	if len(v) == 0 {
		return v
	}
	if to == from/2 {
		f.Bind(v[:len(v)/2], v, x)
		return v[:len(v)/2]
	}
	// No row is longer than it was, so none is written before it has been read.
	n, half := len(v)/from, make([]E, to)
	for i := range n {
		f.Bind(half[:from/2], v[i*from:(i+1)*from], x)
		copy(v[i*to:(i+1)*to], half)
	}
	return v[:n*to]
}

// values are those of all wires when no round is left.
func (p *copyRounds[E]) values() []E {
	values := buffers.Make[E](p.level.Wires + 1)[:p.level.Wires]
	if len(p.bound) == 0 { // one copy
		for w := range values {
			values[w] = p.level.At(p.f, w, 0)
		}
		return values
	}
	if p.level.Planes != nil {
		addBits(p.f, values, p.level, p.bound)
	}
	for _, r := range [2]*elements[E]{&p.owners, &p.others} {
		for i, w := range r.wires {
			values[w] = r.v[i]
		}
	}
	return values
}

// inRanges splits 0..n-1 into ranges, for as many processors as work of so many nanoseconds pays for.
// There are several for each, as one begins before the others and ranges differ.
func inRanges[T any](n, cost int, work func(lo, hi int) T) []T {
	ranges := cores.Worth(n, cost)
	if ranges > 1 {
		ranges = min(n, 4*ranges)
	}
	results := make([]T, ranges)
	cores.Each(ranges, func(i int) { results[i] = work(n*i/ranges, n*(i+1)/ranges) })
	return results
}
