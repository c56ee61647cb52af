// Package reference is a second evaluator of the query language, for tests alone:
// package query and it must agree on every query and every document.
//
// It follows the text of the specification, not package query, with which it
// shares no types, no parser and no intermediate form. It walks the trees that
// encoding/json makes of the query and of the documents, reads paths with a
// regular expression each time they are used, takes the calendar from package
// time and numbers from math/big, and finds compile errors by writing out every way through a query. That
// is slow, and exponential in the number of ifs: it is no evaluator for use.
package reference
