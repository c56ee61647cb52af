package zkpass

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// maxKeys bounds how many keys of one JWKS are read.
const maxKeys = 128

// KeySet is a JWKS: public keys by id. It does not change and is safe for
// concurrent use. Keys of kinds that zkPass does not use are remembered by id
// only, so that asking for one tells why it cannot be had.
type KeySet struct {
	keys   []*PublicKey
	byID   map[string]*PublicKey
	unfit  map[string]error
	noName error // why a key without an id cannot be used
}

// NewKeySet makes a key set. Two keys may not share an id.
func NewKeySet(keys ...*PublicKey) (*KeySet, error) {
	s := &KeySet{byID: make(map[string]*PublicKey), unfit: make(map[string]error)}
	for _, key := range keys {
		if err := s.add(key); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *KeySet) add(key *PublicKey) error {
	if s.byID[key.id] != nil || s.unfit[key.id] != nil {
		return malformed("two keys have the id %s", quoteName(key.id))
	}
	s.keys = append(s.keys, key)
	s.byID[key.id] = key
	return nil
}

// ParseKeySet reads a JWKS (RFC 7517, section 5) of at most [MaxKeySet] bytes. A
// private key in it is an error: whoever published it must replace it.
func ParseKeySet(text []byte) (*KeySet, error) {
	s, err := parseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("parsing key set: %w", err)
	}
	return s, nil
}

func parseKeySet(text []byte) (*KeySet, error) {
	if len(text) > MaxKeySet {
		return nil, tooLarge("the key set", len(text), MaxKeySet)
	}
	o := openStrict("JWKS", text)
	raw := o.need("keys")
	if o.err != nil {
		return nil, o.err
	}
	var keys []json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil || keys == nil {
		return nil, malformed("JWKS: member keys: want an array")
	}
	if len(keys) > maxKeys {
		return nil, fmt.Errorf("%w: the key set has %d keys, at most %d are accepted", ErrTooLarge, len(keys), maxKeys)
	}
	s, _ := NewKeySet()
	for i, raw := range keys {
		key, err := parsePublicJWK(raw)
		if err == nil {
			err = s.add(key)
		} else if errors.Is(err, ErrAlgorithm) {
			// RFC 7517 section 5: keys of kinds unknown are passed over.
			err = s.addUnfit(raw, err)
		}
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i, err)
		}
	}
	return s, nil
}

func (s *KeySet) addUnfit(raw json.RawMessage, why error) error {
	o := openObject("JWK", raw)
	id := o.optStr("kid")
	if o.err != nil {
		return o.err
	}
	if id == "" {
		s.noName = why
		return nil
	}
	if s.byID[id] != nil || s.unfit[id] != nil {
		return malformed("two keys have the id %s", quoteName(id))
	}
	s.unfit[id] = why
	return nil
}

// Key returns the key with the id. An error wraps [ErrUnknownKey] if there is
// none, or tells why the key with that id cannot be used.
func (s *KeySet) Key(id string) (*PublicKey, error) {
	if key := s.byID[id]; key != nil {
		return key, nil
	}
	if why := s.unfit[id]; why != nil {
		return nil, fmt.Errorf("key %s: %w", quoteName(id), why)
	}
	return nil, fmt.Errorf("%w: the key set has no key with id %s", ErrUnknownKey, quoteName(id))
}

// Only returns the one key of the set that is for signing (or, with forUse
// [ECDHES], for encryption), for callers who were given no id.
func (s *KeySet) Only(forUse Algorithm) (*PublicKey, error) {
	var only *PublicKey
	for _, key := range s.keys {
		if key.alg.use() != forUse.use() {
			continue
		}
		if only != nil {
			return nil, fmt.Errorf("%w: the key set has several keys for the use %s; name one by its id", ErrUnknownKey, forUse.use())
		}
		only = key
	}
	if only != nil {
		return only, nil
	}
	if s.noName != nil {
		return nil, s.noName
	}
	for _, why := range s.unfit {
		return nil, why
	}
	return nil, fmt.Errorf("%w: the key set has no key for the use %s", ErrUnknownKey, forUse.use())
}

// Keys returns the usable keys in the order of the JWKS.
func (s *KeySet) Keys() []*PublicKey { return append([]*PublicKey(nil), s.keys...) }

// MarshalJSON returns the JWKS, usable keys only.
func (s *KeySet) MarshalJSON() ([]byte, error) {
	dst := []byte(`{"keys":[`)
	for i, key := range s.keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		text, err := key.MarshalJSON()
		if err != nil {
			return nil, err
		}
		dst = append(dst, text...)
	}
	return append(dst, "]}"...), nil
}

// KeySets resolves endpoints from key sets at hand, by their URL: for tests, and
// for parties that get key sets as files. It never fetches anything.
type KeySets map[string]*KeySet

// ResolveKey returns the key with the id from the set that stands for the URL.
func (m KeySets) ResolveKey(_ context.Context, jku, kid string) (*PublicKey, error) {
	set := m[jku]
	if set == nil {
		return nil, fmt.Errorf("%w: no key set is at hand for %s", ErrNotAllowed, quoteName(jku))
	}
	return set.Key(kid)
}
