package verifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// Question is what a request asks, of whose documents.
type (
	Question = verify.Question
	Issuer   = verify.Issuer
)

// Request is a request that was made.
type Request struct {
	ID, Token string
	Expires   time.Time
	// LoginNonce is what the holder's app passes to the issuer at the login, if the
	// request asks for a fresh one.
	LoginNonce string
}

// Ask makes a request, signs it and keeps it. An error wraps [ErrRequest] for what
// cannot be asked, [ErrCannotTell] if a key set or the store cannot be reached.
func (v *Verifier) Ask(ctx context.Context, q Question) (*Request, error) {
	key := v.Keys.Signing()
	dvr, claims, err := q.DVR(ctx, v.Resolver, key.Public(), v.Now())
	if errors.Is(err, zkpass.ErrFetch) {
		return nil, fmt.Errorf("%w: %w", ErrCannotTell, err)
	}
	var token string
	if err == nil {
		token, err = zkpass.SignDVR(dvr, claims, key)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err := v.Store.keep(ctx, dvr.ID, token, claims.Expires.Sub(claims.IssuedAt)+v.ttl+v.skew); err != nil {
		return nil, fmt.Errorf("%w: keeping the request: %w", ErrCannotTell, err)
	}
	return &Request{ID: dvr.ID, Token: token, Expires: claims.Expires, LoginNonce: claims.LoginNonce}, nil
}
