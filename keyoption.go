package zkpass

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// KeyOption says which public key is meant: by its values or by the key set that
// holds it. Exactly one of the two is set. The strings are kept as they stand in
// the request, because its digest covers them unconverted.
type KeyOption struct {
	PublicKey      *KeyValues
	KeysetEndpoint *KeysetEndpoint
}

// KeyValues are the values of a public key: X and Y of a P-256 key or N and E of
// an RSA key, as in a JWK. X and Y may also be the two base64 lines, of 64 and
// 60 characters, of the key's SPKI PEM; that older form is read, never written.
//
// A key is an algorithm and a point or modulus. Alg is [PS256] or, for every other
// key, empty: x and y are for ES256, n and e alone for RS256.
type KeyValues struct {
	X, Y string
	N, E string
	Alg  Algorithm
}

// KeysetEndpoint names a key by the URL of its JWKS and its id there.
type KeysetEndpoint struct {
	JKU string
	KID string
}

// KeyResolver finds the public key that a [KeysetEndpoint] names. Its methods
// must be safe for concurrent use. It decides which URLs it is ready to fetch:
// requests come from strangers.
//
// The key is the one for the algorithm with the id (see [KeySet.Key]): a key set may
// give several keys one id. Callers know the algorithm from the token that is to be
// verified; an empty one stands for any that signs.
type KeyResolver interface {
	ResolveKey(ctx context.Context, jku, kid string, alg Algorithm) (*PublicKey, error)
}

// Option returns the key option that gives the key by its values.
func (k *PublicKey) Option() KeyOption {
	if x, y, ok := k.Point(); ok {
		return KeyOption{PublicKey: &KeyValues{
			X: base64.RawURLEncoding.EncodeToString(x[:]),
			Y: base64.RawURLEncoding.EncodeToString(y[:]),
		}}
	}
	values := &KeyValues{
		N: base64.RawURLEncoding.EncodeToString(k.Modulus()),
		E: encodedExponent(),
	}
	if k.alg == PS256 {
		values.Alg = PS256
	}
	return KeyOption{PublicKey: values}
}

// Resolve returns the key that is meant, for the algorithm that a token names where
// a key set has several keys of the id (see [KeyResolver]). The resolver serves
// endpoints only; nil stands for one that knows no key set. A key that is given by
// its values is returned whatever the algorithm: verifying the token compares them.
func (o KeyOption) Resolve(ctx context.Context, resolver KeyResolver, alg Algorithm) (*PublicKey, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.PublicKey != nil {
		return o.PublicKey.key()
	}
	if resolver == nil {
		return nil, fmt.Errorf("%w: the key is in a key set and no key sets are at hand", ErrNotAllowed)
	}
	key, err := resolver.ResolveKey(ctx, o.KeysetEndpoint.JKU, o.KeysetEndpoint.KID, alg)
	if err != nil {
		return nil, fmt.Errorf("resolving key set endpoint: %w", err)
	}
	return key, nil
}

func (o KeyOption) check() error {
	if (o.PublicKey == nil) == (o.KeysetEndpoint == nil) {
		return malformed("key option: want either PublicKey or KeysetEndpoint")
	}
	if v := o.PublicKey; v != nil && (v.X+v.Y == "") == (v.N+v.E == "") {
		return malformed("key option: want either x and y or n and e")
	}
	if v := o.PublicKey; v != nil && v.Alg != "" && (v.Alg != PS256 || v.N == "") {
		return malformed("key option: member alg: want PS256 beside n and e, or none: without it n and e are for RS256, x and y for ES256")
	}
	return nil
}

// Lengths of the two base64 lines of a P-256 key in SPKI PEM.
const (
	pemLine1 = 64
	pemLine2 = 60
)

func (v *KeyValues) key() (*PublicKey, error) {
	if v.N != "" || v.E != "" {
		key, err := newModulus(v.N, v.E)
		if err != nil {
			return nil, err
		}
		alg := RS256
		if v.Alg != "" {
			alg = v.Alg
		}
		return NewPublicKey(key, alg, "")
	}
	if len(v.X) == pemLine1 && len(v.Y) == pemLine2 {
		der, err := decodeBase64(v.X + v.Y)
		if err != nil {
			return nil, fmt.Errorf("lines of an SPKI PEM: %w", err)
		}
		key, err := parseSPKI(der)
		if err != nil {
			return nil, err
		}
		if key.ec == nil {
			return nil, fmt.Errorf("%w: want a P-256 key in x and y", ErrAlgorithm)
		}
		return key, nil
	}
	key, err := newPoint(v.X, v.Y)
	if err != nil {
		return nil, err
	}
	return NewPublicKey(key, ES256, "")
}

// MarshalJSON returns the compact form that digests cover.
func (o KeyOption) MarshalJSON() ([]byte, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return o.append(nil), nil
}

func (o KeyOption) append(dst []byte) []byte {
	dst = append(dst, '{')
	if v := o.PublicKey; v != nil {
		dst = append(appendName(dst, "PublicKey"), '{')
		if v.N != "" || v.E != "" {
			dst = appendMember(appendMember(dst, "n", v.N), "e", v.E)
			if v.Alg != "" {
				dst = appendMember(dst, "alg", string(v.Alg))
			}
		} else {
			dst = appendMember(appendMember(dst, "x", v.X), "y", v.Y)
		}
	} else {
		dst = append(appendName(dst, "KeysetEndpoint"), '{')
		dst = appendMember(appendMember(dst, "jku", o.KeysetEndpoint.JKU), "kid", o.KeysetEndpoint.KID)
	}
	return append(dst, "}}"...)
}

// UnmarshalJSON reads a key option strictly. It checks its form, not the key:
// see [KeyOption.Resolve].
func (o *KeyOption) UnmarshalJSON(text []byte) error {
	if err := checkJSON(text); err != nil {
		return err
	}
	return o.decode("key option", text)
}

// decode reads text that has passed checkJSON.
func (o *KeyOption) decode(where string, text json.RawMessage) error {
	*o = KeyOption{}
	outer := openObject(where, text)
	if outer.err != nil {
		return outer.err
	}
	name := "PublicKey"
	if !outer.has(name) {
		name = "KeysetEndpoint"
	}
	raw := outer.need(name)
	if err := outer.end(); err != nil {
		return err
	}
	inner := openObject(where+": "+name, raw)
	switch {
	case inner.err != nil:
	case name == "KeysetEndpoint":
		o.KeysetEndpoint = &KeysetEndpoint{JKU: inner.str("jku"), KID: inner.str("kid")}
		if o.KeysetEndpoint.JKU == "" || o.KeysetEndpoint.KID == "" {
			inner.fail("want jku and kid that are not empty")
		}
	case inner.has("n"):
		o.PublicKey = &KeyValues{N: inner.str("n"), E: inner.str("e")}
		if o.PublicKey.N == "" || o.PublicKey.E == "" {
			inner.fail("want n and e that are not empty")
		}
		if inner.has("alg") {
			if o.PublicKey.Alg = Algorithm(inner.str("alg")); o.PublicKey.Alg != PS256 {
				inner.fail("member alg: want PS256, or none for RS256")
			}
		}
	default:
		o.PublicKey = &KeyValues{X: inner.str("x"), Y: inner.str("y")}
		if o.PublicKey.X == "" || o.PublicKey.Y == "" {
			inner.fail("want x and y that are not empty")
		}
	}
	return inner.end()
}
