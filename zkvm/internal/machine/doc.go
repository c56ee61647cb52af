// Package machine is what the gadgets of the zkVM are written for: it commits bits and
// elements, makes forms of them, and requires rows, copies of circuits and zeros. It has the
// tools of docs/protocol.md, section 7, out of which gadgets are made: masked values,
// conditions joined in a row, zero tests, product forms, dot products, fingerprints of
// texts, flags. Errors that depend on the challenges are declared here, see Risk.
//
// It knows no document and no query. Gadgets are methods of what they lay out, and take
// the machine.
package machine
