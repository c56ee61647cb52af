// Package local makes proofs in this process, without a service: for holders who
// give their data to nobody, and for the workers of a service.
//
// [Prove] takes the request and the user data tokens as their makers signed them,
// checks both as strictly as the verifier will, evaluates the query and proves
// the result. The proof stands on its own: whoever checks it with the package
// verify trusts neither this package nor the process that it ran in.
//
// The package shows nobody what is asked or revealed, and sends the proof
// nowhere. That is the business of the holder's app, which also decides whether
// the request is one to answer.
package local
