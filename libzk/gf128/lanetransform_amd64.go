//go:build !purego

package gf128

import "sync"

// lanePlan is plan[uint16, symbolButterflies] on lanes, for transforms of at least
// laneMinimum symbols.
type lanePlan struct {
	levels int
	// within are the twiddles of levels 0, 1, 2 at the code points that are
	// multiples of quadSymbols.
	within []laneMatrices
	// straight[i][j] and crossed[i][j] are the matrices of plan.twiddles[i][j], for
	// levels 3 and up.
	straight, crossed [][]matrices
	forwardConstants  laneConstants
	inverseConstants  laneConstants
	// scalar does the exchange of laneMinimum symbols.
	scalar  *plan[uint16, symbolButterflies]
	scratch sync.Pool
}

type laneScratch struct {
	coeffs, values []lane
	symbols        []uint16
}

// laneExtender is an encoder of rows of symbols with GFNI, or nil where the machine
// has none or the code is too small.
func laneExtender(scalar *plan[uint16, symbolButterflies], levels, k int) func(row []uint16) {
	if !hasGFNI || 1<<levels < laneMinimum {
		return nil
	}
	p := newLanePlan(scalar, levels)
	return func(row []uint16) { p.extend(row, k) }
}

func newLanePlan(scalar *plan[uint16, symbolButterflies], levels int) *lanePlan {
	p := &lanePlan{
		levels:   levels,
		straight: make([][]matrices, levels),
		crossed:  make([][]matrices, levels),
		scalar:   scalar,
	}
	for i, twiddles := range scalar.twiddles {
		p.straight[i], p.crossed[i] = twiddleMatrices(twiddles)
	}
	points := 2 * len(scalar.twiddles[0])
	p.within = make([]laneMatrices, points/quadSymbols)
	for q := range p.within {
		for i := range 3 {
			for l := range 4 {
				block := (4*q + l) << (2 - i)
				p.within[q][i][0][l] = p.straight[i][block]
				p.within[q][i][1][l] = p.crossed[i][block]
			}
		}
	}
	// The lowest levels are in within now.
	clear(p.straight[:3])
	clear(p.crossed[:3])
	for c, t := range [3]uint16{scalar.twiddles[1][1], scalar.twiddles[0][1], scalar.twiddles[0][2]} {
		straight, crossed := factorMatrices(t)
		p.forwardConstants.factors[c] = [2]matrices{straight, crossed}
	}
	p.inverseConstants = p.forwardConstants
	for c, h := range [3]byte{4, 2, 1} {
		forwardV, inverseV, u := laneShuffles(h)
		p.forwardConstants.shuffles[c] = [2]lane{forwardV, u}
		p.inverseConstants.shuffles[c] = [2]lane{inverseV, u}
	}
	size := 1 << levels
	p.scratch.New = func() any {
		return &laneScratch{
			coeffs:  make([]lane, size/laneSymbols),
			values:  make([]lane, size/laneSymbols),
			symbols: make([]uint16, size),
		}
	}
	return p
}

// twiddleMatrices are the matrices of all twiddles of a level, which are linear in
// their index.
func twiddleMatrices(twiddles []uint16) (straight, crossed []matrices) {
	straight, crossed = make([]matrices, len(twiddles)), make([]matrices, len(twiddles))
	for bit := 1; bit < len(twiddles); bit *= 2 {
		s, c := factorMatrices(twiddles[bit])
		for j := bit; j < min(2*bit, len(twiddles)); j++ {
			for w := range 2 {
				straight[j][w] = straight[j-bit][w] ^ s[w]
				crossed[j][w] = crossed[j-bit][w] ^ c[w]
			}
		}
	}
	return straight, crossed
}

// forward is plan.forward, with need counted in symbols too.
func (p *lanePlan) forward(a []lane, levels, offset, need int) {
	need = (need + laneMinimum - 1) &^ (laneMinimum - 1)
	for i := levels - 1; i >= 3; i-- {
		blocks := (need-1)>>(i+1) + 1
		first := offset >> (i + 1)
		s, c := &p.straight[i][first], &p.crossed[i][first]
		switch i {
		case 3:
			forwardSingles(&a[0], s, c, blocks)
		case 4:
			forwardPairs(&a[0], s, c, blocks)
		default:
			forwardWide(&a[0], 2<<i, 2<<i, s, c, blocks)
		}
	}
	forwardLanes(&a[0], &p.within[offset/quadSymbols], &p.forwardConstants, need/quadSymbols)
}

