//go:build !purego

#include "textflag.h"

// The kernels with 128-bit carry-less multiplication. An element lies in a vector
// register as in memory, low word first.
//
// VPCLMULQDQ's immediate selects a word of the third operand from the right, the
// register before the destination, by its low digit and one of the first by its
// high digit.

// LOAD_REDUCTION puts x^7 + x^2 + x + 1, which is x^128 in the field, into X14, where
// it stays.
#define LOAD_REDUCTION \
	MOVQ $0x87, AX; \
	VMOVQ AX, X14

// LOAD_ARGUMENT loads an element from the stack. Its words were stored one by one, so
// a single load would wait for both stores to reach the cache.
#define LOAD_ARGUMENT(LO, HI, X) \
	VMOVQ LO, X; \
	VPINSRQ $1, HI, X, X

// REDUCE brings L + M·x^64 + H·x^128 to L modulo the polynomial. M and H hold 128
// bits each.
#define REDUCE(L, M, H, T) \
	VPCLMULQDQ $0x10, H, X14, T; \
	VPSLLDQ $8, H, H; \
	VPXOR T, M, M; \
	VPXOR H, M, M; \
	REDUCE_SHORT(L, M, T)

// REDUCE_SHORT brings L + M·x^64 to L modulo the polynomial.
#define REDUCE_SHORT(L, M, T) \
	VPCLMULQDQ $0x10, M, X14, T; \
	VPSLLDQ $8, M, M; \
	VPXOR T, L, L; \
	VPXOR M, L, L

// PRODUCTS sets L, M, H to three products of words of A and B, of which the product
// of A and B consists by Karatsuba's rule: L + (M + L + H)·x^64 + H·x^128.
#define PRODUCTS(A, B, L, M, H, T) \
	VPUNPCKLQDQ B, A, M; \
	VPUNPCKHQDQ B, A, T; \
	VPXOR T, M, M; \
	VPCLMULQDQ $0x00, A, B, L; \
	VPCLMULQDQ $0x11, A, B, H; \
	VPCLMULQDQ $0x01, M, M, M

// MIDDLE replaces M by M + L + H.
#define MIDDLE(L, M, H) \
	VPXOR L, M, M; \
	VPXOR H, M, M

// ACCUMULATE adds the PRODUCTS of A and B to L, M, H.
#define ACCUMULATE(A, B, L, M, H, T1, T2, T3, T4) \
	PRODUCTS(A, B, T1, T2, T3, T4); \
	VPXOR T1, L, L; \
	VPXOR T2, M, M; \
	VPXOR T3, H, H

// A fixed factor K stays in X12, and K·x^64 in X13: then the product needs one
// reduction step less.
#define PREPARE_FIXED(T) \
	VPCLMULQDQ $0x10, X12, X14, X13; \
	VPSLLDQ $8, X12, T; \
	VPXOR T, X13, X13

// TIMES_FIXED sets L to A times the fixed factor.
#define TIMES_FIXED(A, L, M, T1, T2) \
	VPCLMULQDQ $0x00, A, X12, L; \
	VPCLMULQDQ $0x01, A, X12, M; \
	VPCLMULQDQ $0x10, A, X13, T1; \
	VPCLMULQDQ $0x11, A, X13, T2; \
	VPXOR T1, L, L; \
	VPXOR T2, M, M; \
	REDUCE_SHORT(L, M, T1)

// func mulAVX(a, b Elem) (lo, hi uint64)
TEXT ·mulAVX(SB), NOSPLIT, $0-48
	LOAD_REDUCTION
	LOAD_ARGUMENT(a_Lo+0(FP), a_Hi+8(FP), X0)
	LOAD_ARGUMENT(b_Lo+16(FP), b_Hi+24(FP), X1)
	PRODUCTS(X0, X1, X2, X3, X4, X5)
	MIDDLE(X2, X3, X4)
	REDUCE(X2, X3, X4, X5)
	VMOVDQU X2, lo+32(FP)
	RET

