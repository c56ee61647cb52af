// Package signature proves that a digest is signed: docs/protocol.md, section 9, and the
// link of section 7. With ES256 that is the P-256 side, and the link ties the digest's
// bits on the two sides; with RS256 and PS256 all of it is on the side of GF(2^128).
//
// What is signed is package text's business. The equations of ECDSA and of RSA are in
// packages ecdsa and rsa, with their circuits.
package signature
