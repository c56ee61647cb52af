package verify

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass"
)

func TestCode(t *testing.T) {
	for _, test := range []struct {
		err  error
		want zkpass.ProblemCode
	}{
		{fmt.Errorf("%w: %w", ErrIssuerKey, zkpass.ErrFetch), zkpass.ProblemCannotTell},
		{fmt.Errorf("%w: %w", ErrIssuerKey, zkpass.ErrKeyMismatch), zkpass.ProblemKeys},
		{fmt.Errorf("%w: %w", ErrService, zkpass.ErrSignature), zkpass.ProblemMaker},
		{fmt.Errorf("%w: %w", ErrDVRKey, zkpass.ErrSignature), zkpass.ProblemKeys},
		{fmt.Errorf("comparing: %w", ErrRequest), zkpass.ProblemOther},
		{fmt.Errorf("the request %w", ErrExpired), zkpass.ProblemExpired},
		{ErrStale, zkpass.ProblemStale},
		{ErrFuture, zkpass.ProblemFuture},
		{fmt.Errorf("%w: %w", ErrProof, ErrMethodVersion), zkpass.ProblemUnsupported},
		{fmt.Errorf("verifying: %w", ErrProof), zkpass.ProblemProof},
		{ErrReplayed, zkpass.ProblemAnswered},
		{ErrStoreFull, zkpass.ProblemCannotTell},
		{zkpass.ErrMalformed, zkpass.ProblemTokens},
		{zkpass.ErrTooLarge, zkpass.ProblemTokens},
		{errors.New("disk"), zkpass.ProblemCannotTell},
	} {
		if got := Code(test.err); got != test.want {
			t.Errorf("%v: %s, want %s", test.err, got, test.want)
		}
	}
}
