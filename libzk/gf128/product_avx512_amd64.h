// Macros of the kernels with 512-bit carry-less multiplication: four elements a
// register. They are those of the 128-bit kernels, except that one VPTERNLOGQ $0x96
// adds two operands to a third.

// The reduction polynomial stays in Z14, in all words.
#define LOAD_REDUCTION \
	MOVQ $0x87, AX; \
	VPBROADCASTQ AX, Z14

// LOAD_ARGUMENT loads an element from the stack into all four lanes.
#define LOAD_ARGUMENT(LO, HI, X, Z) \
	VMOVQ LO, X; \
	VPINSRQ $1, HI, X, X; \
	VSHUFI64X2 $0, Z, Z, Z

// REDUCE brings L + M·x^64 + H·x^128 to L modulo the polynomial.
#define REDUCE(L, M, H, T) \
	VPCLMULQDQ $0x10, H, Z14, T; \
	VPSLLDQ $8, H, H; \
	VPTERNLOGQ $0x96, T, H, M; \
	REDUCE_SHORT(L, M, T)

// REDUCE_SHORT brings L + M·x^64 to L modulo the polynomial.
#define REDUCE_SHORT(L, M, T) \
	VPCLMULQDQ $0x10, M, Z14, T; \
	VPSLLDQ $8, M, M; \
	VPTERNLOGQ $0x96, T, M, L

// PRODUCTS sets L, M, H to Karatsuba's three products of A and B.
#define PRODUCTS(A, B, L, M, H, T) \
	VPUNPCKLQDQ B, A, M; \
	VPUNPCKHQDQ B, A, T; \
	VPXORQ T, M, M; \
	VPCLMULQDQ $0x00, A, B, L; \
	VPCLMULQDQ $0x11, A, B, H; \
	VPCLMULQDQ $0x01, M, M, M

// MIDDLE replaces M by M + L + H.
#define MIDDLE(L, M, H) \
	VPTERNLOGQ $0x96, L, H, M

// ACCUMULATE adds the PRODUCTS of A and B to L, M, H.
#define ACCUMULATE(A, B, L, M, H, T1, T2, T3, T4) \
	PRODUCTS(A, B, T1, T2, T3, T4); \
	VPXORQ T1, L, L; \
	VPXORQ T2, M, M; \
	VPXORQ T3, H, H

// PREPARE_FIXED sets Z13 to Z12·x^64, lane by lane.
#define PREPARE_FIXED(T) \
	VPCLMULQDQ $0x10, Z12, Z14, Z13; \
	VPSLLDQ $8, Z12, T; \
	VPXORQ T, Z13, Z13

// TIMES_FIXED sets L to L + A·Z12, lane by lane.
#define TIMES_FIXED(A, L, M, T1, T2, T3) \
	VPCLMULQDQ $0x00, A, Z12, T1; \
	VPCLMULQDQ $0x01, A, Z12, M; \
	VPCLMULQDQ $0x10, A, Z13, T2; \
	VPCLMULQDQ $0x11, A, Z13, T3; \
	VPTERNLOGQ $0x96, T1, T2, L; \
	VPXORQ T3, M, M; \
	REDUCE_SHORT(L, M, T1)
