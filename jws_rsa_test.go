package zkpass

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"testing"
)

// Every size there is, and signatures that other libraries take for good: another
// length, s + N, a salt of another length, the scheme of the other algorithm.
func TestLine15RSASignatures(t *testing.T) {
	for _, alg := range []Algorithm{RS256, PS256} {
		for _, bits := range rsaBits {
			if bits != 2048 && testing.Short() {
				continue
			}
			key, err := GenerateRSAKey(alg, bits, "")
			if err != nil {
				t.Fatal(err)
			}
			input := encode(`{"alg":"`+string(alg)+`"}`) + "." + encode(`{}`)
			digest := sha256.Sum256([]byte(input))
			check := func(name string, signature []byte, want error) {
				t.Helper()
				token := input + "." + base64.RawURLEncoding.EncodeToString(signature)
				if _, err := VerifyJWSToken(key.Public(), token); !errors.Is(err, want) {
					t.Errorf("%s, %d bits, %s: got %v, want %v", alg, bits, name, err, want)
				}
			}
			good, err := key.sign(digest[:])
			if err != nil {
				t.Fatal(err)
			}
			check("as signed", good, nil)
			check("a byte short", good[1:], ErrSignature)
			check("a zero more", append([]byte{0}, good...), map[bool]error{true: ErrTooLarge, false: ErrSignature}[bits == 4096])
			check("nothing", nil, ErrSignature)
			check("all zero", make([]byte, bits/8), ErrSignature)
			check("all ones", new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(bits)), big.NewInt(1)).Bytes(), ErrSignature)
			check("the modulus", key.Public().Modulus(), ErrSignature)
			// s + N is congruent to s; where it fits, it must be refused too.
			for range 64 {
				sum := new(big.Int).Add(new(big.Int).SetBytes(good), key.rsa.N)
				if sum.BitLen() <= bits {
					check("s + N", sum.FillBytes(make([]byte, bits/8)), ErrSignature)
					break
				}
				if alg == RS256 {
					break // there is one signature only
				}
				if good, err = key.sign(digest[:]); err != nil {
					t.Fatal(err)
				}
			}
			if alg == RS256 {
				other, err := key.As(PS256, "")
				if err != nil {
					t.Fatal(err)
				}
				pss, err := other.sign(digest[:])
				if err != nil {
					t.Fatal(err)
				}
				check("by PS256", pss, ErrSignature)
				continue
			}
			for _, salt := range []int{0, 20, 31, 33, 64} {
				signature, err := rsa.SignPSS(rand.Reader, key.rsa, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: salt})
				if err != nil {
					t.Fatal(err)
				}
				check("a salt of another length", signature, ErrSignature)
			}
			signature, err := rsa.SignPSS(rand.Reader, key.rsa, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: 32})
			if err != nil {
				t.Fatal(err)
			}
			check("a salt of 32 bytes", signature, nil)
		}
	}
}

// An RSA key is an algorithm and a modulus, wherever it is written down.
func TestPS256IsAnAlgorithmOfItsOwn(t *testing.T) {
	rs := testKey(t, RS256)
	ps, err := rs.As(PS256, rs.Public().ID())
	if err != nil {
		t.Fatal(err)
	}
	if rs.Public().Equal(ps.Public()) {
		t.Error("keys for RS256 and PS256 are equal")
	}
	a, _ := rs.Public().Option().MarshalJSON()
	b, _ := ps.Public().Option().MarshalJSON()
	if want := string(a[:len(a)-2]) + `,"alg":"PS256"}}`; string(b) != want {
		t.Errorf("key option %s, want %s", b, want)
	}
	for name, bad := range map[string]string{
		"RS256 said":      string(a[:len(a)-2]) + `,"alg":"RS256"}}`,
		"empty":           string(a[:len(a)-2]) + `,"alg":""}}`,
		"null":            string(a[:len(a)-2]) + `,"alg":null}}`,
		"HS256":           string(a[:len(a)-2]) + `,"alg":"HS256"}}`,
		"beside x and y":  `{"PublicKey":{"x":"123","y":"456","alg":"PS256"}}`,
		"ES256 for x, y":  `{"PublicKey":{"x":"123","y":"456","alg":"ES256"}}`,
		"another member":  string(a[:len(a)-2]) + `,"kid":"x"}}`,
		"at the endpoint": `{"KeysetEndpoint":{"jku":"https://op.example","kid":"k","alg":"PS256"}}`,
	} {
		var option KeyOption
		if err := option.UnmarshalJSON([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	dvr := newTestDVR(t)
	digests := make(map[string]bool)
	for _, option := range []KeyOption{rs.Public().Option(), ps.Public().Option()} {
		for tag, request := range dvr.Requests {
			request.VerifyingKey = option
			dvr.Requests[tag] = request
		}
		digests[dvr.Digest()] = true
		keys, err := dvr.ResolveKeys(t.Context(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if token := craft(t, rs, `{"alg":"RS256"}`, `{}`); (key.alg == RS256) != verifies(key, token) {
				t.Errorf("a token for RS256 under the key for %s", key.alg)
			}
			if token := craft(t, ps, `{"alg":"PS256"}`, `{}`); (key.alg == PS256) != verifies(key, token) {
				t.Errorf("a token for PS256 under the key for %s", key.alg)
			}
		}
	}
	if len(digests) != 2 {
		t.Error("the digest does not tell the algorithms apart")
	}
}

func verifies(key *PublicKey, token string) bool {
	_, err := VerifyJWSToken(key, token)
	return err == nil
}
