package query

import (
	"errors"
	"fmt"
)

var (
	// ErrCompile is matched by every error of [Compile].
	ErrCompile = errors.New("query does not compile")

	// ErrEval is matched by every error of [Program.Eval].
	ErrEval = errors.New("query has no result")

	// ErrUndisclosed is matched, besides ErrEval, by the errors of [Program.Eval]
	// that come from the disclosure rule: an output that is more than a boolean is
	// made of a member that the issuer did not mark.
	ErrUndisclosed = errors.New("output is not disclosable")
)

// A CompileError is what is wrong with a query, found without any document. It
// repeats names and operators of the query, never its literals.
type CompileError struct {
	Pos string // the statement, "statement 2, then 1, assign x", or empty for the whole query
	Msg string // what is wrong, what was expected
}

func (e *CompileError) Error() string { return position(e.Pos, e.Msg) }

// Is makes [ErrCompile] match.
func (e *CompileError) Is(target error) bool { return target == ErrCompile }

// An EvalError is why a query has no result for some documents. It names members
// of documents as the query does, and never has a value from a document.
type EvalError struct {
	Pos  string // the statement, empty if the error belongs to none
	Path string // the path as in the query, filter texts left out; empty if there is none
	Msg  string // what is wrong, what was expected

	undisclosed bool
}

func (e *EvalError) Error() string {
	if e.Path != "" {
		return position(e.Pos, "path "+e.Path+": "+e.Msg)
	}
	return position(e.Pos, e.Msg)
}

// Is makes [ErrEval] match, and [ErrUndisclosed] where it applies.
func (e *EvalError) Is(target error) bool {
	return target == ErrEval || e.undisclosed && target == ErrUndisclosed
}

func position(pos, msg string) string {
	if pos == "" {
		return msg
	}
	return pos + ": " + msg
}

func compileErrorf(pos, format string, args ...any) error {
	return &CompileError{Pos: pos, Msg: fmt.Sprintf(format, args...)}
}