// inverse is plan.inverse.
func (p *lanePlan) inverse(a []lane, levels, offset int) {
	inverseLanes(&a[0], &p.within[offset/quadSymbols], &p.inverseConstants, len(a)/4)
	for i := 3; i < levels; i++ {
		blocks := len(a) * laneSymbols >> (i + 1)
		first := offset >> (i + 1)
		s, c := &p.straight[i][first], &p.crossed[i][first]
		switch i {
		case 3:
			inverseSingles(&a[0], s, c, blocks)
		case 4:
			inversePairs(&a[0], s, c, blocks)
		default:
			inverseWide(&a[0], 2<<i, 2<<i, s, c, blocks)
		}
	}
}

// exchange is plan.exchange.
func (p *lanePlan) exchange(a []lane, levels, offset, k int) {
	size := len(a) * laneSymbols
	switch {
	case k == 0:
		p.forward(a, levels, offset, size)
		return
	case k == size:
		p.inverse(a, levels, offset)
		return
	case size == laneMinimum:
		var symbols [laneMinimum]uint16
		unpackSymbols(symbols[:], a)
		p.scalar.exchange(symbols[:], levels, offset, k)
		packSymbols(a, symbols[:])
		return
	}
	i := levels - 1
	h := 1 << i
	left, right := a[:len(a)/2], a[len(a)/2:]
	s, c := &p.straight[i][offset>>levels], &p.crossed[i][offset>>levels]
	if k >= h {
		k -= h
		p.inverse(left, i, offset)
		onPairs(mixWide, a, k, h, s, c)
		p.exchange(right, i, offset+h, k)
		onPairs(inverseWide, a, 0, k, s, c)
		return
	}
	onPairs(forwardWide, a, k, h, s, c)
	p.exchange(left, i, offset, k)
	onPairs(mixWide, a, 0, k, s, c)
	p.forward(right, i, offset+h, h)
}

// onPairs applies one of the butterflies to the symbols from..to of the halves of
// a, where from is zero or to the length of the halves.
func onPairs(butterfly func(*lane, int, int, *matrices, *matrices, int), a []lane, from, to int, s, c *matrices) {
	half := len(a) / 2
	// The register that has symbols on both sides of the border is worked on in a
	// copy, of which the wanted side is taken over.
	first, last := (from+quadSymbols-1)/quadSymbols, to/quadSymbols
	border, begin, end := -1, 0, quadSymbols
	if from%quadSymbols != 0 {
		border, begin = from/quadSymbols, from%quadSymbols
	} else if to%quadSymbols != 0 {
		border, end = last, to%quadSymbols
	}
	if border >= 0 {
		var both [8]lane
		copy(both[:4], a[4*border:])
		copy(both[4:], a[half+4*border:])
		butterfly(&both[0], 64, 64, s, c, 1)
		for l := range 4 {
			mask := bytesBetween(begin-l*laneSymbols, end-l*laneSymbols)
			u, v := &a[4*border+l], &a[half+4*border+l]
			for w := range 2 {
				u[w] ^= (u[w] ^ both[l][w]) & mask
				v[w] ^= (v[w] ^ both[4+l][w]) & mask
			}
		}
	}
	if first < last {
		butterfly(&a[4*first], 16*half, 64*(last-first), s, c, 1)
	}
}

// bytesBetween has ones in the bytes from..to of a word, as far as they exist.
func bytesBetween(from, to int) uint64 {
	from, to = min(max(from, 0), 8), min(max(to, 0), 8)
	return (1<<(8*to) - 1) &^ (1<<(8*from) - 1)
}

// extend is plan.extend.
func (p *lanePlan) extend(row []uint16, k int) {
	scratch := p.scratch.Get().(*laneScratch)
	coeffs, values, symbols := scratch.coeffs, scratch.values, scratch.symbols
	size := len(symbols)
	copy(symbols, row[:k])
	clear(symbols[k:])
	packSymbols(coeffs, symbols)
	p.exchange(coeffs, p.levels, 0, k)
	unpackSymbols(symbols, coeffs)
	copy(row[k:], symbols[k:])

	// The values beyond k make room for the coefficients there, which are zero.
	quad := k / quadSymbols
	for l := range coeffs[4*quad:] {
		mask := bytesBetween(0, k-(4*quad+l)*laneSymbols)
		coeffs[4*quad+l][0] &= mask
		coeffs[4*quad+l][1] &= mask
	}
	for offset := size; offset < len(row); offset += size {
		part := row[offset:]
		copy(values, coeffs)
		p.forward(values, p.levels, offset, min(size, len(part)))
		if len(part) >= size {
			unpackSymbols(part[:size], values)
			continue
		}
		unpackSymbols(symbols, values)
		copy(part, symbols)
	}
	p.scratch.Put(scratch)
}
