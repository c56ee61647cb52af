// Package program proves that a program has given outputs: guards, operators, locals, and
// what may be disclosed. It is docs/protocol.md, section 8.
//
// A [Survey] notes in the documents what the program looks for and what it uses; once these
// are laid out, [Survey.Execute] lays out the program over them. What a value is, is package
// value's business; which rule of the query language holds, and when, is decided here.
package program
