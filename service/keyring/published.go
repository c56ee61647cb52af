package keyring

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/zkpass-go/zkpass"
)

// MaxAge is how long a client may cache the JWKS without asking again, at most.
const MaxAge = time.Hour

// Published is the public part of a ring, as it is at a time. It must not be
// changed. The zero value is that of a service whose keys are not known yet.
type Published struct {
	// JWKS is the key set as text. The first key with use "enc" is the one to
	// encrypt to; keys not yet in use come after those in use, and signing keys
	// no longer in use last. Old keys for encryption are not in it.
	JWKS []byte
	// Keys is the same, parsed.
	Keys *zkpass.KeySet
	// Encryption is the key to encrypt to now; nil in the zero value.
	Encryption *zkpass.PublicKey
	// Accepted are the ids of the keys that clients may have encrypted to: of the
	// current key, the next ones, and old ones for [AcceptOld].
	Accepted []string
	// MaxAge is how long a client may cache the JWKS.
	MaxAge time.Duration
	// ETag is that of the JWKS, in quotes.
	ETag string
}

// Ready reports whether there are keys.
func (p Published) Ready() bool { return p.Encryption != nil }

// Accepts reports whether a client may have encrypted to the key with the id.
func (p Published) Accepts(kid string) bool { return slices.Contains(p.Accepted, kid) }

// Published returns the public part of the ring. It costs little.
func (r *Ring) Published() Published {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.until.IsZero() || !now.Before(r.until) {
		p, err := r.publish()
		if err != nil {
			// Every key was parsed and no two have an id: this cannot be.
			r.logger.Error("putting the JWKS together", "error", err)
			return r.published
		}
		r.published, r.until = p, now.Add(interval)
		for _, u := range []use{signing, encryption} {
			_, stamps := r.of(u)
			if change := r.timing.nextChange(stamps, now); !change.IsZero() && change.Before(r.until) {
				r.until = change
			}
		}
	}
	return r.published
}

func (r *Ring) publish() (Published, error) {
	var keys []*zkpass.PublicKey
	for _, list := range [][]*entry{
		r.in(signing, current), r.in(encryption, current),
		r.in(signing, next), r.in(encryption, next), r.in(signing, old),
	} {
		for _, e := range list {
			keys = append(keys, e.key.Public())
		}
	}
	var accepted []string
	for _, s := range []state{current, next, old} {
		for _, e := range r.in(encryption, s) {
			accepted = append(accepted, e.key.Public().ID())
		}
	}
	return newPublished(keys, accepted)
}

// newPublished puts together what is published of public keys, among which is one
// for encryption.
func newPublished(keys []*zkpass.PublicKey, accepted []string) (Published, error) {
	set, err := zkpass.NewKeySet(keys...)
	if err != nil {
		return Published{}, err
	}
	first := slices.IndexFunc(keys, func(k *zkpass.PublicKey) bool { return k.Algorithm() == zkpass.ECDHES })
	if first < 0 || !slices.Contains(accepted, keys[first].ID()) {
		return Published{}, fmt.Errorf("%w: the key set has none to encrypt to", zkpass.ErrUnknownKey)
	}
	text, err := set.MarshalJSON()
	if err != nil {
		return Published{}, err
	}
	sum := sha256.Sum256(text)
	return Published{
		JWKS: text, Keys: set, Encryption: keys[first], Accepted: accepted, MaxAge: MaxAge,
		ETag: `"` + hex.EncodeToString(sum[:16]) + `"`,
	}, nil
}
