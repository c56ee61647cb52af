//go:build !purego

#include "textflag.h"

// The generic versions in arith.go and accumulator.go are the specification.
// A row x[i]·y runs two carry chains side by side: the low halves of its products
// in CF, the high halves in OF.

// ROW adds DX·y to t0..t4, which cannot overflow here: t < 2p before, and
// (2^64 - 1)·p + 2p < 2^320. Both flags must be clear.
#define ROW(t0, t1, t2, t3, t4) \
	MULXQ 0(DI), AX, BX; \
	ADCXQ AX, t0; \
	ADOXQ BX, t1; \
	MULXQ 8(DI), AX, BX; \
	ADCXQ AX, t1; \
	ADOXQ BX, t2; \
	MULXQ 16(DI), AX, BX; \
	ADCXQ AX, t2; \
	ADOXQ BX, t3; \
	MULXQ 24(DI), AX, BX; \
	ADCXQ AX, t3; \
	ADOXQ BX, t4; \
	MOVL  $0, AX; \
	ADCXQ AX, t4

// CLEAR adds t0·p, which clears t0, and makes t0 the new top word. R14 is 32, R15
// is p3. The last addition leaves both flags clear.
#define CLEAR(t0, t1, t2, t3, t4) \
	MOVQ  t0, DX; \
	SHLXQ R14, DX, AX; \
	SHRXQ R14, DX, BX; \
	MULXQ R15, CX, R13; \
	XORL  t0, t0; \
	ADDQ  AX, t1; \
	ADCQ  BX, t2; \
	ADCQ  CX, t3; \
	ADCQ  R13, t4; \
	ADCQ  $0, t0

// func mulADX(z, x, y *Elem)
TEXT ·mulADX(SB), NOSPLIT, $0-24
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	MOVL $32, R14
	MOVQ $0xffffffff00000001, R15

	MOVQ  0(SI), DX
	XORL  R12, R12
	MULXQ 0(DI), R8, R9
	MULXQ 8(DI), AX, R10
	ADDQ  AX, R9
	MULXQ 16(DI), AX, R11
	ADCQ  AX, R10
	MULXQ 24(DI), AX, R12
	ADCQ  AX, R11
	ADCQ  $0, R12
	CLEAR(R8, R9, R10, R11, R12)

	MOVQ 8(SI), DX
	ROW(R9, R10, R11, R12, R8)
	CLEAR(R9, R10, R11, R12, R8)

	MOVQ 16(SI), DX
	ROW(R10, R11, R12, R8, R9)
	CLEAR(R10, R11, R12, R8, R9)

	MOVQ 24(SI), DX
	ROW(R11, R12, R8, R9, R10)
	CLEAR(R11, R12, R8, R9, R10)

	// R12, R8, R9, R10, R11: below 2p. Subtract p, keep what does not borrow.
	MOVQ    z+0(FP), DI
	MOVQ    R12, AX
	MOVQ    R8, BX
	MOVQ    R9, CX
	MOVQ    R10, DX
	MOVL    $0xffffffff, SI
	SUBQ    $-1, AX
	SBBQ    SI, BX
	SBBQ    $0, CX
	SBBQ    R15, DX
	SBBQ    $0, R11
	CMOVQCC AX, R12
	CMOVQCC BX, R8
	CMOVQCC CX, R9
	CMOVQCC DX, R10
	MOVQ    R12, 0(DI)
	MOVQ    R8, 8(DI)
	MOVQ    R9, 16(DI)
	MOVQ    R10, 24(DI)
	RET

// WIDE adds DX·y to t0..t3 and sets t4 to what is above; it cannot overflow, as
// t0..t3 and the product's parts are four words. Both flags must be clear.
#define WIDE(t0, t1, t2, t3, t4) \
	MULXQ 0(DI), AX, BX; \
	ADCXQ AX, t0; \
	ADOXQ BX, t1; \
	MULXQ 8(DI), AX, BX; \
	ADCXQ AX, t1; \
	ADOXQ BX, t2; \
	MULXQ 16(DI), AX, BX; \
	ADCXQ AX, t2; \
	ADOXQ BX, t3; \
	MULXQ 24(DI), AX, t4; \
	MOVL  $0, BX; \
	ADCXQ AX, t3; \
	ADOXQ BX, t4; \
	ADCXQ BX, t4

// func mulAddADX(a *accumulator, x, y *Elem)
TEXT ·mulAddADX(SB), NOSPLIT, $0-24
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI

	MOVQ  0(SI), DX
	MULXQ 0(DI), R8, R9
	MULXQ 8(DI), AX, R10
	ADDQ  AX, R9
	MULXQ 16(DI), AX, R11
	ADCQ  AX, R10
	MULXQ 24(DI), AX, R12
	ADCQ  AX, R11
	ADCQ  $0, R12

	MOVQ 8(SI), DX
	XORL AX, AX
	WIDE(R9, R10, R11, R12, R13)
	MOVQ 16(SI), DX
	XORL AX, AX
	WIDE(R10, R11, R12, R13, R14)
	MOVQ 24(SI), DX
	XORL AX, AX
	WIDE(R11, R12, R13, R14, R15)

	MOVQ a+0(FP), DI
	ADDQ R8, 0(DI)
	ADCQ R9, 8(DI)
	ADCQ R10, 16(DI)
	ADCQ R11, 24(DI)
	ADCQ R12, 32(DI)
	ADCQ R13, 40(DI)
	ADCQ R14, 48(DI)
	ADCQ R15, 56(DI)
	ADCQ $0, 64(DI)
	RET
