package zkpass

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"

	"github.com/go-jose/go-jose/v4"
)

const (
	pemPrivate = "PRIVATE KEY" // PKCS #8
	pemPublic  = "PUBLIC KEY"  // SPKI
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

// PEM returns the key as SPKI in PEM, which holds neither id nor algorithm.
func (k *PublicKey) PEM() ([]byte, error) {
	var key crypto.PublicKey = k.rsa
	if k.ec != nil {
		key = k.ec
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPublic, Bytes: der}), nil
}

// ParsePublicKey reads a public key as JWK or as SPKI in PEM. A key that does
// not say its algorithm is for signing. A private key is refused.
func ParsePublicKey(text []byte) (*PublicKey, error) {
	if len(text) > MaxKeySet {
		return nil, fmt.Errorf("parsing public key: %w", tooLarge("the key", len(text), MaxKeySet))
	}
	var key *PublicKey
	var err error
	if isPEM(text) {
		key, err = parsePublicPEM(text)
	} else if err = checkJSON(text); err == nil {
		key, err = parsePublicJWK(text)
	}
	if err != nil {
		return nil, fmt.Errorf("parsing public key: %w", err)
	}
	return key, nil
}

func isPEM(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN "))
}

// parsePublicJWK reads a JWK that has passed checkJSON.
func parsePublicJWK(text []byte) (*PublicKey, error) {
	o := openObject("JWK", text)
	kty := o.str("kty")
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"} {
		if o.has(private) {
			return nil, malformed("JWK: a private key where a public one is meant")
		}
	}
	alg, id, err := jwkAlgorithm(o, kty)
	if err != nil {
		return nil, err
	}
	var key crypto.PublicKey
	if kty == "EC" {
		if o.str("crv") != "P-256" && o.err == nil {
			return nil, fmt.Errorf("%w: want an elliptic curve key on P-256", ErrAlgorithm)
		}
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

// jwkAlgorithm takes the members of a JWK that say what the key is for, and its
// id.
func jwkAlgorithm(o *jsonObject, kty string) (alg Algorithm, id string, err error) {
	use, named := o.optStr("use"), Algorithm(o.optStr("alg"))
	id = o.optStr("kid")
	if o.err != nil {
		return "", "", o.err
	}
	switch {
	case kty == "EC" && use == "enc":
		alg = ECDHES
	case kty == "EC" && use == "" && named == ECDHES:
		alg = ECDHES
	case kty == "EC":
		alg = ES256
	case kty == "RSA":
		alg = RS256
	default:
		return "", "", fmt.Errorf("%w: want a key of type EC or RSA", ErrAlgorithm)
	}
	if named != "" && named != alg || use != "" && use != alg.use() {
		return "", "", fmt.Errorf("%w: the JWK's kty, use and alg do not make %s", ErrAlgorithm, alg)
	}
	return alg, id, nil
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

func parsePublicPEM(text []byte) (*PublicKey, error) {
	der, err := pemBlock(text, pemPublic)
	if err != nil {
		return nil, err
	}
	return parseSPKI(der)
}

func parseSPKI(der []byte) (*PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, malformed("not an SPKI public key")
	}
	return NewPublicKey(key, signingAlgorithm(key), "")
}

// signingAlgorithm returns what a key from a format without algorithms signs
// with.
func signingAlgorithm(key any) Algorithm {
	switch key.(type) {
	case *rsa.PublicKey, *rsa.PrivateKey:
		return RS256
	}
	return ES256
}

// pemBlock returns the content of the only block of a PEM text.
func pemBlock(text []byte, kind string) ([]byte, error) {
	block, rest := pem.Decode(bytes.TrimSpace(text))
	switch {
	case block == nil:
		return nil, malformed("not a PEM text")
	case block.Type != kind:
		return nil, malformed("a PEM block %s, want %s", quoteName(block.Type), kind)
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, malformed("more than one block in the PEM text")
	}
	return block.Bytes, nil
}

// ParsePrivateKey reads a private key as JWK or as PKCS #8 in PEM. A key that
// does not say its algorithm is for signing; see [PrivateKey.As].
func ParsePrivateKey(text []byte) (*PrivateKey, error) {
	if len(text) > MaxKeySet {
		return nil, fmt.Errorf("parsing private key: %w", tooLarge("the key", len(text), MaxKeySet))
	}
	parse := parsePrivateJWK
	if isPEM(text) {
		parse = parsePrivatePEM
	}
	key, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("parsing private key: %w", err)
	}
	return key, nil
}

func parsePrivateJWK(text []byte) (*PrivateKey, error) {
	o := openStrict("JWK", text)
	if o.err != nil {
		return nil, o.err
	}
	if !o.has("d") {
		return nil, malformed("JWK: a public key where a private one is needed")
	}
	alg, id, err := jwkAlgorithm(o, o.str("kty"))
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

func parsePrivatePEM(text []byte) (*PrivateKey, error) {
	der, err := pemBlock(text, pemPrivate)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, malformed("not a PKCS #8 private key")
	}
	return NewPrivateKey(key, signingAlgorithm(key), "")
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

// PEM returns the key as PKCS #8 in PEM, which holds neither id nor algorithm.
func (k *PrivateKey) PEM() ([]byte, error) {
	var key crypto.PrivateKey = k.rsa
	if k.ec != nil {
		key = k.ec
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPrivate, Bytes: der}), nil
}
