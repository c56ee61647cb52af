package zkvm

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

const testNow = 1_771_000_000

// fixture is a statement with its secrets, as an honest prover has it.
type fixture struct {
	st      *Statement
	secrets []Secret
}

var testKey = func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}()

func keyOf(k *ecdsa.PrivateKey) Key {
	var key Key
	b, err := k.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	copy(key.X[:], b[1:33])
	copy(key.Y[:], b[33:])
	return key
}

// sign signs a payload and returns the document's public and secret parts.
func sign(t testing.TB, key *ecdsa.PrivateKey, payload string) (Document, Secret) {
	t.Helper()
	return signUnder(t, key, `{"alg":"ES256","kid":"test"}`, payload)
}

// signUnder is sign with a protected header.
func signUnder(t testing.TB, key *ecdsa.PrivateKey, header, payload string) (Document, Secret) {
	t.Helper()
	d := Document{
		Key:    keyOf(key),
		Header: base64.RawURLEncoding.EncodeToString([]byte(header)),
	}
	s := Secret{Payload: base64.RawURLEncoding.EncodeToString([]byte(payload))}
	digest := sha256.Sum256([]byte(d.Header + "." + s.Payload))
	r, v, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	s.Signature = make([]byte, 64)
	r.FillBytes(s.Signature[:32])
	v.FillBytes(s.Signature[32:])
	return d, s
}

// newFixture signs a payload, compiles a query over it and evaluates it.
func newFixture(t testing.TB, text, payload string) *fixture {
	t.Helper()
	f, err := tryFixture(t, text, payload)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tryFixture(t testing.TB, text, payload string) (*fixture, error) {
	t.Helper()
	p, err := query.Compile([]byte(text), []string{""}, query.WithFormat("", query.JWT))
	if err != nil {
		return nil, err
	}
	doc, err := document.Parse([]byte(payload))
	if err != nil {
		return nil, err
	}
	out, err := p.Eval(map[string]*document.Document{"": doc}, time.Unix(testNow, 0))
	if err != nil {
		return nil, err
	}
	d, s := sign(t, testKey, payload)
	if d.Class, err = ClassFor(len(payload), 2); err != nil {
		return nil, err
	}
	d.Class.Escapes, d.Class.Names = readsEscape(p, "", doc), readsNames(p, "", doc)
	return &fixture{&Statement{Program: p, Time: testNow, Documents: []Document{d}, Output: out.JSON}, []Secret{s}}, nil
}

const (
	janeClaims = `{"iss":"https://shopsphere.example","sub":"auth0|123456","aud":"client_id_58347","exp":1771086400,"iat":1771000000,` +
		`"name":"Jane Doe","firstName":"Jane","lastName":"Doe","gender":"female","birthdate":"2000-10-31",` +
		`"driverLicenseNumber":"DL00718256","email":"janedoe@live.com","picture":"https://shopsphere.example/p/jane.png"}`
	janeQuery = `[{"assign":{"result":{"and":[{"==":[{"dvar":"iss"},"https://shopsphere.example"]},{"==":[{"dvar":"firstName"},"Jane"]},` +
		`{"==":[{"dvar":"lastName"},"Doe"]},{"==":[{"dvar":"driverLicenseNumber"},"DL00718256"]}]}}},{"output":{"result":{"lvar":"result"}}}]`
)
