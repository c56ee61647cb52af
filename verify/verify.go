package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Outcome is what a verifier learns from a proof that holds.
type Outcome struct {
	// Outputs is the flat JSON object of the query's outputs, byte for byte as
	// proven.
	Outputs json.RawMessage
	// Time is the evaluation time.
	Time time.Time
	// DVRID and DVRTitle are those of the request.
	DVRID, DVRTitle string
	// Local tells that no service has signed the proof.
	Local bool
}

// Verify checks a proof token against the request that it is to answer: the DVR
// token as the verifier issued it. It runs the checks in the order of the errors
// above and returns the first that fails; the outputs are returned only if none
// does. The request is marked as answered in the store last of all, so that a
// proof that is refused uses nothing up.
//
// The context is for the resolver and the store. Verify is safe for concurrent
// use.
func Verify(ctx context.Context, proofToken []byte, dvrToken string, opts Options) (*Outcome, error) {
	policy, err := opts.policy()
	if err != nil {
		return nil, err
	}
	token, err := zkpass.ParseProofToken(string(proofToken))
	if err != nil {
		return nil, err
	}
	request, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		return nil, err
	}
	proof := &token.Proof
	if err := policy.checkService(token); err != nil {
		return nil, err
	}
	if err := proof.MatchDVR(&request.DVR); err != nil {
		return nil, fmt.Errorf("comparing with the request: %w", err)
	}
	if err := policy.checkExpiry(request); err != nil {
		return nil, err
	}
	keys, err := policy.checkIssuers(ctx, proof, &request.DVR)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIssuerKey, err)
	}
	if err := policy.checkDVRKey(ctx, proof, request); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDVRKey, err)
	}
	if err := policy.checkTime(proof); err != nil {
		return nil, err
	}
	if err := checkProof(proof, &request.DVR, keys); err != nil {
		return nil, err
	}
	if err := policy.consume(ctx, request); err != nil {
		return nil, err
	}
	return &Outcome{
		Outputs: json.RawMessage(proof.Output), Time: proof.Time,
		DVRID: request.DVR.ID, DVRTitle: request.DVR.Title, Local: !token.Signed(),
	}, nil
}

// VerifyZkPassProof is [Verify] under the name that users of earlier zkPass SDKs
// know. Neither name is to go.
func VerifyZkPassProof(ctx context.Context, proofToken []byte, dvrToken string, opts Options) (*Outcome, error) {
	return Verify(ctx, proofToken, dvrToken, opts)
}

// checkProof checks the proof itself. Circuits and program come from the request,
// the keys from the verifier; the proof says where it has them from by itself
// only in its times, headers, classes and outputs, all of which it covers.
func checkProof(proof *zkpass.Proof, dvr *zkpass.DVR, keys map[string]*zkpass.PublicKey) error {
	program, err := statement.Compile(dvr)
	if err != nil {
		return err
	}
	documents := make(map[string]statement.Document, len(keys))
	for tag, key := range keys {
		public, ok := proof.Documents[tag]
		if !ok {
			return fmt.Errorf("%w: %s is missing", ErrProof, statement.Name(tag))
		}
		class, err := zkvm.ParseClass(public.Class)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrProof, statement.Name(tag), err)
		}
		documents[tag] = statement.Document{Key: key, Header: public.Header, Class: class}
	}
	s, err := statement.New(dvr, program, documents, proof.Time, []byte(proof.Output))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	switch err := zkvm.Verify(s, proof.ZKProof); {
	case errors.Is(err, ErrProof):
		return fmt.Errorf("verifying proof: %w", err)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	return nil
}

// consume marks the request as answered.
func (p *policy) consume(ctx context.Context, request *zkpass.DVRToken) error {
	if p.Store == nil {
		return nil
	}
	// A proof may be as old as the ttl, and its time as late as the skew allows.
	until := p.now.Add(p.ttl + p.skew)
	// While the request is good, another proof could be made for it.
	if end := request.Claims.Expires.Add(p.skew); end.After(until) {
		until = end
	}
	switch err := p.Store.Use(ctx, request.DVR.ID, p.now, until); {
	case errors.Is(err, ErrReplayed):
		return err
	case err != nil:
		return fmt.Errorf("marking the request as answered: %w", err)
	}
	return nil
}
