package p256

import (
	"sync"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

// convolver computes Σ_i g[i]/(x-i) for x = k..n-1, block by block. The products
// modulo X^length + 1 of g with a window of length inverses are right, free of
// wrapped terms, at the last length-k+1 places: these are a block's outputs. So g
// is transformed once, the windows when the convolver is made, and short
// transforms, which stay in the cache, do the work of one over the whole row.
type convolver struct {
	k       int
	length  int
	tr      *transform
	windows [][]factor // transformed windows of inverses, divided by the points
	scratch sync.Pool  // of *[]pair, twice the points
}

// newConvolver takes length, a power of two, at least 2 and at least k, and the
// inverses of 0 (any), 1, ..., n-1.
func newConvolver(k, length int, inverses []Elem) *convolver {
	points := length / 2
	n := len(inverses)
	c := &convolver{k: k, length: length, tr: newTransform(points)}
	scale := fp.NewElement(uint64(points))
	scale.Inverse(&scale)

	values := make([]pair, points)
	for x := k; x < n; x += length - k + 1 {
		// The output at place v is Σ_i g[i]·window[v-i]; x is at place k-1.
		first := x - k + 1
		window := inverses[first:min(first+length, n)]
		clear(values)
		for u := range window {
			mul(c.place(values, u), &window[u], &scale)
		}
		c.tr.forward(values)
		prepared := make([]factor, points)
		for j := range prepared {
			prepared[j].set(&values[j])
		}
		c.windows = append(c.windows, prepared)
	}
	c.scratch.New = func() any { s := make([]pair, 2*points); return &s }
	return c
}

// place is the coefficient of X^u.
func (c *convolver) place(a []pair, u int) *Elem {
	if u < len(a) {
		return &a[u].re
	}
	return &a[u-len(a)].im
}

// run sets row[x] = heights[x-k] · Σ_i row[i]·weights[i]/(x-i) for x >= k.
func (c *convolver) run(row, weights, heights []Elem) {
	buf := c.scratch.Get().(*[]pair)
	defer c.scratch.Put(buf)
	points := c.length / 2
	g, product := (*buf)[:points], (*buf)[points:]

	clear(g)
	for i := range weights {
		mul(c.place(g, i), &row[i], &weights[i])
	}
	c.tr.forward(g)
	x := c.k
	for _, window := range c.windows {
		for j := range product {
			product[j].mul(&g[j], &window[j])
		}
		c.tr.inverse(product)
		for v := c.k - 1; v < c.length && x < len(row); v++ {
			mul(&row[x], c.place(product, v), &heights[x-c.k])
			x++
		}
	}
}
