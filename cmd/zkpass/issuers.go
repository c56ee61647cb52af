package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/zkpass-go/zkpass"
)

// issuerKeys finds the keys of issuers that a request names by the URL of a key
// set: in the key sets that a person gave for its documents, else at a URL whose
// host that person typed.
type issuerKeys struct {
	sets    map[string]*issuerSet // by URL
	fetcher zkpass.KeyFetcher
}

// newIssuerKeys loads the values of --jwks for a request. Where the request gives
// an issuer's key itself, that key must be in the key set given for the document.
func newIssuerKeys(ctx context.Context, stderr io.Writer, dvr *zkpass.DVR, args []string) (*issuerKeys, error) {
	locations, err := parseAllTagged("jwks", args)
	if err != nil {
		return nil, err
	}
	if err := onlyFor("jwks", locations, dvr.Requests); err != nil {
		return nil, err
	}
	keys := &issuerKeys{sets: make(map[string]*issuerSet)}
	used := make(map[string]string, len(locations)) // locations by URL of the request
	for _, tag := range sortedKeys(locations) {
		source := keySource{location: locations[tag]}
		set, err := source.load(ctx, stderr)
		if err != nil {
			return nil, hintAtTag(fmt.Errorf("--jwks: %w", err), tag, source.location)
		}
		if source.isURL() {
			if err := keys.fetcher.AllowURL(source.location); err != nil {
				return nil, fmt.Errorf("--jwks: %w", err)
			}
		}
		option := dvr.Requests[tag].VerifyingKey
		if option.PublicKey != nil {
			if err := inSet(ctx, option, set); err != nil {
				return nil, fmt.Errorf("--jwks: %s: %s: %w", tagName(tag), source.location, err)
			}
			continue
		}
		jku := option.KeysetEndpoint.JKU
		if other, ok := used[jku]; ok && other != source.location {
			return nil, fmt.Errorf("--jwks: %s and %s are both given for %s", other, source.location, jku)
		}
		used[jku], keys.sets[jku] = source.location, set
	}
	return keys, nil
}

// inSet reports an error unless a key that is given by value is in the set.
func inSet(ctx context.Context, option zkpass.KeyOption, set *issuerSet) error {
	key, err := option.Resolve(ctx, nil, "")
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(set.Keys(), key.Equal) {
		return fmt.Errorf("%w: the issuer's key in the request is not in the key set", zkpass.ErrKeyMismatch)
	}
	return nil
}

// ResolveKey implements [zkpass.KeyResolver].
func (k *issuerKeys) ResolveKey(ctx context.Context, jku, kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	if set := k.sets[jku]; set != nil {
		return set.key(kid, alg)
	}
	return k.fetcher.ResolveKey(ctx, jku, kid, alg)
}

// hintAtJWKS adds to the error of a key set that may not be fetched how to allow
// it.
func hintAtJWKS(err error) error {
	if !errors.Is(err, zkpass.ErrNotAllowed) {
		return err
	}
	return withHint(err, "--jwks [tag:]FILE gives the issuer's key set, --jwks [tag:]URL allows to fetch it")
}

// readTokens reads the values of --token into user data tokens by tag.
func readTokens(args []string) (map[string]string, error) {
	files, err := parseAllTagged("token", args)
	if err != nil {
		return nil, err
	}
	tokens := make(map[string]string, len(files))
	for _, tag := range sortedKeys(files) {
		if tokens[tag], err = readToken(files[tag], maxUserDataToken); err != nil {
			return nil, hintAtTag(err, tag, files[tag])
		}
		if _, err := zkpass.ParseUserDataToken(tokens[tag]); err != nil {
			return nil, otherKind(tokens[tag], fmt.Errorf("%s: %w", files[tag], err), "a user data token")
		}
	}
	return tokens, nil
}

// hintAtSignature says what a signature that does not hold usually comes from.
func hintAtSignature(err error) error {
	if !errors.Is(err, zkpass.ErrSignature) {
		return err
	}
	return withHint(err, "the request names the key of another issuer than signed the token, or the token was changed")
}

// maxUserDataToken bounds the file of a user data token; the parser is stricter.
const maxUserDataToken = 64 << 10
