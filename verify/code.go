package verify

import (
	"errors"

	"github.com/zkpass-go/zkpass"
)

// Code is what programs branch on of an error of [Verify], in any language: the
// code of problem details. It is [zkpass.ProblemCannotTell] where nothing is said of
// the proof: a key set or the store cannot be reached, or an option is wrong.
func Code(err error) zkpass.ProblemCode {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return zkpass.ProblemCannotTell
}

// codes are in the order in which they are looked for: what could not be looked at
// comes before what was found, and the precise before the general.
var codes = []struct {
	err  error
	code zkpass.ProblemCode
}{
	{zkpass.ErrFetch, zkpass.ProblemCannotTell},
	{ErrReplayed, zkpass.ProblemAnswered},
	{ErrStoreFull, zkpass.ProblemCannotTell},
	{ErrService, zkpass.ProblemMaker},
	{ErrRequest, zkpass.ProblemOther},
	{ErrExpired, zkpass.ProblemExpired},
	{ErrIssuerKey, zkpass.ProblemKeys},
	{ErrDVRKey, zkpass.ProblemKeys},
	{ErrStale, zkpass.ProblemStale},
	{ErrFuture, zkpass.ProblemFuture},
	{ErrMethodVersion, zkpass.ProblemUnsupported},
	{zkpass.ErrUnsupportedZKVM, zkpass.ProblemUnsupported},
	{ErrProof, zkpass.ProblemProof},
	{zkpass.ErrTooLarge, zkpass.ProblemTokens},
	{zkpass.ErrMalformed, zkpass.ProblemTokens},
	{zkpass.ErrAlgorithm, zkpass.ProblemTokens},
	{zkpass.ErrSignature, zkpass.ProblemSignature},
}
