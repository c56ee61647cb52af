// Package text is a document as text: the base64url of its payload, the hash of the signing
// input, the decoded bytes with what the JSON recogniser says of each position, and what
// the bytes of strings with escapes emit. It is docs/protocol.md, section 7, from "Text" and
// "Hash" to decoded text in place, which "Search" and "Values" use.
//
// It finds nothing: where things are in a document is package search's, what they are
// package value's.
package text
