package krisna

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// errOtherCustomer means that a proof answers a request that was made for another
// customer than the one who brings it.
var errOtherCustomer = errors.New("the request was made for another customer")

// errAnswered means that a customer brings the very proof that was accepted before.
var errAnswered = errors.New("this proof was accepted already")

// accept checks a proof that a customer brings, and gives the discount if the
// answer is yes. The discount goes to the account that the request was made for,
// and only if it is that customer who brings the proof: so nobody can have others
// answer a request of theirs.
//
// Whatever fails before the proof has held uses nothing up. If the shop stops
// between the check and the discount, the request is used up; the customer makes
// another.
func (s *Shop) accept(ctx context.Context, username string, token []byte) (*request, error) {
	parsed, err := zkpass.ParseProofToken(string(token))
	if err != nil {
		return nil, err
	}
	r, err := s.options.Store.request(ctx, parsed.Proof.DVRID)
	if err != nil {
		return nil, err
	}
	if r.Customer != username {
		return nil, errOtherCustomer
	}
	if r.Answer != nil {
		if kept, err := s.options.Store.proof(ctx, r.ID); err == nil && bytes.Equal(kept, token) {
			return r, errAnswered
		}
	}
	options := verify.Options{
		AllowLocal: true, DVRKey: s.key.Public(), Now: s.now, Resolver: s, Store: s.options.Store.used,
	}
	if parsed.Signed() && s.options.ServiceJWKS != "" {
		if options.ServiceKeys, err = s.fetcher.KeySet(ctx, s.options.ServiceJWKS); err != nil {
			return nil, fmt.Errorf("keys of the zkPass service: %w", err)
		}
	}
	outcome, err := verify.Verify(ctx, token, r.Token, options)
	if err != nil {
		return nil, err
	}
	var outputs struct {
		Result bool `json:"result"`
	}
	if err := json.Unmarshal(outcome.Outputs, &outputs); err != nil {
		return nil, fmt.Errorf("reading outputs: %w", err)
	}
	r.Answer = &answer{
		Received: s.now(), Outputs: outcome.Outputs, Result: outputs.Result, Local: outcome.Local, Bytes: len(token),
	}
	if err := s.options.Store.putProof(ctx, r.ID, token); err != nil {
		return nil, err
	}
	if err := s.options.Store.putRequest(ctx, r); err != nil {
		return nil, err
	}
	if !outputs.Result {
		return r, nil
	}
	return r, s.options.Store.giveDiscount(ctx, r.Customer, s.now())
}

// ResolveKey finds the keys that the shop's own requests name: the shop's, and
// ShopSphere's.
func (s *Shop) ResolveKey(ctx context.Context, jku, kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	if jku == s.options.Origin+jwksPath {
		return s.keys.Key(kid, alg)
	}
	return s.fetcher.ResolveKey(ctx, jku, kid, alg)
}

func sortByTime(requests []*request) {
	slices.SortFunc(requests, func(a, b *request) int { return b.Answer.Received.Compare(a.Answer.Received) })
}
