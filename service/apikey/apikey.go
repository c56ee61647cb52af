// Package apikey says who may call a service: it makes, keeps, lists and revokes
// API keys, and tells whether a caller has one. A key is a name, sent as the user
// name of HTTP Basic (RFC 7617), and a secret, sent as the password.
//
// Secrets have 192 random bits and are shown once. What is stored is a SHA-256:
// with that many random bits, guessing is hopeless and a slow hash would only be
// a way to keep a service busy.
//
// There are two stores: [Dir], a file in the data directory of a service that
// runs alone, and [Bucket], on a NATS JetStream cluster. Both see a revocation
// within a second, whichever process made it.
//
// The package does not limit how often somebody may try; that is the front end's.
package apikey

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// What a key may be used for.
const (
	ScopeProve   = "prove"   // ask for proofs
	ScopeMetrics = "metrics" // read metrics
	ScopeRequest = "request" // make requests, at a verifier
	ScopeVerify  = "verify"  // have proofs checked, at a verifier
)

// scopes are all of them.
var scopes = []string{ScopeProve, ScopeMetrics, ScopeRequest, ScopeVerify}

// MaxName bounds the name of a key, in bytes.
const MaxName = 128

var (
	// ErrWrong means that no valid key was given: none, unknown, revoked, expired
	// or with another secret. It does not tell which.
	ErrWrong = errors.New("wrong API key")
	// ErrUnknown means that a store has no key of that name.
	ErrUnknown = errors.New("no such API key")
	// ErrExists means that a store has a key of that name already.
	ErrExists = errors.New("the API key exists already")
	// ErrInvalid means that a key cannot be made as asked.
	ErrInvalid = errors.New("not a valid API key")
)

// Key is what is known of an API key, without its secret. It does not change
// after it was made.
type Key struct {
	// Key names it: "zkp_" and 16 of a to z and 2 to 7, 80 random bits. It is no
	// secret, stands in logs, and is never given to another key.
	Key string `json:"key"`
	// Name is what it is for, for its administrator, up to [MaxName] bytes.
	Name string `json:"name,omitempty"`
	// Scopes are what it may be used for: [ScopeProve] and the others.
	Scopes []string `json:"scopes"`
	// Created and Expires have whole seconds. The zero Expires means never.
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
	// Rate is how many requests a second it may make for long, Burst how many at
	// once. Zero stands for the service's defaults.
	Rate  float64 `json:"rate,omitempty"`
	Burst int     `json:"burst,omitempty"`
	// Weight is its share of the workers beside those of other keys that have jobs
	// waiting, zero for 1. Running is how many of its jobs may be proven at once, zero
	// for the service's default.
	Weight  float64 `json:"weight,omitempty"`
	Running int     `json:"running,omitempty"`
}

// Allows reports whether the key has a scope.
func (k *Key) Allows(scope string) bool { return slices.Contains(k.Scopes, scope) }

// Record is what a store keeps of a key.
type Record struct {
	Key
	// Hash is the SHA-256 of key and secret with ":" between them, 32 bytes.
	Hash []byte `json:"hash"`
}

// Store keeps keys. Implementations are safe for concurrent use, and several of
// them may be open over the same place, also in several processes.
type Store interface {
	// Create adds a record. It returns [ErrExists] if there is one of that name.
	Create(ctx context.Context, record Record) error
	// List returns all keys, expired ones too, in the order of their making.
	List(ctx context.Context) ([]Key, error)
	// Revoke removes a key. It returns [ErrUnknown] if there is none of that name.
	Revoke(ctx context.Context, key string) error
	// Lookup returns the record of a key, or [ErrUnknown]. It may be called for
	// each request; a record that was revoked more than a second ago is not
	// returned.
	Lookup(ctx context.Context, key string) (Record, error)
}

// Options are what a new key may be.
type Options struct {
	Name    string
	Scopes  []string  // none stands for [ScopeProve]
	Expires time.Time // zero for never
	Rate    float64   // requests a second; zero for the service's default
	Burst   int       // requests at once; zero for the service's default
	Weight  float64   // share of the workers, up to 1000; zero for 1
	Running int       // jobs proven at once; zero for the service's default
}

const (
	keyPrefix    = "zkp_"
	secretPrefix = "zks_"
	keyBytes     = 10
	secretBytes  = 24
)

