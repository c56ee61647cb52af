package zkpass

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
)

// JWS is a token in JWS compact form, parsed and not verified. Its parts are kept
// as they stand, because a proof covers exactly these bytes. User data tokens are
// bearer secrets: a JWS must not be logged.
type JWS struct {
	// Protected is the protected header as it stands in the token: base64url.
	Protected string
	// HeaderJSON is the decoded protected header.
	HeaderJSON []byte
	// Header is what this package reads in it.
	Header Header
	// PayloadText is the payload as it stands in the token: base64url.
	PayloadText string
	// Payload is the decoded payload. That it is JSON has not been checked.
	Payload []byte
	// Signature is the decoded signature: r and s of 32 bytes each for ES256,
	// as long as the modulus for RS256 and PS256.
	Signature []byte
}

// jwsKind says how strictly a JWS is read.
type jwsKind struct {
	name       string
	text       int // limit of the whole text in bytes
	payload    int // limit of the decoded payload
	ownKeys    bool
	algorithms []Algorithm
}

var (
	// A 4096-bit signature is 683 characters.
	userDataKind = jwsKind{name: "user data token", text: 28 << 10, payload: MaxPayload, ownKeys: true,
		algorithms: []Algorithm{ES256, RS256, PS256}}
	dvrKind   = jwsKind{name: "DVR token", text: MaxDVRToken, payload: MaxDVRToken, algorithms: []Algorithm{ES256}}
	proofKind = jwsKind{name: "proof token", text: MaxProofToken, payload: MaxProofToken, algorithms: []Algorithm{ES256}}
)

// ParseUserDataToken reads a user data token, or any JWT of an issuer, without
// verifying its signature. Payload and header are bounded by [MaxPayload] and
// [MaxHeader]. The members jwk, x5c and x5u of the header are never used.
func ParseUserDataToken(token string) (*JWS, error) {
	return parseJWS(token, userDataKind)
}

func parseJWS(token string, kind jwsKind) (*JWS, error) {
	t, err := parseCompact(token, kind)
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", kind.name, err)
	}
	return t, nil
}

func parseCompact(token string, kind jwsKind) (*JWS, error) {
	if len(token) > kind.text {
		return nil, tooLarge("the token", len(token), kind.text)
	}
	if err := checkForm(token); err != nil {
		return nil, err
	}
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 {
		return nil, malformed("want three parts with a dot between them")
	}
	t := &JWS{Protected: parts[0], PayloadText: parts[1]}
	var err error
	if t.HeaderJSON, t.Header, err = parseProtected(parts[0]); err != nil {
		return nil, err
	}
	if err := t.Header.check(kind); err != nil {
		return nil, err
	}
	if t.Payload, err = decodePart("payload", parts[1], kind.payload); err != nil {
		return nil, err
	}
	// The longest signature is that of an RSA key with 4096 bits.
	if t.Signature, err = decodePart("signature", parts[2], 512); err != nil {
		return nil, err
	}
	return t, nil
}

// checkForm names what people have in place of a JWS in compact form.
func checkForm(token string) error {
	switch {
	case token == "":
		return malformed("the text is empty")
	case strings.HasPrefix(token, "\ufeff"):
		return malformed("it begins with a byte order mark")
	case strings.ContainsAny(token, " \t\r\n"):
		return malformed("a blank or line end in or around the token")
	case strings.HasPrefix(token, "{"):
		return malformed("JSON; want a JWS in compact form")
	case strings.Contains(token, "~"):
		return malformed("an SD-JWT, whose claims are disclosures beside the token (~); proofs are about claims in the token")
	case strings.Count(token, ".") == 4:
		return malformed("an encrypted token (JWE); it has to be decrypted first, and what is signed inside is meant")
	}
	return nil
}

// decodePart decodes one part of a token, whose size it checks first.
func decodePart(name, text string, limit int) ([]byte, error) {
	if size := base64.RawURLEncoding.DecodedLen(len(text)); size > limit {
		return nil, tooLarge("the "+name, size, limit)
	}
	data, err := decodeBase64URL(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// Verify reports an error unless the signature holds under the key. The key
// alone decides on the algorithm; no token names that of a key for encryption.
func (t *JWS) Verify(key *PublicKey) error {
	if t.Header.Algorithm != key.alg {
		return fmt.Errorf("%w: the token names %s, its key is for %s", ErrAlgorithm, t.Header.Algorithm, key.alg)
	}
	digest := sha256.Sum256([]byte(t.Protected + "." + t.PayloadText))
	if !key.verify(digest[:], t.Signature) {
		return fmt.Errorf("%w under the %s key %s", ErrSignature, key.alg, quoteName(key.id))
	}
	return nil
}

// pssOptions ask for a salt of exactly 32 bytes (RFC 7518, section 3.5).
var pssOptions = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}

func (k *PublicKey) verify(digest, signature []byte) bool {
	switch k.alg {
	// Both refuse signatures that are not as long as the modulus or not below it.
	case RS256:
		return rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, digest, signature) == nil
	case PS256:
		return rsa.VerifyPSS(k.rsa, crypto.SHA256, digest, signature, pssOptions) == nil
	}
	if len(signature) != 2*coordinateSize {
		return false
	}
	r := new(big.Int).SetBytes(signature[:coordinateSize])
	s := new(big.Int).SetBytes(signature[coordinateSize:])
	order := k.ec.Params().N
	if r.Sign() == 0 || s.Sign() == 0 || r.Cmp(order) >= 0 || s.Cmp(order) >= 0 {
		return false
	}
	return ecdsa.Verify(k.ec, digest, r, s)
}

// signJWS signs the payload as it is.
func signJWS(key *PrivateKey, header, payload []byte) (string, error) {
	input, err := signingInput(header, payload)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(input))
	signature, err := key.sign(digest[:])
	if err != nil {
		return "", err
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// signingInput is what is signed (RFC 7515, section 5.1).
func signingInput(header, payload []byte) (string, error) {
	if len(header) > MaxHeader {
		return "", tooLarge("the protected header", len(header), MaxHeader)
	}
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload), nil
}

func (k *PrivateKey) sign(digest []byte) ([]byte, error) {
	switch k.public.alg {
	case ES256:
		r, s, err := ecdsa.Sign(rand.Reader, k.ec, digest)
		if err != nil {
			return nil, fmt.Errorf("signing with ES256: %w", err)
		}
		signature := make([]byte, 2*coordinateSize)
		r.FillBytes(signature[:coordinateSize])
		s.FillBytes(signature[coordinateSize:])
		return signature, nil
	case RS256:
		signature, err := rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA256, digest)
		if err != nil {
			return nil, fmt.Errorf("signing with RS256: %w", err)
		}
		return signature, nil
	case PS256:
		signature, err := rsa.SignPSS(rand.Reader, k.rsa, crypto.SHA256, digest, pssOptions)
		if err != nil {
			return nil, fmt.Errorf("signing with PS256: %w", err)
		}
		return signature, nil
	}
	return nil, fmt.Errorf("%w: a key for %s does not sign", ErrAlgorithm, k.public.alg)
}
