// Macros of the kernels with 128-bit carry-less multiplication. An element lies in a
// vector register as in memory, low word first.
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
