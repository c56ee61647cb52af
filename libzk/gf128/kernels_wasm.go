//go:build js && wasm && !purego

package gf128

import "unsafe"

// The kernels of js/kernels/gf128.wat, which whoever instantiates this program puts
// into its imports: js/src/kernels.ts does. Without SIMD they are not there, and the
// kernels in plain Go do the work.

//go:wasmimport zkpass_gf128 available
func kernelsAvailable() int32

//go:wasmimport zkpass_gf128 init
func kernelsInit(scratch unsafe.Pointer)

//go:wasmimport zkpass_gf128 mul
func mulSIMD(a0, a1, b0, b1 uint64)

//go:wasmimport zkpass_gf128 axpy
//go:noescape
func axpySIMD(dst, x unsafe.Pointer, n int32, k0, k1 uint64, accumulate int32)

//go:wasmimport zkpass_gf128 bind
//go:noescape
func bindSIMD(dst, src unsafe.Pointer, n int32, c0, c1 uint64)

//go:wasmimport zkpass_gf128 mulAcc
//go:noescape
func mulAccSIMD(dst, x, y unsafe.Pointer, n int32)

//go:wasmimport zkpass_gf128 mulAccScaled
//go:noescape
func mulAccScaledSIMD(dst, x, y unsafe.Pointer, n int32, k0, k1 uint64)

//go:wasmimport zkpass_gf128 dot
//go:noescape
func dotSIMD(x, y unsafe.Pointer, n int32)

//go:wasmimport zkpass_gf128 gatherDot
//go:noescape
func gatherDotSIMD(k, x unsafe.Pointer, size int32, idx unsafe.Pointer, n int32) int32

//go:wasmimport zkpass_gf128 pairDots
//go:noescape
func pairDotsSIMD(q, v unsafe.Pointer, stride, rows int32)

// scratch is where the kernels keep tables and leave results: there is one thread, and
// no kernel is left before it has ended.
var scratch struct {
	results [2]Elem
	tables  [16 + 32*16]Elem
}

// hasSIMD says whether the kernels are there.
var hasSIMD = func() bool {
	if kernelsAvailable() == 0 {
		return false
	}
	kernelsInit(unsafe.Pointer(&scratch))
	return true
}()

func start(x []Elem) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

func mul(a, b Elem) Elem {
	if !hasSIMD {
		return mulGeneric(a, b)
	}
	mulSIMD(a.Lo, a.Hi, b.Lo, b.Hi)
	return scratch.results[0]
}

func addVec(dst, x []Elem) { addVecGeneric(dst, x) }

func fold(dst []Elem, t *traceFold, src []Elem) { foldGeneric(dst, t, src) }

func axpy(dst []Elem, k Elem, x []Elem) {
	if !hasSIMD {
		axpyGeneric(dst, k, x)
		return
	}
	axpySIMD(start(dst), start(x), int32(len(dst)), k.Lo, k.Hi, -1)
}

func scale(dst []Elem, k Elem) {
	if !hasSIMD {
		scaleGeneric(dst, k)
		return
	}
	axpySIMD(start(dst), start(dst), int32(len(dst)), k.Lo, k.Hi, 0)
}

func mulAcc(dst, x, y []Elem) {
	if !hasSIMD {
		mulAccGeneric(dst, x, y)
		return
	}
	mulAccSIMD(start(dst), start(x), start(y), int32(len(dst)))
}

func mulAccScaled(dst []Elem, k Elem, x, y []Elem) {
	if !hasSIMD {
		mulAccScaledGeneric(dst, k, x, y)
		return
	}
	mulAccScaledSIMD(start(dst), start(x), start(y), int32(len(dst)), k.Lo, k.Hi)
}

func dot(x, y []Elem) Elem {
	if !hasSIMD {
		return dotGeneric(x, y)
	}
	dotSIMD(start(x), start(y), int32(len(x)))
	return scratch.results[0]
}

func bind(dst, src []Elem, c Elem) {
	if !hasSIMD {
		bindGeneric(dst, src, c)
		return
	}
	bindSIMD(start(dst), start(src), int32(len(dst)), c.Lo, c.Hi)
}

func pairDots(q, v []Elem, stride, rows int) (s0, sInf Elem) {
	if !hasSIMD {
		return pairDotsGeneric(q, v, stride, rows)
	}
	pairDotsSIMD(start(q), start(v), int32(elemSize*stride), int32(rows))
	return scratch.results[0], scratch.results[1]
}

func gatherDot(k, x []Elem, idx []uint32) Elem {
	if !hasSIMD {
		return gatherDotGeneric(k, x, idx)
	}
	inRange := gatherDotSIMD(start(k), start(x), int32(len(x)), unsafe.Pointer(unsafe.SliceData(idx)), int32(len(k)))
	if inRange == 0 {
		panic("gf128: index of GatherDot out of range")
	}
	return scratch.results[0]
}

func forwardLevel(a []Elem, h int, twiddles []Elem) {
	if !hasSIMD {
		forwardLevelGeneric(a, h, twiddles)
		return
	}
	for b, t := range twiddles {
		u, v := a[2*h*b:2*h*b+h], a[2*h*b+h:2*h*b+2*h]
		axpy(u, t, v)
		addVecGeneric(v, u)
	}
}

func inverseLevel(a []Elem, h int, twiddles []Elem) {
	if !hasSIMD {
		inverseLevelGeneric(a, h, twiddles)
		return
	}
	for b, t := range twiddles {
		u, v := a[2*h*b:2*h*b+h], a[2*h*b+h:2*h*b+2*h]
		addVecGeneric(v, u)
		axpy(u, t, v)
	}
}
