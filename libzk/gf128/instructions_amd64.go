//go:build !purego

package gf128

import "golang.org/x/sys/cpu"

var (
	// hasAVX says whether the 128-bit kernels can run.
	hasAVX = cpu.X86.HasPCLMULQDQ && cpu.X86.HasAVX
	// hasAVX512 says whether the 512-bit kernels can run; it implies hasAVX.
	hasAVX512 = hasAVX && cpu.X86.HasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW &&
		cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VPCLMULQDQ
)

// The 128-bit kernels take any length; the 512-bit ones a multiple of wide (of
// two rows, pairDotsAVX512; of two blocks, the Pairs) that is not zero.
const wide = 4

//go:noescape
func mulAVX(a, b Elem) (lo, hi uint64)

//go:noescape
func addVecAVX(dst, x *Elem, n int)

//go:noescape
func foldAVX(dst *Elem, t *traceFold, src *Elem, n int)

//go:noescape
func axpyAVX(dst *Elem, k Elem, x *Elem, n int)

//go:noescape
func scaleAVX(dst *Elem, k Elem, n int)

//go:noescape
func mulAccAVX(dst, x, y *Elem, n int)

//go:noescape
func mulAccScaledAVX(dst *Elem, k Elem, x, y *Elem, n int)

//go:noescape
func dotAVX(x, y *Elem, n int) (lo, hi uint64)

//go:noescape
func bindAVX(dst, src *Elem, c Elem, n int)

//go:noescape
func pairDotsAVX(q, v *Elem, strideBytes, rows int) (lo0, hi0, loInf, hiInf uint64)

//go:noescape
func gatherDotAVX(k, x *Elem, size int, idx *uint32, n int) (lo, hi uint64, inRange bool)

//go:noescape
func forwardLevelAVX(a *Elem, h int, twiddles *Elem, blocks int)

//go:noescape
func inverseLevelAVX(a *Elem, h int, twiddles *Elem, blocks int)

//go:noescape
func axpyAVX512(dst *Elem, k Elem, x *Elem, n int)

//go:noescape
func scaleAVX512(dst *Elem, k Elem, n int)

//go:noescape
func mulAccAVX512(dst, x, y *Elem, n int)

//go:noescape
func mulAccScaledAVX512(dst *Elem, k Elem, x, y *Elem, n int)

//go:noescape
func dotAVX512(x, y *Elem, n int) (lo, hi uint64)

//go:noescape
func bindAVX512(dst, src *Elem, c Elem, n int)

//go:noescape
func pairDotsAVX512(q, v *Elem, strideBytes, rows int) (lo0, hi0, loInf, hiInf uint64)

//go:noescape
func gatherDotAVX512(k, x *Elem, size int, idx *uint32, n int) (lo, hi uint64, inRange bool)

//go:noescape
func forwardLevelAVX512(a *Elem, h int, twiddles *Elem, blocks int)

//go:noescape
func inverseLevelAVX512(a *Elem, h int, twiddles *Elem, blocks int)

//go:noescape
func forwardPairsAVX512(a, twiddles *Elem, blocks int)

//go:noescape
func inversePairsAVX512(a, twiddles *Elem, blocks int)

//go:noescape
func forwardSinglesAVX512(a, twiddles *Elem, blocks int)

//go:noescape
func inverseSinglesAVX512(a, twiddles *Elem, blocks int)
