// Package integration shows what an issuer, a holder and a verifier add to the systems
// that they have. docs/integration.md explains it; its code is this code.
//
// It is there to be read and copied from, and its tests run both workflows. It is no
// library: sessions, databases and pages belong to the application and stand here as
// functions and small interfaces.
package integration
