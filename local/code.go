package local

import (
	"errors"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Code is what programs branch on of an error of [Prove], in any language: the code of
// problem details. It is [zkpass.ProblemInternal] for an error that is none of those.
func Code(err error) zkpass.ProblemCode {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return zkpass.ProblemInternal
}

// codes are in the order in which they are looked for: the precise before the general.
var codes = []struct {
	err  error
	code zkpass.ProblemCode
}{
	{query.ErrUndisclosed, zkpass.ProblemUndisclosed},
	{query.ErrEval, zkpass.ProblemEvaluation},
	{query.ErrCompile, zkpass.ProblemQuery},
	{ErrMethodVersion, zkpass.ProblemUnsupported},
	{ErrDocuments, zkpass.ProblemDocuments},
	{zkpass.ErrExpired, zkpass.ProblemExpired},
	{zkpass.ErrSignature, zkpass.ProblemSignature},
	{zkpass.ErrUnsupportedZKVM, zkpass.ProblemUnsupported},
	{zkvm.ErrUnsupported, zkpass.ProblemUnsupported},
	{zkpass.ErrUnprovable, zkpass.ProblemUnsupported},
	{zkvm.ErrTooLarge, zkpass.ProblemUnsupported},
	{zkpass.ErrNotAllowed, zkpass.ProblemKeys},
	{zkpass.ErrUnknownKey, zkpass.ProblemKeys},
	{zkpass.ErrFetch, zkpass.ProblemCannotTell},
	{zkpass.ErrKeyMismatch, zkpass.ProblemKeys},
	{zkpass.ErrAlgorithm, zkpass.ProblemTokens},
	{zkpass.ErrTooLarge, zkpass.ProblemTokens},
	{zkpass.ErrMalformed, zkpass.ProblemTokens},
}
