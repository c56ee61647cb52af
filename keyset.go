package zkpass

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
)

// maxKeys bounds how many usable keys of one JWKS are kept, and of how many others
// it is remembered why they cannot be used.
const maxKeys = 128

// KeySet is a JWKS: public keys by id and algorithm. It does not change and is safe
// for concurrent use. What is wrong with an entry that cannot be used is remembered,
// and told only when that key is asked for.
type KeySet struct {
	keys  []*PublicKey
	unfit []unfitKey
}

// unfitKey is an entry of a JWKS that cannot be used.
type unfitKey struct {
	id  string // empty without one that can be read
	why error
}

// NewKeySet makes a key set to publish. Two keys for one algorithm may not share an
// id; a key that is given twice is in it once.
func NewKeySet(keys ...*PublicKey) (*KeySet, error) {
	s := new(KeySet)
	for _, key := range keys {
		for _, other := range s.keys {
			if other.id == key.id && other.alg == key.alg && !other.Equal(key) {
				return nil, malformed("two keys for %s have the id %s", key.alg, quoteName(key.id))
			}
		}
		s.add(key)
	}
	return s, nil
}

// add adds a key unless it is there.
func (s *KeySet) add(key *PublicKey) {
	for _, other := range s.keys {
		if other.id == key.id && other.Equal(key) {
			return
		}
	}
	s.keys = append(s.keys, key)
}

// ParseKeySet reads a JWKS (RFC 7517, section 5) of at most [MaxKeySet] bytes. Each
// entry is read by itself: one that cannot be used is passed over, and asking for it
// tells why. Of more than 128 usable keys the first 128 are kept. A private key that
// has a value is an error: whoever published it must replace it.
func ParseKeySet(text []byte) (*KeySet, error) {
	s, err := parseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("parsing key set: %w", err)
	}
	return s, nil
}

func parseKeySet(text []byte) (*KeySet, error) {
	entries, err := keySetEntries(text)
	if err != nil {
		return nil, err
	}
	for i, entry := range entries {
		if hasPrivateValue(entry) {
			return nil, fmt.Errorf("key %d: %w", i, ErrExposed)
		}
	}
	s := new(KeySet)
	for i, entry := range entries {
		key, err := parsePublicJWK(entry)
		switch {
		case err == nil && len(s.keys) < maxKeys:
			s.add(key)
		case err != nil && len(s.unfit) < maxKeys:
			s.unfit = append(s.unfit, unfitKey{readableID(entry), fmt.Errorf("entry %d of the key set: %w", i, err)})
		}
	}
	return s, nil
}

// keySetEntries takes a JWKS apart without a look at its keys.
func keySetEntries(text []byte) ([]json.RawMessage, error) {
	text, err := keyText(text)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, malformed("JWKS: not a JSON value")
	}
	var found []json.RawMessage // values of the member keys
	names := make(map[string]bool)
	if !eachMember(text, func(name string, value json.RawMessage) {
		names[name] = true
		if name == "keys" {
			found = append(found, value)
		}
	}) {
		return nil, malformed("JWKS: not an object")
	}
	switch {
	case len(found) > 1:
		return nil, malformed("JWKS: member keys stands twice")
	case names["jwks_uri"]:
		return nil, malformed("a discovery document; its member jwks_uri has the URL of the key set")
	case len(found) == 0 && names["kty"]:
		return nil, malformed("JWKS: member keys is missing; this is a single JWK")
	case len(found) == 0:
		return nil, malformed("JWKS: member keys is missing")
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(found[0], &entries); err != nil || entries == nil {
		return nil, malformed("JWKS: member keys: want an array")
	}
	return entries, nil
}

// readableID returns the id of an entry that may be wrong in any way.
func readableID(entry []byte) string {
	var id string
	eachMember(entry, func(name string, value json.RawMessage) {
		if name == "kid" {
			id = ""
			_ = json.Unmarshal(value, &id) // another kind of value is no id
		}
	})
	return id
}

// Key returns the key for an algorithm with an id, as a token names both. An empty
// id stands for the only key for the algorithm, and an empty algorithm for any that
// signs. Equal keys count as one.
//
// An error wraps [ErrUnknownKey] if there is no such key, or several, [ErrAlgorithm]
// if the key with the id is for something else, or tells why the entry with the id
// cannot be used.
func (s *KeySet) Key(id string, alg Algorithm) (*PublicKey, error) {
	var found, other *PublicKey
	for _, key := range s.keys {
		switch {
		case id != "" && key.id != id:
		case alg != "" && key.alg != alg, alg == "" && key.alg.use() != "sig":
			other = key
		case found == nil || found.Equal(key):
			found = key
		case id == "":
			return nil, fmt.Errorf("%w: the key set has several keys %s and the id of none is given", ErrUnknownKey, purpose(alg))
		default:
			return nil, fmt.Errorf("%w: the key set has several keys %s with the id %s", ErrUnknownKey, purpose(alg), quoteName(id))
		}
	}
	switch {
	case found != nil:
		return found, nil
	case id == "" && len(s.unfit) > 0:
		return nil, fmt.Errorf("%w: the key set has no key %s: %w", ErrUnknownKey, purpose(alg), s.unfit[0].why)
	case id == "":
		return nil, fmt.Errorf("%w: the key set has no key %s", ErrUnknownKey, purpose(alg))
	case other != nil:
		return nil, fmt.Errorf("%w: the key %s is for %s, not %s", ErrAlgorithm, quoteName(id), other.alg, purpose(alg))
	}
	for _, u := range s.unfit {
		if u.id == id {
			return nil, fmt.Errorf("key %s cannot be used: %w", quoteName(id), u.why)
		}
	}
	return nil, fmt.Errorf("%w: the key set has no key with id %s", ErrUnknownKey, quoteName(id))
}

func purpose(alg Algorithm) string {
	if alg == "" {
		return "for signing"
	}
	return "for " + string(alg)
}

// Keys returns the usable keys in the order of the JWKS.
func (s *KeySet) Keys() []*PublicKey { return append([]*PublicKey(nil), s.keys...) }

// Unfit tells of each entry that cannot be used, by its id, why.
func (s *KeySet) Unfit() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, u := range s.unfit {
			if !yield(u.id, u.why) {
				return
			}
		}
	}
}

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

// ResolveKey implements [KeyResolver] with the set that stands for the URL.
func (m KeySets) ResolveKey(_ context.Context, jku, kid string, alg Algorithm) (*PublicKey, error) {
	set := m[jku]
	if set == nil {
		return nil, fmt.Errorf("%w: no key set is at hand for %s", ErrNotAllowed, quoteName(jku))
	}
	return set.Key(kid, alg)
}
