// Package attest checks evidence of what a service runs and which keys it holds.
//
// A service that runs in a confidential virtual machine or an enclave answers
// GET /v1/attestation?nonce=... with an [Evidence]: a report that the hardware
// signed, over a measurement of the software and over [ReportData], a hash of the
// caller's nonce and of all keys that the service publishes. [Verify] checks it
// against the nonce, the key set that the caller is going to use, and a [Policy]
// that says which measurements are trusted. If it succeeds, what is encrypted to a
// key of this set can be decrypted only by the software that was measured.
//
// Three platforms are known: AMD SEV-SNP, Intel TDX and AWS Nitro Enclaves.
//
// The work is in two parts. Verification establishes that the vendor's hardware
// made the report, by the certificates that come with it and a root that is pinned
// here. Validation compares what the report says with the policy. Neither uses the
// network: revocation lists are not looked at, so that a policy's minimal firmware
// versions are what keeps out platforms with known holes.
//
// The package is not for those who verify proofs: that a proof is right never rests
// on attestation. It protects who sends documents to a service. It does not link
// code that talks to devices; that is in the package source.
package attest
