package zkpass

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Skew is how far the clocks of two parties may differ.
const Skew = 60 * time.Second

// Evaluation times lie in the years 1 to 9999; so do all times in tokens.
const (
	minUnix = -62135596800
	maxUnix = 253402300799
)

// Claims are what a DVR token may say beside the request. They are signed, but
// are no part of the request's digest.
type Claims struct {
	// IssuedAt and Expires have whole seconds; the zero time stands for absent.
	IssuedAt, Expires time.Time
	// Issuer is the verifier's origin, such as https://shop.example.
	Issuer string
	// ResponseURI is where the proof goes, and nowhere else. Its origin is Issuer.
	ResponseURI string
	// LoginNonce binds the answer to a fresh login: 32 random bytes in base64url, see
	// [NewLoginNonce]. The holder's app passes it to the issuer as OpenID Connect's
	// nonce, and the query compares it with the member nonce of the token: put it
	// there with query.BindNonce. Without that it means nothing.
	LoginNonce string
}

// NewLoginNonce returns a fresh value for [Claims].LoginNonce.
func NewLoginNonce() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// DVRToken is a signed DVR, parsed. What it says counts only after Verify.
type DVRToken struct {
	DVR    DVR
	Claims Claims
	jws    *JWS
}

// SignDVR validates a request and signs it with a key for [ES256]. If the
// request gives its verifying key by value, that must be the signer's.
func SignDVR(dvr *DVR, claims Claims, key *PrivateKey) (string, error) {
	input, err := DVRSigningInput(dvr, claims, key.public)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(input))
	signature, err := key.sign(digest[:])
	if err != nil {
		return "", fmt.Errorf("signing DVR: %w", err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// DVRSigningInput validates a request and returns what the holder of a key for
// [ES256] is to sign (RFC 7515, section 5.1), for keys that are kept where this
// package cannot use them: in WebCrypto, a KMS or an HSM. The DVR token is the text,
// a dot, and the signature's 64 bytes r and s in base64url.
func DVRSigningInput(dvr *DVR, claims Claims, key *PublicKey) (string, error) {
	input, err := dvrSigningInput(dvr, claims, key)
	if err != nil {
		return "", fmt.Errorf("signing DVR: %w", err)
	}
	return input, nil
}

func dvrSigningInput(dvr *DVR, claims Claims, key *PublicKey) (string, error) {
	if key.alg != ES256 {
		return "", fmt.Errorf("%w: a DVR is signed with ES256, the key is for %s", ErrAlgorithm, key.alg)
	}
	if err := dvr.Validate(); err != nil {
		return "", err
	}
	if dvr.VerifyingKey != nil && dvr.VerifyingKey.PublicKey != nil {
		named, err := dvr.VerifyingKey.PublicKey.key()
		if err != nil {
			return "", err
		}
		if !named.Equal(key) {
			return "", fmt.Errorf("dvr_verifying_key: %w, that of the signer", ErrKeyMismatch)
		}
	}
	if err := claims.check(); err != nil {
		return "", err
	}
	dst := dvr.append([]byte(`{"data":`), false)
	dst = appendTime(dst, "iat", claims.IssuedAt)
	dst = appendTime(dst, "exp", claims.Expires)
	if claims.Issuer != "" {
		dst = appendMember(dst, "iss", claims.Issuer)
	}
	if claims.ResponseURI != "" {
		dst = appendMember(dst, "response_uri", claims.ResponseURI)
	}
	if claims.LoginNonce != "" {
		dst = appendMember(dst, "login_nonce", claims.LoginNonce)
	}
	input, err := signingInput(key.header(""), append(dst, '}'))
	// A dot and 64 bytes of signature come to it.
	if size := len(input) + 1 + (2*coordinateSize*4+2)/3; err == nil && size > MaxDVRToken {
		err = tooLarge("the DVR token", size, MaxDVRToken)
	}
	return input, err
}

func appendTime(dst []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return dst
	}
	return fmt.Appendf(appendName(dst, name), "%d", t.Unix())
}

// ParseDVRToken reads a DVR token without verifying its signature or its times.
func ParseDVRToken(token string) (*DVRToken, error) {
	jws, err := parseJWS(token, dvrKind)
	if err != nil {
		return nil, err
	}
	t := &DVRToken{jws: jws}
	if err := t.decode(); err != nil {
		return nil, fmt.Errorf("parsing DVR token: %w", err)
	}
	return t, nil
}

func (t *DVRToken) decode() error {
	o := openStrict("payload", t.jws.Payload)
	data := o.need("data")
	t.Claims.IssuedAt = o.optTime("iat")
	t.Claims.Expires = o.optTime("exp")
	t.Claims.Issuer = o.optStr("iss")
	t.Claims.ResponseURI = o.optStr("response_uri")
	t.Claims.LoginNonce = o.optStr("login_nonce")
	if err := o.end(); err != nil {
		return err
	}
	if err := t.Claims.check(); err != nil {
		return err
	}
	return t.DVR.decode(data)
}

func (o *jsonObject) optTime(name string) time.Time {
	if !o.has(name) {
		return time.Time{}
	}
	// From 1 on, because the zero time means absent.
	return time.Unix(o.integer(name, 1, maxUnix), 0).UTC()
}

// Header returns the token's protected header.
func (t *DVRToken) Header() Header { return t.jws.Header }

// Key returns the key that the token must be signed with: the one that the
// request names or, only if it names none, that of policy, which may be nil.
func (t *DVRToken) Key(ctx context.Context, resolver KeyResolver, policy *PublicKey) (*PublicKey, error) {
	if t.DVR.VerifyingKey != nil {
		key, err := t.DVR.VerifyingKey.Resolve(ctx, resolver, ES256)
		if err != nil {
			return nil, fmt.Errorf("DVR key: %w", err)
		}
		return key, nil
	}
	if policy == nil {
		return nil, fmt.Errorf("%w: dvr_verifying_key is null and policy names no key", ErrUnknownKey)
	}
	return policy, nil
}

// Verify reports an error unless the signature holds under the key, which comes
// from [DVRToken.Key] or is the verifier's own.
func (t *DVRToken) Verify(key *PublicKey) error {
	if err := t.jws.Verify(key); err != nil {
		return fmt.Errorf("verifying DVR token: %w", err)
	}
	return nil
}

// CheckTime reports an error that wraps [ErrExpired] if the request expired
// [Skew] or more before now.
func (t *DVRToken) CheckTime(now time.Time) error {
	expires := t.Claims.Expires
	if !expires.IsZero() && !now.Before(expires.Add(Skew)) {
		return fmt.Errorf("verifying DVR token: %w at %s", ErrExpired, expires.UTC().Format(time.RFC3339))
	}
	return nil
}

func (c *Claims) check() error {
	for _, t := range []time.Time{c.IssuedAt, c.Expires} {
		if !t.IsZero() && (t.Unix() < 1 || t.Unix() > maxUnix) {
			return malformed("iat, exp: want a time from 1970 to 9999")
		}
	}
	if !c.IssuedAt.IsZero() && !c.Expires.IsZero() && c.Expires.Before(c.IssuedAt) {
		return malformed("exp lies before iat")
	}
	if c.Issuer != "" {
		origin, err := Origin(c.Issuer)
		if err != nil {
			return fmt.Errorf("iss: %w", err)
		}
		u, _ := url.Parse(c.Issuer)
		if (u.Path != "" && u.Path != "/") || strings.ContainsAny(c.Issuer, "?#") {
			return malformed("iss: want an origin such as %s, without path", quoteName(origin))
		}
	}
	if c.LoginNonce != "" {
		if b, err := base64.RawURLEncoding.Strict().DecodeString(c.LoginNonce); err != nil || len(b) != 32 || len(c.LoginNonce) != 43 {
			return malformed("login_nonce: want 32 bytes in base64url without padding")
		}
	}
	if c.ResponseURI == "" {
		return nil
	}
	origin, err := Origin(c.ResponseURI)
	if err != nil {
		return fmt.Errorf("response_uri: %w", err)
	}
	if c.Issuer == "" {
		return malformed("response_uri needs iss beside it, with the same origin")
	}
	if issuer, _ := Origin(c.Issuer); issuer != origin {
		return malformed("response_uri: want the origin of iss")
	}
	return nil
}

// Origin returns the origin of a URL (RFC 6454) as Claims.Issuer has it. The
// scheme must be https, or http for a loopback host.
func Origin(rawURL string) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", malformed("want an absolute URL without user name")
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	switch {
	case host == "":
		return "", malformed("want a URL with a host")
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopbackHost(host):
	default:
		return "", malformed("want https (http for a loopback host only)")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return u.Scheme + "://" + host, nil
	}
	return u.Scheme + "://" + host + ":" + port, nil
}

// isLoopbackHost reports whether a host, written without port and brackets,
// means this machine by its name alone.
func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
