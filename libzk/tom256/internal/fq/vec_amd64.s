//go:build !purego

#include "textflag.h"

// Eight products at a time, each in a lane of its own, in five limbs of 52 bits. What is
// divided by is 2^260 then; so the first factor is taken 16 times.

// WORDS gathers the words of eight elements in lanes: word i is wi. The order of lanes is
// 0 2 1 3 4 6 5 7 and does not matter, as SCATTER undoes it.
#define WORDS(p, w0, w1, w2, w3, s0, s1, s2, s3) \
	VMOVDQU64   0(p), s0; \
	VMOVDQU64   64(p), s1; \
	VMOVDQU64   128(p), s2; \
	VMOVDQU64   192(p), s3; \
	VPUNPCKLQDQ s1, s0, w0; \
	VPUNPCKHQDQ s1, s0, w1; \
	VPUNPCKLQDQ s3, s2, w2; \
	VPUNPCKHQDQ s3, s2, w3; \
	VSHUFI64X2  $0x88, w2, w0, s0; \
	VSHUFI64X2  $0xDD, w2, w0, s2; \
	VSHUFI64X2  $0x88, w3, w1, s1; \
	VSHUFI64X2  $0xDD, w3, w1, s3; \
	VMOVDQA64   s0, w0; \
	VMOVDQA64   s1, w1; \
	VMOVDQA64   s2, w2; \
	VMOVDQA64   s3, w3

// LIMB sets l to bits of two words: those of hi moved up by left, of lo down by right.
#define LIMB(lo, right, hi, left, l, s) \
	VPSRLQ $right, lo, l; \
	VPSLLQ $left, hi, s; \
	VPORQ  s, l, l; \
	VPANDQ Z31, l, l

// STEP adds the first factor times the limb y, and the multiple of q that clears t0; then
// the limbs are t1..t5, and t0 is zero. No limb overflows: each is a sum of less than 32
// of 52 bits.
#define STEP(y, t0, t1, t2, t3, t4, t5) \
	VPMADD52LUQ y, Z0, t0; \
	VPXORQ      Z16, Z16, Z16; \
	VPMADD52LUQ Z25, t0, Z16; \
	VPMADD52LUQ y, Z1, t1; \
	VPMADD52LUQ y, Z2, t2; \
	VPMADD52LUQ y, Z3, t3; \
	VPMADD52LUQ y, Z4, t4; \
	VPMADD52HUQ y, Z0, t1; \
	VPMADD52HUQ y, Z1, t2; \
	VPMADD52HUQ y, Z2, t3; \
	VPMADD52HUQ y, Z3, t4; \
	VPMADD52HUQ y, Z4, t5; \
	VPMADD52LUQ Z16, Z26, t0; \
	VPMADD52LUQ Z16, Z27, t1; \
	VPMADD52LUQ Z16, Z28, t2; \
	VPMADD52LUQ Z16, Z29, t3; \
	VPMADD52LUQ Z16, Z30, t4; \
	VPSRLQ      $52, t0, t0; \
	VPADDQ      t0, t1, t1; \
	VPMADD52HUQ Z16, Z26, t1; \
	VPMADD52HUQ Z16, Z27, t2; \
	VPMADD52HUQ Z16, Z28, t3; \
	VPMADD52HUQ Z16, Z29, t4; \
	VPMADD52HUQ Z16, Z30, t5; \
	VPXORQ      t0, t0, t0

// CARRY moves what l has above 52 bits to the next limb.
#define CARRY(l, next) \
	VPSRLQ $52, l, Z16; \
	VPADDQ Z16, next, next; \
	VPANDQ Z31, l, l

// LESS sets d = t - q + borrow without its borrow, which it leaves in Z16.
#define LESS(t, q, d) \
	VPSUBQ q, t, d; \
	VPADDQ Z16, d, d; \
	VPSRAQ $52, d, Z16; \
	VPANDQ Z31, d, d

// CONSTANT fills the lanes of z.
#define CONSTANT(c, z) \
	MOVQ         $c, AX; \
	VPBROADCASTQ AX, z

// func mulIFMA(z, x, y *Elem, n int)
TEXT ·mulIFMA(SB), NOSPLIT, $0-32
	MOVQ z+0(FP), DX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	MOVQ n+24(FP), CX
	CONSTANT(0x35661b1c4b117, Z26)
	CONSTANT(0x2b30e73177931, Z27)
	CONSTANT(0x17e72b4, Z28)
	CONSTANT(0x1000000000, Z29)
	CONSTANT(0xffffffff0000, Z30)
	CONSTANT(0x2f6a60f646959, Z25)
	CONSTANT(0xfffffffffffff, Z31)

