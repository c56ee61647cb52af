package verifier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

// Issuer says whose signature a document must bear.
type Issuer struct {
	// KeySetURL or KeySet: a key set by its URL, or at hand. A key of one at hand is
	// given in the request by its value.
	KeySetURL string
	KeySet    *zkpass.KeySet
	// KeyID chooses a key; empty stands for the only one that can be proven with.
	KeyID string
	// Format is that of the document; empty stands for [zkpass.FormatZKPass].
	Format zkpass.Format
	// DataURL is where the holder's app gets the document, if it is to be told.
	DataURL string
}

// Question is what a request asks.
type Question struct {
	Title, Query string
	Issuers      map[string]Issuer // by tag
	Life         time.Duration     // 0 stands for [DefaultLife]
	ResponseURI  string            // where the proof goes; its origin is the issuer of the request
	// Login asks for a fresh login: it is the tag of the document that must bear the
	// request's nonce, empty for the only one. Nil asks for none.
	Login *string
}

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
	now := v.Now().UTC().Truncate(time.Second)
	life := q.Life
	if life == 0 {
		life = DefaultLife
	}
	if life < time.Second || life > MaxLife {
		return nil, fmt.Errorf("%w: it is good for %s, want a second to %s", ErrRequest, life, MaxLife)
	}
	documents := make(map[string]zkpass.UserDataRequest, len(q.Issuers))
	for _, tag := range slices.Sorted(maps.Keys(q.Issuers)) {
		document, err := v.document(ctx, q.Issuers[tag])
		if err != nil {
			return nil, fmt.Errorf("issuer %q: %w", tag, err)
		}
		documents[tag] = document
	}
	nonce, err := q.bind()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	key := v.Keys.Signing()
	dvr, err := verify.NewDVR(q.Title, q.Query, documents, key.Public())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	claims := zkpass.Claims{IssuedAt: now, Expires: now.Add(life), ResponseURI: q.ResponseURI, LoginNonce: nonce}
	if q.ResponseURI != "" {
		if claims.Issuer, err = zkpass.Origin(q.ResponseURI); err != nil {
			return nil, fmt.Errorf("%w: response_uri: %w", ErrRequest, err)
		}
	}
	token, err := zkpass.SignDVR(dvr, claims, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err := v.Store.keep(ctx, dvr.ID, token, life+v.ttl+v.skew); err != nil {
		return nil, fmt.Errorf("%w: keeping the request: %w", ErrCannotTell, err)
	}
	return &Request{ID: dvr.ID, Token: token, Expires: claims.Expires, LoginNonce: nonce}, nil
}

// bind binds the query to a fresh login, if that is asked for, and returns its nonce.
func (q *Question) bind() (nonce string, err error) {
	if q.Login == nil {
		return "", nil
	}
	tag := *q.Login
	if tag == "" && len(q.Issuers) == 1 {
		for only := range q.Issuers {
			tag = only
		}
	}
	issuer, ok := q.Issuers[tag]
	if !ok {
		return "", fmt.Errorf("login_nonce: there is no document %q", tag)
	}
	if issuer.Format != zkpass.FormatJWT {
		return "", fmt.Errorf("login_nonce: document %q: want format %s", tag, zkpass.FormatJWT)
	}
	nonce = zkpass.NewLoginNonce()
	q.Query, err = query.BindNonce(q.Query, tag, nonce)
	return nonce, err
}

// document is what the request says of one. A key set is read, so that a request
// that nobody can answer is not made.
func (v *Verifier) document(ctx context.Context, issuer Issuer) (d zkpass.UserDataRequest, err error) {
	d.Format = issuer.Format
	if issuer.DataURL != "" {
		d.URL = &issuer.DataURL
	}
	if (issuer.KeySetURL == "") == (issuer.KeySet == nil) {
		return d, fmt.Errorf("%w: want a key set or the URL of one", ErrRequest)
	}
	if issuer.KeySet != nil {
		key, err := provable(func(alg zkpass.Algorithm) (*zkpass.PublicKey, error) { return issuer.KeySet.Key(issuer.KeyID, alg) })
		if err != nil {
			return d, err
		}
		d.VerifyingKey = key.Option()
		return d, nil
	}
	key, err := provable(func(alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
		return v.Resolver.ResolveKey(ctx, issuer.KeySetURL, issuer.KeyID, alg)
	})
	if err != nil {
		return d, err
	}
	id := issuer.KeyID
	if id == "" {
		id = key.ID()
	}
	d.VerifyingKey = zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: issuer.KeySetURL, KID: id}}
	return d, nil
}

// provable finds the one key that can be proven with.
func provable(find func(zkpass.Algorithm) (*zkpass.PublicKey, error)) (*zkpass.PublicKey, error) {
	key, err := find("")
	if err == nil {
		err = key.Algorithm().CheckProvable()
	}
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, zkpass.ErrFetch):
		return nil, fmt.Errorf("%w: %w", ErrCannotTell, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrRequest, err)
}
