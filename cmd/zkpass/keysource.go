package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/zkpass-go/zkpass"
)

// keySource says where a public key is: a file or a URL, and its id there.
type keySource struct {
	location string
	kid      string // empty if the only key for signing is meant
}

// parseKeySource splits (FILE|URL)[#kid] at the last #.
func parseKeySource(arg string) (keySource, error) {
	i := strings.LastIndexByte(arg, '#')
	switch {
	case i < 0:
		return keySource{location: arg}, nil
	case i == 0 || i == len(arg)-1:
		return keySource{}, fmt.Errorf("want FILE#kid or URL#kid, not %q", arg)
	}
	return keySource{arg[:i], arg[i+1:]}, nil
}

func (s keySource) isURL() bool { return strings.Contains(s.location, "://") }

// load returns the key set at a source. A URL that a person typed is fetched.
func (s keySource) load(ctx context.Context, stderr io.Writer) (*zkpass.KeySet, error) {
	if !s.isURL() {
		return readKeySet(s.location)
	}
	var fetcher zkpass.KeyFetcher
	if err := fetcher.AllowURL(s.location); err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	line := startProgress(stderr, "fetching "+s.location, -1)
	defer line.done()
	return fetcher.KeySet(ctx, s.location)
}

// pick returns the key that is meant in a key set.
func (s keySource) pick(set *zkpass.KeySet) (*zkpass.PublicKey, error) {
	if s.kid != "" {
		key, err := set.Key(s.kid)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.location, err)
		}
		return key, nil
	}
	key, err := set.Only(zkpass.ES256)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", s.location, err), "name the key as in %s#kid", s.location)
	}
	return key, nil
}

// readKeySet reads public keys from a file: a JWKS, a JWK or SPKI in PEM.
func readKeySet(path string) (*zkpass.KeySet, error) {
	text, err := readFile(path, zkpass.MaxKeySet)
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

func parseKeys(text []byte) (*zkpass.KeySet, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) == nil && members["keys"] != nil {
		return zkpass.ParseKeySet(text)
	}
	key, err := zkpass.ParsePublicKey(text)
	if err != nil {
		return nil, err
	}
	return zkpass.NewKeySet(key)
}
