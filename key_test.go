package zkpass

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

var testKeys struct {
	sync.Mutex
	made map[string]*PrivateKey
}

// testKey returns a key that is made once for each algorithm and id.
func testKey(t testing.TB, alg Algorithm, id ...string) *PrivateKey {
	t.Helper()
	name := strings.Join(id, "")
	testKeys.Lock()
	defer testKeys.Unlock()
	if key := testKeys.made[string(alg)+name]; key != nil {
		return key
	}
	key, err := GenerateKey(alg, name)
	if err != nil {
		t.Fatal(err)
	}
	if testKeys.made == nil {
		testKeys.made = make(map[string]*PrivateKey)
	}
	testKeys.made[string(alg)+name] = key
	return key
}

var algorithms = []Algorithm{ES256, RS256, PS256, ECDHES}

// The two examples of RFC 7517 appendix A.1 and RFC 7638 section 3.1.
const (
	rfcEC = `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",` +
		`"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}`
	rfcRSA = `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",` +
		`"e":"AQAB","alg":"RS256","kid":"2011-04-29"}`
	rfcRSAThumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
)

func TestParsePublicKeyRFC(t *testing.T) {
	key, err := ParsePublicKey([]byte(rfcRSA))
	if err != nil {
		t.Fatal(err)
	}
	if key.ID() != "2011-04-29" || key.Algorithm() != RS256 || len(key.Modulus()) != 256 {
		t.Errorf("got %s %s, %d bytes", key.ID(), key.Algorithm(), len(key.Modulus()))
	}
	if got := key.Thumbprint(); got != rfcRSAThumbprint {
		t.Errorf("thumbprint %s, want %s", got, rfcRSAThumbprint)
	}
	key, err = ParsePublicKey([]byte(rfcEC))
	if err != nil {
		t.Fatal(err)
	}
	if key.ID() != "1" || key.Algorithm() != ECDHES {
		t.Errorf("got %s %s", key.ID(), key.Algorithm())
	}
}

func TestKeyRoundTrips(t *testing.T) {
	for _, alg := range algorithms {
		for _, id := range []string{"", "some id"} {
			key := testKey(t, alg, id)
			if id == "" && key.Public().ID() != key.Public().Thumbprint() {
				t.Errorf("%s: an unnamed key has the id %s", alg, key.Public().ID())
			}
			jwk, err := key.JWK()
			if err != nil {
				t.Fatal(err)
			}
			back, err := ParsePrivateKey(jwk)
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			if !back.Public().Equal(key.Public()) || back.Public().ID() != key.Public().ID() {
				t.Errorf("%s: another key after JWK", alg)
			}
			text, err := key.PEM()
			if err != nil {
				t.Fatal(err)
			}
			fromPEM, err := ParsePrivateKey(text)
			if err != nil {
				t.Fatal(err)
			}
			again, err := fromPEM.As(alg, id)
			if err != nil {
				t.Fatal(err)
			}
			if !again.Public().Equal(key.Public()) || again.Public().ID() != key.Public().ID() {
				t.Errorf("%s: another key after PEM", alg)
			}
			testPublicRoundTrip(t, key.Public())
		}
	}
}

func testPublicRoundTrip(t *testing.T, key *PublicKey) {
	t.Helper()
	jwk, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParsePublicKey(jwk)
	if err != nil {
		t.Fatal(err)
	}
	if !back.Equal(key) || back.ID() != key.ID() {
		t.Errorf("%s: another public key after JWK", key.Algorithm())
	}
	// Another implementation reads the same and computes the same thumbprint.
	var other jose.JSONWebKey
	if err := other.UnmarshalJSON(jwk); err != nil {
		t.Fatal(err)
	}
	sum, err := other.Thumbprint(5) // crypto.SHA256
	if err != nil {
		t.Fatal(err)
	}
	if got := base64.RawURLEncoding.EncodeToString(sum); got != key.Thumbprint() {
		t.Errorf("thumbprint %s, want %s", key.Thumbprint(), got)
	}
	if other.Use != key.Algorithm().use() || other.Algorithm != string(key.Algorithm()) {
		t.Errorf("JWK has use %s and alg %s", other.Use, other.Algorithm)
	}
	text, err := key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	fromPEM, err := ParsePublicKey(text)
	if err != nil {
		t.Fatal(err)
	}
	if (key.Algorithm() == ES256 || key.Algorithm() == RS256) && !fromPEM.Equal(key) {
		t.Errorf("%s: another public key after PEM", key.Algorithm())
	}
}

