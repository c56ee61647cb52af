package verify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// resolverFunc is a [zkpass.KeyResolver].
type resolverFunc func(jku, kid string) (*zkpass.PublicKey, error)

func (f resolverFunc) ResolveKey(_ context.Context, jku, kid string, _ zkpass.Algorithm) (*zkpass.PublicKey, error) {
	return f(jku, kid)
}

func TestQuestion(t *testing.T) {
	issuer, err := zkpass.GenerateKey(zkpass.RS256, "k1")
	if err != nil {
		t.Fatal(err)
	}
	own, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	encryption, err := zkpass.GenerateKey(zkpass.ECDHES, "e1")
	if err != nil {
		t.Fatal(err)
	}
	set, err := zkpass.NewKeySet(issuer.Public())
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://op.example/jwks"
	now := time.Unix(1_800_000_000, 5e8)
	found := resolverFunc(func(string, string) (*zkpass.PublicKey, error) { return issuer.Public(), nil })
	only := ""
	question := func(change func(*verify.Question)) verify.Question {
		q := verify.Question{Title: "T", Query: `{"==":[{"dvar":"a"},1]}`, Issuers: map[string]verify.Issuer{"": {KeySet: set}}}
		change(&q)
		return q
	}
	from := func(i verify.Issuer) func(*verify.Question) {
		return func(q *verify.Question) { q.Issuers = map[string]verify.Issuer{"": i} }
	}

	dvr, claims, err := question(func(q *verify.Question) {
		q.Issuers[""] = verify.Issuer{KeySet: set, Format: zkpass.FormatJWT}
		q.Login, q.ResponseURI, q.ZKVM = &only, "https://shop.example/proofs", zkpass.LibZKHash
	}).DVR(t.Context(), nil, own.Public(), now)
	if err != nil {
		t.Fatal(err)
	}
	if claims.Issuer != "https://shop.example" || claims.IssuedAt.Unix() != now.Unix() || claims.Expires.Sub(claims.IssuedAt) != verify.DefaultLife ||
		claims.LoginNonce == "" || !strings.Contains(dvr.Query, claims.LoginNonce) || dvr.ZKVM != zkpass.LibZKHash || dvr.Requests[""].VerifyingKey.PublicKey == nil {
		t.Errorf("%+v, %+v", dvr, claims)
	}
	for name, test := range map[string]struct {
		issuer verify.Issuer
		keys   zkpass.KeyResolver
		kid    string // in the request
	}{
		"a key set's only key":  {verify.Issuer{KeySetURL: url}, found, "k1"},
		"a URL taken as it is":  {verify.Issuer{KeySetURL: url, KeyID: "k7"}, nil, "k7"},
		"a URL with a key's id": {verify.Issuer{KeySetURL: url, KeyID: "k1"}, found, "k1"},
	} {
		dvr, _, err := question(from(test.issuer)).DVR(t.Context(), test.keys, own.Public(), now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if e := dvr.Requests[""].VerifyingKey.KeysetEndpoint; e == nil || e.JKU != url || e.KID != test.kid {
			t.Errorf("%s: the request names %+v", name, e)
		}
	}
	for name, test := range map[string]struct {
		change func(*verify.Question)
		keys   zkpass.KeyResolver
		want   error // nil: any
	}{
		"no source of keys":          {from(verify.Issuer{}), found, nil},
		"two sources":                {from(verify.Issuer{KeySet: set, KeySetURL: url}), found, nil},
		"no kid and nowhere to look": {from(verify.Issuer{KeySetURL: url}), nil, nil},
		"another kid":                {from(verify.Issuer{KeySet: set, KeyID: "k2"}), nil, zkpass.ErrUnknownKey},
		"a format that there is not": {from(verify.Issuer{KeySet: set, Format: "xml"}), nil, nil},
		"a key set away":             {from(verify.Issuer{KeySetURL: url}), resolverFunc(func(string, string) (*zkpass.PublicKey, error) { return nil, fmt.Errorf("%w: away", zkpass.ErrFetch) }), zkpass.ErrFetch},
		"a key that does not sign":   {from(verify.Issuer{KeySetURL: url}), resolverFunc(func(string, string) (*zkpass.PublicKey, error) { return encryption.Public(), nil }), zkpass.ErrAlgorithm},
		"too long":                   {func(q *verify.Question) { q.Life = verify.MaxLife + time.Second }, nil, nil},
		"too short":                  {func(q *verify.Question) { q.Life = time.Millisecond }, nil, nil},
		"no URI":                     {func(q *verify.Question) { q.ResponseURI = "shop" }, nil, nil},
		"a login of another format":  {func(q *verify.Question) { q.Login = &only }, nil, nil},
		"a zkVM that there is not":   {func(q *verify.Question) { q.ZKVM = "libzk-v0" }, nil, zkpass.ErrUnsupportedZKVM},
	} {
		_, _, err := question(test.change).DVR(t.Context(), test.keys, own.Public(), now)
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}
