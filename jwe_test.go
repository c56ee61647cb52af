package zkpass

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestEncryptAndDecrypt(t *testing.T) {
	key := testKey(t, ECDHES)
	for _, data := range []string{"a.b.c", `{"":"a.b.c"}`, "", "R&D <caf\u00e9>\n"} {
		token, err := EncryptDataToJWEToken(key.Public(), data)
		if err != nil {
			t.Fatal(err)
		}
		id, err := JWEKeyID(token)
		if err != nil || id != key.Public().ID() {
			t.Errorf("key id %s, %v", id, err)
		}
		got, err := DecryptJWEToken(key, token)
		if err != nil {
			t.Fatal(err)
		}
		if got != data {
			t.Errorf("got %q, want %q", got, data)
		}
		if again, _ := EncryptDataToJWEToken(key.Public(), data); again == token {
			t.Error("encrypting twice gives one token")
		}
	}
}

func TestEncryptRefusals(t *testing.T) {
	if _, err := EncryptDataToJWEToken(testKey(t, ES256).Public(), "x"); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("a key for signing: %v", err)
	}
	if _, err := EncryptDataToJWEToken(testKey(t, ECDHES).Public(), strings.Repeat("x", MaxJWE)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := EncryptDataToJWEToken(testKey(t, ECDHES).Public(), "\xff"); !errors.Is(err, ErrMalformed) {
		t.Errorf("invalid UTF-8: %v", err)
	}
}

// reheader puts another protected header on a token.
func reheader(t *testing.T, token string, change func(map[string]any)) string {
	t.Helper()
	header, rest, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	change(members)
	if text, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text) + "." + rest
}

