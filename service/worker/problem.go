package worker

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

var (
	// errInternal is what is wrong with the service itself. Its text stays inside.
	errInternal = errors.New("internal error")
	// errDeadline means that a job took longer than it may.
	errDeadline = errors.New("not proven in time")
)

// kind is how errors become problems: the first that matches counts.
type kind struct {
	is     error
	status int
	code   zkpass.ProblemCode
	detail string // instead of the error's own text
}

// The texts of the errors named here have no values of user data; package local
// promises that.
var kinds = []kind{
	{zkpass.ErrDecrypt, http.StatusBadRequest, zkpass.ProblemDecryption, "a token cannot be decrypted"},
	{errMemory, 422, zkpass.ProblemUnsupported, ""},
	{errDeadline, 422, zkpass.ProblemDeadline, "proving took longer than this service allows"},
	{query.ErrUndisclosed, 422, zkpass.ProblemUndisclosed, ""},
	{query.ErrEval, 422, zkpass.ProblemEvaluation, ""},
	// What is wrong may be text of the query, which is for its maker.
	{query.ErrCompile, 422, zkpass.ProblemQuery, "the query of the request does not compile; zkpass query check tells its maker why"},
	{local.ErrMethodVersion, 422, zkpass.ProblemUnsupported, ""},
	{local.ErrDocuments, 422, zkpass.ProblemDocuments, ""},
	{zkpass.ErrExpired, 422, zkpass.ProblemExpired, ""},
	{zkpass.ErrSignature, 422, zkpass.ProblemSignature, ""},
	{zkpass.ErrUnsupportedZKVM, 422, zkpass.ProblemUnsupported, ""},
	{zkvm.ErrUnsupported, 422, zkpass.ProblemUnsupported, ""},
	{zkpass.ErrUnprovable, 422, zkpass.ProblemUnsupported, ""},
	{zkvm.ErrTooLarge, 422, zkpass.ProblemUnsupported, ""},
	{zkpass.ErrNotAllowed, 422, zkpass.ProblemKeys, ""},
	{zkpass.ErrUnknownKey, 422, zkpass.ProblemKeys, ""},
	{zkpass.ErrFetch, 422, zkpass.ProblemKeys, "a key set that the request names cannot be fetched"},
	{zkpass.ErrKeyMismatch, 422, zkpass.ProblemKeys, ""},
	{zkpass.ErrAlgorithm, 422, zkpass.ProblemTokens, ""},
	{zkpass.ErrTooLarge, 422, zkpass.ProblemTokens, ""},
	{zkpass.ErrMalformed, 422, zkpass.ProblemTokens, ""},
}

// documentError says which document of a request an error is about.
type documentError struct {
	tag string
	error
}

func (e *documentError) Unwrap() error { return e.error }

// about finds out which document an error is about. Errors of this module begin
// with its name, or with a path, which begins with its tag.
func about(dvr *zkpass.DVR, err error) error {
	var eval *query.EvalError
	path := ""
	if errors.As(err, &eval) {
		path = eval.Path
	}
	for _, tag := range dvr.Tags() {
		if tag != "" && (strings.HasPrefix(err.Error(), statement.Name(tag)+": ") || strings.HasPrefix(path, tag+".")) {
			return &documentError{tag, err}
		}
	}
	return err
}

// problemOf says to the owner of a job why there is no proof.
func problemOf(err error) *zkpass.Problem {
	for _, k := range kinds {
		if !errors.Is(err, k.is) {
			continue
		}
		p := zkpass.NewProblem(k.status, k.code, k.detail)
		if k.detail == "" {
			p.Detail = err.Error()
		}
		var document *documentError
		if errors.As(err, &document) {
			p.Document = document.tag
		}
		var eval *query.EvalError
		var compile *query.CompileError
		switch {
		case errors.As(err, &eval):
			p.Statement, p.Path = eval.Pos, eval.Path
		case errors.As(err, &compile):
			p.Statement = compile.Pos
		}
		return p
	}
	return zkpass.NewProblem(http.StatusInternalServerError, zkpass.ProblemInternal, "the service failed at this job; try again later")
}

// kindOf names the type of an error that is not known here. Its text may hold
// anything, so it is not for logs.
func kindOf(err error) string { return fmt.Sprintf("%T", err) }
