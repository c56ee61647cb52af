package program

import "errors"

var (
	// ErrUnsupported means that a query is valid but cannot be proven.
	ErrUnsupported = errors.New("cannot be proven")
	// ErrTooLarge means that a proof of the statement would be too large.
	ErrTooLarge = errors.New("statement is too large to be proven")
	// ErrOutput means that output bytes are none that the program can have.
	ErrOutput = errors.New("output is not one of this query's")
)