func TestDecryptRefusals(t *testing.T) {
	key := testKey(t, ECDHES)
	token, err := EncryptDataToJWEToken(key.Public(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	swap := func(i int, part string) string {
		changed := append([]string(nil), parts...)
		changed[i] = part
		return strings.Join(changed, ".")
	}
	set := func(name string, value any) string {
		return reheader(t, token, func(m map[string]any) { m[name] = value })
	}
	zero := strings.Repeat("A", 43)
	other, err := EncryptDataToJWEToken(testKey(t, ECDHES, "x").Public(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"zip":                    {set("zip", "DEF"), ErrMalformed},
		"crit":                   {set("crit", []string{"kid"}), ErrMalformed},
		"jwk":                    {set("jwk", map[string]string{}), ErrMalformed},
		"other alg":              {set("alg", "ECDH-ES+A128KW"), ErrAlgorithm},
		"dir":                    {set("alg", "dir"), ErrAlgorithm},
		"RSA":                    {set("alg", "RSA1_5"), ErrAlgorithm},
		"other enc":              {set("enc", "A128CBC-HS256"), ErrAlgorithm},
		"no kid":                 {reheader(t, token, func(m map[string]any) { delete(m, "kid") }), ErrMalformed},
		"no epk":                 {reheader(t, token, func(m map[string]any) { delete(m, "epk") }), ErrMalformed},
		"another kid":            {set("kid", "x"), ErrUnknownKey},
		"for another key":        {other, ErrUnknownKey},
		"encrypted key":          {swap(1, "AAAA"), ErrMalformed},
		"short iv":               {swap(2, "AAAA"), ErrMalformed},
		"short tag":              {swap(4, parts[4][:16]), ErrMalformed},
		"padded ciphertext":      {swap(3, parts[3]+"="), ErrMalformed},
		"four parts":             {strings.Join(parts[:4], "."), ErrMalformed},
		"six parts":              {token + ".", ErrMalformed},
		"too large":              {swap(3, strings.Repeat("A", MaxJWE)), ErrTooLarge},
		"apv not base64url":      {set("apv", "a+b"), ErrMalformed},
		"line end":               {token + "\n", ErrMalformed},
		"point off curve":        {set("epk", map[string]string{"kty": "EC", "crv": "P-256", "x": zero, "y": zero[:42] + "E"}), ErrDecrypt},
		"point at infinity":      {set("epk", map[string]string{"kty": "EC", "crv": "P-256", "x": zero, "y": zero}), ErrDecrypt},
		"other curve":            {set("epk", map[string]string{"kty": "EC", "crv": "P-384", "x": zero, "y": zero}), ErrDecrypt},
		"epk of another kind":    {set("epk", map[string]string{"kty": "OKP", "crv": "X25519", "x": zero}), ErrDecrypt},
		"epk null":               {set("epk", nil), ErrDecrypt},
		"epk text":               {set("epk", "x"), ErrDecrypt},
		"another epk":            {set("epk", testKey(t, ES256).Public()), ErrDecrypt},
		"apv changed":            {set("apv", "AAAA"), ErrDecrypt},
		"header changed":         {set("cty", "x"), ErrDecrypt},
		"iv changed":             {swap(2, strings.Repeat("A", 16)), ErrDecrypt},
		"tag changed":            {swap(4, strings.Repeat("A", 22)), ErrDecrypt},
		"ciphertext changed":     {swap(3, "AAAA"+parts[3][4:]), ErrDecrypt},
		"no ciphertext":          {swap(3, ""), ErrDecrypt},
		"private ephemeral key":  {set("epk", map[string]string{"kty": "EC", "crv": "P-256", "x": zero, "y": zero, "d": zero}), ErrDecrypt},
		"ephemeral key of chain": {set("epk", map[string]any{"kty": "EC", "crv": "P-256", "x": zero, "y": zero, "x5c": []string{"AAAA"}}), ErrDecrypt},
	} {
		_, err := DecryptJWEToken(key, test.token)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
			continue
		}
		// One text for all failed decryptions, with nothing wrapped beside it.
		if test.want == ErrDecrypt && err.Error() != "decrypting token: decryption failed" {
			t.Errorf("%s: the error tells more: %v", name, err)
		}
	}
	if _, err := DecryptJWEToken(testKey(t, ES256), token); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("a key for signing: %v", err)
	}
}

// Content that decrypts but is not {"data": string}.
func TestDecryptedContent(t *testing.T) {
	key := testKey(t, ECDHES)
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: key.public.ec, KeyID: key.public.id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{``, `null`, `{}`, `{"data":1}`, `{"data":"x","data":"y"}`, `{"data":"x","more":1}`, "{\"data\":\"\xff\"}"} {
		object, err := encrypter.Encrypt([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		token, err := object.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecryptJWEToken(key, token); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: got %v", content, err)
		}
	}
}

// A token that uses a key the sender knows, instead of agreeing on one.
func TestDirectKeyIsNotAccepted(t *testing.T) {
	key := testKey(t, ECDHES)
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	epk, _ := testKey(t, ES256).Public().MarshalJSON()
	header := encode(`{"alg":"ECDH-ES","enc":"A256GCM","kid":"` + key.public.id + `","epk":` + string(epk) + `}`)
	iv := make([]byte, gcm.NonceSize())
	rand.Read(iv)
	sealed := gcm.Seal(nil, iv, []byte(`{"data":"x"}`), []byte(header))
	cut := len(sealed) - gcm.Overhead()
	token := strings.Join([]string{header, "", encode(string(iv)), encode(string(sealed[:cut])), encode(string(sealed[cut:]))}, ".")
	if _, err := DecryptJWEToken(key, token); !errors.Is(err, ErrDecrypt) {
		t.Errorf("got %v", err)
	}
}

func TestIsPoint(t *testing.T) {
	zero := strings.Repeat("A", 43)
	good, err := testKey(t, ES256).Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if !isPoint(good) {
		t.Error("a point is refused")
	}
	for _, epk := range []string{
		`null`, `{}`, `[]`, `{"kty":"EC","crv":"P-256","x":"` + zero + `","y":"` + zero + `"}`,
		replaceOnce(t, string(good), `"P-256"`, `"P-384"`), replaceOnce(t, string(good), `"EC"`, `"OKP"`),
		replaceOnce(t, string(good), `{`, `{"d":"`+zero+`",`), replaceOnce(t, string(good), `{`, `{"x5c":[],`),
	} {
		if isPoint([]byte(epk)) {
			t.Errorf("%s is accepted", epk)
		}
	}
}
