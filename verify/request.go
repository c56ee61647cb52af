package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
)

// NewDVR makes a request: it compiles the query, fills in what follows from it and
// from this module, and gives the request a new random id. documents has what is
// asked for by tag; the key of an issuer is [zkpass.PublicKey.Option] of a key at
// hand, for instance one from a [zkpass.KeySet], or names a key set's URL. key is
// the verifier's own, which is to sign; nil leaves dvr_verifying_key null.
//
// An issuer's key that is given by its values must be one that can be proven with,
// else the error wraps [zkpass.ErrUnprovable] or [zkpass.ErrAlgorithm]: nobody could
// answer the request. A key set's URL is not fetched.
//
// The request is good for [zkpass.SignDVR] with that key. The verifier keeps the
// token: [Verify] asks for it. An error wraps ErrCompile of
// package query if the query is wrong.
func NewDVR(title, query string, documents map[string]zkpass.UserDataRequest, key *zkpass.PublicKey, opts ...RequestOption) (*zkpass.DVR, error) {
	dvr := &zkpass.DVR{
		ZKVM: zkpass.LibZK, Title: title, ID: zkpass.NewDVRID(), QueryEngineVersion: zkpass.Version, Query: query,
		Requests: maps.Clone(documents),
	}
	if key != nil {
		named := key.Option()
		dvr.VerifyingKey = &named
	}
	for _, f := range opts {
		f(dvr)
	}
	if err := checkIssuers(documents); err != nil {
		return nil, fmt.Errorf("making request: %w", err)
	}
	var err error
	if dvr.QueryMethodVersion, err = statement.MethodVersion(dvr); err != nil {
		return nil, fmt.Errorf("making request: %w", err)
	}
	if err := dvr.Validate(); err != nil {
		return nil, fmt.Errorf("making request: %w", err)
	}
	return dvr, nil
}

// RequestOption changes what [NewDVR] fills in.
type RequestOption func(*zkpass.DVR)

// WithZKVM asks for a proof by the zkVM of a name, one of [zkpass.Families], in place of
// [zkpass.LibZK]: [zkpass.LibZKHash] for one that rests on hashes alone. A proof by
// another zkVM than the request asks for is refused, whatever it says of itself. NewDVR
// fails with [zkpass.ErrUnsupportedZKVM] where there is no such zkVM.
func WithZKVM(name string) RequestOption {
	return func(dvr *zkpass.DVR) { dvr.ZKVM = name }
}

// checkIssuers checks the issuers' keys that are given by their values.
func checkIssuers(documents map[string]zkpass.UserDataRequest) error {
	for _, tag := range slices.Sorted(maps.Keys(documents)) {
		option := documents[tag].VerifyingKey
		if option.PublicKey == nil {
			continue
		}
		key, err := option.Resolve(context.Background(), nil, "")
		if err == nil {
			err = key.Algorithm().CheckProvable()
		}
		if err != nil {
			return fmt.Errorf("%s: issuer key: %w", statement.Name(tag), err)
		}
	}
	return nil
}
