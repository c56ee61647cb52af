package zkpass

import (
	"fmt"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass/document"
)

// SignOption changes how [SignDataToJWSToken] signs.
type SignOption func(*signOptions)

type signOptions struct {
	jku string
}

// WithKeySetURL puts the URL of the issuer's JWKS into the header as jku.
func WithKeySetURL(jku string) SignOption {
	return func(o *signOptions) { o.jku = jku }
}

// SignDataToJWSToken makes a user data token: a JWS whose payload is
// {"data":...} with the bytes of data unchanged. data is one JSON value, nearly
// always an object, in valid UTF-8; with what stands around it, it has at most
// [MaxPayload] bytes. The key is for ES256, RS256 or PS256.
//
// A member <name> may be disclosed by queries if "_<name>_zkpass_public_": true
// stands beside it.
func SignDataToJWSToken(key *PrivateKey, data []byte, options ...SignOption) (string, error) {
	var opts signOptions
	for _, option := range options {
		option(&opts)
	}
	payload := append(append([]byte(`{"data":`), data...), '}')
	if len(payload) > MaxPayload {
		return "", fmt.Errorf("signing user data: %w", tooLarge("the payload", len(payload), MaxPayload))
	}
	// The data alone, since together with the rest it could close the object
	// that it is put into; one container is open around it.
	if _, err := document.ParseValue(data, MaxPayload, document.MaxDepth-1); err != nil {
		return "", fmt.Errorf("signing user data: %w: %w", ErrMalformed, err)
	}
	if !utf8.ValidString(opts.jku) {
		return "", fmt.Errorf("signing user data: %w", malformed("the key set URL is not valid UTF-8"))
	}
	token, err := signJWS(key, key.public.header(opts.jku), payload)
	if err != nil {
		return "", fmt.Errorf("signing user data: %w", err)
	}
	return token, nil
}

// VerifyJWSToken parses a user data token and verifies its signature. The key
// decides on the algorithm. Times and audience in the payload are not looked at.
func VerifyJWSToken(key *PublicKey, token string) (*JWS, error) {
	t, err := ParseUserDataToken(token)
	if err != nil {
		return nil, err
	}
	if err := t.Verify(key); err != nil {
		return nil, fmt.Errorf("verifying token: %w", err)
	}
	return t, nil
}

// MarshalUserData returns the JSON text {tag: user data token, ...} that goes,
// encrypted, to a service. The only tag may be empty.
func MarshalUserData(tokens map[string]string) (string, error) {
	tags, err := sortedTags(tokens)
	if err != nil {
		return "", fmt.Errorf("encoding user data: %w", err)
	}
	dst := []byte{'{'}
	for _, tag := range tags {
		if !utf8.ValidString(tokens[tag]) {
			return "", fmt.Errorf("encoding user data: %w", malformed("a token is not valid UTF-8"))
		}
		dst = appendMember(dst, tag, tokens[tag])
	}
	return string(append(dst, '}')), nil
}

// ParseUserData is the inverse of [MarshalUserData]. It does not read the tokens.
func ParseUserData(text string) (map[string]string, error) {
	if len(text) > MaxJWE {
		return nil, fmt.Errorf("parsing user data: %w", tooLarge("the text", len(text), MaxJWE))
	}
	o := openStrict("user data", []byte(text))
	tokens := make(map[string]string)
	for tag := range o.members {
		tokens[tag] = o.str(tag)
	}
	if err := o.end(); err != nil {
		return nil, fmt.Errorf("parsing user data: %w", err)
	}
	if _, err := sortedTags(tokens); err != nil {
		return nil, fmt.Errorf("parsing user data: %w", err)
	}
	return tokens, nil
}
