// Package rsa proves that a secret signature is an RSA signature with SHA-256 of a secret
// digest under a public modulus: RSASSA-PKCS1-v1_5 or RSASSA-PSS with a salt of 32 bytes (RFC 8017,
// sections 8.2 and 8.1; RS256 and PS256 of RFC 7518), e = 65537, moduli of 2048, 3072 and 4096 bits. It
// works in GF(2^128): integers stand in the exponents of a generator, modulo random primes. There
// are no limbs, no carries and no range checks. It knows no tokens and no hashing.
//
// # Statement
//
// N is the public modulus of n bits, s the signature, EM the encoded message, of which the
// caller supplies each bit as a form (Encoded):
//
//	s^65537 = EM mod N,   0 <= s < N.
//
// The caller proves elsewhere that the elements of Inputs.Block, Masks.Bits and the bits
// of Encoded are bits, and that these are what SHA-256 gives. Copies makes the rest.
//
// # Committed
//
// As bits: s, h = x_8, q_1..q_17, where x_0 = s, x_i = x_{i-1}² mod N, q_i = ⌊x_{i-1}²/N⌋ for
// i <= 16 and q_17 = (x_16·s - EM)/N; and t = top126(N) - 1 - top126(s), which holds s below N. No other
// x_i is committed. Then the masks. After that, three primes M of 58 bits are drawn.
//
// # For each prime
//
// With X_i = x_i mod M, H_i = g^X_i, U = Σ (-2^j mod M)·EM_j and E = g^U, the prover publishes, under
// masks, the bits of X_i and of the multiples κ of M, and the elements H_i and E. A bit b is
// published as y = b + μ, so that its form y + μ is a bit whatever y is. An element is published as
// y = H + η, and H^(2^k) = y^(2^k) + η^(2^k) are forms, as the mask η is committed by its bits: squaring is
// additive. So no multiplication by g^X needs a digit of X times a digit of another number: a
// factor of H_j^X_i is 1 + X_ik·(H_j^(2^k) - 1).
//
// A copy proves two assertions about products of powers,
//
//	tie          Π_k (1 + X_k·(g^(2^k) - 1)) = own
//	congruence   Π_k (1 + X_k·(P_k - 1)) · E · Π long = R · Π κ
//
// where a slot of long is g^(weight·bit) = 1 + bit·(g^weight - 1), a form, and one of κ is g^(M·2^k·bit):
//
//	copy         X, P_k, own             long                        E   R                   κ
//	below        –                       top126(s), t with 2^j       1   g^(top126(N) - 1)   –
//	s, half      –                       s, h with 2^j mod M         1   H_0, H_8            κ_s, κ_h
//	em           –                       EM with -2^j mod M          1   E                   –
//	square i     X_{i-1}, H_{i-1}^(2^k)  q_i with -2^j·N mod M       1   H_i                 κ_i
//	message      X_16, H_0^(2^k)         q_17 with -2^j·N mod M      E   1                   κ_17
//
// below stands once, the others for each prime: 61 copies (Copies). Own is H of X, or 1 where no operand is.
// All weights are in [0, M), on the side that makes κ >= 0 for an honest prover.
//
// # Why a copy is exact
//
// All factors are powers of g or, in P_k, of H, and tie makes H_0..H_16 powers of g, as em does E: so
// no factor is zero, and congruence compares exponents modulo the order of g, 2^128 - 1. The
// exponents that bits can make are below 2^118, in below 2^127 (constants in bounds.go that do not compile
// otherwise). So they are equal as integers. Elements that are no bits would break this: two
// zero factors make any copy 0 = 0.
//
// # Soundness
//
// Define integers by the committed ones alone: y_0 = s, y_i = y_{i-1}² - q_i·N, D_1 = y_8 - h;
// z_8 = h, z_i = z_{i-1}² - q_i·N, D_2 = z_16·s - q_17·N - EM. By the copies each M divides D_1 and D_2. If
// both are zero then s^65537 = EM mod N. If not, one of them is a number below 2^(257n) that was fixed before
// the primes were drawn, and at most δ = ⌊257n/57⌋ of the π >= 2^51.677 primes divide it: three different ones all
// do with probability at most (δ/π)³, which is 2^-115.5, 2^-113.7 and 2^-112.5 for the three sizes (Risk). It matters
// that the primes come after everything committed: to a prover who knows them, q_17 is a linear
// equation.
//
// What the prover publishes cannot help it: for a D that is not zero and primes that do not divide
// it, no published bytes satisfy all copies. Nothing is assumed of N, not even that no M divides it.
//
// # Zero knowledge
//
// What is published is the sum of a value and a mask of its own, uniform and used for nothing else: it
// is uniform whatever the values are.
//
// # What is refused
//
// Valid signatures without a proof (ErrExceptional): those whose first 126 bits are those of N, a
// fraction below 2^-125. The owner of a key can make one on purpose, and gains nothing.
//
// # Cost
//
// For 2048, 3072 and 4096 bits: 2227, 3251 and 4275 inputs, 11, 11 and 12 layers, 2512, 3532 and 4566
// terms, 61 copies; 51605, 71061 and 90517 committed bits, 3 elements, and 1620 bytes published.
//
// Alternatives, in committed bits and published bytes: products of digits of two bits in place of
// H (12,000 terms a copy, two thirds of the bytes published); no value in the middle, which takes primes of 63
// bits for less soundness; all sixteen remainders committed, which takes 30,000 bits more and saves
// 8 bits of each prime. Remainders in limbs with range checks would commit twice the bits and
// need a circuit of products of limbs.
package rsa
