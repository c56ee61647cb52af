package gf128

import (
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
)

// subsetSums holds, for each byte of a word, the sums of the weights of every set of
// its bits: the sum for a word is one look-up a byte ("the four Russians").
type subsetSums struct {
	bytes []byteSums // those that have a weight
}

type byteSums struct {
	shift uint
	sums  [256]Elem
}

// SetBits sets bit c of words[i] where row[i] is one, and some bit of rest[i] where row[i] is neither zero nor
// one.
func (Field) SetBits(words, rest []uint64, row []Elem, c int) {
	words, rest = words[:len(row)], rest[:len(row)]
	for i, e := range row { // without branches: bits are as good as random
		words[i] |= e.Lo & 1 << (c & 63)
		rest[i] |= e.Hi | e.Lo>>1
	}
}

// NewSubsetSums prepares sums of at most 64 weights.
func (Field) NewSubsetSums(weights []Elem) field.SubsetSums[Elem] {
	if len(weights) > 64 {
		panic("gf128: subset sums of more than 64 weights")
	}
	t := &subsetSums{bytes: buffers.Make[byteSums]((len(weights) + 7) / 8)[:0]}
	for lo := 0; lo < len(weights); lo += 8 {
		var of [8]Elem
		copy(of[:], weights[lo:])
		if of == [8]Elem{} {
			continue
		}
		t.bytes = t.bytes[:len(t.bytes)+1]
		last := &t.bytes[len(t.bytes)-1]
		last.shift = uint(lo)
		sums := &last.sums
		for i, w := range of {
			for x := range 1 << i {
				sums[1<<i|x] = add(sums[x], w)
			}
		}
	}
	return t
}

// Free gives the memory of the sums back.
func (t *subsetSums) Free() {
	buffers.Free(t.bytes)
	t.bytes = nil
}

// Sums adds k·S(x[i]) to dst[i].
func (t *subsetSums) Sums(dst []Elem, k Elem, x []uint64) {
	sameLength(len(dst), len(x))
	var buf [128]Elem
	for len(x) > 0 {
		n := min(len(x), len(buf))
		for i, word := range x[:n] {
			buf[i] = t.sum(word)
		}
		axpy(dst[:n], k, buf[:n])
		dst, x = dst[n:], x[n:]
	}
}

// AndDot is Σ_i k[i]·S(x[left[i]] & y[right[i]]).
func (t *subsetSums) AndDot(k []Elem, x, y []uint64, left, right []uint32) Elem {
	sameLength(len(k), len(left))
	sameLength(len(k), len(right))
	var sum Elem
	var buf [128]Elem
	for len(k) > 0 {
		n := min(len(k), len(buf))
		r := right[:n]
		for i, l := range left[:n] {
			buf[i] = t.sum(x[l] & y[r[i]])
		}
		sum = add(sum, dot(k[:n], buf[:n]))
		k, left, right = k[n:], left[n:], right[n:]
	}
	return sum
}

// sum is S(x).
func (t *subsetSums) sum(x uint64) Elem {
	var lo, hi uint64
	for i := range t.bytes {
		b := &t.bytes[i]
		e := &b.sums[byte(x>>b.shift)]
		lo ^= e.Lo
		hi ^= e.Hi
	}
	return Elem{lo, hi}
}
