// Package worker proves: it takes jobs from a queue, decrypts and checks what is in
// them, has package local make the proof, signs it and stores the outcome.
//
// It is the only part of a service that sees user data. Nothing of that leaves it
// but the outcome, which the queue seals: logs, metrics and traces have sizes,
// durations and codes, and problems name statements, paths and limits.
//
// It speaks no HTTP but to fetch the key sets that requests name, from hosts that
// its configuration allows.
package worker