// func addVecAVX(dst, x *Elem, n int)
TEXT ·addVecAVX(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	SUBQ $2, CX
	JL   last

loop:
	VMOVDQU (DI), X0
	VMOVDQU 16(DI), X1
	VPXOR   (SI), X0, X0
	VPXOR   16(SI), X1, X1
	VMOVDQU X0, (DI)
	VMOVDQU X1, 16(DI)
	ADDQ    $32, DI
	ADDQ    $32, SI
	SUBQ    $2, CX
	JGE     loop

last:
	ADDQ    $2, CX
	JZ      done
	VMOVDQU (DI), X0
	VPXOR   (SI), X0, X0
	VMOVDQU X0, (DI)

done:
	RET

// func axpyAVX(dst *Elem, k Elem, x *Elem, n int)
TEXT ·axpyAVX(SB), NOSPLIT, $0-40
	LOAD_REDUCTION
	MOVQ    dst+0(FP), DI
	LOAD_ARGUMENT(k_Lo+8(FP), k_Hi+16(FP), X12)
	MOVQ    x+24(FP), SI
	MOVQ    n+32(FP), CX
	PREPARE_FIXED(X0)
	SUBQ    $2, CX
	JL      last

loop:
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X5
	TIMES_FIXED(X0, X1, X2, X3, X4)
	TIMES_FIXED(X5, X6, X7, X8, X9)
	VPXOR   (DI), X1, X1
	VPXOR   16(DI), X6, X6
	VMOVDQU X1, (DI)
	VMOVDQU X6, 16(DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $2, CX
	JGE     loop

last:
	ADDQ    $2, CX
	JZ      done
	VMOVDQU (SI), X0
	TIMES_FIXED(X0, X1, X2, X3, X4)
	VPXOR   (DI), X1, X1
	VMOVDQU X1, (DI)

done:
	RET

// func scaleAVX(dst *Elem, k Elem, n int)
TEXT ·scaleAVX(SB), NOSPLIT, $0-32
	LOAD_REDUCTION
	MOVQ    dst+0(FP), DI
	LOAD_ARGUMENT(k_Lo+8(FP), k_Hi+16(FP), X12)
	MOVQ    n+24(FP), CX
	PREPARE_FIXED(X0)
	TESTQ   CX, CX
	JZ      done

loop:
	VMOVDQU (DI), X0
	TIMES_FIXED(X0, X1, X2, X3, X4)
	VMOVDQU X1, (DI)
	ADDQ    $16, DI
	DECQ    CX
	JNZ     loop

done:
	RET

// func mulAccAVX(dst, x, y *Elem, n int)
TEXT ·mulAccAVX(SB), NOSPLIT, $0-32
	LOAD_REDUCTION
	MOVQ  dst+0(FP), DI
	MOVQ  x+8(FP), SI
	MOVQ  y+16(FP), DX
	MOVQ  n+24(FP), CX
	TESTQ CX, CX
	JZ    done

loop:
	VMOVDQU (SI), X0
	VMOVDQU (DX), X1
	PRODUCTS(X0, X1, X2, X3, X4, X5)
	MIDDLE(X2, X3, X4)
	REDUCE(X2, X3, X4, X5)
	VPXOR   (DI), X2, X2
	VMOVDQU X2, (DI)
	ADDQ    $16, DI
	ADDQ    $16, SI
	ADDQ    $16, DX
	DECQ    CX
	JNZ     loop

done:
	RET

// func mulAccScaledAVX(dst *Elem, k Elem, x, y *Elem, n int)
TEXT ·mulAccScaledAVX(SB), NOSPLIT, $0-48
	LOAD_REDUCTION
	MOVQ    dst+0(FP), DI
	LOAD_ARGUMENT(k_Lo+8(FP), k_Hi+16(FP), X12)
	MOVQ    x+24(FP), SI
	MOVQ    y+32(FP), DX
	MOVQ    n+40(FP), CX
	PREPARE_FIXED(X0)
	TESTQ   CX, CX
	JZ      done

loop:
	VMOVDQU (SI), X0
	VMOVDQU (DX), X1
	PRODUCTS(X0, X1, X2, X3, X4, X5)
	MIDDLE(X2, X3, X4)
	REDUCE(X2, X3, X4, X5)
	TIMES_FIXED(X2, X6, X7, X8, X9)
	VPXOR   (DI), X6, X6
	VMOVDQU X6, (DI)
	ADDQ    $16, DI
	ADDQ    $16, SI
	ADDQ    $16, DX
	DECQ    CX
	JNZ     loop

done:
	RET

// func dotAVX(x, y *Elem, n int) (lo, hi uint64)
TEXT ·dotAVX(SB), NOSPLIT, $0-40
	LOAD_REDUCTION
	MOVQ  x+0(FP), SI
	MOVQ  y+8(FP), DX
	MOVQ  n+16(FP), CX
	VPXOR X8, X8, X8
	VPXOR X9, X9, X9
	VPXOR X11, X11, X11
	SUBQ  $2, CX
	JL    last

loop:
	VMOVDQU (SI), X0
	VMOVDQU (DX), X1
	ACCUMULATE(X0, X1, X8, X9, X11, X2, X3, X4, X5)
	VMOVDQU 16(SI), X0
	VMOVDQU 16(DX), X1
	ACCUMULATE(X0, X1, X8, X9, X11, X2, X3, X4, X5)
	ADDQ    $32, SI
	ADDQ    $32, DX
	SUBQ    $2, CX
	JGE     loop

last:
	ADDQ    $2, CX
	JZ      done
	VMOVDQU (SI), X0
	VMOVDQU (DX), X1
	ACCUMULATE(X0, X1, X8, X9, X11, X2, X3, X4, X5)

done:
	MIDDLE(X8, X9, X11)
	REDUCE(X8, X9, X11, X0)
	VMOVDQU X8, lo+24(FP)
	RET

// func bindAVX(dst, src *Elem, c Elem, n int)
TEXT ·bindAVX(SB), NOSPLIT, $0-40
	LOAD_REDUCTION
	MOVQ    dst+0(FP), DI
	MOVQ    src+8(FP), SI
	LOAD_ARGUMENT(c_Lo+16(FP), c_Hi+24(FP), X12)
	MOVQ    n+32(FP), CX
	PREPARE_FIXED(X0)
	TESTQ   CX, CX
	JZ      done

loop:
	VMOVDQU (SI), X0
	VPXOR   16(SI), X0, X5
	TIMES_FIXED(X5, X1, X2, X3, X4)
	VPXOR   X0, X1, X1
	VMOVDQU X1, (DI)
	ADDQ    $32, SI
	ADDQ    $16, DI
	DECQ    CX
	JNZ     loop

done:
	RET

// func pairDotsAVX(q, v *Elem, strideBytes, rows int) (lo0, hi0, loInf, hiInf uint64)
TEXT ·pairDotsAVX(SB), NOSPLIT, $0-64
	LOAD_REDUCTION
	MOVQ  q+0(FP), SI
	MOVQ  v+8(FP), DX
	MOVQ  strideBytes+16(FP), BX
	MOVQ  rows+24(FP), CX
	VPXOR X6, X6, X6
	VPXOR X7, X7, X7
	VPXOR X8, X8, X8
	VPXOR X9, X9, X9
	VPXOR X10, X10, X10
	VPXOR X11, X11, X11
	TESTQ CX, CX
	JZ    done

loop:
	VMOVDQU (SI), X0
	VMOVDQU (DX), X1
	ACCUMULATE(X0, X1, X6, X7, X8, X2, X3, X4, X5)
	VPXOR   16(SI), X0, X0
	VPXOR   16(DX), X1, X1
	ACCUMULATE(X0, X1, X9, X10, X11, X2, X3, X4, X5)
	ADDQ    BX, SI
	ADDQ    BX, DX
	DECQ    CX
	JNZ     loop

done:
	MIDDLE(X6, X7, X8)
	REDUCE(X6, X7, X8, X0)
	MIDDLE(X9, X10, X11)
	REDUCE(X9, X10, X11, X0)
	VMOVDQU X6, lo0+32(FP)
	VMOVDQU X9, loInf+48(FP)
	RET

// func gatherDotAVX(k, x *Elem, size int, idx *uint32, n int) (lo, hi uint64, inRange bool)
TEXT ·gatherDotAVX(SB), NOSPLIT, $0-57
	LOAD_REDUCTION
	MOVQ  k+0(FP), SI
	MOVQ  x+8(FP), DX
	MOVQ  size+16(FP), BX
	MOVQ  idx+24(FP), DI
	MOVQ  n+32(FP), CX
	VPXOR X8, X8, X8
	VPXOR X9, X9, X9
	VPXOR X11, X11, X11
	TESTQ CX, CX
	JZ    done

loop:
	MOVL    (DI), AX
	CMPQ    AX, BX
	JAE     outOfRange
	SHLQ    $4, AX
	VMOVDQU (SI), X0
	VMOVDQU (DX)(AX*1), X1
	ACCUMULATE(X0, X1, X8, X9, X11, X2, X3, X4, X5)
	ADDQ    $16, SI
	ADDQ    $4, DI
	DECQ    CX
	JNZ     loop

done:
	MIDDLE(X8, X9, X11)
	REDUCE(X8, X9, X11, X0)
	VMOVDQU X8, lo+40(FP)
	MOVB    $1, inRange+56(FP)
	RET

outOfRange:
	MOVQ $0, lo+40(FP)
	MOVQ $0, hi+48(FP)
	MOVB $0, inRange+56(FP)
	RET

// func forwardLevelAVX(a *Elem, h int, twiddles *Elem, blocks int)
TEXT ·forwardLevelAVX(SB), NOSPLIT, $0-32
	LOAD_REDUCTION
	MOVQ  a+0(FP), DI
	MOVQ  h+8(FP), BX
	MOVQ  twiddles+16(FP), SI
	MOVQ  blocks+24(FP), CX
	SHLQ  $4, BX
	TESTQ CX, CX
	JZ    done

block:
	VMOVDQU (SI), X12
	PREPARE_FIXED(X0)
	LEAQ    (DI)(BX*1), DX // the end of the first half

butterfly:
	VMOVDQU (DI)(BX*1), X0
	TIMES_FIXED(X0, X1, X2, X3, X4)
	VPXOR   (DI), X1, X1
	VPXOR   X1, X0, X0
	VMOVDQU X1, (DI)
	VMOVDQU X0, (DI)(BX*1)
	ADDQ    $16, DI
	CMPQ    DI, DX
	JNE     butterfly
	ADDQ    BX, DI
	ADDQ    $16, SI
	DECQ    CX
	JNZ     block

done:
	RET

// func inverseLevelAVX(a *Elem, h int, twiddles *Elem, blocks int)
TEXT ·inverseLevelAVX(SB), NOSPLIT, $0-32
	LOAD_REDUCTION
	MOVQ  a+0(FP), DI
	MOVQ  h+8(FP), BX
	MOVQ  twiddles+16(FP), SI
	MOVQ  blocks+24(FP), CX
	SHLQ  $4, BX
	TESTQ CX, CX
	JZ    done

block:
	VMOVDQU (SI), X12
	PREPARE_FIXED(X0)
	LEAQ    (DI)(BX*1), DX // the end of the first half

butterfly:
	VMOVDQU (DI), X5
	VPXOR   (DI)(BX*1), X5, X0
	TIMES_FIXED(X0, X1, X2, X3, X4)
	VPXOR   X5, X1, X1
	VMOVDQU X1, (DI)
	VMOVDQU X0, (DI)(BX*1)
	ADDQ    $16, DI
	CMPQ    DI, DX
	JNE     butterfly
	ADDQ    BX, DI
	ADDQ    $16, SI
	DECQ    CX
	JNZ     block

done:
	RET
