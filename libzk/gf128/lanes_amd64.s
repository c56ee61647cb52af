//go:build !purego

#include "textflag.h"

// The additive Fourier transform over GF(2^16) with GFNI. A lane is 16 bytes: the
// low bytes of eight symbols, then their high bytes. Multiplication of a lane by a
// twiddle is linear: two 8x8 bit matrices (the straight ones) act on the two halves,
// two more (the crossed ones) on the halves exchanged. A register has four lanes.

// FORWARD is the butterfly on u in Z0 and v in Z1 with the matrices in Z12, Z13.
#define FORWARD \
	VPSHUFD $0x4E, Z1, Z2; \
	VGF2P8AFFINEQB $0, Z12, Z1, Z3; \
	VGF2P8AFFINEQB $0, Z13, Z2, Z2; \
	VPTERNLOGQ $0x96, Z3, Z2, Z0; \
	VPXORQ Z0, Z1, Z1

// INVERSE undoes FORWARD.
#define INVERSE \
	VPXORQ Z0, Z1, Z1; \
	VPSHUFD $0x4E, Z1, Z2; \
	VGF2P8AFFINEQB $0, Z12, Z1, Z3; \
	VGF2P8AFFINEQB $0, Z13, Z2, Z2; \
	VPTERNLOGQ $0x96, Z3, Z2, Z0

// MIX replaces (u, v) by (u + t·v, u + v).
#define MIX \
	VPXORQ Z0, Z1, Z4; \
	VPSHUFD $0x4E, Z1, Z2; \
	VGF2P8AFFINEQB $0, Z12, Z1, Z3; \
	VGF2P8AFFINEQB $0, Z13, Z2, Z2; \
	VPTERNLOGQ $0x96, Z3, Z2, Z0; \
	VMOVDQA64 Z4, Z1

// Halves of 4 lanes and more: blocks of two halves, half bytes apart, of which the
// first run bytes are worked on.
#define WIDE_LEVEL(BUTTERFLY) \
	MOVQ a+0(FP), DI; \
	MOVQ half+8(FP), BX; \
	MOVQ run+16(FP), R9; \
	MOVQ straight+24(FP), SI; \
	MOVQ crossed+32(FP), R8; \
	MOVQ blocks+40(FP), CX; \
block: \
	VBROADCASTI64X2 (SI), Z12; \
	VBROADCASTI64X2 (R8), Z13; \
	LEAQ (DI)(BX*2), R10; \
	LEAQ (DI)(R9*1), DX; \
butterfly: \
	VMOVDQU64 (DI), Z0; \
	VMOVDQU64 (DI)(BX*1), Z1; \
	BUTTERFLY; \
	VMOVDQU64 Z0, (DI); \
	VMOVDQU64 Z1, (DI)(BX*1); \
	ADDQ $64, DI; \
	CMPQ DI, DX; \
	JNE butterfly; \
	MOVQ R10, DI; \
	ADDQ $16, SI; \
	ADDQ $16, R8; \
	DECQ CX; \
	JNZ block; \
	VZEROUPPER; \
	RET

// Halves of 2 lanes: two blocks (u0 u1 v0 v1) at a time.
#define PAIR_LEVEL(BUTTERFLY) \
	MOVQ a+0(FP), DI; \
	MOVQ straight+8(FP), SI; \
	MOVQ crossed+16(FP), R8; \
	MOVQ blocks+24(FP), CX; \
block: \
	VMOVDQU (SI), Y12; \
	VMOVDQU (R8), Y13; \
	VSHUFI64X2 $0x50, Z12, Z12, Z12; \
	VSHUFI64X2 $0x50, Z13, Z13, Z13; \
	VMOVDQU64 (DI), Z6; \
	VMOVDQU64 64(DI), Z7; \
	VSHUFI64X2 $0x44, Z7, Z6, Z0; \
	VSHUFI64X2 $0xEE, Z7, Z6, Z1; \
	BUTTERFLY; \
	VSHUFI64X2 $0x44, Z1, Z0, Z6; \
	VSHUFI64X2 $0xEE, Z1, Z0, Z7; \
	VMOVDQU64 Z6, (DI); \
	VMOVDQU64 Z7, 64(DI); \
	ADDQ $128, DI; \
	ADDQ $32, SI; \
	ADDQ $32, R8; \
	SUBQ $2, CX; \
	JNZ block; \
	VZEROUPPER; \
	RET