func TestKeyEqual(t *testing.T) {
	signer := testKey(t, ES256)
	encrypter, err := signer.As(ECDHES, "")
	if err != nil {
		t.Fatal(err)
	}
	a, b := signer.Public(), encrypter.Public()
	if a.Equal(b) || a.Equal(nil) || a.Equal(testKey(t, RS256).Public()) || !a.Equal(a) {
		t.Error("keys of different algorithms are equal, or a key is not equal to itself")
	}
	if testKey(t, RS256).Public().Equal(testKey(t, RS256, "x").Public()) {
		t.Error("two RSA keys are equal")
	}
}

func TestPublicKeyRefusals(t *testing.T) {
	ec := `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`
	zero := strings.Repeat("A", 43)
	x, y, _ := testKey(t, ES256).Public().Point()
	shifted := `{"kty":"EC","crv":"P-256","x":"` + encode(string(x[:31])) + `","y":"` + encode(string(x[31:])+string(y[:])) + `"}`
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"private":             {strings.Replace(ec, `{`, `{"d":"AQ",`, 1), ErrMalformed},
		"kty twice":           {strings.Replace(ec, `{`, `{"kty":"RSA",`, 1), ErrMalformed},
		"other curve":         {strings.Replace(ec, `P-256`, `P-384`, 1), ErrAlgorithm},
		"ES256K":              {strings.Replace(ec, `{`, `{"alg":"ES256K",`, 1), ErrAlgorithm},
		"use against alg":     {strings.Replace(ec, `{`, `{"alg":"ES256","use":"enc",`, 1), ErrAlgorithm},
		"off the curve":       {strings.Replace(ec, `"4Et`, `"4Eu`, 1), ErrMalformed},
		"the origin":          {`{"kty":"EC","crv":"P-256","x":"` + zero + `","y":"` + zero + `"}`, ErrMalformed},
		"31 and 33 bytes":     {shifted, ErrMalformed},
		"short coordinate":    {`{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}`, ErrMalformed},
		"trailing bits":       {strings.Replace(ec, `7D4"`, `7D5"`, 1), ErrMalformed},
		"padding":             {strings.Replace(ec, `7D4"`, `7D4="`, 1), ErrMalformed},
		"line end":            {strings.Replace(ec, `7D4"`, `7D4\n"`, 1), ErrMalformed},
		"RS384":               {strings.Replace(rfcRSA, `RS256`, `RS384`, 1), ErrAlgorithm},
		"not to verify with":  {strings.Replace(ec, `{`, `{"key_ops":["encrypt"],`, 1), ErrAlgorithm},
		"key_ops twice":       {strings.Replace(ec, `{`, `{"key_ops":["verify","verify"],`, 1), ErrMalformed},
		"key_ops a string":    {strings.Replace(ec, `{`, `{"key_ops":"verify",`, 1), ErrMalformed},
		"UTF-16":              {"\xff\xfe{\x00", ErrMalformed},
		"exponent 3":          {strings.Replace(rfcRSA, `AQAB`, `Aw`, 1), ErrAlgorithm},
		"leading zero":        {strings.Replace(rfcRSA, `"0vx7`, `"AAAA0vx7`, 1), ErrMalformed},
		"2024 bits":           {strings.Replace(rfcRSA, `"0vx7`, `"`, 1), ErrAlgorithm},
		"even modulus":        {strings.Replace(rfcRSA, `DKgw"`, `DKgg"`, 1), ErrMalformed},
		"huge modulus":        {strings.Replace(rfcRSA, `"0vx7`, `"`+strings.Repeat("0vx7", 200), 1), ErrTooLarge},
		"symmetric":           {`{"kty":"oct","k":"AAAA"}`, ErrMalformed},
		"OKP":                 {`{"kty":"OKP","crv":"Ed25519","x":"AAAA"}`, ErrAlgorithm},
		"control in kid":      {strings.Replace(ec, `{`, `{"kid":"a\u0000",`, 1), ErrMalformed},
		"null":                {`null`, ErrMalformed},
		"nothing":             {``, ErrMalformed},
		"too large":           {strings.Repeat(" ", MaxKeySet) + ec, ErrTooLarge},
		"PEM of another kind": {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ErrMalformed},
	} {
		if _, err := ParsePublicKey([]byte(test.text)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if _, err := ParsePublicKey([]byte(ec)); err != nil {
		t.Errorf("the key that the cases change: %v", err)
	}
}

func TestNewKeyRefusals(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	exponent3 := *testKey(t, RS256).rsa
	exponent3.E = 3
	for name, test := range map[string]struct {
		key any
		alg Algorithm
	}{
		"exponent 3":       {&exponent3, RS256},
		"P-384":            {p384, ES256},
		"1024 bits":        {small, RS256},
		"P-256 for RS256":  {testKey(t, ES256).ec, RS256},
		"RSA for ES256":    {testKey(t, RS256).rsa, ES256},
		"P-256 for HS256":  {testKey(t, ES256).ec, "HS256"},
		"a string":         {"key", ES256},
		"RSA for nothing":  {testKey(t, RS256).rsa, ""},
		"RSA for ECDH-ES":  {testKey(t, RS256).rsa, ECDHES},
		"RSA for PS384":    {testKey(t, RS256).rsa, "PS384"},
		"P-256 for ES256K": {testKey(t, ES256).ec, "ES256K"},
	} {
		if _, err := NewPrivateKey(test.key, test.alg, ""); !errors.Is(err, ErrAlgorithm) {
			t.Errorf("%s: got %v, want ErrAlgorithm", name, err)
		}
	}
	if _, err := GenerateKey("none", ""); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("none: %v", err)
	}
	// A private part that belongs to another public part would sign things that
	// nobody can verify.
	mixed := *testKey(t, ES256).ec
	mixed.PublicKey = testKey(t, ES256, "x").ec.PublicKey
	if _, err := NewPrivateKey(&mixed, ES256, ""); !errors.Is(err, ErrMalformed) {
		t.Errorf("mixed key: %v", err)
	}
}

