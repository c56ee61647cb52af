package zkpass

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// JWE with these two algorithms only, RFC 7518 sections 4.6 and 5.3.
const (
	encAlgorithm = "ECDH-ES"
	encContent   = "A256GCM"
	ivSize       = 12
	tagSize      = 16
)

// EncryptDataToJWEToken encrypts a text towards the holder of a key for
// [ECDHES]: a JWE of {"data":"..."} that names the key by its id. A DVR token
// and the text of [MarshalUserData] travel to a service like this.
func EncryptDataToJWEToken(key *PublicKey, data string) (string, error) {
	token, err := encrypt(key, data, nil)
	if err != nil {
		return "", fmt.Errorf("encrypting data: %w", err)
	}
	return token, nil
}

// bindingHeader is the member of a JWE's protected header that says for which
// request user data was encrypted: base64url of the SHA-256 of the DVR token.
// The content is authenticated together with the header (RFC 7516, section 5.1).
const bindingHeader = "zkpass_dvr"

// EncryptUserData encrypts user data tokens by tag towards a service, for one
// request only. A service proves nothing else with them: without that, whoever
// gets hold of the encrypted text on its way, such as a server that passes it on
// or a queue, could have the service answer requests of its own about the
// documents.
func EncryptUserData(key *PublicKey, userData map[string]string, dvrToken string) (string, error) {
	text, err := MarshalUserData(userData)
	if err != nil {
		return "", err
	}
	options := (&jose.EncrypterOptions{}).WithHeader(bindingHeader, bindingOf(dvrToken))
	token, err := encrypt(key, text, options)
	if err != nil {
		return "", fmt.Errorf("encrypting user data: %w", err)
	}
	return token, nil
}

// familyHeader is the member of a JWE's protected header that names the family of
// circuits that a request asks for, so that who passes it on can tell whether there is
// anybody who proves it. Whoever decrypts the request compares.
const familyHeader = "zkpass_family"

// maxFamily bounds the name of a family in bytes.
const maxFamily = 64

// EncryptDVR encrypts a DVR token towards a service, with the family of circuits that
// it asks for beside it.
func EncryptDVR(key *PublicKey, dvrToken string) (string, error) {
	request, err := ParseDVRToken(dvrToken)
	if err != nil {
		return "", fmt.Errorf("encrypting request: %w", err)
	}
	var options *jose.EncrypterOptions
	if isFamily(request.DVR.ZKVM) {
		options = (&jose.EncrypterOptions{}).WithHeader(familyHeader, request.DVR.ZKVM)
	}
	token, err := encrypt(key, dvrToken, options)
	if err != nil {
		return "", fmt.Errorf("encrypting request: %w", err)
	}
	return token, nil
}

func isFamily(name string) bool {
	return name != "" && len(name) <= maxFamily && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == "" && strings.Trim(name, ".") != ""
}

// JWEFamily reads the family of circuits that the encrypted request in a JWE is said to
// ask for; empty if it does not say.
func JWEFamily(token string) (string, error) {
	header, err := parseJWE(token)
	if err != nil {
		return "", fmt.Errorf("parsing encrypted token: %w", err)
	}
	return header.family, nil
}

