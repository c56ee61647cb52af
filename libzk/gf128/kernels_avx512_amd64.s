//go:build !purego

#include "textflag.h"
#include "product_avx512_amd64.h"

// The vector kernels with 512-bit carry-less multiplication, for lengths that are a
// multiple of four.

// LANES leaves the sum of the four lanes of Z in X.
#define LANES(Z, Y, X, TY, TX) \
	VEXTRACTI64X4 $1, Z, TY; \
	VPXOR TY, Y, Y; \
	VEXTRACTI128 $1, Y, TX; \
	VPXOR TX, X, X

// func axpyAVX512(dst *Elem, k Elem, x *Elem, n int)
TEXT ·axpyAVX512(SB), NOSPLIT, $0-40
	LOAD_REDUCTION
	MOVQ dst+0(FP), DI
	LOAD_ARGUMENT(k_Lo+8(FP), k_Hi+16(FP), X12, Z12)
	MOVQ x+24(FP), SI
	MOVQ n+32(FP), CX
	PREPARE_FIXED(Z0)

loop:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 (DI), Z1
	TIMES_FIXED(Z0, Z1, Z2, Z3, Z4, Z5)
	VMOVDQU64 Z1, (DI)
	ADDQ      $64, SI
	ADDQ      $64, DI
	SUBQ      $4, CX
	JNZ       loop
	VZEROUPPER
	RET

// func scaleAVX512(dst *Elem, k Elem, n int)
TEXT ·scaleAVX512(SB), NOSPLIT, $0-32
	LOAD_REDUCTION
	MOVQ dst+0(FP), DI
	LOAD_ARGUMENT(k_Lo+8(FP), k_Hi+16(FP), X12, Z12)
	MOVQ n+24(FP), CX
	PREPARE_FIXED(Z0)

loop:
	VMOVDQU64 (DI), Z0
	VPXORQ    Z1, Z1, Z1
	TIMES_FIXED(Z0, Z1, Z2, Z3, Z4, Z5)
	VMOVDQU64 Z1, (DI)
	ADDQ      $64, DI
	SUBQ      $4, CX
	JNZ       loop
	VZEROUPPER
	RET

// func mulAccAVX512(dst, x, y *Elem, n int)
TEXT ·mulAccAVX512(SB), NOSPLIT, $0-32
	LOAD_REDUCTION
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ n+24(FP), CX

loop:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 (DX), Z1
	PRODUCTS(Z0, Z1, Z2, Z3, Z4, Z5)
	MIDDLE(Z2, Z3, Z4)
	REDUCE(Z2, Z3, Z4, Z5)
	VPXORQ    (DI), Z2, Z2
	VMOVDQU64 Z2, (DI)
	ADDQ      $64, DI
	ADDQ      $64, SI
	ADDQ      $64, DX
	SUBQ      $4, CX
	JNZ       loop
	VZEROUPPER
	RET

// func mulAccScaledAVX512(dst *Elem, k Elem, x, y *Elem, n int)
TEXT ·mulAccScaledAVX512(SB), NOSPLIT, $0-48
	LOAD_REDUCTION
	MOVQ dst+0(FP), DI
	LOAD_ARGUMENT(k_Lo+8(FP), k_Hi+16(FP), X12, Z12)
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DX
	MOVQ n+40(FP), CX
	PREPARE_FIXED(Z0)

loop:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 (DX), Z1
	PRODUCTS(Z0, Z1, Z2, Z3, Z4, Z5)
	MIDDLE(Z2, Z3, Z4)
	REDUCE(Z2, Z3, Z4, Z5)
	VMOVDQU64 (DI), Z6
	TIMES_FIXED(Z2, Z6, Z7, Z8, Z9, Z10)
	VMOVDQU64 Z6, (DI)
	ADDQ      $64, DI
	ADDQ      $64, SI
	ADDQ      $64, DX
	SUBQ      $4, CX
	JNZ       loop
	VZEROUPPER
	RET

// func dotAVX512(x, y *Elem, n int) (lo, hi uint64)
TEXT ·dotAVX512(SB), NOSPLIT, $0-40
	LOAD_REDUCTION
	MOVQ   x+0(FP), SI
	MOVQ   y+8(FP), DX
	MOVQ   n+16(FP), CX
	VPXORQ Z8, Z8, Z8
	VPXORQ Z9, Z9, Z9
	VPXORQ Z11, Z11, Z11

loop:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 (DX), Z1
	ACCUMULATE(Z0, Z1, Z8, Z9, Z11, Z2, Z3, Z4, Z5)
	ADDQ      $64, SI
	ADDQ      $64, DX
	SUBQ      $4, CX
	JNZ       loop

	MIDDLE(Z8, Z9, Z11)
	REDUCE(Z8, Z9, Z11, Z0)
	LANES(Z8, Y8, X8, Y0, X0)
	VMOVDQU X8, lo+24(FP)
	VZEROUPPER
	RET

