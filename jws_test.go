package zkpass

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/zkpass-go/zkpass/internal/strictjson"
)

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// craft signs any header and payload, as an attacker with a key could.
func craft(t testing.TB, key *PrivateKey, header, payload string) string {
	t.Helper()
	input := encode(header) + "." + encode(payload)
	digest := sha256.Sum256([]byte(input))
	signature, err := key.sign(digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestSignAndVerifyUserData(t *testing.T) {
	data := "{ \"name\" : \"Jos\u00e9 <&>\",\n\t\"age\":20 }\n"
	for _, alg := range []Algorithm{ES256, RS256, PS256} {
		key := testKey(t, alg)
		token, err := SignDataToJWSToken(key, []byte(data), WithKeySetURL("https://op.example/jwks?a=1&b=2"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := VerifyJWSToken(key.Public(), token)
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"data":` + data + `}`; string(got.Payload) != want {
			t.Errorf("payload %q, want %q", got.Payload, want)
		}
		if got.Header.Algorithm != alg || got.Header.KeyID != key.Public().ID() || got.Header.KeySetURL != "https://op.example/jwks?a=1&b=2" {
			t.Errorf("header %+v", got.Header)
		}
		parts := strings.Split(token, ".")
		if got.Protected != parts[0] || got.PayloadText != parts[1] || encode(string(got.HeaderJSON)) != parts[0] ||
			base64.RawURLEncoding.EncodeToString(got.Signature) != parts[2] {
			t.Error("the parts are not those of the token")
		}
		if _, err := ParseHeader(got.Protected); err != nil {
			t.Error(err)
		}
		// An independent implementation accepts the token, and its tokens are
		// accepted here.
		object, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
		if err != nil {
			t.Fatal(err)
		}
		var public any = key.public.rsa
		var private any = key.rsa
		if alg == ES256 {
			public, private = key.public.ec, key.ec
		}
		if _, err := object.Verify(public); err != nil {
			t.Error(err)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: private}, nil)
		if err != nil {
			t.Fatal(err)
		}
		foreign, err := signer.Sign([]byte(`{"sub":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		compact, err := foreign.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := VerifyJWSToken(key.Public(), compact); err != nil {
			t.Error(err)
		}
	}
}

func TestSignUserDataRefusals(t *testing.T) {
	key := testKey(t, ES256)
	full := `"` + strings.Repeat("x", MaxPayload-len(`{"data":""}`)) + `"`
	if _, err := SignDataToJWSToken(key, []byte(full)); err != nil {
		t.Errorf("a payload of exactly the limit: %v", err)
	}
	nested := strings.Repeat("[", strictjson.MaxDepth-1) + strings.Repeat("]", strictjson.MaxDepth-1)
	if _, err := SignDataToJWSToken(key, []byte(nested)); err != nil {
		t.Errorf("nesting of exactly the limit: %v", err)
	}
	for name, test := range map[string]struct {
		data string
		want error
	}{
		"one byte more":   {strings.Replace(full, "x", "xx", 1), ErrTooLarge},
		"one level more":  {"[" + nested + "]", ErrMalformed},
		"two members":     {`1,"more":2`, ErrMalformed},
		"closes the rest": {`1},{"a":1`, ErrMalformed},
		"nothing":         {``, ErrMalformed},
		"BOM":             {"\ufeff{}", ErrMalformed},
		"invalid UTF-8":   {"\"\xc0\x80\"", ErrMalformed},
		"lone surrogate":  {`"\udc00"`, ErrMalformed},
		"halves exchanged": {
			`"\udc00\ud800"`, ErrMalformed},
	} {
		if _, err := SignDataToJWSToken(key, []byte(test.data)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if _, err := SignDataToJWSToken(key, []byte(`"\ud83d\ude00 \\ud800"`)); err != nil {
		t.Errorf("a whole pair and an escaped backslash: %v", err)
	}
	if _, err := SignDataToJWSToken(testKey(t, ECDHES), []byte(`{}`)); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("a key for encryption: %v", err)
	}
	if _, err := SignDataToJWSToken(key, []byte(`{}`), WithKeySetURL(strings.Repeat("u", MaxHeader))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a long header: %v", err)
	}
}

// Algorithm confusion and keys in the token, soundness of the JOSE layer.
func TestLine14UserDataTokenRefusals(t *testing.T) {
	key := testKey(t, ES256)
	for name, test := range map[string]struct {
		header string
		want   error
	}{
		"none":             {`{"alg":"none"}`, ErrAlgorithm},
		"None":             {`{"alg":"None"}`, ErrAlgorithm},
		"HS256":            {`{"alg":"HS256"}`, ErrAlgorithm},
		"PS256":            {`{"alg":"PS256"}`, ErrAlgorithm},
		"ES256K":           {`{"alg":"ES256K"}`, ErrAlgorithm},
		"ES384":            {`{"alg":"ES384"}`, ErrAlgorithm},
		"ECDH-ES":          {`{"alg":"ECDH-ES"}`, ErrAlgorithm},
		"lower case":       {`{"alg":"es256"}`, ErrAlgorithm},
		"no alg":           {`{"kid":"k"}`, ErrMalformed},
		"alg in another":   {`{"Alg":"ES256"}`, ErrMalformed},
		"alg null":         {`{"alg":null}`, ErrMalformed},
		"alg array":        {`{"alg":["ES256"]}`, ErrMalformed},
		"alg twice":        {`{"alg":"ES256","alg":"ES256"}`, ErrMalformed},
		"alg twice hidden": {`{"alg":"ES256","\u0061lg":"none"}`, ErrMalformed},
		"crit":             {`{"alg":"ES256","crit":["exp"],"exp":1}`, ErrMalformed},
		"crit empty":       {`{"alg":"ES256","crit":[]}`, ErrMalformed},
		"b64 false":        {`{"alg":"ES256","b64":false}`, ErrMalformed},
		"b64 true":         {`{"alg":"ES256","b64":true}`, ErrMalformed},
		"zip":              {`{"alg":"ES256","zip":"DEF"}`, ErrMalformed},
		"kid number":       {`{"alg":"ES256","kid":1}`, ErrMalformed},
		"jku object":       {`{"alg":"ES256","jku":{}}`, ErrMalformed},
		"array":            {`["ES256"]`, ErrMalformed},
		"null":             {`null`, ErrMalformed},
		"text after":       {`{"alg":"ES256"}{}`, ErrMalformed},
		"invalid UTF-8":    {"{\"alg\":\"ES256\",\"kid\":\"\xff\"}", ErrMalformed},
		"too long":         {`{"alg":"ES256","kid":"` + strings.Repeat("k", MaxHeader) + `"}`, ErrTooLarge},
	} {
		token := craft(t, key, test.header, `{}`)
		if _, err := VerifyJWSToken(key.Public(), token); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

// The public key as an HMAC secret, in every form an implementation may take it.
func TestLine14HMACWithPublicKey(t *testing.T) {
	for _, alg := range []Algorithm{ES256, RS256, PS256} {
		key := testKey(t, alg).Public()
		text, err := key.PEM()
		if err != nil {
			t.Fatal(err)
		}
		secrets := [][]byte{text, key.Modulus(), []byte(base64.RawURLEncoding.EncodeToString(key.Modulus()))}
		for _, secret := range secrets {
			for _, header := range []string{`{"alg":"HS256"}`, `{"alg":"` + string(alg) + `"}`} {
				input := encode(header) + "." + encode(`{"data":{}}`)
				mac := hmac.New(sha256.New, secret)
				mac.Write([]byte(input))
				token := input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
				if _, err := VerifyJWSToken(key, token); !errors.Is(err, ErrAlgorithm) && !errors.Is(err, ErrSignature) {
					t.Errorf("%s under %s: got %v", header, alg, err)
				}
			}
		}
	}
}

// The key decides on the algorithm: a token signed by the very key, but naming
// another algorithm, is refused.
func TestLine14AlgorithmOfKey(t *testing.T) {
	es, rs := testKey(t, ES256), testKey(t, RS256)
	ps, err := rs.As(PS256, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		key    *PrivateKey
		header string
	}{{es, `{"alg":"RS256"}`}, {rs, `{"alg":"ES256"}`}, {rs, `{"alg":"PS256"}`}, {ps, `{"alg":"RS256"}`}, {ps, `{"alg":"ES256"}`}} {
		token := craft(t, test.key, test.header, `{}`)
		if _, err := VerifyJWSToken(test.key.Public(), token); !errors.Is(err, ErrAlgorithm) {
			t.Errorf("%s: got %v", test.header, err)
		}
	}
	enc, err := es.As(ECDHES, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyJWSToken(enc.Public(), craft(t, es, `{"alg":"ES256"}`, `{}`)); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("a key for encryption: %v", err)
	}
}

// An issuer's header may carry keys; they are never used.
func TestLine14KeysInIssuerHeader(t *testing.T) {
	attacker, issuer := testKey(t, ES256, "attacker"), testKey(t, ES256)
	jwk, err := attacker.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{
		`{"alg":"ES256","jwk":` + string(jwk) + `}`, `{"alg":"ES256","x5c":["AAAA"]}`,
		`{"alg":"ES256","x5u":"https://evil.example"}`, `{"alg":"ES256","jku":"https://evil.example/jwks"}`,
	} {
		if _, err := VerifyJWSToken(issuer.Public(), craft(t, attacker, header, `{}`)); !errors.Is(err, ErrSignature) {
			t.Errorf("%s signed by the attacker: got %v", header, err)
		}
		if _, err := VerifyJWSToken(issuer.Public(), craft(t, issuer, header, `{}`)); err != nil {
			t.Errorf("%s signed by the issuer: %v", header, err)
		}
	}
}

func TestCompactFormRefusals(t *testing.T) {
	key := testKey(t, ES256)
	token, err := SignDataToJWSToken(key, []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	flip := func(s string) string { // sets an unused bit of the last character
		last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", s[len(s)-1])
		return s[:len(s)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last|1])
	}
	if len(parts[2])%4 != 2 {
		t.Fatal("a signature of 64 bytes leaves unused bits")
	}
	payload := encode(`{"data":[]}  `) // 13 bytes: unused bits
	for name, bad := range map[string]string{
		"two parts":             parts[0] + "." + parts[1],
		"four parts":            token + ".",
		"empty":                 "",
		"two dots":              parts[0] + ".." + parts[1] + "." + parts[2],
		"padding":               token + "==",
		"line end":              token + "\n",
		"line end within":       parts[0] + "." + parts[1][:4] + "\n" + parts[1][4:] + "." + parts[2],
		"space before":          " " + token,
		"standard alphabet":     parts[0] + ".ab+/." + parts[2],
		"length 1 mod 4":        parts[0] + ".abcde." + parts[2],
		"trailing bits":         parts[0] + "." + flip(payload) + "." + parts[2],
		"trailing bits of sig":  parts[0] + "." + parts[1] + "." + flip(parts[2]),
		"JSON serialization":    `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`,
		"not ASCII":             parts[0] + ".é." + parts[2],
		"header line end":       parts[0][:4] + "\r\n" + parts[0][4:] + "." + parts[1] + "." + parts[2],
		"zero byte":             parts[0] + "." + parts[1] + "\x00." + parts[2],
		"header of other bytes": encode("\x00\x01") + "." + parts[1] + "." + parts[2],
	} {
		if _, err := ParseUserDataToken(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, want ErrMalformed", name, err)
		}
	}
	long := parts[0] + "." + encode(strings.Repeat(" ", MaxPayload)) + "." + parts[2]
	if _, err := ParseUserDataToken(long); err != nil {
		t.Errorf("payload of exactly the limit: %v", err)
	}
	for name, bad := range map[string]string{
		"payload":   parts[0] + "." + encode(strings.Repeat(" ", MaxPayload+1)) + "." + parts[2],
		"signature": token + strings.Repeat("A", 800),
		"text":      strings.Repeat("A", 1<<20),
	} {
		if _, err := ParseUserDataToken(bad); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s too long: got %v, want ErrTooLarge", name, err)
		}
	}
}

func TestLine16SignatureRange(t *testing.T) {
	key := testKey(t, ES256)
	token, err := SignDataToJWSToken(key, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	good, err := ParseUserDataToken(token)
	if err != nil {
		t.Fatal(err)
	}
	order := key.public.ec.Params().N
	r, s := new(big.Int).SetBytes(good.Signature[:32]), new(big.Int).SetBytes(good.Signature[32:])
	bytes32 := func(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }
	join := func(r, s *big.Int) []byte { return append(bytes32(r), bytes32(s)...) }
	zero := new(big.Int)
	for name, bad := range map[string][]byte{
		"r is 0":        join(zero, s),
		"s is 0":        join(r, zero),
		"both 0":        join(zero, zero),
		"r is n":        join(order, s),
		"s is n":        join(r, order),
		"r and s are n": join(order, order),
		"all ones":      bytes.Repeat([]byte{0xff}, 64),
		"short":         good.Signature[:63],
		"long":          append(bytes.Clone(good.Signature), 0),
		"empty":         nil,
		"exchanged":     join(s, r),
		"DER":           append([]byte{0x30, 0x44, 0x02, 0x20}, good.Signature...),
	} {
		forged := *good
		forged.Signature = bad
		if err := forged.Verify(key.Public()); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want ErrSignature", name, err)
		}
	}
	// High s is accepted: a signature's bytes are never an identifier.
	other := *good
	other.Signature = join(r, new(big.Int).Sub(order, s))
	if err := other.Verify(key.Public()); err != nil {
		t.Errorf("the other s: %v", err)
	}
}

func TestRS256SignatureRange(t *testing.T) {
	key := testKey(t, RS256)
	token, err := SignDataToJWSToken(key, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	good, err := ParseUserDataToken(token)
	if err != nil {
		t.Fatal(err)
	}
	s := new(big.Int).SetBytes(good.Signature)
	above := s.Add(s, key.public.rsa.N)
	bad := map[string][]byte{
		"short": good.Signature[1:],
		"long":  append([]byte{0}, good.Signature...),
		"zero":  make([]byte, 256),
		"empty": nil,
		"n":     key.public.rsa.N.Bytes(),
	}
	if above.BitLen() <= 2048 {
		bad["s + n"] = above.FillBytes(make([]byte, 256))
	}
	for name, signature := range bad {
		forged := *good
		forged.Signature = signature
		if err := forged.Verify(key.Public()); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want ErrSignature", name, err)
		}
	}
}

func TestSignatureCoversHeaderAndPayload(t *testing.T) {
	key := testKey(t, ES256)
	token, err := SignDataToJWSToken(key, []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	for name, bad := range map[string]string{
		"payload": parts[0] + "." + encode(`{"data":{"a":2}}`) + "." + parts[2],
		"header":  encode(`{"alg":"ES256"}`) + "." + parts[1] + "." + parts[2],
	} {
		if _, err := VerifyJWSToken(key.Public(), bad); !errors.Is(err, ErrSignature) {
			t.Errorf("%s changed: got %v", name, err)
		}
	}
	if _, err := VerifyJWSToken(testKey(t, ES256, "x").Public(), token); !errors.Is(err, ErrSignature) {
		t.Error("another key verifies the token")
	}
}

func TestUserDataText(t *testing.T) {
	tokens := map[string]string{"bank": "a.b.c", "shop_1": "d.e.f"}
	text, err := MarshalUserData(tokens)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"bank":"a.b.c","shop_1":"d.e.f"}`; text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	back, err := ParseUserData(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != 2 || back["bank"] != "a.b.c" || back["shop_1"] != "d.e.f" {
		t.Errorf("got %v", back)
	}
	if _, err := ParseUserData(`{"":"a.b.c"}`); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"a":"x","a":"x"}`, `{"a":1}`, `{"":"x","a":"x"}`, `{"a b":"x"}`,
		`{"a":"","b":"","c":"","d":"","e":""}`} {
		if _, err := ParseUserData(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}
