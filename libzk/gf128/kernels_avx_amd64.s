//go:build !purego

#include "textflag.h"
#include "product_avx_amd64.h"

// The vector kernels with 128-bit carry-less multiplication.

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

// FOLDBYTE adds the entry of one byte of from, which is 8 bytes of an element, to sum: that byte is
// shift + 4 bits above the lowest one, and its 256 entries of 16 bytes begin at table.
#define FOLDBYTE(table, from, shift, sum) \
	MOVQ  from, R8                    \
	SHRQ  $shift, R8                  \
	ANDL  $0xff0, R8                  \
	VPXOR table(DX)(R8*1), sum, sum

// FOLDBYTES is FOLDBYTE for all 8 bytes of from.
#define FOLDBYTES(table, from) \
	MOVQ from, R8                          \
	SHLQ $4, R8                            \
	ANDL $0xff0, R8                        \
	VPXOR table(DX)(R8*1), X0, X0          \
	FOLDBYTE(table+4096, from, 4, X1)      \
	FOLDBYTE(table+8192, from, 12, X0)     \
	FOLDBYTE(table+12288, from, 20, X1)    \
	FOLDBYTE(table+16384, from, 28, X0)    \
	FOLDBYTE(table+20480, from, 36, X1)    \
	FOLDBYTE(table+24576, from, 44, X0)    \
	FOLDBYTE(table+28672, from, 52, X1)

// func foldAVX(dst *Elem, t *traceFold, src *Elem, n int)
TEXT ·foldAVX(SB), NOSPLIT, $0-32
	MOVQ  dst+0(FP), DI
	MOVQ  t+8(FP), DX
	MOVQ  src+16(FP), SI
	MOVQ  n+24(FP), CX
	TESTQ CX, CX
	JZ    done

loop:
	MOVQ    (SI), AX
	MOVQ    8(SI), BX
	VPXOR   X0, X0, X0
	VPXOR   X1, X1, X1
	MOVQ    AX, R9
	ORQ     BX, R9
	JZ      store
	FOLDBYTES(0, AX)
	FOLDBYTES(32768, BX)
	VPXOR   X1, X0, X0

store:
	VMOVDQU X0, (DI)
	ADDQ    $16, SI
	ADDQ    $16, DI
	DECQ    CX
	JNZ     loop

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