// func gatherDotAVX512(k, x *Elem, size int, idx *uint32, n int) (lo, hi uint64, inRange bool)
TEXT ·gatherDotAVX512(SB), NOSPLIT, $0-57
	LOAD_REDUCTION
	MOVQ   k+0(FP), SI
	MOVQ   x+8(FP), DX
	MOVQ   size+16(FP), BX
	MOVQ   idx+24(FP), DI
	MOVQ   n+32(FP), CX
	VPXORQ Z8, Z8, Z8
	VPXORQ Z9, Z9, Z9
	VPXORQ Z11, Z11, Z11

loop:
	MOVL        (DI), AX
	CMPQ        AX, BX
	JAE         outOfRange
	SHLQ        $4, AX
	VMOVDQU     (DX)(AX*1), X1
	MOVL        4(DI), R8
	CMPQ        R8, BX
	JAE         outOfRange
	SHLQ        $4, R8
	VINSERTI128 $1, (DX)(R8*1), Y1, Y1
	MOVL        8(DI), R9
	CMPQ        R9, BX
	JAE         outOfRange
	SHLQ        $4, R9
	VMOVDQU     (DX)(R9*1), X2
	MOVL        12(DI), R10
	CMPQ        R10, BX
	JAE         outOfRange
	SHLQ        $4, R10
	VINSERTI128 $1, (DX)(R10*1), Y2, Y2
	VINSERTI64X4 $1, Y2, Z1, Z1
	VMOVDQU64   (SI), Z0
	ACCUMULATE(Z0, Z1, Z8, Z9, Z11, Z2, Z3, Z4, Z5)
	ADDQ        $64, SI
	ADDQ        $16, DI
	SUBQ        $4, CX
	JNZ         loop

	MIDDLE(Z8, Z9, Z11)
	REDUCE(Z8, Z9, Z11, Z0)
	LANES(Z8, Y8, X8, Y0, X0)
	VMOVDQU X8, lo+40(FP)
	MOVB    $1, inRange+56(FP)
	VZEROUPPER
	RET

outOfRange:
	MOVQ $0, lo+40(FP)
	MOVQ $0, hi+48(FP)
	MOVB $0, inRange+56(FP)
	VZEROUPPER
	RET

// func bindAVX512(dst, src *Elem, c Elem, n int)
TEXT ·bindAVX512(SB), NOSPLIT, $0-40
	LOAD_REDUCTION
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	LOAD_ARGUMENT(c_Lo+16(FP), c_Hi+24(FP), X12, Z12)
	MOVQ n+32(FP), CX
	PREPARE_FIXED(Z0)

loop:
	VMOVDQU64  (SI), Z0
	VMOVDQU64  64(SI), Z1
	VSHUFI64X2 $0x88, Z1, Z0, Z2 // first elements of the pairs
	VSHUFI64X2 $0xDD, Z1, Z0, Z3 // second elements
	VPXORQ     Z2, Z3, Z3
	TIMES_FIXED(Z3, Z2, Z4, Z5, Z6, Z7)
	VMOVDQU64  Z2, (DI)
	ADDQ       $128, SI
	ADDQ       $64, DI
	SUBQ       $4, CX
	JNZ        loop
	VZEROUPPER
	RET

// func pairDotsAVX512(q, v *Elem, strideBytes, rows int) (lo0, hi0, loInf, hiInf uint64)
//
// Two rows at a time: even lanes sum the first elements of the pairs, odd lanes
// the differences.
TEXT ·pairDotsAVX512(SB), NOSPLIT, $0-64
	LOAD_REDUCTION
	MOVQ   q+0(FP), SI
	MOVQ   v+8(FP), DX
	MOVQ   strideBytes+16(FP), BX
	MOVQ   rows+24(FP), CX
	VPXORQ Z8, Z8, Z8
	VPXORQ Z9, Z9, Z9
	VPXORQ Z11, Z11, Z11
	MOVL   $0xCC, AX                // the words of odd lanes
	KMOVB  AX, K1

loop:
	VMOVDQU      (SI), Y0
	VINSERTI64X4 $1, (SI)(BX*1), Z0, Z0
	VMOVDQU      (DX), Y1
	VINSERTI64X4 $1, (DX)(BX*1), Z1, Z1
	VSHUFI64X2   $0xA0, Z0, Z0, Z2
	VSHUFI64X2   $0xA0, Z1, Z1, Z3
	VPXORQ       Z2, Z0, K1, Z0
	VPXORQ       Z3, Z1, K1, Z1
	ACCUMULATE(Z0, Z1, Z8, Z9, Z11, Z2, Z3, Z4, Z5)
	LEAQ         (SI)(BX*2), SI
	LEAQ         (DX)(BX*2), DX
	SUBQ         $2, CX
	JNZ          loop

	MIDDLE(Z8, Z9, Z11)
	REDUCE(Z8, Z9, Z11, Z0)
	VEXTRACTI64X4 $1, Z8, Y0
	VPXOR         Y0, Y8, Y8
	VMOVDQU       Y8, lo0+32(FP)
	VZEROUPPER
	RET
