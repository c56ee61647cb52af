// Package ecdsa proves that a secret signature is an ECDSA signature over P-256
// and SHA-256 (FIPS 186-5 section 6.4.2; ES256 of RFC 7518) of a secret digest
// under a public key. It works in the base field of the curve: one circuit with a
// copy for each bit of the scalars, and 21 rows a·b = c. It knows no tokens and no
// encodings of signatures.
//
// # Statement
//
// G generates the curve, of prime order n; Q is the public key, (r, s) the
// signature, e the digest as an integer, R the point of which r is the x:
//
//	s·R = e·G + r·Q,   R.x = r,   0 < r < n,   s ≠ 0 mod n.
//
// The caller supplies the 256 bits of the digest and a block of committed elements
// (Block), and must prove elsewhere that the digest's elements and the first
// Block.Bits elements of the block are bits. Copies and Constrain make the rest.
// Q has been checked by CheckPublicKey, in plain code, as it is public.
//
// # Scalar multiplication
//
// A bit b stands for the digit 2b-1 = ±1. With digits d, t, u of e, r and σ, from
// the top, and T = d·G + t·Q + u·R, step i is
//
//	P[i+1] = 2·P[i] + T,   P[0] = P[256] = G + Q.
//
// The digits of a number v sum to 2v - c, c = 2^256 - 1. So the ends meet iff
// 2e·G + 2r·Q + (2σ - c)·R = O, which is the equation for s = (c - 2σ)/2 modulo n.
// Each s has such a σ below n. s = 0 is σ0 = (c - n)/2 or σ0 + n, which rows
// exclude; σ need not be below n.
//
// The table has eight points ±(R ± A), A = G + Q or G - Q: four sums, which rows
// prove by chords. R.x = A.x is excluded by an inverse, as a slope would be free
// there. As functions of three signs the coordinates of T are polynomials of few
// terms (see Copy).
//
// # Why a step is sound
//
// A copy enforces that P = Point is on the curve, and, with
// W = Next - 2·P computed by complete formulas (Renes, Costello, Batina, eprint
// 2015/1060), that W.x = T.x·W.z and W.y = T.y·W.z.
//
//   - Every P[i], 0 < i < 256, is the Point of a copy, so on the curve; P[0] and
//     P[256] are public. So 2·P and Next are points of the curve, of odd order, on
//     which the formulas are right without exception and never give (0, 0, 0).
//   - T is on the curve: R is, by rows, and chords of points with different x are.
//   - If W.z were 0, then W.x = W.y = 0 too. So W.z ≠ 0 and W = T as affine points.
//
// So all committed points are affine (no scale is left free), infinity is none of
// them, and no case needs an inverse or a flag. A padded copy is zero throughout
// and satisfies all three assertions.
//
// # What is refused
//
// Valid signatures without a proof (ErrExceptional), each a fraction of about
// 2^-127 or less of honest ones: R.x ≥ n; r ≥ 2^256 - 2^224 + 2^192 - 2^128, a
// bound 2^128 below n that needs three rows where n itself would need a hundred;
// R = ±G ± Q; some P[i] at infinity. The start is not G + Q + R, for which
// P[255] is infinity whenever e, r and s are odd. Public keys ±G are refused. All of
// these cost completeness only: no false statement gets through.
//
// # Cost
//
// 16 inputs, 4 layers reading 16, 16, 24 and 15 wires, 121 terms, 256 copies;
// 1,043 committed elements, 512 of them bits, and 21 rows. In the sumcheck this is
// 4·(2·8 + 2) + 4·(4+4+5+4) = 140 elements.
//
// The degree of a step in its inputs is 8 in Point, 4 in each entry of the table:
// two levels for 2·P and, beside them, for the parts of T, two for the rest.
// W = Next - 2·P has the degree 10, and W.z·T the degree 14, so that four levels
// hold if T is never formed: its products of bits are spread over the factors of
// W. Alternatives, counted in committed elements and elements of the sumcheck:
// projective points, P[i+1] = 2·P[i] + T exactly (255 and 4 more); affine points,
// 2·P[i] + T = z·(Next, 1) (22 of the sumcheck more, a fifth layer); the doubled
// point committed (512 more, to save one layer); slopes committed (768 more, to save
// two). A committed element costs about 10 bytes of proof, one of the sumcheck 40.
package ecdsa
