// Package search proves where things are in a document: containers, their own names, the
// members that paths look for by name, elements by index, and all elements of an array. It is
// docs/protocol.md, section 7, from "Search" to "All elements". Whether a value is there at all
// is asked here too; what it is, is package value's.
//
// A [Tree] has what the paths of a program and of its disclosure markers look for, in the order
// of first use: no map is walked. The prover resolves it in a document, by the circuit's rules.
package search
