package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// signingKey is the provider's one key.
type signingKey struct {
	id      string
	alg     jose.SignatureAlgorithm
	private crypto.Signer
}

// newSigningKey makes a key for RS256 or ES256, with its thumbprint as id.
func newSigningKey(alg string) (*signingKey, error) {
	key := &signingKey{alg: jose.SignatureAlgorithm(alg)}
	var err error
	switch key.alg {
	case jose.RS256:
		key.private, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		key.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		return nil, fmt.Errorf("signing algorithm %q: want RS256 or ES256", alg)
	}
	if err != nil {
		return nil, fmt.Errorf("generating signing key: %w", err)
	}
	thumbprint, err := (&jose.JSONWebKey{Key: key.private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("thumbprint of signing key: %w", err)
	}
	key.id = base64.RawURLEncoding.EncodeToString(thumbprint)
	return key, nil
}

func (k *signingKey) ID() string                                  { return k.id }
func (k *signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return k.alg }
func (k *signingKey) Key() any                                    { return k.private }

// publicKey is its part in the JWKS.
type publicKey struct{ *signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.alg }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.private.Public() }
