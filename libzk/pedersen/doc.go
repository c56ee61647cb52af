// Package pedersen commits to rows of elements of P-256's base field by points of the
// curve Tom-256, whose order is that field's prime (Pedersen, CRYPTO '91, for vectors):
//
//	D_i = Σ_c row_i[c]·G_c + s_i·H
//
// The generators G_0, G_1, ... and H come out of a hash, see tom256.Generator.
// Commitments add up: weights λ_i make Σ λ_i·D_i a commitment to Σ λ_i·row_i with
// blinder Σ λ_i·s_i, and a prover that reveals these two shows nothing else.
//
// Hiding is perfect. s_i is uniform below p and H generates the whole group, so D_i is
// uniform whatever the row is: nothing that anybody will ever compute reads a row from it,
// a quantum computer included. It needs a new s_i for each row and each proof.
//
// Binding rests on discrete logarithms in Tom-256: who opens one commitment to two rows
// has found a relation Σ a_c·G_c + b·H = 0 among the generators, and a relation gives a
// logarithm. Who computes these can make a false commitment, and a false proof; they learn nothing
// from true ones.
//
// Nothing here is constant time, see package tom256.
package pedersen
