package verify

import (
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
)

const (
	// DefaultTTL is how old a proof may be.
	DefaultTTL = 10 * time.Minute
	// DefaultSkew is how far the clocks of prover and verifier may differ.
	DefaultSkew = zkpass.Skew
	// None as a TTL or skew stands for no time at all.
	None time.Duration = -1
	// maxWindow bounds TTL and skew, so that no sum of times overflows.
	maxWindow = 100 * 365 * 24 * time.Hour
)

// Options are the policy of a verifier. The zero value accepts no proof, since it
// names neither services nor lets proofs be made locally.
type Options struct {
	// ServiceKeys are the keys of the services whose proofs are accepted.
	ServiceKeys *zkpass.KeySet
	// AllowLocal accepts proofs that were made without a service. They are as
	// correct as others. Signed proofs still need ServiceKeys.
	AllowLocal bool
	// DVRKey is the verifier's own public key, which the request must be signed
	// with. Nil leaves it to the key that the request itself names, which is enough
	// for a request from the verifier's own records and not for one that came back
	// from somebody else.
	DVRKey *zkpass.PublicKey
	// Now tells the time of verification, of which fractions of a second are
	// dropped. It is called once; nil stands for [time.Now].
	Now func() time.Time
	// TTL and Skew, at most 100 years; 0 stands for the defaults, [None] for none.
	TTL, Skew time.Duration
	// Resolver finds keys that the request names by a key set's URL. It decides
	// which URLs may be fetched; nil allows none.
	Resolver zkpass.KeyResolver
	// Store keeps the requests that have been answered, until they expire: with a store a
	// request that does not is [ErrNoExpiry]. Nil keeps none: then the application sees to
	// it that no request is answered twice.
	Store OnceStore
}

// policy is Options with the defaults filled in.
type policy struct {
	Options
	now       time.Time
	ttl, skew time.Duration
}

func (o Options) policy() (policy, error) {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	p := policy{Options: o, now: now().UTC().Truncate(time.Second), ttl: o.TTL, skew: o.Skew}
	for _, window := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{{"ttl", &p.ttl, DefaultTTL}, {"skew", &p.skew, DefaultSkew}} {
		switch v := *window.value; {
		case v == None:
			*window.value = 0
		case v == 0:
			*window.value = window.usual
		case v < 0 || v > maxWindow:
			return policy{}, fmt.Errorf("options: %s of %s, want up to 100 years", window.name, v)
		}
	}
	return p, nil
}
