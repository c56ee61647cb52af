package zkpass

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wycheproof reads a file of C2SP's Wycheproof, which is not part of this repository.
func wycheproof[G any](t *testing.T, name string) []G {
	t.Helper()
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS does not name the folder with Wycheproof's vectors")
	}
	text, err := os.ReadFile(filepath.Join(dir, "wycheproof", name))
	if err != nil {
		t.Skip(err)
	}
	var file struct{ TestGroups []G }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.TestGroups
}

// wycheproofCase is one vector; which members there are depends on the file.
type wycheproofCase struct {
	TcID            int
	Comment         string
	Result          string
	Msg, Sig        string          // hexadecimal
	JWS, JWE        json.RawMessage // a string, or an object in the JSON form
	Pt              string          // hexadecimal
	Public, Private json.RawMessage
	Shared          string // hexadecimal
}

// Signatures of the three algorithms under keys as JWK and as PEM.
func TestWycheproofSignatures(t *testing.T) {
	type group struct {
		PublicKeyPEM         string `json:"publicKeyPem"`
		PublicKeyJWK, KeyJWK json.RawMessage
		Tests                []wycheproofCase
	}
	for name, want := range map[string]struct {
		alg            Algorithm
		valid, refused int // refused counts the keys that are, with their vectors
	}{
		"ecdsa_secp256r1_sha256_p1363_test.json": {ES256, 173, 0},
		"rsa_signature_2048_sha256_test.json":    {RS256, 7, 2},
		"rsa_signature_3072_sha256_test.json":    {RS256, 7, 1},
		"rsa_signature_4096_sha256_test.json":    {RS256, 7, 0},
		"rsa_pss_2048_sha256_mgf1_32_test.json":  {PS256, 63, 0},
		"rsa_pss_3072_sha256_mgf1_32_test.json":  {PS256, 63, 0},
		"rsa_pss_4096_sha256_mgf1_32_test.json":  {PS256, 63, 0},
	} {
		t.Run(name, func(t *testing.T) {
			valid, refused := 0, 0
			for _, g := range wycheproof[group](t, name) {
				key, err := ParsePublicKey([]byte(g.PublicKeyPEM))
				if err != nil {
					if !errors.Is(err, ErrAlgorithm) {
						t.Errorf("a key: %v", err)
					}
					refused += len(g.Tests)
					continue
				}
				if want.alg == PS256 {
					if key, err = NewPublicKey(key.rsa, PS256, ""); err != nil {
						t.Fatal(err)
					}
				}
				for _, text := range []json.RawMessage{g.PublicKeyJWK, g.KeyJWK} {
					if len(text) == 0 {
						continue
					}
					jwk, err := ParsePublicKey(text)
					if err != nil || !jwk.Equal(key) {
						t.Errorf("the JWK of a key is not its PEM: %v", err)
					}
				}
				for _, c := range g.Tests {
					msg, sig := unhex(t, c.Msg), unhex(t, c.Sig)
					digest := sha256.Sum256(msg)
					holds := key.verify(digest[:], sig)
					// "acceptable" is an encoding that lacks NULL; it is refused.
					if holds != (c.Result == "valid") {
						t.Errorf("%d, %s: %s, got %v", c.TcID, c.Comment, c.Result, holds)
					}
					if holds {
						valid++
					}
				}
			}
			if valid != want.valid || refused != want.refused {
				t.Errorf("%d valid ones accepted, %d with keys that are refused; want %d and %d", valid, refused, want.valid, want.refused)
			}
		})
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Whole tokens under whole key sets, as an issuer publishes them.
func TestWycheproofTokens(t *testing.T) {
	type group struct {
		Comment         string
		Public, Private json.RawMessage
		Tests           []wycheproofCase
	}
	for name, want := range map[string]int{
		"json_web_signature_test.json": 16, "json_web_key_test.json": 1, "json_web_crypto_test.json": 2,
	} {
		t.Run(name, func(t *testing.T) {
			valid := 0
			for _, g := range wycheproof[group](t, name) {
				keys := g.Public
				if len(keys) == 0 {
					keys = g.Private // symmetric keys have no public half
				}
				if !strings.Contains(string(keys), `"keys"`) {
					keys = json.RawMessage(`{"keys":[` + string(keys) + `]}`)
				}
				set, setErr := ParseKeySet(keys)
				for _, c := range g.Tests {
					if len(c.JWS) == 0 {
						continue
					}
					err := setErr
					var token *JWS
					var key *PublicKey
					if err == nil {
						token, err = ParseUserDataToken(string(keyOf(t, c.JWS)))
					}
					if err == nil {
						key, err = set.Key(token.Header.KeyID, token.Header.Algorithm)
					}
					if err == nil {
						err = token.Verify(key)
					}
					if err == nil && c.Result != "valid" {
						t.Errorf("%d, %s, %s: accepted", c.TcID, g.Comment, c.Comment)
					}
					if err == nil {
						valid++
						continue
					}
					if c.Result == "valid" && ours(g.Public) && !errors.Is(err, ErrAlgorithm) {
						t.Errorf("%d, %s, %s: %v", c.TcID, g.Comment, c.Comment, err)
					}
				}
			}
			if valid != want {
				t.Errorf("%d valid ones accepted, want %d", valid, want)
			}
		})
	}
}

// ours reports whether a published key is one that zkPass verifies with.
func ours(public json.RawMessage) bool {
	set, err := ParseKeySet([]byte(`{"keys":[` + string(public) + `]}`))
	return err == nil && len(set.Keys()) == 1 && set.Keys()[0].Algorithm() != ECDHES
}

// Encrypted tokens: nothing that is not valid is decrypted. The valid ones are for
// other algorithms, or name no key or hold other content than zkPass encrypts.
func TestWycheproofEncryption(t *testing.T) {
	type group struct {
		Comment string
		Private json.RawMessage
		Tests   []wycheproofCase
	}
	refused := 0
	for _, name := range []string{"json_web_encryption_test.json", "json_web_crypto_test.json"} {
		for _, g := range wycheproof[group](t, name) {
			key, err := ParsePrivateKey(g.Private)
			if err != nil {
				// A P-256 key with another way to wrap keys is good to attack with.
				var jwk map[string]any
				if json.Unmarshal(g.Private, &jwk) != nil || jwk["crv"] != "P-256" {
					continue
				}
				jwk["alg"] = string(ECDHES)
				text, err := json.Marshal(jwk)
				if err != nil {
					t.Fatal(err)
				}
				if key, err = ParsePrivateKey(text); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range g.Tests {
				if len(c.JWE) == 0 {
					continue
				}
				if _, err := DecryptJWEToken(key, string(keyOf(t, c.JWE))); err == nil {
					t.Errorf("%s %d, %s: decrypted", name, c.TcID, c.Comment)
				}
				refused++
			}
		}
	}
	if refused == 0 {
		t.Error("no vector was tried")
	}
	t.Logf("%d tried", refused)
}

// Keys on P-256 as JWK and PEM; what is read must be the key that is meant.
func TestWycheproofECDH(t *testing.T) {
	type group struct{ Tests []wycheproofCase }
	for name, want := range map[string]int{"ecdh_secp256r1_webcrypto_test.json": 330, "ecdh_secp256r1_pem_test.json": 330} {
		t.Run(name, func(t *testing.T) {
			valid, invalid, odd := 0, 0, 0
			for _, g := range wycheproof[group](t, name) {
				for _, c := range g.Tests {
					publicText, privateText := keyOf(t, c.Public), keyOf(t, c.Private)
					public, err := ParsePublicKey(publicText)
					private, privateErr := ParsePrivateKey(privateText)
					if c.Result == "valid" && (err != nil || privateErr != nil) {
						t.Errorf("%d, %s: %v, %v", c.TcID, c.Comment, err, privateErr)
						continue
					}
					if err != nil || privateErr != nil {
						continue
					}
					shared := agree(t, private, public)
					switch {
					case c.Result == "invalid":
						t.Errorf("%d, %s: read", c.TcID, c.Comment)
						invalid++
					case hex.EncodeToString(shared) != c.Shared:
						t.Errorf("%d, %s: another secret", c.TcID, c.Comment)
					case c.Result == "valid":
						valid++
					default:
						odd++
					}
				}
			}
			if valid != want {
				t.Errorf("%d valid ones read, want %d", valid, want)
			}
			t.Logf("%d valid, %d invalid, %d odd ones read", valid, invalid, odd)
		})
	}
}

// keyOf returns the text of a member that may be a string or an object.
func keyOf(t *testing.T, raw json.RawMessage) []byte {
	t.Helper()
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	return raw
}

func agree(t *testing.T, private *PrivateKey, public *PublicKey) []byte {
	t.Helper()
	var a *ecdh.PrivateKey
	var b *ecdh.PublicKey
	a, err := private.ec.ECDH()
	if err != nil {
		t.Fatal(err)
	}
	if b, err = public.ec.ECDH(); err != nil {
		t.Fatal(err)
	}
	shared, err := a.ECDH(b)
	if err != nil {
		t.Fatal(err)
	}
	return shared
}