// Halves of 1 lane: four blocks (u v) at a time.
#define SINGLE_LEVEL(BUTTERFLY) \
	MOVQ a+0(FP), DI; \
	MOVQ straight+8(FP), SI; \
	MOVQ crossed+16(FP), R8; \
	MOVQ blocks+24(FP), CX; \
block: \
	VMOVDQU64 (SI), Z12; \
	VMOVDQU64 (R8), Z13; \
	VMOVDQU64 (DI), Z6; \
	VMOVDQU64 64(DI), Z7; \
	VSHUFI64X2 $0x88, Z7, Z6, Z0; \
	VSHUFI64X2 $0xDD, Z7, Z6, Z1; \
	BUTTERFLY; \
	VSHUFI64X2 $0x44, Z1, Z0, Z6; \
	VSHUFI64X2 $0xEE, Z1, Z0, Z7; \
	VSHUFI64X2 $0xD8, Z6, Z6, Z6; \
	VSHUFI64X2 $0xD8, Z7, Z7, Z7; \
	VMOVDQU64 Z6, (DI); \
	VMOVDQU64 Z7, 64(DI); \
	ADDQ $128, DI; \
	ADDQ $64, SI; \
	ADDQ $64, R8; \
	SUBQ $4, CX; \
	JNZ block; \
	VZEROUPPER; \
	RET

// func forwardWide(a *lane, half, run int, straight, crossed *matrices, blocks int)
TEXT ·forwardWide(SB), NOSPLIT, $0-48
	WIDE_LEVEL(FORWARD)

// func inverseWide(a *lane, half, run int, straight, crossed *matrices, blocks int)
TEXT ·inverseWide(SB), NOSPLIT, $0-48
	WIDE_LEVEL(INVERSE)

// func mixWide(a *lane, half, run int, straight, crossed *matrices, blocks int)
TEXT ·mixWide(SB), NOSPLIT, $0-48
	WIDE_LEVEL(MIX)

// func forwardPairs(a *lane, straight, crossed *matrices, blocks int)
TEXT ·forwardPairs(SB), NOSPLIT, $0-32
	PAIR_LEVEL(FORWARD)

// func inversePairs(a *lane, straight, crossed *matrices, blocks int)
TEXT ·inversePairs(SB), NOSPLIT, $0-32
	PAIR_LEVEL(INVERSE)

// func forwardSingles(a *lane, straight, crossed *matrices, blocks int)
TEXT ·forwardSingles(SB), NOSPLIT, $0-32
	SINGLE_LEVEL(FORWARD)

// func inverseSingles(a *lane, straight, crossed *matrices, blocks int)
TEXT ·inverseSingles(SB), NOSPLIT, $0-32
	SINGLE_LEVEL(INVERSE)

// The three levels within a lane: blocks of 8, 4, 2 symbols. A lane has several
// blocks of the lower two levels, but only one matrix per half can act on it. Their
// twiddles differ by constants, though, as twiddles are linear in the code point: so
// the first block's twiddle acts on all, and the constants on some, by K1 (symbols
// 4 to 7) and K2 (symbols 2, 3, 6, 7).

// LOAD_LANE_CONSTANTS loads from DX the three constants' matrices to Z20..Z25 and
// the shuffles to Z26..Z31.
#define LOAD_LANE_CONSTANTS \
	VBROADCASTI64X2 (DX), Z20; \
	VBROADCASTI64X2 16(DX), Z21; \
	VBROADCASTI64X2 32(DX), Z22; \
	VBROADCASTI64X2 48(DX), Z23; \
	VBROADCASTI64X2 64(DX), Z24; \
	VBROADCASTI64X2 80(DX), Z25; \
	VBROADCASTI64X2 96(DX), Z26; \
	VBROADCASTI64X2 112(DX), Z27; \
	VBROADCASTI64X2 128(DX), Z28; \
	VBROADCASTI64X2 144(DX), Z29; \
	VBROADCASTI64X2 160(DX), Z30; \
	VBROADCASTI64X2 176(DX), Z31; \
	MOVQ $0xF0F0F0F0F0F0F0F0, AX; \
	KMOVQ AX, K1; \
	MOVQ $0xCCCCCCCCCCCCCCCC, AX; \
	KMOVQ AX, K2

