package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/freshness"
)

// serviceKeys is the key set of a service, kept as long as its Cache-Control and Age
// say, within 1 min to 24 h. turn is held by who uses or fetches it.
type serviceKeys struct {
	turn    chan struct{} // capacity 1
	set     *zkpass.KeySet
	expires time.Time
	stale   time.Time // until when it is used if it cannot be had anew
	failed  time.Time // the last time that this was so
}

// Keys returns the key set of the service: the keys that sign its proofs, for a
// verifier's policy, and those to encrypt to. While it cannot be refreshed, or what comes
// has no key that can be used, the set at hand stays good for up to 24 hours, as with
// [zkpass.KeyFetcher], with an attempt every 10 seconds at the most.
func (c *Client) Keys(ctx context.Context) (*zkpass.KeySet, error) { return c.keySet(ctx, nil) }

// keySet returns the key set, another one than that which has turned out to be out
// of date, if any.
func (c *Client) keySet(ctx context.Context, outdated *zkpass.KeySet) (*zkpass.KeySet, error) {
	k := &c.keys
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("fetching the service's keys: %w", ctx.Err())
	}
	now := time.Now()
	good := k.set != nil && k.set != outdated
	if good && now.Before(k.expires) {
		return k.set, nil
	}
	good = good && now.Before(k.stale)
	if good && now.Before(k.failed.Add(freshness.FailureWait)) {
		return k.set, nil
	}
	set, age, stale, err := c.fetchKeys(ctx, outdated != nil, good)
	if errors.Is(err, zkpass.ErrExposed) {
		good, k.set = false, nil
	}
	if err != nil && good && ctx.Err() == nil {
		k.failed = time.Now()
		return k.set, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fetching the service's keys: %w", err)
	}
	if c.opts.CheckKeys != nil {
		if err := c.opts.CheckKeys(ctx, set); err != nil {
			return nil, fmt.Errorf("checking the service's keys: %w", err)
		}
	}
	k.set, k.expires = set, time.Now().Add(age)
	k.stale = k.expires.Add(stale)
	return set, nil
}

// fetchKeys fetches the key set. Where a good one is at hand it tries once, for 5
// seconds. A set without any key is an error.
func (c *Client) fetchKeys(ctx context.Context, anew, good bool) (set *zkpass.KeySet, age, stale time.Duration, err error) {
	request := call{method: http.MethodGet, path: "/.well-known/jwks.json", public: true, anew: anew, limit: zkpass.MaxKeySet}
	var got *reply
	if good {
		within, cancel := context.WithTimeout(ctx, freshness.FetchTimeout)
		defer cancel()
		got, err = c.send(within, request)
	} else {
		got, err = c.exchange(ctx, request)
	}
	if err != nil {
		return nil, 0, 0, err
	}
	if got.status != http.StatusOK {
		return nil, 0, 0, problem(got, c.hidden)
	}
	set, err = zkpass.ParseKeySet(got.body)
	if err == nil && len(set.Keys()) == 0 {
		err = errors.New("the key set has no key that can be used")
	}
	if err != nil {
		return nil, 0, 0, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	age, stale = freshness.Times(got.header)
	return set, age, stale, nil
}

// encryptionKey returns the key to encrypt to: the first of its kind, since old and
// coming keys stand behind it.
func encryptionKey(set *zkpass.KeySet) (*zkpass.PublicKey, error) {
	for _, key := range set.Keys() {
		if key.Algorithm() == zkpass.ECDHES {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%w: the service's key set has no key to encrypt to", ErrAnswer)
}

// Limits on the nonce of [Client.Attestation] in bytes, and on what it returns.
const (
	minNonce       = 16
	maxNonce       = 64
	maxAttestation = 1 << 20
)

// Attestation returns the service's evidence of what it runs and which keys it
// holds, as JSON text, for a fresh random nonce of 16 to 64 bytes. It verifies
// nothing: package attest does. A service without such evidence answers with the
// problem [zkpass.ProblemNotFound].
func (c *Client) Attestation(ctx context.Context, nonce []byte) ([]byte, error) {
	if len(nonce) < minNonce || len(nonce) > maxNonce {
		return nil, fmt.Errorf("fetching attestation: %w", malformed("a nonce of %d bytes, want %d to %d", len(nonce), minNonce, maxNonce))
	}
	path := "/v1/attestation?nonce=" + base64.RawURLEncoding.EncodeToString(nonce)
	got, err := c.exchange(ctx, call{method: http.MethodGet, path: path, public: true, limit: maxAttestation})
	if err == nil && got.status != http.StatusOK {
		err = problem(got, c.hidden)
	}
	if err != nil {
		return nil, fmt.Errorf("fetching attestation: %w", err)
	}
	return got.body, nil
}
