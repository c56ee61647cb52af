package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

// Partner is a shop whose requests the app answers.
type Partner struct {
	Name   string // that users read
	Origin string
}

// Reasons to refuse a request before anybody is asked to log in.
var (
	errNotPartner  = errors.New("not a partner's request")
	errNoResponse  = errors.New("the request does not say where the proof is to go")
	errOtherIssuer = errors.New("the request is about another issuer's tokens")
	errForm        = errors.New("the request asks for something other than an ID token")
	errTooLong     = errors.New("the question is too long to be shown in full")
)

// question is a request that the app has checked: a partner has signed it, it is
// about ID tokens of ShopSphere, and the query compiles.
type question struct {
	token   string
	dvr     *zkpass.DVRToken
	partner Partner
	program *query.Program
}

// readQuestion checks a DVR token. That its issuer is a partner counts only because
// the key that signed it is published at the partner's own origin. With an error the
// question is nil as long as it is not known who asks.
func (a *App) readQuestion(ctx context.Context, token string) (*question, error) {
	dvr, err := zkpass.ParseDVRToken(token)
	if err != nil {
		return nil, err
	}
	q := &question{token: token, dvr: dvr}
	if q.partner, err = a.partnerOf(dvr); err != nil {
		return nil, err
	}
	key, err := dvr.Key(ctx, a.fetcher, nil)
	if err != nil {
		return nil, err
	}
	if err := dvr.Verify(key); err != nil {
		return nil, err
	}
	return q, a.checkQuestion(ctx, q)
}

// checkQuestion checks what a partner has signed.
func (a *App) checkQuestion(ctx context.Context, q *question) error {
	if err := q.dvr.CheckTime(a.now()); err != nil {
		return err
	}
	if err := q.dvr.DVR.CheckZKVM(); err != nil {
		return err
	}
	if q.dvr.Claims.ResponseURI == "" {
		return errNoResponse
	}
	asked, ok := q.dvr.DVR.Requests[""]
	if !ok || asked.Format != zkpass.FormatJWT {
		return errForm
	}
	if endpoint := asked.VerifyingKey.KeysetEndpoint; endpoint == nil || endpoint.JKU != a.options.IssuerJWKS {
		return errOtherIssuer
	}
	if err := a.checkIssuerKey(ctx, asked.VerifyingKey.KeysetEndpoint); err != nil {
		return err
	}
	var err error
	if q.program, err = query.Compile([]byte(q.dvr.DVR.Query), []string{""}, query.WithFormat("", query.JWT)); err != nil {
		return err
	}
	if !query.Explain(q.program).Complete {
		return errTooLong // nobody can agree to what they cannot read
	}
	return nil
}

// checkIssuerKey reports an error if it is known already that no ID token could be
// proven about under the key that a request names: before anybody signs in and agrees.
func (a *App) checkIssuerKey(ctx context.Context, named *zkpass.KeysetEndpoint) error {
	key, err := a.fetcher.ResolveKey(ctx, named.JKU, named.KID, "")
	if err == nil {
		return key.Algorithm().CheckProvable()
	}
	if errors.Is(err, zkpass.ErrFetch) {
		return nil // signing in will tell
	}
	set, setErr := a.fetcher.KeySet(ctx, named.JKU)
	if setErr != nil {
		return err
	}
	for _, key := range set.Keys() {
		if key.ID() == named.KID && key.Algorithm().Provable() {
			return nil // one of several with this id
		}
	}
	if errors.Is(err, zkpass.ErrUnknownKey) {
		return err
	}
	return fmt.Errorf("%w: %w", zkpass.ErrUnprovable, err)
}

// partnerOf returns the partner that a request says it comes from. The key that the
// request names must be one that the partner publishes.
func (a *App) partnerOf(dvr *zkpass.DVRToken) (Partner, error) {
	key := dvr.DVR.VerifyingKey
	if key == nil || key.KeysetEndpoint == nil {
		return Partner{}, fmt.Errorf("%w: its key is not one that a partner publishes", errNotPartner)
	}
	issuer, err := zkpass.Origin(dvr.Claims.Issuer)
	if err != nil {
		return Partner{}, fmt.Errorf("%w: iss: %w", errNotPartner, err)
	}
	published, err := zkpass.Origin(key.KeysetEndpoint.JKU)
	if err != nil || published != issuer {
		return Partner{}, fmt.Errorf("%w: its key is published elsewhere than at its iss", errNotPartner)
	}
	for _, p := range a.options.Partners {
		if p.Origin == issuer {
			return p, nil
		}
	}
	return Partner{}, errNotPartner
}

// expired reports whether it is too late to answer.
func (q *question) expired(now time.Time) bool { return q.dvr.CheckTime(now) != nil }
