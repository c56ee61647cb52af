package tom256

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/tom256/internal/fq"
)

// batch adds many pairs of points in affine coordinates with one inversion: six
// products a pair, where a Jacobian addition takes eleven. It keeps its memory
// between rounds and is not safe for concurrent use.
type batch struct {
	room   []fq.Elem
	points []Point // for who asks, with their ends
	ends   []int
}

// batches keeps the memory of batches between sums.
var batches = sync.Pool{New: func() any { return new(batch) }}

// minPairs is how many pairs pay for a round's inversion.
const minPairs = 64

// sum adds up segments of points in place, in rounds, until the rest is cheaper to
// add one by one. Segment s is points[ends[s-1]:ends[s]] before and after.
func (b *batch) sum(points []Point, ends []int) {
	for {
		pairs, start := 0, 0
		for _, end := range ends {
			pairs += (end - start) / 2
			start = end
		}
		if pairs < minPairs {
			return
		}
		b.round(points, ends)
	}
}

// round replaces each two neighbours of a segment by their sum; a last odd one
// stays.
func (b *batch) round(points []Point, ends []int) {
	n, start := 0, 0
	for _, end := range ends {
		n += (end - start) / 2
		start = end
	}
	if len(b.room) < 4*n {
		b.room = make([]fq.Elem, 4*n)
	}
	inverses, slopes, xs, ys := b.room[:n], b.room[n:2*n], b.room[2*n:3*n], b.room[3*n:4*n]
	pair := 0
	start = 0
	for _, end := range ends {
		for i := start; i+1 < end; i += 2 {
			p, o := &points[i], &points[i+1]
			inverses[pair] = denominator(p, o)
			fq.Sub(&slopes[pair], &o.y, &p.y)
			pair++
		}
		start = end
	}
	fq.InvAll(inverses, xs)
	// What addWith does, for all pairs whose points have different x: many products at once.
	fq.MulAll(slopes, slopes, inverses)
	fq.MulAll(xs, slopes, slopes)
	pair, start = 0, 0
	for _, end := range ends {
		for i := start; i+1 < end; i += 2 {
			p, o := &points[i], &points[i+1]
			fq.Sub(&xs[pair], &xs[pair], &p.x)
			fq.Sub(&xs[pair], &xs[pair], &o.x)
			fq.Sub(&ys[pair], &p.x, &xs[pair])
			pair++
		}
		start = end
	}
	fq.MulAll(ys, ys, slopes)

	pair, start = 0, 0
	out := 0 // <= i: nothing is overwritten before it is read
	for s, end := range ends {
		i := start
		for ; i+1 < end; i += 2 {
			p, o := &points[i], &points[i+1]
			if p.x == o.x || p.IsInfinity() || o.IsInfinity() {
				addWith(&points[out], p, o, &inverses[pair])
			} else {
				fq.Sub(&ys[pair], &ys[pair], &p.y)
				points[out] = Point{xs[pair], ys[pair]}
			}
			pair++
			out++
		}
		if i < end {
			points[out] = points[i]
			out++
		}
		start = end
		ends[s] = out
	}
}

// denominator is that of the slope of the line through p and o, or of the tangent if
// they are equal; 1 where p + o needs no slope.
func denominator(p, o *Point) (d fq.Elem) {
	fq.Sub(&d, &o.x, &p.x)
	if d != (fq.Elem{}) {
		return d
	}
	if p.y == o.y {
		fq.Add(&d, &p.y, &p.y)
	}
	if d == (fq.Elem{}) { // opposite points, or infinity
		return fq.One()
	}
	return d
}

// addWith sets z = p + o, given the inverse of their denominator.
func addWith(z, p, o *Point, inv *fq.Elem) {
	switch {
	case p.IsInfinity():
		*z = *o
		return
	case o.IsInfinity():
		*z = *p
		return
	}
	var slope, x, y fq.Elem
	if p.x != o.x {
		fq.Sub(&slope, &o.y, &p.y)
	} else {
		if p.y != o.y {
			*z = Point{}
			return
		}
		fq.Mul(&x, &p.x, &p.x)
		fq.Add(&slope, &x, &x)
		fq.Add(&slope, &slope, &x)
		fq.Sub(&slope, &slope, &three)
	}
	fq.Mul(&slope, &slope, inv)
	fq.Mul(&x, &slope, &slope)
	fq.Sub(&x, &x, &p.x)
	fq.Sub(&x, &x, &o.x)
	fq.Sub(&y, &p.x, &x)
	fq.Mul(&y, &y, &slope)
	fq.Sub(&z.y, &y, &p.y)
	z.x = x
}

// affine brings points into affine coordinates with one inversion.
func affine(js []jacobian) []Point {
	zs := make([]fq.Elem, len(js))
	for i := range js {
		if zs[i] = js[i].z; zs[i] == (fq.Elem{}) {
			zs[i] = fq.One()
		}
	}
	fq.InvAll(zs, make([]fq.Elem, len(js)))
	points := make([]Point, len(js))
	for i := range js {
		if js[i].z != (fq.Elem{}) {
			points[i] = js[i].scaled(&zs[i])
		}
	}
	return points
}
