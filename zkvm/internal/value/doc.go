// Package value proves what the values of a document are: their kinds, strings with and
// without escapes, numbers, dates and times, strings in strings, the values of elements and
// what a filter keeps of them, and arrays whose elements are asked all at once. It is
// docs/protocol.md, section 7, from "Values" to "Long arrays".
//
// A [Document] has the leaves that a program uses, in the order of first use, on top of what
// package search found. A leaf's kinds promise one way only, see [Leaf]: what is forbidden, and
// when, is the program's business.
package value
