package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

const (
	// DefaultLife is how long a request is good, if nothing else is asked for.
	DefaultLife = 10 * time.Minute
	// MaxLife is how long the request of a [Question] may be good.
	MaxLife = 24 * time.Hour
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

// Question is what a request asks, where issuers are named by their key sets and not by
// keys that the program has looked up already, as [NewDVR] has them.
type Question struct {
	Title, Query string
	Issuers      map[string]Issuer // by tag
	Life         time.Duration     // 0 stands for [DefaultLife]
	ResponseURI  string            // where the proof goes; its origin is the issuer of the request
	// Login asks for a fresh login: it is the tag of the document that must bear the
	// request's nonce, empty for the only one. Nil asks for none.
	Login *string
	ZKVM  string // empty stands for [zkpass.LibZK]
}

// DVR makes the request that asks a question, as [NewDVR] does, and the claims to sign it
// with. key is the verifier's own.
//
// Keys are looked for, so that no request is made that nobody can answer; an error wraps
// [zkpass.ErrFetch] if a key set cannot be reached. Without a resolver the URL of a key set
// is taken as it is, and needs a KeyID.
func (q Question) DVR(ctx context.Context, keys zkpass.KeyResolver, key *zkpass.PublicKey, now time.Time) (dvr *zkpass.DVR, claims zkpass.Claims, err error) {
	life := q.Life
	if life == 0 {
		life = DefaultLife
	}
	if life < time.Second || life > MaxLife {
		return nil, claims, fmt.Errorf("the request is good for %s, want a second to %s", life, MaxLife)
	}
	claims.IssuedAt = now.UTC().Truncate(time.Second)
	claims.Expires = claims.IssuedAt.Add(life)
	if claims.ResponseURI = q.ResponseURI; q.ResponseURI != "" {
		if claims.Issuer, err = zkpass.Origin(q.ResponseURI); err != nil {
			return nil, claims, fmt.Errorf("response URI: %w", err)
		}
	}
	documents := make(map[string]zkpass.UserDataRequest, len(q.Issuers))
	for _, tag := range slices.Sorted(maps.Keys(q.Issuers)) {
		if documents[tag], err = q.Issuers[tag].document(ctx, keys); err != nil {
			return nil, claims, fmt.Errorf("issuer %.40q: %w", tag, err)
		}
	}
	text := q.Query
	if q.Login != nil {
		if text, claims.LoginNonce, err = q.bind(); err != nil {
			return nil, claims, fmt.Errorf("login nonce: %w", err)
		}
	}
	var options []RequestOption
	if q.ZKVM != "" {
		options = append(options, WithZKVM(q.ZKVM))
	}
	dvr, err = NewDVR(q.Title, text, documents, key, options...)
	return dvr, claims, err
}

// bind binds the query to a fresh login.
func (q Question) bind() (text, nonce string, err error) {
	tag := *q.Login
	if tag == "" && len(q.Issuers) == 1 {
		for only := range q.Issuers {
			tag = only
		}
	}
	issuer, ok := q.Issuers[tag]
	if !ok {
		return "", "", fmt.Errorf("there is no document %.40q", tag)
	}
	if issuer.Format != zkpass.FormatJWT {
		return "", "", fmt.Errorf("document %.40q: want format %s", tag, zkpass.FormatJWT)
	}
	nonce = zkpass.NewLoginNonce()
	text, err = query.BindNonce(q.Query, tag, nonce)
	return text, nonce, err
}

// document is what the request says of one.
func (i Issuer) document(ctx context.Context, keys zkpass.KeyResolver) (d zkpass.UserDataRequest, err error) {
	d.Format = i.Format
	if i.Format != "" && i.Format != zkpass.FormatZKPass && i.Format != zkpass.FormatJWT {
		return d, fmt.Errorf("want the format %s or %s", zkpass.FormatZKPass, zkpass.FormatJWT)
	}
	if i.DataURL != "" {
		d.URL = &i.DataURL
	}
	id := i.KeyID
	var key *zkpass.PublicKey
	switch {
	case (i.KeySetURL == "") == (i.KeySet == nil):
		return d, errors.New("want a key set or the URL of one")
	case i.KeySet != nil:
		key, err = i.KeySet.Key(id, "")
	case keys != nil:
		key, err = keys.ResolveKey(ctx, i.KeySetURL, id, "")
	case id == "":
		return d, errors.New("want a kid beside the URL of a key set, or key sets to look into")
	}
	if err == nil && key != nil {
		err = key.Algorithm().CheckProvable()
	}
	if err != nil {
		return d, err
	}
	if i.KeySet != nil {
		d.VerifyingKey = key.Option()
		return d, nil
	}
	if id == "" {
		id = key.ID()
	}
	d.VerifyingKey = zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: i.KeySetURL, KID: id}}
	return d, nil
}
