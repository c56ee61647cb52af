package zkpass

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ProofToken is a proof as it travels: signed by the service that made it or,
// made locally, bare. The signature only tells who made the proof.
type ProofToken struct {
	Proof Proof
	jws   *JWS // nil for a bare proof
}

// SignProof makes a proof token with a service's key for [ES256].
func SignProof(proof *Proof, key *PrivateKey) (string, error) {
	if key.public.alg != ES256 {
		return "", fmt.Errorf("signing proof: %w: a proof is signed with ES256, the key is for %s", ErrAlgorithm, key.public.alg)
	}
	payload, err := proof.payload()
	if err != nil {
		return "", fmt.Errorf("signing proof: %w", err)
	}
	token, err := signJWS(key, key.public.header(""), payload)
	if err == nil && len(token) > MaxProofToken {
		err = tooLarge("the proof token", len(token), MaxProofToken)
	}
	if err != nil {
		return "", fmt.Errorf("signing proof: %w", err)
	}
	return token, nil
}

// MarshalLocalProof returns the bare form of a proof that was made without a
// service: {"data":{...}} on one line, without a line end.
func MarshalLocalProof(proof *Proof) ([]byte, error) { return proof.payload() }

func (p *Proof) payload() ([]byte, error) {
	data, err := p.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return append(append([]byte(`{"data":`), data...), '}'), nil
}

// ParseProofToken reads a proof token in either form. It verifies nothing.
func ParseProofToken(text string) (*ProofToken, error) {
	if len(text) > MaxProofToken {
		return nil, fmt.Errorf("parsing proof token: %w", tooLarge("the token", len(text), MaxProofToken))
	}
	t := &ProofToken{}
	payload := []byte(text)
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		var err error
		if t.jws, err = parseJWS(text, proofKind); err != nil {
			return nil, err
		}
		payload = t.jws.Payload
	}
	if err := t.decode(payload); err != nil {
		return nil, fmt.Errorf("parsing proof token: %w", err)
	}
	return t, nil
}

func (t *ProofToken) decode(payload json.RawMessage) error {
	o := openStrict("payload", payload)
	data := o.need("data")
	if err := o.end(); err != nil {
		return err
	}
	return t.Proof.decode(data)
}

// Signed reports whether the token is a JWS. Whether the signature holds, only
// Verify tells.
func (t *ProofToken) Signed() bool { return t.jws != nil }

// Header returns the protected header; it is empty for a bare proof.
func (t *ProofToken) Header() Header {
	if t.jws == nil {
		return Header{}
	}
	return t.jws.Header
}

// Verify reports an error unless the token is signed with the key. The error
// wraps [ErrNotSigned] for a bare proof. This says who made the proof, and not
// that it is correct.
func (t *ProofToken) Verify(key *PublicKey) error {
	if t.jws == nil {
		return fmt.Errorf("verifying proof token: %w: it was made locally", ErrNotSigned)
	}
	if err := t.jws.Verify(key); err != nil {
		return fmt.Errorf("verifying proof token: %w", err)
	}
	return nil
}
