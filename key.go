package zkpass

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Algorithm names what a key is for, in the words of RFC 7518. A key has exactly
// one, and a token that names another is refused.
type Algorithm string

const (
	// ES256 signs with ECDSA on P-256 and SHA-256.
	ES256 Algorithm = "ES256"
	// RS256 signs with RSASSA-PKCS1-v1_5 and SHA-256; only issuers may use it.
	RS256 Algorithm = "RS256"
	// PS256 signs with RSASSA-PSS, SHA-256 and a salt of 32 bytes; only issuers may
	// use it. An RSA key is for RS256 unless it says otherwise.
	PS256 Algorithm = "PS256"
	// ECDHES agrees on a key for A256GCM by ECDH on P-256.
	ECDHES Algorithm = "ECDH-ES"
)

// use returns the value of the member "use" of a JWK.
func (a Algorithm) use() string {
	if a == ECDHES {
		return "enc"
	}
	return "sig"
}

// isRSA reports whether keys for the algorithm have a modulus.
func (a Algorithm) isRSA() bool { return a == RS256 || a == PS256 }

// rsaExponent is the only public exponent accepted.
const rsaExponent = 65537

// rsaBits are the sizes of an RSA modulus that are accepted.
var rsaBits = [...]int{2048, 3072, 4096}

const (
	coordinateSize = 32 // of P-256, in bytes
	maxKeyID       = 256
)

// PublicKey is a key that checks signatures or encrypts, with its algorithm and
// its id. It is always valid: on the curve, or of an accepted RSA size. It does
// not change and is safe for concurrent use.
type PublicKey struct {
	id  string
	alg Algorithm
	ec  *ecdsa.PublicKey // nil for RSA
	rsa *rsa.PublicKey   // nil for P-256
}

// NewPublicKey makes a PublicKey of an [*ecdsa.PublicKey] on P-256 (ES256,
// ECDHES) or an [*rsa.PublicKey] with 2048, 3072 or 4096 bits and exponent 65537
// (RS256, PS256). With an empty id the key gets its thumbprint (RFC 7638).
func NewPublicKey(key crypto.PublicKey, alg Algorithm, id string) (*PublicKey, error) {
	k := &PublicKey{id: id, alg: alg}
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if alg != ES256 && alg != ECDHES {
			return nil, fmt.Errorf("%w: a P-256 key serves ES256 or ECDH-ES, not %s", ErrAlgorithm, quoteName(string(alg)))
		}
		if key.Curve != elliptic.P256() {
			return nil, fmt.Errorf("%w: want an elliptic curve key on P-256", ErrAlgorithm)
		}
		// Bytes refuses a point that is not on the curve.
		if _, err := key.Bytes(); err != nil {
			return nil, malformed("the point of the key is not on P-256")
		}
		k.ec = key
	case *rsa.PublicKey:
		if !alg.isRSA() {
			return nil, fmt.Errorf("%w: an RSA key serves RS256 or PS256, not %s", ErrAlgorithm, quoteName(string(alg)))
		}
		if err := checkRSA(key); err != nil {
			return nil, err
		}
		k.rsa = key
	default:
		return nil, fmt.Errorf("%w: want a P-256 or an RSA key", ErrAlgorithm)
	}
	if k.id == "" {
		k.id = k.Thumbprint()
	}
	return k, checkKeyID(k.id)
}

func checkRSA(key *rsa.PublicKey) error {
	if key.E != rsaExponent {
		return fmt.Errorf("%w: want an RSA key with exponent %d", ErrAlgorithm, rsaExponent)
	}
	if key.N.Bit(0) == 0 {
		return malformed("the RSA modulus is even")
	}
	return checkBits(key.N.BitLen())
}

func checkBits(bits int) error {
	if !slices.Contains(rsaBits[:], bits) {
		return fmt.Errorf("%w: want an RSA key of 2048, 3072 or 4096 bits, not of %d", ErrAlgorithm, bits)
	}
	return nil
}

func checkKeyID(id string) error {
	if len(id) > maxKeyID || !utf8.ValidString(id) {
		return malformed("key id: want at most %d bytes of UTF-8", maxKeyID)
	}
	for _, r := range id {
		if unicode.IsControl(r) {
			return malformed("key id: a control character")
		}
	}
	return nil
}

// ID returns the key id, which tokens name as kid.
func (k *PublicKey) ID() string { return k.id }

// Algorithm returns what the key is for.
func (k *PublicKey) Algorithm() Algorithm { return k.alg }

// Point returns the big-endian affine coordinates of a P-256 key, 32 bytes each.
// ok is false for an RSA key.
func (k *PublicKey) Point() (x, y [32]byte, ok bool) {
	if k.ec == nil {
		return x, y, false
	}
	point, err := k.ec.Bytes()
	if err != nil {
		return x, y, false
	}
	copy(x[:], point[1:1+coordinateSize])
	copy(y[:], point[1+coordinateSize:])
	return x, y, true
}

// Modulus returns the big-endian modulus of an RSA key without leading zeros,
// and nil for a P-256 key. The exponent is 65537.
func (k *PublicKey) Modulus() []byte {
	if k.rsa == nil {
		return nil
	}
	return k.rsa.N.Bytes()
}

