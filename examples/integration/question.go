package integration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

// Reasons to refuse a request before anybody is asked.
var (
	ErrStranger   = errors.New("the request comes from nobody known")
	ErrNoExpiry   = errors.New("the request does not expire")
	ErrNoResponse = errors.New("the request does not say where the proof goes")
	ErrTooLong    = errors.New("the question is too long to be shown in full")
)

// Partner is a verifier that is answered.
type Partner struct {
	Name   string // for people
	Origin string // as in the claim iss
	KeySet string // URL of its key set, at that origin
}

// Partners are the verifiers that a holder's app, or an issuer, answers.
type Partners struct {
	Known []Partner
	Keys  *zkpass.KeyFetcher // its AllowedHosts are those of the partners' key sets
	Now   func() time.Time
}

// Question is a request that was checked, with what to show before anybody agrees.
type Question struct {
	Token   string
	Request *zkpass.DVRToken
	From    Partner
	Asks    query.Explanation
}

// Read checks a DVR token: a partner has signed it, it is still good, and what it asks
// can be shown in full.
func (p *Partners) Read(ctx context.Context, token string) (*Question, error) {
	request, err := zkpass.ParseDVRToken(token)
	if err != nil {
		return nil, err
	}
	from, err := p.find(request.Claims.Issuer)
	if err != nil {
		return nil, err
	}
	// Anybody can write any iss into a request. That it is the partner's is shown by the
	// key, which comes from the partner and not from the request.
	key, err := p.Keys.ResolveKey(ctx, from.KeySet, request.Header().KeyID, zkpass.ES256)
	if err != nil {
		return nil, fmt.Errorf("finding the key of %s: %w", from.Name, err)
	}
	if err := request.Verify(key); err != nil {
		return nil, err
	}
	if request.Claims.Expires.IsZero() {
		return nil, ErrNoExpiry
	}
	if err := request.CheckTime(p.Now()); err != nil {
		return nil, err
	}
	program, err := compile(&request.DVR)
	if err != nil {
		return nil, err
	}
	question := &Question{Token: token, Request: request, From: from, Asks: query.Explain(program)}
	if !question.Asks.Complete {
		return nil, ErrTooLong // nobody can agree to what they cannot read
	}
	return question, nil
}

func (p *Partners) find(issuer string) (Partner, error) {
	origin, err := zkpass.Origin(issuer)
	if err != nil {
		return Partner{}, fmt.Errorf("%w: iss: %w", ErrStranger, err)
	}
	for _, known := range p.Known {
		if known.Origin == origin {
			return known, nil
		}
	}
	return Partner{}, ErrStranger
}

// compile compiles the query of a request.
func compile(dvr *zkpass.DVR) (*query.Program, error) {
	var options []query.Option
	for tag, format := range dvr.Formats() {
		if format == zkpass.FormatJWT {
			options = append(options, query.WithFormat(tag, query.JWT))
		}
	}
	return query.Compile([]byte(dvr.Query), dvr.Tags(), options...)
}
