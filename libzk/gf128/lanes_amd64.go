//go:build !purego

package gf128

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// hasGFNI says whether rows of symbols can be encoded with GFNI.
var hasGFNI = hasAVX512 && cpu.X86.HasAVX512GFNI

// A lane is eight symbols: their low bytes in the first word, their high bytes in
// the second, the first symbol in the lowest byte.
type lane [2]uint64

const (
	laneSymbols = 8
	quadSymbols = 4 * laneSymbols // symbols a register of four lanes
	// laneMinimum is the smallest transform in lanes: at it, even the level with
	// halves of one lane fills two registers.
	laneMinimum = 64
)

// matrices are the two straight or the two crossed matrices of a factor, for the
// low and the high bytes of a lane.
type matrices [2]uint64

// matricesQuad are the matrices of four factors, one for each lane of a register.
type matricesQuad [4]matrices

// laneMatrices are the twiddles of four lanes at the three levels within them: per
// level from the lowest, the straight and the crossed matrices.
type laneMatrices [3][2]matricesQuad

// laneConstants are what forwardLanes and inverseLanes want beside twiddles.
type laneConstants struct {
	factors  [3][2]matrices // of level 1, and the two of level 0
	shuffles [3][2]lane     // of levels 2, 1, 0: for v, for u
}

//go:noescape
func forwardWide(a *lane, half, run int, straight, crossed *matrices, blocks int)

//go:noescape
func inverseWide(a *lane, half, run int, straight, crossed *matrices, blocks int)

//go:noescape
func mixWide(a *lane, half, run int, straight, crossed *matrices, blocks int)

//go:noescape
func forwardPairs(a *lane, straight, crossed *matrices, blocks int)

//go:noescape
func inversePairs(a *lane, straight, crossed *matrices, blocks int)

//go:noescape
func forwardSingles(a *lane, straight, crossed *matrices, blocks int)

//go:noescape
func inverseSingles(a *lane, straight, crossed *matrices, blocks int)

//go:noescape
func forwardLanes(a *lane, m *laneMatrices, constants *laneConstants, quads int)

//go:noescape
func inverseLanes(a *lane, m *laneMatrices, constants *laneConstants, quads int)

//go:noescape
func shuffleLanes(dst, src unsafe.Pointer, order *lane, quads int)

// factorMatrices are the matrices of multiplication by t. GFNI wants the row for
// bit i of the result in byte 7-i.
func factorMatrices(t uint16) (straight, crossed matrices) {
	for j := range symbolBits {
		column := mulSymbol(t, 1<<j)
		for i := range symbolBits {
			bit := uint64(column>>i&1) << (8*(7-i%8) + j%8)
			if i/8 == j/8 {
				straight[i/8] |= bit
			} else {
				crossed[i/8] |= bit
			}
		}
	}
	return straight, crossed
}

// toLanes and fromLanes are the shuffles of 16 bytes from symbols to a lane and back.
var toLanes, fromLanes = laneOrders()

func laneOrders() (to, from lane) {
	var toBytes, fromBytes [16]byte
	for i := range byte(laneSymbols) {
		toBytes[i], toBytes[8+i] = 2*i, 2*i+1
		fromBytes[2*i], fromBytes[2*i+1] = i, 8+i
	}
	return laneOf(toBytes), laneOf(fromBytes)
}

// laneShuffles are the shuffles of a level within lanes, with halves of h symbols.
// Both v shuffles move what is in the half of v to that of u, and forward's to
// itself too; the u shuffle moves u to the half of v, and zero elsewhere.
func laneShuffles(h byte) (forwardV, inverseV, u lane) {
	const zero = 0x80
	var f, i, m [16]byte
	for p := range byte(16) {
		f[p] = p | h
		if p&h == 0 {
			i[p], m[p] = p|h, zero
		} else {
			i[p], m[p] = zero, p^h
		}
	}
	return laneOf(f), laneOf(i), laneOf(m)
}

func laneOf(b [16]byte) (l lane) {
	for i := range b {
		l[i/8] |= uint64(b[i]) << (8 * (i % 8))
	}
	return l
}

func packSymbols(dst []lane, src []uint16) {
	shuffleLanes(unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src)), &toLanes, len(src)/quadSymbols)
}

func unpackSymbols(dst []uint16, src []lane) {
	shuffleLanes(unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src)), &fromLanes, len(dst)/quadSymbols)
}
