// Package verify checks zkPass proofs. It is all that a verifier needs besides the
// package zkpass: it contains no prover of its own, needs no service and, with
// the issuers' keys at hand, no network.
//
// [Verify] trusts nothing in a proof token. The query, its circuits, the issuers'
// keys and the request's digest come from the verifier's own copy of the request,
// and outputs are returned only after every check has passed. With keys, request
// and time given it is a function of its arguments; the one state is the
// [OnceStore] that keeps a request from being answered twice.
//
// [NewDVR] makes a request of a title, a query and the issuers' keys.
//
// A proof says that somebody holds documents with the answer. It does not say
// who: a verifier ties it to a person by what the query compares.
package verify