func TestPrivateKeyShowsNoSecret(t *testing.T) {
	for _, alg := range algorithms {
		key := testKey(t, alg)
		want := key.String()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			if got := fmt.Sprintf(verb, key); got != want {
				t.Errorf("%s prints %q", verb, got)
			}
		}
		if text, err := json.Marshal(key); err != nil || string(text) != "{}" {
			t.Errorf("marshals as %s, %v", text, err)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"key.jwk", "key.pem"} {
		path := filepath.Join(dir, name)
		key := testKey(t, ES256)
		if err := key.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
		before, _ := os.ReadFile(path)
		if _, blocks := pem.Decode(before); name == "key.pem" && len(blocks) > 0 {
			t.Errorf("%s is no PEM", name)
		}
		if err := testKey(t, ES256, "x").WriteFile(path); !errors.Is(err, ErrKeyFile) {
			t.Errorf("overwriting: %v", err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Error("the file has changed")
		}
		back, err := ReadPrivateKey(path)
		if err != nil {
			t.Fatal(err)
		}
		if !back.Public().Equal(key.Public()) {
			t.Error("another key came back")
		}
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666, 0o700, 0o610} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadPrivateKey(path); !errors.Is(err, ErrKeyFile) {
				t.Errorf("mode %o: got %v", mode, err)
			}
		}
		if err := os.Chmod(path, 0o400); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPrivateKey(path); err != nil {
			t.Errorf("mode 400: %v", err)
		}
	}
	if _, err := ReadPrivateKey(dir); !errors.Is(err, ErrKeyFile) {
		t.Errorf("a directory: %v", err)
	}
}

func TestKeyOption(t *testing.T) {
	ctx := context.Background()
	for _, alg := range []Algorithm{ES256, RS256, PS256} {
		key := testKey(t, alg).Public()
		text, err := json.Marshal(key.Option())
		if err != nil {
			t.Fatal(err)
		}
		var option KeyOption
		if err := json.Unmarshal(text, &option); err != nil {
			t.Fatal(err)
		}
		got, err := option.Resolve(ctx, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(key) {
			t.Errorf("%s: another key", alg)
		}
	}
	set, err := NewKeySet(testKey(t, ES256, "k1").Public())
	if err != nil {
		t.Fatal(err)
	}
	sets := KeySets{"https://op.example/jwks": set}
	for _, test := range []struct {
		jku, kid string
		want     error
	}{
		{"https://op.example/jwks", "k1", nil},
		{"https://op.example/jwks", "k2", ErrUnknownKey},
		{"https://evil.example/jwks", "k1", ErrNotAllowed},
	} {
		option := KeyOption{KeysetEndpoint: &KeysetEndpoint{JKU: test.jku, KID: test.kid}}
		key, err := option.Resolve(ctx, sets, "")
		if !errors.Is(err, test.want) || (err == nil) != (key != nil) {
			t.Errorf("%s %s: got %v, want %v", test.jku, test.kid, err, test.want)
		}
		if _, err := option.Resolve(ctx, nil, ""); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("no resolver: %v", err)
		}
	}
}