func bindingOf(dvrToken string) string {
	sum := sha256.Sum256([]byte(dvrToken))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// CheckBinding checks that a JWE of user data, which has been decrypted, was made
// for a request, or for any: then it has no such member. The error wraps
// [ErrMalformed].
func CheckBinding(token, dvrToken string) error {
	header, err := parseJWE(token)
	if err != nil {
		return err
	}
	if header.bound && header.binding != bindingOf(dvrToken) {
		return malformed("the user data is encrypted for another request")
	}
	return nil
}

func encrypt(key *PublicKey, data string, options *jose.EncrypterOptions) (string, error) {
	if key.alg != ECDHES {
		return "", fmt.Errorf("%w: encryption needs a key for ECDH-ES, this one is for %s", ErrAlgorithm, key.alg)
	}
	plain := append(appendMember([]byte{'{'}, "data", data), '}')
	if len(plain) > MaxJWE*3/4 {
		return "", tooLarge("the data", len(plain), MaxJWE*3/4)
	}
	if err := checkJSON(plain); err != nil {
		return "", err
	}
	recipient := jose.Recipient{Algorithm: encAlgorithm, Key: key.ec, KeyID: key.id}
	encrypter, err := jose.NewEncrypter(encContent, recipient, options)
	if err != nil {
		return "", err
	}
	object, err := encrypter.Encrypt(plain)
	if err != nil {
		return "", err
	}
	token, err := object.CompactSerialize()
	if err == nil && len(token) > MaxJWE {
		err = tooLarge("the token", len(token), MaxJWE)
	}
	return token, err
}

// JWEKeyID reads the id of the key that a JWE is encrypted to, for whoever holds
// several. It refuses every token that [DecryptJWEToken] would refuse for its
// form.
func JWEKeyID(token string) (string, error) {
	header, err := parseJWE(token)
	if err != nil {
		return "", fmt.Errorf("parsing encrypted token: %w", err)
	}
	return header.kid, nil
}

// DecryptJWEToken decrypts a JWE and returns the text in its member data. The
// token must name the key's id, else the error wraps [ErrUnknownKey]. Every
// failure of the decryption itself, an invalid curve point among them, is
// [ErrDecrypt] and nothing more.
func DecryptJWEToken(key *PrivateKey, token string) (string, error) {
	data, err := decrypt(key, token)
	if err != nil {
		return "", fmt.Errorf("decrypting token: %w", err)
	}
	return data, nil
}

func decrypt(key *PrivateKey, token string) (string, error) {
	if key.public.alg != ECDHES {
		return "", fmt.Errorf("%w: decryption needs a key for ECDH-ES, this one is for %s", ErrAlgorithm, key.public.alg)
	}
	header, err := parseJWE(token)
	if err != nil {
		return "", err
	}
	if header.kid != key.public.id {
		return "", fmt.Errorf("%w: the token is for another key; fetch the key set again", ErrUnknownKey)
	}
	if !header.validPoint {
		return "", ErrDecrypt
	}
	object, err := jose.ParseEncryptedCompact(token, []jose.KeyAlgorithm{encAlgorithm}, []jose.ContentEncryption{encContent})
	if err != nil {
		return "", ErrDecrypt
	}
	plain, err := object.Decrypt(key.ec)
	if err != nil {
		return "", ErrDecrypt
	}
	o := openStrict("decrypted content", plain)
	data := o.str("data")
	return data, o.end()
}

// jweHeader is what this package reads in the protected header of a JWE.
type jweHeader struct {
	kid        string
	bound      bool // to a request
	binding    string
	family     string // empty without one
	validPoint bool   // epk is a point on P-256
}

// parseJWE checks the form of a compact JWE before the library sees it: zip must
// be refused before anything is decompressed, and base64url is strict here.
func parseJWE(token string) (*jweHeader, error) {
	if len(token) > MaxJWE {
		return nil, tooLarge("the token", len(token), MaxJWE)
	}
	parts := strings.SplitN(token, ".", 6)
	if len(parts) != 5 {
		return nil, malformed("want five parts with a dot between them")
	}
	if parts[1] != "" {
		return nil, malformed("an encrypted key, which direct key agreement has none of")
	}
	for _, part := range []struct {
		name string
		text string
		size int // -1 for any
	}{{"initialization vector", parts[2], ivSize}, {"ciphertext", parts[3], -1}, {"authentication tag", parts[4], tagSize}} {
		data, err := decodeBase64URL(part.text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		if part.size >= 0 && len(data) != part.size {
			return nil, malformed("%s: want %d bytes", part.name, part.size)
		}
	}
	return parseJWEHeader(parts[0])
}

func parseJWEHeader(protected string) (*jweHeader, error) {
	text, err := decodePart("header", protected, MaxHeader)
	if err != nil {
		return nil, err
	}
	o := openStrict("header", text)
	if o.err != nil {
		return nil, fmt.Errorf("header: %w", o.err)
	}
	for _, name := range []string{"zip", "crit", "jwk", "x5c", "x5u", "jku"} {
		if o.has(name) {
			return nil, malformed("header: member %s is not accepted", name)
		}
	}
	alg, enc := o.str("alg"), o.str("enc")
	header := &jweHeader{kid: o.str("kid"), bound: o.has(bindingHeader), binding: o.optStr(bindingHeader), family: o.optStr(familyHeader)}
	if o.has(familyHeader) && o.err == nil && !isFamily(header.family) {
		return nil, malformed("header: member %s: want 1 to %d letters, digits, -, _ and .", familyHeader, maxFamily)
	}
	for _, name := range []string{"apu", "apv"} {
		if _, err := decodeBase64URL(o.optStr(name)); err != nil {
			return nil, fmt.Errorf("header: member %s: %w", name, err)
		}
	}
	epk := o.need("epk")
	if o.err != nil {
		return nil, o.err
	}
	if alg != encAlgorithm || enc != encContent {
		return nil, fmt.Errorf("%w: header: want alg %s and enc %s", ErrAlgorithm, encAlgorithm, encContent)
	}
	header.validPoint = isPoint(epk)
	return header, nil
}

// isPoint reports whether an ephemeral key is the JWK of a point on P-256. The
// library checks that too; an invalid point costs the private key, so this does
// not rest on one check.
func isPoint(raw json.RawMessage) bool {
	o := openObject("epk", raw)
	kty, crv, x, y := o.str("kty"), o.str("crv"), o.str("x"), o.str("y")
	if o.err != nil || kty != "EC" || crv != "P-256" || o.has("d") || o.has("x5c") || o.has("x5u") {
		return false
	}
	_, err := newPoint(x, y)
	return err == nil
}
