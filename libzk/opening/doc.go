// Package opening commits to a vector and opens one linear functional of it.
//
// The vector lies in the rows of a matrix, each row the message of a
// Reed-Solomon code word. A sumcheck over the row index brings the functional
// down to one random combination of the rows, which is sent whole under the
// mask of one more row; opened columns hold it to the commitment. So the same
// answer is the test of proximity and the evaluation.
//
// The package works in phases, so that a caller can put several matrices under
// one Merkle tree and one choice of columns: Commit lays out and encodes, Answer
// opens; Replay is the verifier's side of Answer, and its Check takes the
// columns. Hashing columns and Fiat-Shamir's first messages are the caller's.
//
// docs/protocol.md, section 4, has the equations; docs/soundness.md the
// arguments. The proximity test is the one of Ames, Hazay, Ishai and
// Venkitasubramaniam (Ligero, 2017) with the weights of a tensor, as in Diamond
// and Posen (eprint 2023/1784); the analysis is within the radius of unique
// decoding (Ben-Sasson, Carmon, Ishai, Kopparty and Saraf, eprint 2020/654).
package opening
