// Package query compiles queries, the questions that a Proof Verifier asks about
// signed documents, into typed programs, and evaluates them.
//
// [Compile] turns the text of a query into a [Program]: names resolved, types
// checked as far as the query alone fixes them, limits enforced. Programs are
// data, to be walked by others: the evaluator [Program.Eval] reads the same
// program as the circuit builder of the zkVM, and is the reference for it: where
// evaluation gives outputs there must be a proof of exactly these, and where it
// gives an error there must be none. [Explain] says in plain words what a
// program asks and what its outputs reveal.
//
// The package knows no cryptography: signatures, keys and proofs are others'
// business, and so is whether a document is genuine.
//
// Compiling and evaluating are total: work and memory are bounded by the limits
// below whatever the query and the documents are. Errors name statements, paths
// and names of the query, never a value from a document or a literal.
package query
