//go:build !purego

package gf128

import "unsafe"

// Every kernel leaves as much of its work as it can to the 512-bit instructions
// and the rest to the 128-bit ones.

func mul(a, b Elem) Elem {
	if !hasAVX {
		return mulGeneric(a, b)
	}
	lo, hi := mulAVX(a, b)
	return Elem{lo, hi}
}

func addVec(dst, x []Elem) {
	if !hasAVX {
		addVecGeneric(dst, x)
		return
	}
	addVecAVX(unsafe.SliceData(dst), unsafe.SliceData(x), len(dst))
}

func fold(dst []Elem, t *traceFold, src []Elem) {
	if !hasAVX {
		foldGeneric(dst, t, src)
		return
	}
	foldAVX(unsafe.SliceData(dst), t, unsafe.SliceData(src), len(dst))
}

func axpy(dst []Elem, k Elem, x []Elem) {
	if !hasAVX {
		axpyGeneric(dst, k, x)
		return
	}
	if n := len(dst) &^ (wide - 1); hasAVX512 && n > 0 {
		axpyAVX512(unsafe.SliceData(dst), k, unsafe.SliceData(x), n)
		dst, x = dst[n:], x[n:]
	}
	if len(dst) > 0 {
		axpyAVX(unsafe.SliceData(dst), k, unsafe.SliceData(x), len(dst))
	}
}

func scale(dst []Elem, k Elem) {
	if !hasAVX {
		scaleGeneric(dst, k)
		return
	}
	if n := len(dst) &^ (wide - 1); hasAVX512 && n > 0 {
		scaleAVX512(unsafe.SliceData(dst), k, n)
		dst = dst[n:]
	}
	if len(dst) > 0 {
		scaleAVX(unsafe.SliceData(dst), k, len(dst))
	}
}

