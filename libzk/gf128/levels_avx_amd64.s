//go:build !purego

#include "textflag.h"
#include "product_avx_amd64.h"

// The levels of the additive Fourier transform with 128-bit carry-less
// multiplication.

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
