package zkpass

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzParseUserDataToken(f *testing.F) {
	key := testKey(f, ES256)
	token, err := SignDataToJWSToken(key, []byte(`{"a":1}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add(craft(f, key, `{"alg":"ES256","jwk":{}}`, ``))
	f.Add("e30.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseUserDataToken(text)
		if err != nil {
			return
		}
		again := got.Protected + "." + got.PayloadText + "." + encode(string(got.Signature))
		if again != text || encode(string(got.Payload)) != got.PayloadText || encode(string(got.HeaderJSON)) != got.Protected {
			t.Errorf("the parts of %q make another text", text)
		}
		if got.Verify(key.Public()) == nil && got.Header.Algorithm != ES256 {
			t.Error("a token of another algorithm verifies")
		}
	})
}

func FuzzParseHeader(f *testing.F) {
	f.Add(`{"alg":"ES256","kid":"k","jku":"https://op.example"}`)
	f.Add(`{"alg":"RS256","jwk":{"kty":"EC"},"x5c":[]}`)
	f.Add(`{"alg":"ES256","crit":["b64"],"b64":false}`)
	f.Fuzz(func(t *testing.T, text string) {
		header, err := ParseHeader(encode(text))
		if err != nil {
			return
		}
		var members map[string]any
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			t.Fatalf("%q is no header: %v", text, err)
		}
		if members["alg"] != string(header.Algorithm) || header.Algorithm != ES256 && header.Algorithm != RS256 {
			t.Errorf("%q: algorithm %s", text, header.Algorithm)
		}
		if members["crit"] != nil || members["b64"] != nil {
			t.Errorf("%q is accepted", text)
		}
	})
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add([]byte(rfcEC))
	f.Add([]byte(rfcRSA))
	text, _ := testKey(f, ES256).Public().PEM()
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := ParsePublicKey(text)
		if err != nil {
			return
		}
		jwk, err := json.Marshal(key)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParsePublicKey(jwk)
		if err != nil || !back.Equal(key) || back.ID() != key.ID() {
			t.Errorf("%s does not come back: %v", jwk, err)
		}
	})
}

func FuzzParsePrivateKey(f *testing.F) {
	for _, alg := range []Algorithm{ES256, ECDHES} {
		key := testKey(f, alg)
		jwk, _ := key.JWK()
		f.Add(jwk)
		text, _ := key.PEM()
		f.Add(text)
	}
	digest := make([]byte, 32)
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := ParsePrivateKey(text)
		if err != nil || key.Public().Algorithm() == ECDHES {
			return
		}
		signature, err := key.sign(digest)
		if err != nil || !key.Public().verify(digest, signature) {
			t.Errorf("a key that does not verify what it signs: %v", err)
		}
	})
}

func FuzzParseKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[` + rfcEC + `,` + rfcRSA + `]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","kid":"x"},{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := ParseKeySet(text)
		if err != nil {
			return
		}
		for _, key := range set.Keys() {
			if got, err := set.Key(key.ID(), key.Algorithm()); err != nil || got != key {
				t.Errorf("key %q is not found: %v", key.ID(), err)
			}
		}
	})
}

func FuzzKeyOption(f *testing.F) {
	f.Add([]byte(`{"PublicKey":{"x":"123","y":"456"}}`))
	f.Add([]byte(`{"PublicKey":{"n":"123","e":"AQAB"}}`))
	f.Add([]byte(`{"KeysetEndpoint":{"jku":"https://op.example","kid":"k"}}`))
	text, _ := json.Marshal(testKey(f, ES256).Public().Option())
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var option KeyOption
		if option.UnmarshalJSON(text) != nil {
			return
		}
		back, err := option.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var again KeyOption
		if err := again.UnmarshalJSON(back); err != nil {
			t.Fatalf("%s: %v", back, err)
		}
		key, err := option.Resolve(context.Background(), nil, "")
		if err == nil && !key.Equal(key) {
			t.Error("a key that is not equal to itself")
		}
	})
}

func FuzzDVR(f *testing.F) {
	f.Add([]byte(plainDVR))
	for _, dvr := range vectorDVRs() {
		text, _ := dvr.MarshalJSON()
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var dvr, again DVR
		if dvr.UnmarshalJSON(text) != nil {
			return
		}
		back, err := dvr.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalJSON(back); err != nil {
			if len(back) > MaxDVRToken {
				return
			}
			t.Fatalf("%s: %v", back, err)
		}
		if dvr.Digest() != again.Digest() {
			t.Errorf("another digest after %s", back)
		}
		if canonical := dvr.append(nil, true); !json.Valid(canonical) || !utf8.Valid(canonical) {
			t.Errorf("the digest covers no JSON: %s", canonical)
		}
		if dvr.Validate() == nil && dvr.ZKVM != LibZK {
			t.Error("another zkVM is valid")
		}
	})
}

// FuzzDVRToken fuzzes what is signed, as a verifier may sign anything.
func FuzzDVRToken(f *testing.F) {
	key := testKey(f, ES256)
	f.Add(`{"alg":"ES256"}`, `{"data":`+plainDVR+`}`)
	f.Add(`{"alg":"ES256","kid":"k"}`, `{"iat":1,"exp":2,"iss":"https://v.example","response_uri":"https://v.example/p","data":`+plainDVR+`}`)
	f.Fuzz(func(t *testing.T, header, payload string) {
		got, err := ParseDVRToken(encode(header) + "." + encode(payload) + ".AAAA")
		if err != nil {
			return
		}
		_ = got.CheckTime(time.Unix(0, 0))
		if got.Verify(key.Public()) == nil {
			t.Error("a signature of three bytes verifies")
		}
		if c := got.Claims; c.ResponseURI != "" {
			a, _ := Origin(c.Issuer)
			b, err := Origin(c.ResponseURI)
			if err != nil || a != b {
				t.Errorf("the proof may go to %s, the issuer is %s", c.ResponseURI, c.Issuer)
			}
		}
	})
}

func FuzzParseProofToken(f *testing.F) {
	proof := newTestProof(f, newTestDVR(f))
	bare, err := MarshalLocalProof(proof)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := SignProof(proof, testKey(f, ES256))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(bare))
	f.Add(signed)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseProofToken(text)
		if err != nil {
			return
		}
		back, err := MarshalLocalProof(&got.Proof)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseProofToken(string(back))
		if err != nil {
			t.Fatalf("%s: %v", back, err)
		}
		if !bytes.Equal(again.Proof.ZKProof, got.Proof.ZKProof) || again.Proof.Output != got.Proof.Output {
			t.Error("another proof came back")
		}
	})
}

func FuzzDecryptJWEToken(f *testing.F) {
	key := testKey(f, ECDHES)
	token, err := EncryptDataToJWEToken(key.Public(), "data")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Fuzz(func(t *testing.T, text string) {
		if data, err := DecryptJWEToken(key, text); err == nil && text != token {
			t.Errorf("%q decrypts to %q", text, data)
		}
		_, _ = JWEKeyID(text)
	})
}

func FuzzParseJWEHeader(f *testing.F) {
	epk, _ := testKey(f, ES256).Public().MarshalJSON()
	f.Add(`{"alg":"ECDH-ES","enc":"A256GCM","kid":"k","epk":` + string(epk) + `}`)
	f.Add(`{"alg":"ECDH-ES","enc":"A256GCM","kid":"k","zip":"DEF","epk":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseJWEHeader(encode(text)); err != nil {
			return
		}
		var members map[string]any
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			t.Fatal(err)
		}
		if _, ok := members["zip"]; ok || members["enc"] != "A256GCM" {
			t.Errorf("%s is accepted", text)
		}
	})
}

