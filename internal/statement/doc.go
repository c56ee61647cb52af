// Package statement turns a request, and what a proof tells of the documents, into
// the statement that the zkVM proves. Prover and verifier both build it here, so
// that they cannot build it differently.
//
// It checks what needs neither secrets nor signatures: the engine, the query, its
// method version, the headers, keys and size classes. It is not the place for
// policy: whose keys are right, what time it is and whether a request has expired
// is settled before.
package statement
