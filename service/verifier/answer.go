package verifier

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// Submission is a proof to be checked.
type Submission struct {
	Proof string
	// ID is of a request that this verifier keeps, or Token is a request that it has
	// signed. One of the two is given.
	ID, Token string
	// Peek checks without using the request up.
	Peek bool
	// Once makes a repeated call the same call: [Idempotency] of caller, key and body.
	// The zero value repeats nothing.
	Once Idempotency
}

// Idempotency stands for a call that may be made again: the same key with another
// body is [ErrConflict], with the same body it has the same answer for the ttl.
type Idempotency struct{ key, body [sha256.Size]byte }

// NewIdempotency makes one of a caller, the caller's key for the call, and the body
// of the call.
func NewIdempotency(caller, key string, body []byte) Idempotency {
	k := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", len(caller), caller, key))
	b := sha256.New()
	b.Write(k[:])
	b.Write(body)
	return Idempotency{k, [sha256.Size]byte(b.Sum(nil))}
}

func (i Idempotency) given() bool { return i != Idempotency{} }

// Document is what is public of a document.
type Document struct {
	Algorithm zkpass.Algorithm `json:"algorithm"`
	KeyID     string           `json:"key_id,omitempty"`
	Class     string           `json:"class"`
}

// Answer is what a proof that holds says.
type Answer struct {
	ID        string              `json:"dvr_id"`
	Output    string              `json:"output"`  // byte for byte as proven
	Outputs   json.RawMessage     `json:"outputs"` // the same
	Evaluated time.Time           `json:"evaluated"`
	Documents map[string]Document `json:"documents"`
}

// Check checks a proof against a request and, unless it only peeks, uses the
// request up. An error is one of package verify, or wraps [ErrUnknownRequest],
// [ErrCannotTell] or [ErrConflict].
func (v *Verifier) Check(ctx context.Context, s Submission) (*Answer, error) {
	now := v.Now().UTC().Truncate(time.Second)
	if s.Once.given() {
		// A repeated call is judged at the time of the first, so that its answer does
		// not depend on when it comes.
		first, err := v.Store.begin(ctx, s.Once, now, v.ttl+v.skew)
		if err != nil {
			return nil, err
		}
		now = first
	}
	token := s.Token
	if token == "" {
		var err error
		if token, err = v.Store.request(ctx, s.ID); err != nil {
			return nil, err
		}
	}
	key, err := v.ownKey(token)
	if err != nil {
		return nil, err
	}
	opts := verify.Options{
		AllowLocal: v.AllowLocal, DVRKey: key, Now: func() time.Time { return now }, TTL: v.TTL, Skew: v.Skew, Resolver: v.Resolver,
	}
	if v.ServiceKeys != nil {
		if opts.ServiceKeys, err = v.ServiceKeys(ctx); err != nil {
			return nil, fmt.Errorf("%w: keys of the service: %w", ErrCannotTell, err)
		}
	}
	if !s.Peek {
		opts.Store = &once{v.Store, s.Once}
	}
	outcome, err := verify.Verify(ctx, []byte(s.Proof), token, opts)
	if err != nil {
		if errors.Is(err, zkpass.ErrFetch) || errors.Is(err, errStore) {
			return nil, fmt.Errorf("%w: %w", ErrCannotTell, err)
		}
		return nil, err
	}
	proof, err := zkpass.ParseProofToken(s.Proof)
	if err != nil {
		return nil, err
	}
	a := &Answer{ID: outcome.DVRID, Output: string(outcome.Outputs), Outputs: outcome.Outputs, Evaluated: outcome.Time, Documents: map[string]Document{}}
	for tag, d := range proof.Proof.Documents {
		header, err := zkpass.ParseHeader(d.Header)
		if err != nil {
			return nil, err
		}
		a.Documents[tag] = Document{header.Algorithm, header.KeyID, d.Class}
	}
	return a, nil
}

// ownKey is the key of the verifier that a request names. A request that is not
// the verifier's own is refused: whoever made it chose what it asks.
func (v *Verifier) ownKey(token string) (*zkpass.PublicKey, error) {
	request, err := zkpass.ParseDVRToken(token)
	if err != nil {
		return nil, err
	}
	if request.DVR.VerifyingKey == nil || request.DVR.VerifyingKey.PublicKey == nil {
		return nil, fmt.Errorf("%w: it is not a request of this verifier", verify.ErrDVRKey)
	}
	key, err := request.DVR.VerifyingKey.Resolve(context.Background(), nil, zkpass.ES256)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", verify.ErrDVRKey, err)
	}
	for _, own := range v.signing() {
		if own.Equal(key) {
			return own, nil
		}
	}
	return nil, fmt.Errorf("%w: it is not a request of this verifier, or of a key that it no longer has", verify.ErrDVRKey)
}
