package base64url

import (
	"math/bits"
	"sync"
)

// A point is an assignment of the inputs of one character as a bit string, from
// the least significant bit on: present, sextet, character.
type point uint32

// Variables of a point.
const (
	present = iota
	s0      // sextet
	s1
	s2
	s3
	s4
	s5
	c0 // character
	c1
	c2
	c3
	c4
	c5
	c6
	c7
)

// A monomial is a product of two variables, or a variable if they are equal.
type monomial [2]int

func (m monomial) at(p point) uint64 { return uint64((p >> m[0]) & (p >> m[1]) & 1) }

// The monomials of the two systems of relations, found by a random search for
// few of them. Which relations they carry is computed, and the tests decide on all
// 2^15 points that they are enough; nothing depends on how they were found.
var (
	mainMonomials = []monomial{
		{present, present}, {present, s3}, {present, c1},
		{s0, s0}, {s0, s4}, {s0, c0}, {s0, c5}, {s0, c6},
		{s1, s1}, {s1, c1},
		{s2, s2}, {s2, c0}, {s2, c2}, {s2, c6},
		{s3, s3}, {s3, s5}, {s3, c3}, {s3, c5},
		{s4, s4}, {s4, c0}, {s4, c4}, {s4, c6},
		{s5, s5},
		{c0, c0}, {c0, c2}, {c1, c1}, {c2, c2}, {c2, c6}, {c3, c3}, {c4, c4}, {c4, c6}, {c5, c5}, {c5, c6}, {c6, c6},
		{c7, c7},
	}
	rangeMonomials = []monomial{
		{s1, s2}, {s1, s4}, {s1, s5}, {s1, c6}, {s2, s4}, {s2, c6}, {s3, s4}, {s3, s5},
		{c0, c6}, {c1, c6}, {c2, c3},
	}
)

// suspect is the factor s4·(present + c3 + c4): it is 1 at all points that satisfy the
// main relations without being a character.
func (p point) suspect() bool { return p>>s4&(p>>present^p>>c3^p>>c4)&1 == 1 }

// characters are the points to accept: 64 characters and absence.
func characters() []point {
	points := []point{0}
	for i := range len(Alphabet) {
		points = append(points, 1<<present|point(i)<<s0|point(Alphabet[i])<<c0)
	}
	return points
}

// relations are the two systems, each a list of quadratic forms given by their
// monomials' bits.
var relations = sync.OnceValues(func() (main, ranged []uint64) {
	all := characters()
	var suspects []point
	for _, p := range all {
		if p.suspect() {
			suspects = append(suspects, p)
		}
	}
	return vanishing(mainMonomials, all), vanishing(rangeMonomials, suspects)
})

// vanishing is a basis of the forms in the monomials (at most 64) that are zero
// at all points: the kernel of their values.
func vanishing(monomials []monomial, points []point) (forms []uint64) {
	// Reduced row echelon form of the matrix of points by monomials.
	pivots := map[int]uint64{}
	for _, p := range points {
		var row uint64
		for k, m := range monomials {
			row |= m.at(p) << k
		}
		for k, pivot := range pivots {
			if row>>k&1 == 1 {
				row ^= pivot
			}
		}
		if row == 0 {
			continue
		}
		lead := bits.TrailingZeros64(row)
		for k, pivot := range pivots {
			if pivot>>lead&1 == 1 {
				pivots[k] = pivot ^ row
			}
		}
		pivots[lead] = row
	}
	for free := range monomials {
		if _, ok := pivots[free]; ok {
			continue
		}
		form := uint64(1) << free
		for k, pivot := range pivots {
			form |= pivot >> free & 1 << k
		}
		forms = append(forms, form)
	}
	return forms
}
