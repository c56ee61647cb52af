// Package keyring keeps the keys of a proving service: one that signs proofs and
// one that holders encrypt to, each with its successor and what is left of its
// predecessors. They live as files in a directory that all processes of the
// service may share, and change by the clock:
//
//   - next: published, in use after [DefaultAhead], so that every cache of the
//     JWKS has it by then;
//   - current: signs, and is the one to encrypt to, for [DefaultPeriod];
//   - old: a signing key stays published until what it signed has expired; an
//     encryption key is no longer published, accepted from clients whose JWKS is
//     not the newest for [AcceptOld] more, and kept until no queued job needs it.
//
// What is to be done follows from the files and the time alone. A process may
// stop at any moment: the next one to look carries on.
//
// Front ends hold no keys: a worker publishes the public part in a NATS bucket
// with [Publish], and they follow it with [Watch].
//
// The package neither encrypts nor signs, and serves no HTTP.
package keyring
