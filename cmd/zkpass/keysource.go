package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/zkpass-go/zkpass"
)

// keySource says where a public key is: a file or a URL, and its id there.
type keySource struct {
	location string
	kid      string // empty if the only key is meant
}

// parseKeySource splits (FILE|URL)[#kid]. A URL ends at its first # (RFC 3986, section
// 3.5), since ids may have one themselves, as those of DIDs do. Of a file the longest
// name that is there counts.
func parseKeySource(arg string) (keySource, error) {
	first := strings.IndexByte(arg, '#')
	if first < 0 {
		return keySource{location: arg}, nil
	}
	cut := first
	if !(keySource{location: arg[:first]}).isURL() {
		if _, err := os.Stat(arg); err == nil {
			return keySource{location: arg}, nil
		}
		for i := len(arg) - 1; i > first; i-- {
			if _, err := os.Stat(arg[:i]); arg[i] == '#' && err == nil {
				cut = i
				break
			}
		}
	}
	if cut == 0 || cut == len(arg)-1 {
		return keySource{}, fmt.Errorf("want FILE#kid or URL#kid, not %q", arg)
	}
	return keySource{arg[:cut], arg[cut+1:]}, nil
}

func (s keySource) isURL() bool { return strings.Contains(s.location, "://") }

// issuerSet is a key set that a person gave.
type issuerSet struct {
	*zkpass.KeySet
	unnamed bool // it is one key that nobody has named: PEM, or a JWK without kid
}

// key finds a key; one that nobody has named is good for any id.
func (s *issuerSet) key(kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	if s.unnamed {
		kid = ""
	}
	return s.Key(kid, alg)
}

// load returns the key set at a source. A URL that a person typed is fetched.
func (s keySource) load(ctx context.Context, stderr io.Writer) (*issuerSet, error) {
	if !s.isURL() {
		return readKeySet(s.location)
	}
	var fetcher zkpass.KeyFetcher
	if err := fetcher.AllowURL(s.location); err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	line := startProgress(stderr, "fetching "+s.location, -1)
	defer line.done()
	set, err := fetcher.KeySet(ctx, s.location)
	if err != nil {
		return nil, err
	}
	return &issuerSet{KeySet: set}, nil
}

// pick returns the issuer's key that is meant in a key set: one that documents signed
// with it can be proven about.
func (s keySource) pick(set *issuerSet) (*zkpass.PublicKey, error) {
	var found []*zkpass.PublicKey
	for _, key := range set.Keys() {
		if alg := key.Algorithm(); alg.Provable() && (s.kid == "" || key.ID() == s.kid) && !slices.ContainsFunc(found, key.Equal) {
			found = append(found, key)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1 && s.isURL() && s.kid != "" && differ(found):
		return found[0], nil // a token's algorithm tells which is meant
	case len(found) > 1 && s.kid == "":
		return nil, withHint(fmt.Errorf("%s: %w: the key set has several keys for signing", s.location, zkpass.ErrUnknownKey), "name the key as in %s#kid", s.location)
	case len(found) > 1:
		return nil, withHint(fmt.Errorf("%s: %w: several keys have the id %q", s.location, zkpass.ErrUnknownKey, s.kid), "give a file with the one key that is meant")
	}
	key, err := set.Key(s.kid, "")
	if err == nil {
		err = fmt.Errorf("key %q: %w", key.ID(), key.Algorithm().CheckProvable())
	}
	return nil, withHint(fmt.Errorf("%s: %w", s.location, err), "nobody could answer such a request: the issuer has to sign with ES256, or with RS256 or PS256 and an RSA key of 2048, 3072 or 4096 bits with exponent 65537")
}

// differ reports whether no two keys are for the same algorithm.
func differ(keys []*zkpass.PublicKey) bool {
	seen := make(map[zkpass.Algorithm]bool)
	for _, key := range keys {
		if seen[key.Algorithm()] {
			return false
		}
		seen[key.Algorithm()] = true
	}
	return true
}

// readKeySet reads public keys from a file: a JWKS, a JWK or PEM.
func readKeySet(path string) (*issuerSet, error) {
	text, err := readText(path, zkpass.MaxKeySet)
	if err != nil {
		return nil, err
	}
	set, err := parseKeys(text)
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
		if _, private := zkpass.ParsePrivateKey(text); private == nil {
			return nil, withHint(err, "zkpass jwks %s prints the public key, which is meant here", path)
		}
		return nil, err
	}
	return set, nil
}

func parseKeys(text []byte) (*issuerSet, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) == nil && members["kty"] == nil {
		set, err := zkpass.ParseKeySet(text)
		return &issuerSet{KeySet: set}, err
	}
	key, err := zkpass.ParsePublicKey(text)
	if err != nil {
		return nil, err
	}
	set, err := zkpass.NewKeySet(key)
	return &issuerSet{set, members["kid"] == nil}, err
}
