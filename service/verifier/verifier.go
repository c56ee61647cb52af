package verifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/keyring"
	"github.com/zkpass-go/zkpass/verify"
)

var (
	// ErrUnknownRequest means that there is no request with the id, or not any more.
	ErrUnknownRequest = errors.New("no such request")
	// ErrRequest means that a request cannot be made as asked. Other errors that it
	// wraps say more.
	ErrRequest = errors.New("request cannot be made")
	// ErrCannotTell means that nothing can be said of a proof or an issuer now: a key
	// set or the store cannot be reached. The request is not used up.
	ErrCannotTell = errors.New("cannot tell at the moment")
	// ErrConflict means that an idempotency key was used with another body.
	ErrConflict = errors.New("the idempotency key was used with another body")
)

// Keys are the verifier's own, as a [*keyring.Ring] has them.
type Keys interface {
	Signing() *zkpass.PrivateKey
	Published() keyring.Published
}

// Config says what a [Verifier] works with. Keys, Store and Resolver are needed, and
// ServiceKeys or AllowLocal.
type Config struct {
	Keys  Keys
	Store *Store
	// Resolver fetches the key sets that requests name by URL. It decides which hosts
	// may be asked.
	Resolver zkpass.KeyResolver
	// ServiceKeys returns the keys of the services whose proofs are accepted; nil for
	// none. An error that wraps [zkpass.ErrFetch] is [ErrCannotTell].
	ServiceKeys func(context.Context) (*zkpass.KeySet, error)
	// AllowLocal accepts proofs that were made without a service.
	AllowLocal bool
	// TTL and Skew are as in [verify.Options].
	TTL, Skew time.Duration
	Now       func() time.Time // nil: time.Now
}

// Verifier makes requests and checks proofs. It is safe for concurrent use.
type Verifier struct {
	Config
	ttl, skew time.Duration
}

// New makes a verifier.
func New(c Config) (*Verifier, error) {
	switch {
	case c.Keys == nil || c.Store == nil || c.Resolver == nil:
		return nil, errors.New("setting up the verifier: keys, store and resolver are needed")
	case c.ServiceKeys == nil && !c.AllowLocal:
		return nil, errors.New("setting up the verifier: it would accept no proof: want keys of services, or proofs that are made locally allowed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	v := &Verifier{Config: c, ttl: window(c.TTL, verify.DefaultTTL), skew: window(c.Skew, verify.DefaultSkew)}
	if v.ttl > verify.MaxLife || v.skew > time.Hour {
		return nil, fmt.Errorf("setting up the verifier: ttl of %s and skew of %s, want at most %s and an hour", v.ttl, v.skew, verify.MaxLife)
	}
	return v, nil
}

func window(d, standard time.Duration) time.Duration {
	switch d {
	case 0:
		return standard
	case verify.None:
		return 0
	}
	return d
}

// Ready reports an error if requests cannot be made or proofs not be checked.
func (v *Verifier) Ready(ctx context.Context) error {
	if !v.Keys.Published().Ready() {
		return errors.New("no keys yet")
	}
	return v.Store.Probe(ctx)
}

// KeySet is the public keys that requests are signed with.
func (v *Verifier) KeySet() (*zkpass.KeySet, error) { return zkpass.NewKeySet(v.signing()...) }

// signing lists the public keys of requests that may still be answered.
func (v *Verifier) signing() (out []*zkpass.PublicKey) {
	for _, key := range v.Keys.Published().Keys.Keys() {
		if key.Algorithm() == zkpass.ES256 {
			out = append(out, key)
		}
	}
	return out
}
