// Package zkpass holds what all parties of a zkPass exchange share: keys, user
// data tokens, data verification requests (DVR) and proof tokens.
//
// A data issuer signs data about a person:
//
//	key, err := zkpass.ReadPrivateKey("issuer.jwk")
//	token, err := zkpass.SignDataToJWSToken(key, []byte(`{"name":"Jane"}`))
//
// A verifier asks a question about such data with a [DVR], signed by [SignDVR],
// and gets a [Proof] in answer. The holder of the data, or a service that the
// holder trusts with the data, makes the proof from the user data token and the
// DVR token; both travel to a service encrypted by [EncryptDataToJWEToken].
//
// Package client has a service make the proof, and package local makes it in the
// process; package verify checks it.
//
// This package makes and reads those messages and checks their signatures,
// digests, keys and times. It neither makes nor checks a zero-knowledge proof
// and does not read the query language: issuers and holders link no prover.
// Accepting a [ProofToken] because its signature is good is not verifying it.
//
// # Formats
//
// Tokens are JWS (RFC 7515) and JWE (RFC 7516) in compact form. Issuers sign
// with ES256, RS256 or PS256, verifiers and services with ES256; encryption is ECDH-ES
// with A256GCM. The algorithm always follows from the key and never from the
// token. Keys are JWK and JWKS (RFC 7517) or PEM (PKCS #8 and SPKI;
// other forms are read). docs/keys.md has the rules.
//
// All parsers are strict: base64url without padding and with zero trailing bits,
// valid UTF-8, no member twice, no unknown member in what zkPass defines, and a
// size limit that is checked before anything is decoded.
//
// # Errors
//
// Functions return errors that wrap one of the Err... variables where a caller
// may want to branch. No error holds a value of user data.
package zkpass

import "slices"

// Version is the version of this module. A DVR carries it for information, in
// its member query_engine_ver.
const Version = "0.1.0"

// Names of the zkVMs that this module proves with, as they stand in the member zkvm of
// a DVR. They are profiles of one family.
const (
	// LibZK makes the smaller proofs. That nobody can forge one rests on SHA-256, AES
	// and, as ES256 does, on discrete logarithms in a curve of 256 bits.
	LibZK = "libzk-v2"
	// LibZKHash makes proofs of nearly twice the size, and rests on SHA-256 and AES
	// only.
	LibZKHash = "libzk-v2-hash"
)

var families = []string{LibZK, LibZKHash}

// Families lists the names of the zkVMs that this module proves and verifies with.
func Families() []string { return slices.Clone(families) }

// Limits on sizes, in bytes of the decoded parts unless said otherwise.
const (
	// MaxPayload bounds the payload of a user data token.
	MaxPayload = 16 << 10
	// MaxHeader bounds a protected header: room for a chain of certificates.
	MaxHeader = 4 << 10
	// MaxQuery bounds the text of a query.
	MaxQuery = 64 << 10
	// MaxDocuments bounds the number of documents that one DVR asks for.
	MaxDocuments = 4
	// MaxJWE bounds the text of an encrypted token.
	MaxJWE = 512 << 10
	// MaxKeySet bounds the text of a key, a JWKS or a PEM file.
	MaxKeySet = 64 << 10
	// MaxZKProof bounds the zero-knowledge proof in a proof token.
	MaxZKProof = 8 << 20
	// MaxProofToken bounds the text of a proof token.
	MaxProofToken = 16 << 20
	// MaxDVRToken bounds the text of a DVR token.
	MaxDVRToken = 256 << 10
)
