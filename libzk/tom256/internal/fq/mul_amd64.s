//go:build !purego

#include "textflag.h"

// mulGeneric in elem.go is the specification. Each step runs two carry chains side
// by side: the low halves of its products in CF, the high halves in OF.

// ROW adds DX·y to t0..t4, which cannot overflow: t < 2q before, and
// (2^64 - 1)·q + 2q < 2^320. Both flags must be clear, and are then.
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

// CLEAR adds the multiple of q that clears t0, and makes t0 the new top word. Words
// 0, 1 and 3 of q are in R13, R14 and R15, -1/q in CX; word 2 is 1. It leaves both
// flags clear: the sum has at most one bit in the new word, of one of the chains.
#define CLEAR(t0, t1, t2, t3, t4) \
	MOVQ  t0, DX; \
	IMULQ CX, DX; \
	XORL  AX, AX; \
	MULXQ R13, AX, BX; \
	ADCXQ AX, t0; \
	ADOXQ BX, t1; \
	MULXQ R14, AX, BX; \
	ADCXQ AX, t1; \
	ADOXQ BX, t2; \
	MULXQ R15, AX, BX; \
	ADCXQ DX, t2; \
	ADOXQ t0, t3; \
	ADCXQ AX, t3; \
	ADOXQ BX, t4; \
	MOVL  $0, AX; \
	ADCXQ AX, t4; \
	ADOXQ AX, t0; \
	ADCXQ AX, t0

// func mulADX(z, x, y *Elem)
TEXT ·mulADX(SB), NOSPLIT, $0-24
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	MOVQ $0x93135661b1c4b117, R13
	MOVQ $0x7e72b42b30e73177, R14
	MOVQ $0xffffffff00000001, R15
	MOVQ $0xe0a2f6a60f646959, CX

	MOVQ  0(SI), DX
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

	// R12, R8, R9, R10, R11: below 2q. Subtract q, keep what does not borrow.
	MOVQ    z+0(FP), DI
	MOVQ    R12, AX
	MOVQ    R8, BX
	MOVQ    R9, CX
	MOVQ    R10, DX
	SUBQ    R13, AX
	SBBQ    R14, BX
	SBBQ    $1, CX
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