// keyEncoding needs no escaping in URLs, file names, subjects and shells.
var keyEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Create makes a key in a store and returns it with its secret, which cannot be
// had again. Neither has a ":" in it. Errors wrap [ErrInvalid] for what the
// options ask.
func Create(ctx context.Context, store Store, options Options) (*Key, string, error) {
	now := time.Now().UTC().Truncate(time.Second)
	key, err := options.key(now)
	if err != nil {
		return nil, "", fmt.Errorf("making API key: %w", err)
	}
	var random [keyBytes + secretBytes]byte
	rand.Read(random[:]) // never fails
	key.Key = keyPrefix + keyEncoding.EncodeToString(random[:keyBytes])
	secret := secretPrefix + base64.RawURLEncoding.EncodeToString(random[keyBytes:])
	hash := hashSecret(key.Key, secret)
	if err := store.Create(ctx, Record{Key: *key, Hash: hash[:]}); err != nil {
		return nil, "", fmt.Errorf("making API key: %w", err)
	}
	return key, secret, nil
}

func (o *Options) key(now time.Time) (*Key, error) {
	k := &Key{Name: o.Name, Created: now, Rate: o.Rate, Burst: o.Burst, Weight: o.Weight, Running: o.Running}
	if len(o.Name) > MaxName || !utf8.ValidString(o.Name) || strings.ContainsFunc(o.Name, unicode.IsControl) {
		return nil, fmt.Errorf("%w: name: want at most %d bytes of UTF-8 without control characters", ErrInvalid, MaxName)
	}
	for _, scope := range o.Scopes {
		if !slices.Contains(scopes, scope) {
			return nil, fmt.Errorf("%w: scope %q, want one of %s", ErrInvalid, scope, strings.Join(scopes, ", "))
		}
		if !slices.Contains(k.Scopes, scope) {
			k.Scopes = append(k.Scopes, scope)
		}
	}
	if len(k.Scopes) == 0 {
		k.Scopes = []string{ScopeProve}
	}
	if !o.Expires.IsZero() {
		k.Expires = o.Expires.UTC().Truncate(time.Second)
		if !k.Expires.After(now) || k.Expires.Year() > 9999 {
			return nil, fmt.Errorf("%w: expires: want a time to come, up to the year 9999", ErrInvalid)
		}
	}
	if o.Rate < 0 || math.IsNaN(o.Rate) || math.IsInf(o.Rate, 0) || o.Burst < 0 {
		return nil, fmt.Errorf("%w: rate and burst: want 0 or more", ErrInvalid)
	}
	if !(o.Weight >= 0 && o.Weight <= 1000) || o.Weight > 0 && o.Weight < 0.001 || o.Running < 0 {
		return nil, fmt.Errorf("%w: weight: want 0.001 to 1000; running: 0 or more", ErrInvalid)
	}
	return k, nil
}

// nobody is a name that no key has: it would take 80 zero bits.
const nobody = keyPrefix + "aaaaaaaaaaaaaaaa"

// Check reports whether a store can tell who has a key.
func Check(ctx context.Context, store Store) error {
	if _, err := store.Lookup(ctx, nobody); err != nil && !errors.Is(err, ErrUnknown) {
		return fmt.Errorf("checking API keys: %w", err)
	}
	return nil
}

// Authenticate returns the key that a caller gave with its secret, if it is there
// and good at the time now, else [ErrWrong]. Other errors say that the store
// could not tell. The work is the same whatever is wrong.
func Authenticate(ctx context.Context, store Store, key, secret string, now time.Time) (*Key, error) {
	given := hashSecret(key, secret)
	record, err := Record{}, ErrUnknown
	if validKey(key) {
		record, err = store.Lookup(ctx, key)
	}
	if err != nil && !errors.Is(err, ErrUnknown) {
		return nil, fmt.Errorf("looking up API key: %w", err)
	}
	stored := record.Hash
	if len(stored) != sha256.Size {
		stored = make([]byte, sha256.Size)
		err = ErrUnknown
	}
	same := subtle.ConstantTimeCompare(given[:], stored) == 1
	good := record.Expires.IsZero() || now.Before(record.Expires)
	if err != nil || !same || !good {
		return nil, ErrWrong
	}
	return &record.Key, nil
}

// hashSecret covers the key too, so that a hash moved to another key's record
// admits nobody.
func hashSecret(key, secret string) [sha256.Size]byte {
	return sha256.Sum256([]byte(key + ":" + secret))
}

// validKey reports whether a text has the form of a key's name. What callers
// send goes no further without it: stores make file contents and subjects of it.
func validKey(key string) bool {
	random, ok := strings.CutPrefix(key, keyPrefix)
	if !ok || len(random) != keyEncoding.EncodedLen(keyBytes) {
		return false
	}
	for _, c := range []byte(random) {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
