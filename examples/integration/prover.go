package integration

import (
	"context"
	"crypto/rand"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/local"
)

// Prover makes the proof that answers a DVR token, from user data tokens by tag.
type Prover func(ctx context.Context, dvrToken string, documents map[string]string) (string, error)

// ByService lets a service prove. Give the context a deadline.
func ByService(c *client.Client) Prover {
	return func(ctx context.Context, dvrToken string, documents map[string]string) (string, error) {
		return c.GenerateZkPassProof(ctx, dvrToken, documents, client.ProofOptions{})
	}
}

// Locally proves in this process: no document leaves it.
func Locally(options local.Options) Prover {
	return func(ctx context.Context, dvrToken string, documents map[string]string) (string, error) {
		result, err := local.Prove(ctx, dvrToken, documents, options)
		if err != nil {
			return "", err
		}
		return string(result.Token), nil
	}
}

// NewAttestedClient makes a client that encrypts nothing to a service before the service
// has shown that it runs what the policy trusts, and holds the keys there.
func NewAttestedClient(url, apiKey string, policy attest.Policy) (*client.Client, error) {
	var c *client.Client
	check := func(ctx context.Context, keys *zkpass.KeySet) error {
		nonce := make([]byte, 32)
		rand.Read(nonce)
		evidence, err := c.Attestation(ctx, nonce)
		if err != nil {
			return err
		}
		_, err = attest.Verify(evidence, nonce, keys, policy)
		return err
	}
	var err error
	c, err = client.New(url, apiKey, client.Options{CheckKeys: check})
	return c, err
}
