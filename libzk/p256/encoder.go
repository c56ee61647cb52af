package p256

import (
	"fmt"
	"math/bits"
	"sync"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// maxCode is the largest number of code symbols.
const maxCode = 1 << 16

// encoder extends polynomials by the barycentric formula (Berrut, Trefethen,
// "Barycentric Lagrange interpolation", 2004, (3.3)): with w_i the inverse of
// Π_{j≠i} (i-j),
//
//	f(x) = Π_{j<k} (x-j) · Σ_i w_i·f(i) / (x-i).
//
// At integers the sum is a convolution of w_i·f(i) with the inverses of 1, 2, ...
// Long ones go through a convolver, short ones are summed as they stand.
type encoder struct {
	k, n     int
	weights  []Elem // w_i, i < k
	heights  []Elem // Π_{j<k} (x-j), for x = k..n-1
	inverses []Elem // 1/m at m, 1 <= m < n; kept only without a convolver
	conv     *convolver
	scratch  sync.Pool // of *[]Elem of length k; unused with a convolver
}

// NewEncoder makes the encoder of the code with k message and n code symbols,
// 1 <= k <= n <= 2^16. Other sizes are a defect of the caller and panic. It takes
// about the time of two rows; the encoder holds about 130 bytes a code symbol.
func (Field) NewEncoder(k, n int) field.Encoder[Elem] {
	if k < 1 || k > n || n > maxCode {
		panic(fmt.Sprintf("p256: no code with %d message symbols and %d code symbols", k, n))
	}
	return newEncoder(k, n, convolutionLength(k, n))
}

// newEncoder is NewEncoder with the length of convolutions given, zero for none.
func newEncoder(k, n, length int) *encoder {
	factorials := make([]Elem, n)
	integers := make([]Elem, n)
	factorials[0] = fp.One()
	for i := 1; i < n; i++ {
		integers[i] = fp.NewElement(uint64(i))
		mul(&factorials[i], &factorials[i-1], &integers[i])
	}
	inverseFactorials := BatchInvert(factorials)

	e := &encoder{
		k: k, n: n,
		weights:  make([]Elem, k),
		heights:  make([]Elem, n-k),
		inverses: BatchInvert(integers),
	}
	// Π_{j≠i} (i-j) = (-1)^(k-1-i) · i! · (k-1-i)!
	for i := range e.weights {
		w := &e.weights[i]
		mul(w, &inverseFactorials[i], &inverseFactorials[k-1-i])
		if (k-1-i)%2 == 1 {
			sub(w, new(Elem), w)
		}
	}
	// Π_{j<k} (x-j) = x! / (x-k)!
	for x := k; x < n; x++ {
		mul(&e.heights[x-k], &factorials[x], &inverseFactorials[x-k])
	}
	if length > 0 {
		e.conv = newConvolver(k, length, e.inverses)
		e.inverses = nil
	}
	e.scratch.New = func() any { s := make([]Elem, k); return &s }
	return e
}

// Encode fills row[k:] from row[:k].
func (e *encoder) Encode(row []Elem) {
	if len(row) != e.n {
		panic(fmt.Sprintf("p256: encoding a row of %d symbols, want %d", len(row), e.n))
	}
	if e.conv != nil {
		e.conv.run(row, e.weights, e.heights)
		return
	}
	buf := e.scratch.Get().(*[]Elem)
	defer e.scratch.Put(buf)
	g := *buf
	for i := range g {
		mul(&g[len(g)-1-i], &row[i], &e.weights[i])
	}
	for x := e.k; x < e.n; x++ {
		row[x] = Field{}.Dot(g, e.inverses[x-e.k+1:x+1])
		mul(&row[x], &row[x], &e.heights[x-e.k])
	}
}

// Costs in nanoseconds, measured; only their proportions matter.
const (
	costTerm  = 15 // a term of a dot product
	costPoint = 75 // a product of two pairs, loaded and stored
	costLevel = 32 // a point of a transform at a level of its tree
)

// convolutionLength is the length of the cheapest convolutions for a code, zero
// where plain sums are cheaper.
func convolutionLength(k, n int) int {
	best, cost := 0, costTerm*uint64(k)*uint64(n-k)
	for length := max(2, 1<<bits.Len(uint(k-1))); ; length *= 2 {
		outputs := length - k + 1
		blocks := uint64((n - k + outputs - 1) / outputs)
		points := uint64(length / 2)
		levels := uint64(bits.Len64(points) - 1)
		if c := points * ((blocks+1)*levels*costLevel + blocks*costPoint); c < cost {
			best, cost = length, c
		}
		if blocks <= 1 {
			return best
		}
	}
}
