package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

func newInspect() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE",
		Short: "show what is in a proof, a request, a user data token or a key set",
		Long: `Prints the content of a proof, a request (DVR) or a user data token as JSON. Of an
encrypted token only the header can be shown. Of keys and key sets it lists those
that can be used, with their algorithm and id, never a secret. Nothing is verified.
- stands for standard input.`,
		Example: `  zkpass inspect dvr.jwt
  zkpass inspect proof.jwt`,
		Args: wantArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readToken(args[0], zkpass.MaxProofToken)
			if err != nil {
				return err
			}
			shown, err := inspect(text)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if err := printJSON(cmd, shown); err != nil {
				return err
			}
			note(cmd, "nothing of this was verified")
			return nil
		},
	}
}

// inspection is what inspect prints; members that do not apply are left out.
type inspection struct {
	Type        string          `json:"type"`
	Signed      *bool           `json:"signed,omitempty"`
	Header      json.RawMessage `json:"header,omitempty"`
	Digest      string          `json:"dvr_digest,omitempty"`
	Issued      string          `json:"issued,omitempty"`
	Expires     string          `json:"expires,omitempty"`
	Time        string          `json:"evaluated,omitempty"`
	Outputs     json.RawMessage `json:"outputs,omitempty"`
	ProofBytes  int             `json:"proof_bytes,omitempty"`
	ContentSize int             `json:"ciphertext_bytes,omitempty"`
	Payload     json.RawMessage `json:"payload,omitempty"`
	Keys        []inspectedKey  `json:"keys,omitempty"`
}

// inspectedKey is what inspect tells of a key.
type inspectedKey struct {
	ID         string           `json:"kid"`
	Algorithm  zkpass.Algorithm `json:"alg"`
	Thumbprint string           `json:"thumbprint"`
	Provable   bool             `json:"provable"` // documents signed with it
}

// inspectKeys shows a private key, a public one or a key set.
func inspectKeys(text string) (*inspection, error) {
	if private, err := zkpass.ParsePrivateKey([]byte(text)); err == nil {
		return &inspection{Type: "private key", Keys: []inspectedKey{inspectKey(private.Public())}}, nil
	}
	set, err := parseKeys([]byte(text))
	if err != nil {
		return nil, err
	}
	shown := &inspection{Type: "key set"}
	for _, key := range set.Keys() {
		shown.Keys = append(shown.Keys, inspectKey(key))
	}
	return shown, nil
}

func inspectKey(key *zkpass.PublicKey) inspectedKey {
	return inspectedKey{key.ID(), key.Algorithm(), key.Thumbprint(), key.Algorithm().Provable()}
}

// inspect tells the kinds of tokens apart by their form and content.
func inspect(text string) (*inspection, error) {
	if strings.HasPrefix(text, "-----BEGIN ") {
		return inspectKeys(text)
	}
	if strings.HasPrefix(text, "{") {
		var members map[string]json.RawMessage
		_ = json.Unmarshal([]byte(text), &members) // the parsers report what is wrong
		switch {
		case members["kty"] != nil || members["keys"] != nil:
			return inspectKeys(text)
		case members != nil && members["data"] == nil:
			return nil, withHint(fmt.Errorf("%w: JSON that is no proof, key or key set", zkpass.ErrMalformed),
				"user data is shown by any tool for JSON; zkpass issue signs it")
		}
		return inspectProof(text, []byte(text))
	}
	parts := strings.Split(text, ".")
	if len(parts) == 5 {
		return inspectJWE(text, parts)
	}
	if len(parts) != 3 {
		return nil, withHint(fmt.Errorf("%w: neither a JWS, a JWE nor a proof in JSON", zkpass.ErrMalformed),
			"inspect reads user data tokens, requests, proofs, keys and key sets")
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var probe struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(payload, &probe) // the parsers report what is wrong
	switch {
	case probe.Data["zkproof"] != nil && probe.Data["dvr_digest"] != nil:
		return inspectProof(text, payload)
	case probe.Data["user_data_requests"] != nil:
		return inspectDVR(text, payload)
	}
	token, err := zkpass.ParseUserDataToken(text)
	if err != nil {
		return nil, err
	}
	if !json.Valid(token.Payload) {
		return nil, fmt.Errorf("%w: the payload is not JSON", zkpass.ErrMalformed)
	}
	return &inspection{Type: "user data token", Header: token.HeaderJSON, Payload: token.Payload}, nil
}

func inspectDVR(text string, payload []byte) (*inspection, error) {
	token, err := zkpass.ParseDVRToken(text)
	if err != nil {
		return nil, err
	}
	return &inspection{
		Type: "data verification request", Header: headerJSON(text), Digest: token.DVR.Digest(),
		Issued: timeText(token.Claims.IssuedAt), Expires: timeText(token.Claims.Expires), Payload: payload,
	}, nil
}

func inspectProof(text string, payload []byte) (*inspection, error) {
	token, err := zkpass.ParseProofToken(text)
	if err != nil {
		return nil, err
	}
	signed := token.Signed()
	shown := &inspection{
		Type: "proof", Signed: &signed, Digest: token.Proof.DVRDigest, Time: timeText(token.Proof.Time),
		Outputs: json.RawMessage(token.Proof.Output), ProofBytes: len(token.Proof.ZKProof),
	}
	if signed {
		shown.Header = headerJSON(text)
	}
	shown.Payload, err = withoutProof(payload)
	return shown, err
}

// withoutProof leaves out the bytes of the zero-knowledge proof, which tell a
// reader nothing and fill many screens.
func withoutProof(payload []byte) (json.RawMessage, error) {
	var members struct {
		Data struct {
			ZKVM      string          `json:"zkvm"`
			Title     string          `json:"dvr_title"`
			ID        string          `json:"dvr_id"`
			Digest    string          `json:"dvr_digest"`
			Output    string          `json:"output"`
			Time      int64           `json:"time_stamp"`
			Documents json.RawMessage `json:"documents"`
			Keys      json.RawMessage `json:"user_data_verifying_keys"`
			DVRKey    json.RawMessage `json:"dvr_verifying_key"`
		} `json:"data"`
	}
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, err
	}
	return json.Marshal(members)
}

func inspectJWE(text string, parts []string) (*inspection, error) {
	if _, err := zkpass.JWEKeyID(text); err != nil {
		return nil, err
	}
	return &inspection{
		Type: "encrypted token", Header: headerJSON(text),
		ContentSize: base64.RawURLEncoding.DecodedLen(len(parts[3])),
	}, nil
}

// headerJSON returns the protected header of a token that has been parsed.
func headerJSON(token string) json.RawMessage {
	protected, _, _ := strings.Cut(token, ".")
	header, err := base64.RawURLEncoding.DecodeString(protected)
	if err != nil {
		return nil
	}
	return header
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
