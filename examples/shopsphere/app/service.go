package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/client"
)

// Service is a zkPass service, as the app uses it.
type Service interface {
	Prover
	// Attest checks what the service shows of what it runs and which keys it holds.
	// found is the kind of hardware that has shown it; it is empty if the service shows
	// nothing that can be checked.
	Attest(ctx context.Context) (found string, err error)
}

// errServiceDown means that the zkPass service cannot be reached or does not work.
var errServiceDown = errors.New("the zkPass service does not answer")

// remote is a service behind its API.
type remote struct {
	client *client.Client
	policy *attest.Policy
}

// serviceAttempts is how often a request to the service is tried: a customer waits.
const serviceAttempts = 3

// NewService makes a service of its URL and the app's key for it, KEY:SECRET. With
// a policy the service must show that it runs what the policy trusts, each time its
// keys are fetched and before anything is encrypted to them. Without one, what it
// shows counts for nothing.
func NewService(url, apiKey string, policy *attest.Policy) (Service, error) {
	s := &remote{policy: policy}
	var err error
	s.client, err = client.New(url, apiKey, client.Options{
		MaxAttempts: serviceAttempts,
		CheckKeys: func(ctx context.Context, keys *zkpass.KeySet) error {
			_, err := s.check(ctx, keys)
			return err
		},
	})
	return s, err
}

// Attest implements [Service].
func (s *remote) Attest(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, attestTime)
	defer cancel()
	keys, err := s.client.Keys(ctx)
	if err != nil {
		return "", err
	}
	return s.check(ctx, keys)
}

// check verifies evidence that is bound to these very keys.
func (s *remote) check(ctx context.Context, keys *zkpass.KeySet) (string, error) {
	if s.policy == nil {
		return "", nil
	}
	nonce := make([]byte, 32)
	rand.Read(nonce)
	evidence, err := s.client.Attestation(ctx, nonce)
	if err != nil {
		return "", fmt.Errorf("asking for attestation: %w", err)
	}
	result, err := attest.Verify(evidence, nonce, keys, *s.policy)
	if err != nil {
		return "", fmt.Errorf("verifying attestation: %w", err)
	}
	return string(result.Platform), nil
}

// jobProblems are about the request or the customer's data. All others are the
// service's own trouble.
var jobProblems = map[zkpass.ProblemCode]bool{
	zkpass.ProblemTokens: true, zkpass.ProblemSignature: true, zkpass.ProblemExpired: true, zkpass.ProblemKeys: true,
	zkpass.ProblemUnsupported: true, zkpass.ProblemDocuments: true, zkpass.ProblemQuery: true,
	zkpass.ProblemEvaluation: true, zkpass.ProblemUndisclosed: true, zkpass.ProblemDeadline: true,
}

// Prove implements [Prover].
func (s *remote) Prove(ctx context.Context, dvrToken, idToken string, progress func(Progress)) (string, error) {
	proof, err := s.client.GenerateZkPassProof(ctx, dvrToken, map[string]string{"": idToken}, client.ProofOptions{
		Progress: func(job client.JobStatus) {
			p := Progress{Step: job.Step, Fraction: job.Progress, Ahead: job.Ahead}
			if !job.Proving && p.Step == "" {
				p.Step = "waiting in line at the service"
			}
			progress(p)
		},
	})
	var problem *zkpass.Problem
	if err == nil || ctx.Err() != nil || errors.As(err, &problem) && jobProblems[problem.Code] {
		return proof, err
	}
	return "", fmt.Errorf("%w: %w", errServiceDown, err)
}
