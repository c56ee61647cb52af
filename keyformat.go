package zkpass

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/go-jose/go-jose/v4"
)

// MarshalJSON returns the key as a JWK with kid, alg and use.
func (k *PublicKey) MarshalJSON() ([]byte, error) {
	dst := appendMember([]byte{'{'}, "kty", k.keyType())
	dst = appendMember(dst, "use", k.alg.use())
	dst = appendMember(dst, "alg", string(k.alg))
	dst = appendMember(dst, "kid", k.id)
	if x, y, ok := k.Point(); ok {
		dst = appendCoordinates(appendMember(dst, "crv", "P-256"), x, y)
	} else {
		dst = appendMember(dst, "n", base64.RawURLEncoding.EncodeToString(k.Modulus()))
		dst = appendMember(dst, "e", encodedExponent())
	}
	return append(dst, '}'), nil
}

func (k *PublicKey) keyType() string {
	if k.ec != nil {
		return "EC"
	}
	return "RSA"
}

// ParsePublicKey reads a public key as JWK or PEM (SPKI, PKCS #1, or the key of a
// certificate, of which nothing else is looked at). A key that does not say its
// algorithm is for signing, an RSA key for RS256. A private key is refused.
func ParsePublicKey(text []byte) (*PublicKey, error) {
	key, err := parsePublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("parsing public key: %w", err)
	}
	return key, nil
}

func parsePublicKey(text []byte) (*PublicKey, error) {
	text, err := keyText(text)
	if err != nil {
		return nil, err
	}
	if isPEM(text) {
		return parsePublicPEM(text)
	}
	if hasPrivateValue(text) {
		return nil, ErrExposed
	}
	return parsePublicJWK(text)
}

// keyText checks the size and the encoding of the text of a key or key set, and
// takes a byte order mark away.
func keyText(text []byte) ([]byte, error) {
	if len(text) > MaxKeySet {
		return nil, tooLarge("the key", len(text), MaxKeySet)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return nil, malformed("the text is empty")
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, malformed("the text is UTF-16; save it as UTF-8")
	}
	return text, nil
}

// parsePublicJWK reads one JWK, of which it is known that it has no private value.
func parsePublicJWK(text []byte) (*PublicKey, error) {
	o := openStrict("JWK", text)
	kty := o.str("kty")
	alg, id, err := jwkAlgorithm(o, kty, false)
	if err != nil {
		return nil, err
	}
	var key crypto.PublicKey
	if kty == "EC" {
		key, err = newPoint(o.str("x"), o.str("y"))
	} else {
		key, err = newModulus(o.str("n"), o.str("e"))
	}
	if o.err != nil {
		return nil, o.err
	}
	if err != nil {
		return nil, err
	}
	return NewPublicKey(key, alg, id)
}

// newPoint makes a P-256 key of two base64url coordinates of full width.
func newPoint(x, y string) (*ecdsa.PublicKey, error) {
	point := []byte{4} // uncompressed, SEC 1 section 2.3.3
	for _, coordinate := range []string{x, y} {
		data, err := decodeBase64URL(coordinate)
		if err != nil {
			return nil, fmt.Errorf("coordinate of a P-256 key: %w", err)
		}
		if len(data) != coordinateSize {
			return nil, malformed("coordinate of a P-256 key: want %d bytes", coordinateSize)
		}
		point = append(point, data...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, malformed("the point of the key is not on P-256")
	}
	return key, nil
}

// newModulus makes an RSA key of its base64url modulus and exponent.
func newModulus(n, e string) (*rsa.PublicKey, error) {
	// Bounded before decoding: a 4096-bit modulus is 683 characters.
	if len(n) > 684 || len(e) > 8 {
		return nil, fmt.Errorf("%w: an RSA key has at most 4096 bits", ErrTooLarge)
	}
	modulus, err := decodeBase64URL(n)
	if err != nil {
		return nil, fmt.Errorf("RSA modulus: %w", err)
	}
	if len(modulus) == 0 || modulus[0] == 0 {
		return nil, malformed("RSA modulus: want it without leading zeros")
	}
	if e != encodedExponent() {
		return nil, fmt.Errorf("%w: want an RSA key with exponent %d", ErrAlgorithm, rsaExponent)
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: rsaExponent}
	return key, checkRSA(key)
}

// ParsePrivateKey reads a private key as JWK or PEM (PKCS #8, SEC 1 or PKCS #1, not
// encrypted). A key that does not say its algorithm is for signing, an RSA key for
// RS256; see [PrivateKey.As].
func ParsePrivateKey(text []byte) (*PrivateKey, error) {
	key, err := parsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("parsing private key: %w", err)
	}
	return key, nil
}

func parsePrivateKey(text []byte) (*PrivateKey, error) {
	text, err := keyText(text)
	if err != nil {
		return nil, err
	}
	if isPEM(text) {
		return parsePrivatePEM(text)
	}
	return parsePrivateJWK(text)
}

func parsePrivateJWK(text []byte) (*PrivateKey, error) {
	o := openStrict("JWK", text)
	if o.err != nil {
		return nil, o.err
	}
	if o.has("keys") && !o.has("kty") {
		return nil, malformed("a key set where one private key is needed")
	}
	if isEmptyValue(o.members["d"]) {
		return nil, malformed("JWK: a public key where a private one is needed")
	}
	alg, id, err := jwkAlgorithm(o, o.str("kty"), true)
	if err != nil {
		return nil, err
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(text); err != nil {
		// The library's text may quote the key; it is not passed on.
		return nil, malformed("JWK: members are missing or do not fit together")
	}
	return NewPrivateKey(jwk.Key, alg, id)
}

// JWK returns the key as a JWK with kid, alg and use. It holds the secret;
// [PrivateKey] has no MarshalJSON, so that no secret is written by accident.
func (k *PrivateKey) JWK() ([]byte, error) {
	var key any = k.rsa
	if k.ec != nil {
		key = k.ec
	}
	text, err := json.Marshal(jose.JSONWebKey{
		Key: key, KeyID: k.public.id, Algorithm: string(k.public.alg), Use: k.public.alg.use(),
	})
	if err != nil {
		return nil, fmt.Errorf("encoding private key: %w", err)
	}
	return text, nil
}
