package zkpass

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// newTestDVR returns a request that the ES256 test key can sign.
func newTestDVR(t testing.TB) *DVR {
	return &DVR{
		ZKVM: LibZK, Title: "T", ID: NewDVRID(), QueryEngineVersion: Version, QueryMethodVersion: "m", Query: `{"==":[1,1]}`,
		Requests:     map[string]UserDataRequest{"": {VerifyingKey: testKey(t, RS256).Public().Option(), Format: FormatJWT}},
		VerifyingKey: pointer(testKey(t, ES256).Public().Option()),
	}
}

func TestDVRToken(t *testing.T) {
	ctx := context.Background()
	key, dvr := testKey(t, ES256), newTestDVR(t)
	issued := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	claims := Claims{IssuedAt: issued, Expires: issued.Add(time.Hour), Issuer: "https://krisna.example", ResponseURI: "https://KRISNA.example:443/proofs?a=1", LoginNonce: NewLoginNonce()}
	token, err := SignDVR(dvr, claims, key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseDVRToken(token)
	if err != nil {
		t.Fatal(err)
	}
	if got.DVR.Digest() != dvr.Digest() || got.Claims != claims || got.Header().KeyID != key.Public().ID() {
		t.Errorf("got %+v %+v", got.DVR, got.Claims)
	}
	signer, err := got.Key(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(signer); err != nil {
		t.Error(err)
	}
	if err := got.Verify(testKey(t, ES256, "x").Public()); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	keys, err := got.DVR.ResolveKeys(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !keys[""].Equal(testKey(t, RS256).Public()) {
		t.Error("another issuer key")
	}
	for _, test := range []struct {
		after   time.Duration
		expired bool
	}{{-24 * time.Hour, false}, {0, false}, {Skew - time.Nanosecond, false}, {Skew, true}, {time.Hour, true}} {
		err := got.CheckTime(claims.Expires.Add(test.after))
		if errors.Is(err, ErrExpired) != test.expired {
			t.Errorf("%s after exp: got %v", test.after, err)
		}
	}
	if token, err = SignDVR(dvr, Claims{}, key); err != nil {
		t.Fatal(err)
	}
	if got, err = ParseDVRToken(token); err != nil {
		t.Fatal(err)
	}
	if got.Claims != (Claims{}) || got.CheckTime(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) != nil {
		t.Error("claims out of nowhere")
	}
}

func TestDVRKeyOfPolicy(t *testing.T) {
	ctx := context.Background()
	dvr := newTestDVR(t)
	dvr.VerifyingKey = nil
	token, err := SignDVR(dvr, Claims{}, testKey(t, ES256))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseDVRToken(token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := got.Key(ctx, nil, nil); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("null and no policy: %v", err)
	}
	policy := testKey(t, ES256).Public()
	if key, err := got.Key(ctx, nil, policy); err != nil || key != policy {
		t.Errorf("null and a policy: %v", err)
	}
	// A request that names its key never falls back on policy.
	dvr.VerifyingKey = &KeyOption{KeysetEndpoint: &KeysetEndpoint{JKU: "https://v.example/jwks", KID: "k"}}
	if token, err = SignDVR(dvr, Claims{}, testKey(t, ES256)); err != nil {
		t.Fatal(err)
	}
	if got, err = ParseDVRToken(token); err != nil {
		t.Fatal(err)
	}
	if _, err := got.Key(ctx, KeySets{}, policy); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("an endpoint that cannot be fetched: %v", err)
	}
}

func TestSignDVRRefusals(t *testing.T) {
	now := time.Now()
	key := testKey(t, ES256)
	for name, test := range map[string]struct {
		key    *PrivateKey
		claims Claims
		want   error
	}{
		"RS256":             {testKey(t, RS256), Claims{}, ErrAlgorithm},
		"ECDH-ES":           {testKey(t, ECDHES), Claims{}, ErrAlgorithm},
		"not the named key": {testKey(t, ES256, "x"), Claims{}, ErrKeyMismatch},
		"exp before iat":    {key, Claims{IssuedAt: now, Expires: now.Add(-time.Second)}, ErrMalformed},
		"year 10000":        {key, Claims{Expires: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, ErrMalformed},
		"iss with path":     {key, Claims{Issuer: "https://v.example/a"}, ErrMalformed},
		"iss over http":     {key, Claims{Issuer: "http://v.example"}, ErrMalformed},
		"uri without iss":   {key, Claims{ResponseURI: "https://v.example/a"}, ErrMalformed},
		"another host":      {key, Claims{Issuer: "https://v.example", ResponseURI: "https://evil.example/a"}, ErrMalformed},
		"another port":      {key, Claims{Issuer: "https://v.example", ResponseURI: "https://v.example:8443/a"}, ErrMalformed},
		"another scheme":    {key, Claims{Issuer: "https://localhost", ResponseURI: "http://localhost/a"}, ErrMalformed},
		"user name":         {key, Claims{Issuer: "https://v.example", ResponseURI: "https://v.example@evil.example/a"}, ErrMalformed},
		"relative":          {key, Claims{Issuer: "https://v.example", ResponseURI: "/a"}, ErrMalformed},
		"short nonce":       {key, Claims{LoginNonce: NewLoginNonce()[1:]}, ErrMalformed},
		"padded nonce":      {key, Claims{LoginNonce: NewLoginNonce() + "="}, ErrMalformed},
		"nonce of text":     {key, Claims{LoginNonce: "never the same, and yet no random bytes. .."}, ErrMalformed},
		"script":            {key, Claims{Issuer: "javascript:alert(1)"}, ErrMalformed},
	} {
		if _, err := SignDVR(newTestDVR(t), test.claims, test.key); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	long := newTestDVR(t)
	long.Query = strings.Repeat("\x01", MaxQuery) // six bytes each as written
	if _, err := SignDVR(long, Claims{}, key); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long token: %v", err)
	}
	long.Query = strings.Repeat("\n", MaxQuery)
	token, err := SignDVR(long, Claims{}, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseDVRToken(token); err != nil {
		t.Errorf("the longest query: %v", err)
	}
}

func TestDVRTokenRefusals(t *testing.T) {
	key, other := testKey(t, ES256), testKey(t, ES256, "x")
	jwk, err := other.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	payload := `{"data":` + plainDVR + `}`
	for name, test := range map[string]struct {
		header, payload string
		want            error
	}{
		"jwk":               {`{"alg":"ES256","jwk":` + string(jwk) + `}`, payload, ErrMalformed},
		"x5c":               {`{"alg":"ES256","x5c":[]}`, payload, ErrMalformed},
		"x5u":               {`{"alg":"ES256","x5u":"https://v.example"}`, payload, ErrMalformed},
		"jwk null":          {`{"alg":"ES256","jwk":null}`, payload, ErrMalformed},
		"RS256":             {`{"alg":"RS256"}`, payload, ErrAlgorithm},
		"none":              {`{"alg":"none"}`, payload, ErrAlgorithm},
		"crit":              {`{"alg":"ES256","crit":["b64"],"b64":false}`, payload, ErrMalformed},
		"no data":           {`{"alg":"ES256"}`, `{}`, ErrMalformed},
		"data twice":        {`{"alg":"ES256"}`, `{"data":` + plainDVR + `,"data":` + plainDVR + `}`, ErrMalformed},
		"data null":         {`{"alg":"ES256"}`, `{"data":null}`, ErrMalformed},
		"unknown claim":     {`{"alg":"ES256"}`, `{"nbf":1,"data":` + plainDVR + `}`, ErrMalformed},
		"exp fraction":      {`{"alg":"ES256"}`, `{"exp":1.5,"data":` + plainDVR + `}`, ErrMalformed},
		"exp exponent":      {`{"alg":"ES256"}`, `{"exp":1e3,"data":` + plainDVR + `}`, ErrMalformed},
		"exp string":        {`{"alg":"ES256"}`, `{"exp":"1","data":` + plainDVR + `}`, ErrMalformed},
		"exp null":          {`{"alg":"ES256"}`, `{"exp":null,"data":` + plainDVR + `}`, ErrMalformed},
		"exp twice":         {`{"alg":"ES256"}`, `{"exp":1,"exp":99999999999,"data":` + plainDVR + `}`, ErrMalformed},
		"exp zero":          {`{"alg":"ES256"}`, `{"exp":0,"data":` + plainDVR + `}`, ErrMalformed},
		"response_uri away": {`{"alg":"ES256"}`, `{"iss":"https://v.example","response_uri":"https://e.example","data":` + plainDVR + `}`, ErrMalformed},
		"login_nonce":       {`{"alg":"ES256"}`, `{"login_nonce":"x","data":` + plainDVR + `}`, ErrMalformed},
		"not UTF-8":         {`{"alg":"ES256"}`, "{\"iss\":\"\xff\",\"data\":" + plainDVR + "}", ErrMalformed},
		"deep":              {`{"alg":"ES256"}`, strings.Repeat(`{"data":`, 100) + `1` + strings.Repeat(`}`, 100), ErrMalformed},
	} {
		if _, err := ParseDVRToken(craft(t, key, test.header, test.payload)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if _, err := ParseDVRToken(craft(t, key, `{"alg":"ES256"}`, payload)); err != nil {
		t.Errorf("the token that the cases change: %v", err)
	}
	if _, err := ParseDVRToken(strings.Repeat("A", MaxDVRToken+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long token: %v", err)
	}
}

func TestResolveKeysRefusesEncryptionKeys(t *testing.T) {
	set, err := NewKeySet(testKey(t, ECDHES, "e").Public())
	if err != nil {
		t.Fatal(err)
	}
	dvr := newTestDVR(t)
	dvr.Requests = map[string]UserDataRequest{"a": {VerifyingKey: KeyOption{KeysetEndpoint: &KeysetEndpoint{JKU: "u", KID: "e"}}}}
	if _, err := dvr.ResolveKeys(context.Background(), KeySets{"u": set}, nil); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("got %v", err)
	}
}

func TestOrigin(t *testing.T) {
	for url, want := range map[string]string{
		"https://A.example/x?y#z":       "https://a.example",
		"https://a.example:443":         "https://a.example",
		"https://a.example:8443/":       "https://a.example:8443",
		"http://localhost:8080/x":       "http://localhost:8080",
		"http://127.0.0.1:80/x":         "http://127.0.0.1",
		"http://[::1]:8080/x":           "http://[::1]:8080",
		"http://a.example":              "",
		"http://localhost.evil.example": "",
		"ftp://a.example":               "",
		"//a.example":                   "",
		"https://":                      "",
		"https://:443":                  "",
		"https://u@a.example":           "",
	} {
		got, err := Origin(url)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v, want %q", url, got, err, want)
		}
	}
}

func TestNewLoginNonce(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		n := NewLoginNonce()
		if err := (&Claims{LoginNonce: n}).check(); err != nil || seen[n] {
			t.Fatalf("%q: %v, seen before: %v", n, err, seen[n])
		}
		seen[n] = true
	}
}