func mulAcc(dst, x, y []Elem) {
	if !hasAVX {
		mulAccGeneric(dst, x, y)
		return
	}
	if n := len(dst) &^ (wide - 1); hasAVX512 && n > 0 {
		mulAccAVX512(unsafe.SliceData(dst), unsafe.SliceData(x), unsafe.SliceData(y), n)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
	if len(dst) > 0 {
		mulAccAVX(unsafe.SliceData(dst), unsafe.SliceData(x), unsafe.SliceData(y), len(dst))
	}
}

func mulAccScaled(dst []Elem, k Elem, x, y []Elem) {
	if !hasAVX {
		mulAccScaledGeneric(dst, k, x, y)
		return
	}
	if n := len(dst) &^ (wide - 1); hasAVX512 && n > 0 {
		mulAccScaledAVX512(unsafe.SliceData(dst), k, unsafe.SliceData(x), unsafe.SliceData(y), n)
		dst, x, y = dst[n:], x[n:], y[n:]
	}
	if len(dst) > 0 {
		mulAccScaledAVX(unsafe.SliceData(dst), k, unsafe.SliceData(x), unsafe.SliceData(y), len(dst))
	}
}

func dot(x, y []Elem) Elem {
	if !hasAVX {
		return dotGeneric(x, y)
	}
	var sum Elem
	if n := len(x) &^ (wide - 1); hasAVX512 && n > 0 {
		sum.Lo, sum.Hi = dotAVX512(unsafe.SliceData(x), unsafe.SliceData(y), n)
		x, y = x[n:], y[n:]
	}
	if len(x) > 0 {
		lo, hi := dotAVX(unsafe.SliceData(x), unsafe.SliceData(y), len(x))
		sum = add(sum, Elem{lo, hi})
	}
	return sum
}

func bind(dst, src []Elem, c Elem) {
	if !hasAVX {
		bindGeneric(dst, src, c)
		return
	}
	if n := len(dst) &^ (wide - 1); hasAVX512 && n > 0 {
		bindAVX512(unsafe.SliceData(dst), unsafe.SliceData(src), c, n)
		dst, src = dst[n:], src[2*n:]
	}
	if len(dst) > 0 {
		bindAVX(unsafe.SliceData(dst), unsafe.SliceData(src), c, len(dst))
	}
}

func pairDots(q, v []Elem, stride, rows int) (s0, sInf Elem) {
	if !hasAVX {
		return pairDotsGeneric(q, v, stride, rows)
	}
	if n := rows &^ 1; hasAVX512 && n > 0 {
		s0.Lo, s0.Hi, sInf.Lo, sInf.Hi = pairDotsAVX512(unsafe.SliceData(q), unsafe.SliceData(v), elemSize*stride, n)
		if rows == n {
			return s0, sInf
		}
		q, v, rows = q[n*stride:], v[n*stride:], 1
	}
	lo0, hi0, loInf, hiInf := pairDotsAVX(unsafe.SliceData(q), unsafe.SliceData(v), elemSize*stride, rows)
	return add(s0, Elem{lo0, hi0}), add(sInf, Elem{loInf, hiInf})
}

func gatherDot(k, x []Elem, idx []uint32) Elem {
	if !hasAVX {
		return gatherDotGeneric(k, x, idx)
	}
	var sum Elem
	inRange := true
	if n := len(k) &^ (wide - 1); hasAVX512 && n > 0 {
		sum.Lo, sum.Hi, inRange = gatherDotAVX512(unsafe.SliceData(k), unsafe.SliceData(x), len(x), unsafe.SliceData(idx), n)
		k, idx = k[n:], idx[n:]
	}
	if inRange && len(k) > 0 {
		var lo, hi uint64
		lo, hi, inRange = gatherDotAVX(unsafe.SliceData(k), unsafe.SliceData(x), len(x), unsafe.SliceData(idx), len(k))
		sum = add(sum, Elem{lo, hi})
	}
	if !inRange {
		panic("gf128: index of GatherDot out of range")
	}
	return sum
}

func forwardLevel(a []Elem, h int, twiddles []Elem) {
	sameLength(len(a), 2*h*len(twiddles))
	if !hasAVX {
		forwardLevelGeneric(a, h, twiddles)
		return
	}
	if n := wideBlocks(h, len(twiddles)); hasAVX512 && n > 0 {
		pa, pt := unsafe.SliceData(a), unsafe.SliceData(twiddles)
		switch h {
		case 1:
			forwardSinglesAVX512(pa, pt, n)
		case 2:
			forwardPairsAVX512(pa, pt, n)
		default:
			forwardLevelAVX512(pa, h, pt, n)
		}
		a, twiddles = a[2*h*n:], twiddles[n:]
	}
	if len(a) > 0 {
		forwardLevelAVX(unsafe.SliceData(a), h, unsafe.SliceData(twiddles), len(twiddles))
	}
}

func inverseLevel(a []Elem, h int, twiddles []Elem) {
	sameLength(len(a), 2*h*len(twiddles))
	if !hasAVX {
		inverseLevelGeneric(a, h, twiddles)
		return
	}
	if n := wideBlocks(h, len(twiddles)); hasAVX512 && n > 0 {
		pa, pt := unsafe.SliceData(a), unsafe.SliceData(twiddles)
		switch h {
		case 1:
			inverseSinglesAVX512(pa, pt, n)
		case 2:
			inversePairsAVX512(pa, pt, n)
		default:
			inverseLevelAVX512(pa, h, pt, n)
		}
		a, twiddles = a[2*h*n:], twiddles[n:]
	}
	if len(a) > 0 {
		inverseLevelAVX(unsafe.SliceData(a), h, unsafe.SliceData(twiddles), len(twiddles))
	}
}

// wideBlocks is how many of the blocks with halves of h elements, a power of two,
// fill whole registers.
func wideBlocks(h, blocks int) int {
	if h >= wide {
		return blocks
	}
	return blocks &^ (wide/h - 1)
}