// TIMES sets Z1 to Z0 times the twiddle at S and C; Z2 is Z0 with halves exchanged.
#define TIMES(S, C) \
	VPSHUFD $0x4E, Z0, Z2; \
	VGF2P8AFFINEQB $0, S, Z0, Z1; \
	VGF2P8AFFINEQB $0, C, Z2, Z3; \
	VPXORQ Z3, Z1, Z1

// AND_TIMES adds to Z1 the product of Z0 and a constant where K says.
#define AND_TIMES(S, C, K) \
	VGF2P8AFFINEQB.Z $0, S, Z0, K, Z3; \
	VGF2P8AFFINEQB.Z $0, C, Z2, K, Z4; \
	VPTERNLOGQ $0x96, Z3, Z4, Z1

// FORWARD_WITHIN ends a butterfly in Z0, given t·x in Z1: V moves t·v to both
// halves, U moves u to the half of v.
#define FORWARD_WITHIN(V, U) \
	VPSHUFB V, Z1, Z1; \
	VPSHUFB U, Z0, Z3; \
	VPTERNLOGQ $0x96, Z1, Z3, Z0

// func forwardLanes(a *lane, m *laneMatrices, constants *laneConstants, quads int)
TEXT ·forwardLanes(SB), NOSPLIT, $0-32
	MOVQ a+0(FP), DI
	MOVQ m+8(FP), SI
	MOVQ constants+16(FP), DX
	LOAD_LANE_CONSTANTS
	MOVQ quads+24(FP), CX

loop:
	VMOVDQU64 (DI), Z0
	TIMES(256(SI), 320(SI))
	FORWARD_WITHIN(Z26, Z27)
	TIMES(128(SI), 192(SI))
	AND_TIMES(Z20, Z21, K1)
	FORWARD_WITHIN(Z28, Z29)
	TIMES(0(SI), 64(SI))
	AND_TIMES(Z22, Z23, K2)
	AND_TIMES(Z24, Z25, K1)
	FORWARD_WITHIN(Z30, Z31)
	VMOVDQU64 Z0, (DI)
	ADDQ      $64, DI
	ADDQ      $384, SI
	DECQ      CX
	JNZ       loop
	VZEROUPPER
	RET

// INVERSE_START makes v of u + v; INVERSE_WITHIN ends a butterfly in Z0, given t·x
// in Z1: V moves t·v to the half of u.
#define INVERSE_START(U) \
	VPSHUFB U, Z0, Z3; \
	VPXORQ Z3, Z0, Z0

#define INVERSE_WITHIN(V) \
	VPSHUFB V, Z1, Z1; \
	VPXORQ Z1, Z0, Z0

// func inverseLanes(a *lane, m *laneMatrices, constants *laneConstants, quads int)
TEXT ·inverseLanes(SB), NOSPLIT, $0-32
	MOVQ a+0(FP), DI
	MOVQ m+8(FP), SI
	MOVQ constants+16(FP), DX
	LOAD_LANE_CONSTANTS
	MOVQ quads+24(FP), CX

loop:
	VMOVDQU64 (DI), Z0
	INVERSE_START(Z31)
	TIMES(0(SI), 64(SI))
	AND_TIMES(Z22, Z23, K2)
	AND_TIMES(Z24, Z25, K1)
	INVERSE_WITHIN(Z30)
	INVERSE_START(Z29)
	TIMES(128(SI), 192(SI))
	AND_TIMES(Z20, Z21, K1)
	INVERSE_WITHIN(Z28)
	INVERSE_START(Z27)
	TIMES(256(SI), 320(SI))
	INVERSE_WITHIN(Z26)
	VMOVDQU64 Z0, (DI)
	ADDQ      $64, DI
	ADDQ      $384, SI
	DECQ      CX
	JNZ       loop
	VZEROUPPER
	RET

// func shuffleLanes(dst, src unsafe.Pointer, order *lane, quads int)
TEXT ·shuffleLanes(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ order+16(FP), DX
	MOVQ quads+24(FP), CX
	VBROADCASTI64X2 (DX), Z1

loop:
	VMOVDQU64 (SI), Z0
	VPSHUFB   Z1, Z0, Z0
	VMOVDQU64 Z0, (DI)
	ADDQ      $64, SI
	ADDQ      $64, DI
	DECQ      CX
	JNZ       loop
	VZEROUPPER
	RET
