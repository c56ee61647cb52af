package verify

import (
	"fmt"
	"maps"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
)

// NewDVR makes a request: it compiles the query, fills in what follows from it and
// from this module, and gives the request a new random id. documents has what is
// asked for by tag; the key of an issuer is [zkpass.PublicKey.Option] of a key at
// hand, for instance one from a [zkpass.KeySet], or names a key set's URL. key is
// the verifier's own, which is to sign; nil leaves dvr_verifying_key null.
//
// The request is good for [zkpass.SignDVR] with that key. The verifier keeps the
// token: [Verify] asks for it. An error wraps ErrCompile of
// package query if the query is wrong.
func NewDVR(title, query string, documents map[string]zkpass.UserDataRequest, key *zkpass.PublicKey) (*zkpass.DVR, error) {
	dvr := &zkpass.DVR{
		ZKVM: zkpass.LibZK, Title: title, ID: zkpass.NewDVRID(), QueryEngineVersion: zkpass.Version, Query: query,
		Requests: maps.Clone(documents),
	}
	if key != nil {
		named := key.Option()
		dvr.VerifyingKey = &named
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
