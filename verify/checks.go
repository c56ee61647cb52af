package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
)

// checkService checks who made the proof.
func (p *policy) checkService(token *zkpass.ProofToken) error {
	if !token.Signed() {
		if !p.AllowLocal {
			return fmt.Errorf("%w: %w: it was made locally, which policy does not allow", ErrService, zkpass.ErrNotSigned)
		}
		return nil
	}
	if p.ServiceKeys == nil {
		return fmt.Errorf("%w: %w: it is signed and policy names no keys of services", ErrService, zkpass.ErrUnknownKey)
	}
	// The id may be left out where there is one key.
	key, err := p.ServiceKeys.Key(token.Header().KeyID, zkpass.ES256)
	if err == nil {
		err = token.Verify(key)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrService, err)
	}
	return nil
}

// checkExpiry checks that the request is still good.
func (p *policy) checkExpiry(request *zkpass.DVRToken) error {
	expires := request.Claims.Expires
	if !expires.IsZero() && !p.now.Before(expires.Add(p.skew)) {
		return fmt.Errorf("the request %w at %s", ErrExpired, expires.UTC().Format(time.RFC3339))
	}
	if expires.IsZero() && p.Store != nil {
		return fmt.Errorf("%w: the store would forget that it was answered while another proof can be made for it; sign requests with Claims.Expires", ErrNoExpiry)
	}
	return nil
}

// checkIssuers compares the issuers' keys and returns those expected.
func (p *policy) checkIssuers(ctx context.Context, proof *zkpass.Proof, dvr *zkpass.DVR) (map[string]*zkpass.PublicKey, error) {
	keys, err := dvr.ResolveKeys(ctx, p.Resolver, proof.Algorithms())
	if err != nil {
		return nil, err
	}
	return keys, proof.MatchKeys(keys)
}

// checkDVRKey checks that the proof names the same key for the request as the
// request does, and that the request is signed with it.
func (p *policy) checkDVRKey(ctx context.Context, proof *zkpass.Proof, request *zkpass.DVRToken) error {
	named := request.DVR.VerifyingKey
	same, err := sameOption(named, proof.DVRVerifyingKey)
	if err != nil {
		return err
	}
	if !same {
		return fmt.Errorf("%w: the proof has another dvr_verifying_key than the request", zkpass.ErrKeyMismatch)
	}
	key, err := request.Key(ctx, p.Resolver, p.DVRKey)
	if err != nil {
		return err
	}
	if p.DVRKey != nil && !key.Equal(p.DVRKey) {
		return fmt.Errorf("%w: the request names another key than policy", zkpass.ErrKeyMismatch)
	}
	return request.Verify(key)
}

// sameOption compares two keys as they stand; either may be missing.
func sameOption(a, b *zkpass.KeyOption) (bool, error) {
	if a == nil || b == nil {
		return a == b, nil
	}
	textA, errA := a.MarshalJSON()
	textB, errB := b.MarshalJSON()
	return bytes.Equal(textA, textB), errors.Join(errA, errB)
}

// checkTime checks that the proof is neither too old nor from the future.
func (p *policy) checkTime(proof *zkpass.Proof) error {
	made := proof.Time.UTC().Format(time.RFC3339)
	if proof.Time.Before(p.now.Add(-p.ttl)) {
		return fmt.Errorf("%w: it was made at %s, at most %s ago are accepted", ErrStale, made, p.ttl)
	}
	if proof.Time.After(p.now.Add(p.skew)) {
		return fmt.Errorf("%w: it was made at %s, the clocks may differ by %s", ErrFuture, made, p.skew)
	}
	return nil
}
