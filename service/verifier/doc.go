// Package verifier is the verifier's side of an exchange as a service for backends
// in any language: it makes requests (DVR) signed by keys of its own, keeps them,
// and checks the proofs that answer them, each request once.
//
// What is kept is in NATS JetStream, embedded or a cluster that several processes
// share: requests until they can no longer be answered, hashes of the ids that have
// been answered, and hashes of idempotency keys. Proofs and outputs are not kept.
//
// The package knows no HTTP; package front has the API.
package verifier
