//go:build !purego

#include "textflag.h"
#include "product_avx512_amd64.h"

// The levels of the additive Fourier transform with 512-bit carry-less
// multiplication.

// FORWARD is the butterfly on u in Z0 and v in Z1.
#define FORWARD \
	TIMES_FIXED(Z1, Z0, Z2, Z3, Z4, Z5); \
	VPXORQ Z0, Z1, Z1

// INVERSE undoes FORWARD.
#define INVERSE \
	VPXORQ Z0, Z1, Z1; \
	TIMES_FIXED(Z1, Z0, Z2, Z3, Z4, Z5)

// Halves of 4 elements and more: one block a round of the outer loop.
#define WIDE_LEVEL(BUTTERFLY) \
	LOAD_REDUCTION; \
	MOVQ a+0(FP), DI; \
	MOVQ h+8(FP), BX; \
	MOVQ twiddles+16(FP), SI; \
	MOVQ blocks+24(FP), CX; \
	SHLQ $4, BX; \
block: \
	VBROADCASTI64X2 (SI), Z12; \
	PREPARE_FIXED(Z0); \
	LEAQ (DI)(BX*1), DX; \
butterfly: \
	VMOVDQU64 (DI), Z0; \
	VMOVDQU64 (DI)(BX*1), Z1; \
	BUTTERFLY; \
	VMOVDQU64 Z0, (DI); \
	VMOVDQU64 Z1, (DI)(BX*1); \
	ADDQ $64, DI; \
	CMPQ DI, DX; \
	JNE butterfly; \
	ADDQ BX, DI; \
	ADDQ $16, SI; \
	DECQ CX; \
	JNZ block; \
	VZEROUPPER; \
	RET

// Halves of 2 elements: two blocks (u0 u1 v0 v1) at a time.
#define PAIR_LEVEL(BUTTERFLY) \
	LOAD_REDUCTION; \
	MOVQ a+0(FP), DI; \
	MOVQ twiddles+8(FP), SI; \
	MOVQ blocks+16(FP), CX; \
block: \
	VMOVDQU (SI), Y12; \
	VSHUFI64X2 $0x50, Z12, Z12, Z12; \
	PREPARE_FIXED(Z0); \
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
	SUBQ $2, CX; \
	JNZ block; \
	VZEROUPPER; \
	RET

// Halves of 1 element: four blocks (u v) at a time.
#define SINGLE_LEVEL(BUTTERFLY) \
	LOAD_REDUCTION; \
	MOVQ a+0(FP), DI; \
	MOVQ twiddles+8(FP), SI; \
	MOVQ blocks+16(FP), CX; \
block: \
	VMOVDQU64 (SI), Z12; \
	PREPARE_FIXED(Z0); \
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
	SUBQ $4, CX; \
	JNZ block; \
	VZEROUPPER; \
	RET

// func forwardLevelAVX512(a *Elem, h int, twiddles *Elem, blocks int)
TEXT ·forwardLevelAVX512(SB), NOSPLIT, $0-32
	WIDE_LEVEL(FORWARD)

// func inverseLevelAVX512(a *Elem, h int, twiddles *Elem, blocks int)
TEXT ·inverseLevelAVX512(SB), NOSPLIT, $0-32
	WIDE_LEVEL(INVERSE)

// func forwardPairsAVX512(a, twiddles *Elem, blocks int)
TEXT ·forwardPairsAVX512(SB), NOSPLIT, $0-24
	PAIR_LEVEL(FORWARD)

// func inversePairsAVX512(a, twiddles *Elem, blocks int)
TEXT ·inversePairsAVX512(SB), NOSPLIT, $0-24
	PAIR_LEVEL(INVERSE)

// func forwardSinglesAVX512(a, twiddles *Elem, blocks int)
TEXT ·forwardSinglesAVX512(SB), NOSPLIT, $0-24
	SINGLE_LEVEL(FORWARD)

// func inverseSinglesAVX512(a, twiddles *Elem, blocks int)
TEXT ·inverseSinglesAVX512(SB), NOSPLIT, $0-24
	SINGLE_LEVEL(INVERSE)
