package zkpass

import (
	"fmt"
	"slices"
)

// Header is what this package reads in the protected header of a JWS.
type Header struct {
	Algorithm Algorithm // ES256, RS256 or PS256, as the token claims
	KeyID     string    // kid; empty if absent
	KeySetURL string    // jku; empty if absent, never fetched where a request gives the key
	carries   []string  // the members that carry or point to a key in the token
}

// ParseHeader reads the protected header of an issuer's token from its base64url
// form, by the rules of [ParseUserDataToken].
func ParseHeader(protected string) (Header, error) {
	_, header, err := parseProtected(protected)
	if err == nil {
		err = header.check(userDataKind)
	}
	if err != nil {
		return Header{}, fmt.Errorf("parsing protected header: %w", err)
	}
	return header, nil
}

func parseProtected(protected string) ([]byte, Header, error) {
	var header Header
	text, err := decodePart("header", protected, MaxHeader)
	if err != nil {
		return nil, header, err
	}
	o := openStrict("header", text)
	if o.err != nil {
		return nil, header, fmt.Errorf("header: %w", o.err)
	}
	// Both change what the signature covers or means (RFC 7515 section 4.1.11,
	// RFC 7797). zkPass implements no extension, so each is refused outright.
	for _, name := range []string{"crit", "b64"} {
		if o.has(name) {
			return nil, header, malformed("header: member %s is not accepted", name)
		}
	}
	if o.has("zip") {
		return nil, header, malformed("header: member zip: the payload is compressed, as in SMART Health Cards; proofs are about JSON as it is signed")
	}
	for _, name := range []string{"jwk", "x5c", "x5u"} {
		if o.has(name) {
			header.carries = append(header.carries, name)
		}
	}
	header.Algorithm = Algorithm(o.str("alg"))
	header.KeyID = o.optStr("kid")
	header.KeySetURL = o.optStr("jku")
	return text, header, o.err
}

// check applies the rules of one kind of token.
func (h *Header) check(kind jwsKind) error {
	if !slices.Contains(kind.algorithms, h.Algorithm) {
		return fmt.Errorf("%w: header: alg %s; a %s has one of %v", ErrAlgorithm, quoteName(string(h.Algorithm)), kind.name, kind.algorithms)
	}
	if !kind.ownKeys && len(h.carries) > 0 {
		return malformed("header: member %s is not accepted in a %s", h.carries[0], kind.name)
	}
	return nil
}

// appendHeader makes the protected header of a token that the key signs.
func (k *PublicKey) header(jku string) []byte {
	dst := appendMember([]byte{'{'}, "alg", string(k.alg))
	if jku != "" {
		dst = appendMember(dst, "jku", jku)
	}
	return append(appendMember(dst, "kid", k.id), '}')
}