// Equal reports whether both keys are the same point or modulus and serve the
// same algorithm. The ids may differ.
func (k *PublicKey) Equal(other *PublicKey) bool {
	switch {
	case k == nil || other == nil || k.alg != other.alg:
		return false
	case k.ec != nil:
		return k.ec.Equal(other.ec)
	default:
		return k.rsa.Equal(other.rsa)
	}
}

// Thumbprint returns the SHA-256 thumbprint of the key (RFC 7638) in base64url.
func (k *PublicKey) Thumbprint() string {
	var input []byte
	if k.ec != nil {
		x, y, _ := k.Point()
		input = append(input, `{"crv":"P-256","kty":"EC"}`...)
		input = appendCoordinates(input[:len(input)-1], x, y)
	} else {
		input = append(input, `{"e":"`+encodedExponent()+`","kty":"RSA"`...)
		input = appendMember(input, "n", base64.RawURLEncoding.EncodeToString(k.Modulus()))
	}
	sum := sha256.Sum256(append(input, '}'))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func appendCoordinates(dst []byte, x, y [32]byte) []byte {
	dst = appendMember(dst, "x", base64.RawURLEncoding.EncodeToString(x[:]))
	return appendMember(dst, "y", base64.RawURLEncoding.EncodeToString(y[:]))
}

func encodedExponent() string {
	return base64.RawURLEncoding.EncodeToString(big.NewInt(rsaExponent).Bytes())
}

// PrivateKey is a key that signs or decrypts. It does not change and is safe for
// concurrent use. Printing it shows no secret.
type PrivateKey struct {
	public *PublicKey
	ec     *ecdsa.PrivateKey
	rsa    *rsa.PrivateKey
}

// GenerateKey makes a new key; RSA keys get 2048 bits. With an empty id the key
// gets its thumbprint (RFC 7638).
func GenerateKey(alg Algorithm, id string) (*PrivateKey, error) {
	switch alg {
	case ES256, ECDHES:
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("generating a key: %w", err)
		}
		return NewPrivateKey(key, alg, id)
	case RS256, PS256:
		return GenerateRSAKey(alg, rsaBits[0], id)
	}
	return nil, fmt.Errorf("%w: %s; there are ES256, RS256, PS256 and ECDH-ES", ErrAlgorithm, quoteName(string(alg)))
}

// GenerateRSAKey makes a new key of 2048, 3072 or 4096 bits for [RS256] or [PS256].
// With an empty id the key gets its thumbprint (RFC 7638), which is the same for
// both algorithms.
func GenerateRSAKey(alg Algorithm, bits int, id string) (*PrivateKey, error) {
	if !alg.isRSA() {
		return nil, fmt.Errorf("%w: an RSA key serves RS256 or PS256, not %s", ErrAlgorithm, quoteName(string(alg)))
	}
	if err := checkBits(bits); err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("generating a key: %w", err)
	}
	return NewPrivateKey(key, alg, id)
}

// NewPrivateKey makes a PrivateKey of an [*ecdsa.PrivateKey] or an
// [*rsa.PrivateKey], on the conditions of [NewPublicKey].
func NewPrivateKey(key crypto.PrivateKey, alg Algorithm, id string) (*PrivateKey, error) {
	k := &PrivateKey{}
	var public crypto.PublicKey
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		if key.Curve != elliptic.P256() {
			return nil, fmt.Errorf("%w: want an elliptic curve key on P-256", ErrAlgorithm)
		}
		if err := checkScalar(key); err != nil {
			return nil, err
		}
		k.ec, public = key, &key.PublicKey
	case *rsa.PrivateKey:
		if err := checkRSA(&key.PublicKey); err != nil {
			return nil, err
		}
		if err := key.Validate(); err != nil {
			return nil, malformed("the parts of the RSA key do not fit")
		}
		k.rsa, public = key, &key.PublicKey
	default:
		return nil, fmt.Errorf("%w: want a P-256 or an RSA key", ErrAlgorithm)
	}
	var err error
	k.public, err = NewPublicKey(public, alg, id)
	if err != nil {
		return nil, err
	}
	return k, nil
}

// checkScalar reports an error unless the secret scalar belongs to the point.
func checkScalar(key *ecdsa.PrivateKey) error {
	raw, err := key.Bytes()
	if err != nil {
		return malformed("the secret of the key is out of range")
	}
	derived, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil || !derived.PublicKey.Equal(&key.PublicKey) {
		return malformed("the public and the private part of the key do not belong together")
	}
	return nil
}

// Public returns the public part of the key.
func (k *PrivateKey) Public() *PublicKey { return k.public }

// As returns the same key for another algorithm or under another id; an empty id
// stands for the thumbprint. A PEM file names neither, so a key from one is for
// signing until it is turned into another.
func (k *PrivateKey) As(alg Algorithm, id string) (*PrivateKey, error) {
	if k.ec != nil {
		return NewPrivateKey(k.ec, alg, id)
	}
	return NewPrivateKey(k.rsa, alg, id)
}

// String names the key by its algorithm and id.
func (k *PrivateKey) String() string {
	return fmt.Sprintf("%s private key %s", k.public.alg, k.public.id)
}

// Format prints the key as String does under every verb, so that no way of
// printing shows the secret.
func (k *PrivateKey) Format(state fmt.State, _ rune) { fmt.Fprint(state, k.String()) }
