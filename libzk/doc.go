// Package libzk is a zero-knowledge proof system for layered arithmetic
// circuits: sumcheck and a commitment in Reed-Solomon rows over GF(2^128) and the base field of P-256, as in
// draft-google-cfrg-libzk ("Anonymous credentials from ECDSA"). It needs no
// set-up, rests on SHA-256 and AES-256, in one of two profiles also on discrete
// logarithms (see Profile), and knows nothing of tokens or queries.
package libzk
