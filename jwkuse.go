package zkpass

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// ErrExposed tells that a key is published which must not be: it is not to be
// trusted any more.
var ErrExposed = malformed("a private key where a public one is meant")

// privateMembers are the members of a JWK that hold secrets (RFC 7518, section 6).
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// hasPrivateValue reports whether a JWK, however wrong it may be otherwise, shows a
// secret. Serialisers write members that are absent as null or empty.
func hasPrivateValue(text []byte) bool {
	private := false
	eachMember(text, func(name string, value json.RawMessage) {
		private = private || slices.Contains(privateMembers, name) && !isEmptyValue(value)
	})
	return private
}

// isEmptyValue reports whether a member is absent or as good as that.
func isEmptyValue(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	return false
}

// eachMember calls visit with each member of an object, names that stand twice
// included, up to the first error of syntax. It reports whether text is an object.
func eachMember(text []byte, visit func(name string, value json.RawMessage)) bool {
	dec := json.NewDecoder(bytes.NewReader(text))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return false
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return false
		}
		visit(name.(string), value)
	}
	return true
}

// jwkAlgorithm takes the members of a JWK that say what the key is for, and its
// id. Members that are null count as absent.
func jwkAlgorithm(o *jsonObject, kty string, private bool) (alg Algorithm, id string, err error) {
	for name, raw := range o.members {
		if isNull(raw) {
			delete(o.members, name)
		}
	}
	use, named := o.optStr("use"), Algorithm(o.optStr("alg"))
	id = o.optStr("kid")
	operations, restricted := o.operations()
	if o.err != nil {
		return "", "", o.err
	}
	agrees := slices.Contains(operations, "deriveKey") || slices.Contains(operations, "deriveBits")
	switch {
	case kty == "EC" && (use == "enc" || use == "" && (named == ECDHES || named == "" && agrees)):
		alg = ECDHES
	case kty == "EC":
		alg = ES256
	case kty == "RSA" && named == PS256:
		alg = PS256
	case kty == "RSA":
		alg = RS256
	default:
		return "", "", fmt.Errorf("%w: a key of type %s, want EC or RSA", ErrAlgorithm, quoteName(kty))
	}
	if kty == "EC" {
		if curve := o.str("crv"); o.err == nil && curve != "P-256" {
			return "", "", fmt.Errorf("%w: an elliptic curve key on %s, want one on P-256", ErrAlgorithm, quoteName(curve))
		}
	}
	if named != "" && named != alg {
		return "", "", fmt.Errorf("%w: a key of type %s for %s; zkPass has ES256, RS256 and PS256, and ECDH-ES for encryption",
			ErrAlgorithm, kty, quoteName(string(named)))
	}
	if use != "" && use != alg.use() {
		return "", "", fmt.Errorf("%w: a key for %s with the use %s", ErrAlgorithm, alg, quoteName(use))
	}
	if restricted && !permits(operations, alg, private) {
		return "", "", fmt.Errorf("%w: member key_ops does not permit what a key for %s is for", ErrAlgorithm, alg)
	}
	return alg, id, o.err
}

// operations takes the member key_ops (RFC 7517, section 4.3).
func (o *jsonObject) operations() (list []string, restricted bool) {
	if !o.has("key_ops") {
		return nil, false
	}
	if err := json.Unmarshal(o.take("key_ops"), &list); err != nil || list == nil {
		o.fail("member key_ops: want an array of strings")
	}
	for i, operation := range list {
		if slices.Contains(list[:i], operation) {
			o.fail("member key_ops names an operation twice")
		}
	}
	return list, true
}

// permits reports whether key_ops has what a key is used for here. The public half
// of a key for ECDH has no operation of its own, so WebCrypto writes an empty list.
func permits(operations []string, alg Algorithm, private bool) bool {
	has := func(operation string) bool { return slices.Contains(operations, operation) }
	switch {
	case alg == ECDHES:
		return has("deriveKey") || has("deriveBits") || !private && len(operations) == 0
	case private:
		return has("sign")
	}
	return has("verify")
}