func TestKeyOptionRefusals(t *testing.T) {
	for _, text := range []string{`null`, `[]`, `"x"`, `{}`, `{"PublicKey":null}`, `{"PublicKey":{}}`, `{"KeysetEndpoint":{"jku":"u"}}`,
		`{"KeysetEndpoint":{"jku":"u","kid":""}}`, `{"KeysetEndpoint":{"jku":"u","kid":"k","more":1}}`, `{"PublicKey":{"n":"1"}}`,
		`{"publickey":{"x":"1","y":"2"}}`} {
		var option KeyOption
		if err := option.UnmarshalJSON([]byte(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", text, err)
		}
	}
	for _, option := range []KeyOption{{}, {PublicKey: &KeyValues{}}, {PublicKey: &KeyValues{X: "1", Y: "2", N: "3", E: "4"}},
		{PublicKey: &KeyValues{X: "1", Y: "2"}, KeysetEndpoint: &KeysetEndpoint{JKU: "u", KID: "k"}}} {
		if _, err := option.Resolve(context.Background(), nil, ""); !errors.Is(err, ErrMalformed) {
			t.Errorf("%+v: got %v", option, err)
		}
		if _, err := option.MarshalJSON(); !errors.Is(err, ErrMalformed) {
			t.Errorf("marshalling %+v: got %v", option, err)
		}
	}
}

// The older form of x and y is the two lines of the SPKI PEM.
func TestKeyOptionPEMLines(t *testing.T) {
	key := testKey(t, ES256).Public()
	text, err := key.PEM()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 || len(lines[1]) != 64 || len(lines[2]) != 60 {
		t.Fatalf("lines: %q", lines)
	}
	option := keyXY(lines[1], lines[2])
	got, err := option.Resolve(context.Background(), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(key) {
		t.Error("another key")
	}
	if back := got.Option(); len(back.PublicKey.X) != 43 {
		t.Errorf("written as %+v, want a JWK's values", back.PublicKey)
	}
	for name, bad := range map[string]KeyOption{
		"lines exchanged": keyXY(lines[2], lines[1]),
		"line end":        keyXY(lines[1], lines[2][:59]+"\n"),
		"x alone a line":  keyXY(lines[1], got.Option().PublicKey.Y),
	} {
		if _, err := bad.Resolve(context.Background(), nil, ""); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestKeySet(t *testing.T) {
	a, b := testKey(t, ES256, "a").Public(), testKey(t, RS256, "b").Public()
	enc := testKey(t, ECDHES, "c").Public()
	set, err := NewKeySet(a, b, enc)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	// Keys of kinds that are not used are passed over, not an error.
	more := replaceOnce(t, string(text), `{"keys":[`, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"AA"},{"kty":"RSA","alg":"PS384","kid":"ps"},`)
	set, err = ParseKeySet([]byte(more))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Keys()) != 3 {
		t.Errorf("%d keys", len(set.Keys()))
	}
	for id, want := range map[string]error{"a": nil, "b": nil, "c": ErrAlgorithm, "d": ErrUnknownKey, "ed": ErrAlgorithm, "ps": ErrAlgorithm} {
		if _, err := set.Key(id, ""); !errors.Is(err, want) {
			t.Errorf("key %s: got %v, want %v", id, err, want)
		}
	}
	if _, err := set.Key("", ""); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("the only one of two: %v", err)
	}
	if key, err := set.Key("", RS256); err != nil || !key.Equal(b) {
		t.Errorf("the only one for RS256: %v", err)
	}
	if key, err := set.Key("", ECDHES); err != nil || !key.Equal(enc) {
		t.Errorf("the only one for encryption: %v", err)
	}
	jwk, _ := testKey(t, ES256, "a").JWK()
	for name, bad := range map[string]string{
		"private key": `{"keys":[` + string(jwk) + `]}`,
		"no keys":     `{}`,
		"null":        `{"keys":null}`,
		"symmetric":   `{"keys":[{"kty":"oct","k":"AAAA"}]}`,
		"one key":     `{"kty":"EC","crv":"P-256"}`,
		"discovery":   `{"issuer":"https://op.example","jwks_uri":"https://op.example/jwks"}`,
		"keys twice":  `{"keys":[],"keys":[]}`,
	} {
		if _, err := ParseKeySet([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
