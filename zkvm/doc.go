// Package zkvm proves that a query has given outputs on documents that issuers
// signed, without showing the documents.
//
// A [Statement] is public: the compiled query, the request's digest, the time,
// for each document its tag, issuer key, protected header and size class, and the
// outputs. A [Secret] is what the holder knows of a document: payload and
// signature. [Prove] makes a proof from both; [Verify] checks it against a
// statement that the verifier puts together itself. The proof covers the issuers'
// signatures, base64url, the JSON grammar, the way to each member, the query, the
// time and the disclosure rules.
//
// The package knows bytes of JOSE tokens and no more: what tokens, keys and
// requests are is package zkpass's, who may prove or must be believed packages
// local's and verify's. It reads no clock, no network and no files.
//
// # How it works
//
// Gadgets lay out a witness of bits and field elements, and wire it to circuits by
// public affine forms (package libzk/affine). The rooms of gadgets are below internal/:
// machine, which they are written for, text, signature, search, value and program;
// docs/architecture.md has a figure. Here is plan.go, which walks all of them. Each gadget is
// written once and walked twice, see internal/machine. Fixed circuits with their own
// specifications are in internal/. docs/protocol.md has every equation.
package zkvm