func FuzzParseUserData(f *testing.F) {
	f.Add(`{"":"a.b.c"}`)
	f.Add(`{"a":"x","b":"y"}`)
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := ParseUserData(text)
		if err != nil {
			return
		}
		back, err := MarshalUserData(tokens)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseUserData(back); err != nil || len(again) != len(tokens) {
			t.Errorf("%s: %v", back, err)
		}
	})
}

// FuzzCheckJSON holds the strict reader against encoding/json.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"\ud83d\ude00",{"b":null}]}`, `{"a":1,"\u0061":2}`, `"\ud800"`, `[[[]]]`, "\ufeff1", `1 2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if checkJSON(text) != nil {
			return
		}
		if !json.Valid(text) || !utf8.Valid(text) {
			t.Fatalf("%q is accepted", text)
		}
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Skip() // a number that does not fit
		}
		// With unique names and whole surrogate pairs, nothing is lost in a value
		// and so a second reading gives the same value.
		back, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkJSON(back); err != nil {
			t.Errorf("%s, from %s: %v", back, text, err)
		}
		if bytes.Contains(back, []byte("\ufffd")) && !bytes.Contains(text, []byte("\ufffd")) && !bytes.Contains(bytes.ToLower(text), []byte(`\ufffd`)) {
			t.Errorf("%q lost a character", text)
		}
	})
}
