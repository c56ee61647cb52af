// Package circuits has the fixed circuits of the zkVM, those of docs/protocol.md, section
// 6: it compiles each once, and names the uses that a statement makes of them. SHA-256,
// base64url, JSON, decimal numbers, RSA and ECDSA have packages of their own, with their
// specifications; products, fold and dot products are here.
//
// Nothing is known here of documents, queries or challenges: what a circuit's inputs are
// is the business of the gadgets that use it.
package circuits