loop:
	WORDS(SI, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	VPSLLQ $4, Z16, Z0
	VPANDQ Z31, Z0, Z0
	LIMB(Z16, 48, Z17, 16, Z1, Z24)
	LIMB(Z17, 36, Z18, 28, Z2, Z24)
	LIMB(Z18, 24, Z19, 40, Z3, Z24)
	VPSRLQ $12, Z19, Z4
	WORDS(DI, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	VPANDQ Z31, Z16, Z5
	LIMB(Z16, 52, Z17, 12, Z6, Z24)
	LIMB(Z17, 40, Z18, 24, Z7, Z24)
	LIMB(Z18, 28, Z19, 36, Z8, Z24)
	VPSRLQ $16, Z19, Z9

	VPXORQ Z10, Z10, Z10
	VPXORQ Z11, Z11, Z11
	VPXORQ Z12, Z12, Z12
	VPXORQ Z13, Z13, Z13
	VPXORQ Z14, Z14, Z14
	VPXORQ Z15, Z15, Z15
	STEP(Z5, Z10, Z11, Z12, Z13, Z14, Z15)
	STEP(Z6, Z11, Z12, Z13, Z14, Z15, Z10)
	STEP(Z7, Z12, Z13, Z14, Z15, Z10, Z11)
	STEP(Z8, Z13, Z14, Z15, Z10, Z11, Z12)
	STEP(Z9, Z14, Z15, Z10, Z11, Z12, Z13)

	// The product is in Z15, Z10, Z11, Z12, Z13 and below 2q.
	CARRY(Z15, Z10)
	CARRY(Z10, Z11)
	CARRY(Z11, Z12)
	CARRY(Z12, Z13)
	VPXORQ    Z16, Z16, Z16
	LESS(Z15, Z26, Z0)
	LESS(Z10, Z27, Z1)
	LESS(Z11, Z28, Z2)
	LESS(Z12, Z29, Z3)
	LESS(Z13, Z30, Z4)
	VPMOVQ2M  Z16, K1 // it was below q
	VMOVDQA64 Z15, K1, Z0
	VMOVDQA64 Z10, K1, Z1
	VMOVDQA64 Z11, K1, Z2
	VMOVDQA64 Z12, K1, Z3
	VMOVDQA64 Z13, K1, Z4

	VPSLLQ $52, Z1, Z16
	VPORQ  Z0, Z16, Z16
	VPSRLQ $12, Z1, Z17
	VPSLLQ $40, Z2, Z24
	VPORQ  Z24, Z17, Z17
	VPSRLQ $24, Z2, Z18
	VPSLLQ $28, Z3, Z24
	VPORQ  Z24, Z18, Z18
	VPSRLQ $36, Z3, Z19
	VPSLLQ $16, Z4, Z24
	VPORQ  Z24, Z19, Z19

	// The inverse of WORDS.
	VSHUFI64X2  $0x44, Z18, Z16, Z20
	VSHUFI64X2  $0xEE, Z18, Z16, Z22
	VSHUFI64X2  $0x44, Z19, Z17, Z21
	VSHUFI64X2  $0xEE, Z19, Z17, Z23
	VSHUFI64X2  $0xD8, Z20, Z20, Z20
	VSHUFI64X2  $0xD8, Z21, Z21, Z21
	VSHUFI64X2  $0xD8, Z22, Z22, Z22
	VSHUFI64X2  $0xD8, Z23, Z23, Z23
	VPUNPCKLQDQ Z21, Z20, Z16
	VPUNPCKHQDQ Z21, Z20, Z17
	VPUNPCKLQDQ Z23, Z22, Z18
	VPUNPCKHQDQ Z23, Z22, Z19
	VMOVDQU64   Z16, 0(DX)
	VMOVDQU64   Z17, 64(DX)
	VMOVDQU64   Z18, 128(DX)
	VMOVDQU64   Z19, 192(DX)

	ADDQ $256, SI
	ADDQ $256, DI
	ADDQ $256, DX
	SUBQ $8, CX
	JNZ  loop
	VZEROUPPER
	RET
