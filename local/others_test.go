package local_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/verify"
)

// idToken is what others sign here.
const idToken = `{"iss":"https://op.example","sub":"jane","aud":"shop-app","exp":4102444800,"given_name":"Jane"}`

// vectorKey is the RSA key of package zkvm's vectors.
func vectorKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("../zkvm/internal/rsa/testdata/rsa-%d.json", bits))
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ P, Q string }
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: big.NewInt(1), E: 65537}}
	phi := big.NewInt(1)
	for _, digits := range []string{v.P, v.Q} {
		p, ok := new(big.Int).SetString(digits, 16)
		if !ok {
			t.Fatal("a prime that is no number")
		}
		key.Primes = append(key.Primes, p)
		key.N.Mul(key.N, p)
		phi.Mul(phi, new(big.Int).Sub(p, big.NewInt(1)))
	}
	key.D = new(big.Int).ModInverse(big.NewInt(65537), phi)
	key.Precompute()
	return key
}

// proveAbout proves and verifies a query about a token of an issuer with a key.
func proveAbout(t *testing.T, token string, key *zkpass.PublicKey) (string, error) {
	t.Helper()
	const query = `{"and":[{"==":[{"dvar":"aud"},"shop-app"]},{"<":[{"now":[]},{"dvar":"exp"}]},{"==":[{"dvar":"given_name"},"Jane"]}]}`
	verifier := newKey(t, zkpass.ES256)
	dvr, err := verify.NewDVR("T", query, map[string]zkpass.UserDataRequest{"": {VerifyingKey: key.Option(), Format: zkpass.FormatJWT}}, verifier.Public())
	if err != nil {
		t.Fatal(err)
	}
	request, err := zkpass.SignDVR(dvr, zkpass.Claims{}, verifier)
	if err != nil {
		t.Fatal(err)
	}
	made, err := local.Prove(context.Background(), request, map[string]string{"": token}, local.Options{})
	if err != nil {
		return "", err
	}
	outcome, err := verify.Verify(context.Background(), made.Token, request, verify.Options{AllowLocal: true})
	if err != nil {
		t.Fatal(err)
	}
	return string(outcome.Outputs), nil
}

// forRSA runs a test for RS256 and PS256 with keys of each size.
func forRSA(t *testing.T, test func(t *testing.T, alg zkpass.Algorithm, key *rsa.PrivateKey, public *zkpass.PublicKey)) {
	for _, bits := range []int{2048, 3072, 4096} {
		if testing.Short() && bits > 2048 {
			break
		}
		for _, alg := range []zkpass.Algorithm{zkpass.RS256, zkpass.PS256} {
			t.Run(fmt.Sprint(alg, "-", bits), func(t *testing.T) {
				key := vectorKey(t, bits)
				public, err := zkpass.NewPublicKey(&key.PublicKey, alg, "k")
				if err != nil {
					t.Fatal(err)
				}
				test(t, alg, key, public)
			})
		}
	}
}

// TestTokensOfGoJose proves about tokens that go-jose has signed.
func TestTokensOfGoJose(t *testing.T) {
	forRSA(t, func(t *testing.T, alg zkpass.Algorithm, key *rsa.PrivateKey, public *zkpass.PublicKey) {
		signer, err := jose.NewSigner(jose.SigningKey{
			Algorithm: jose.SignatureAlgorithm(alg), Key: jose.JSONWebKey{Key: key, KeyID: "k"},
		}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		made, err := signer.Sign([]byte(idToken))
		if err != nil {
			t.Fatal(err)
		}
		token, err := made.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		if outputs, err := proveAbout(t, token, public); err != nil || outputs != `{"result":true}` {
			t.Errorf("outputs %s, %v", outputs, err)
		}
	})
}

// TestTokensOfOpenSSL proves about tokens that the command openssl has signed.
func TestTokensOfOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl in PATH")
	}
	forRSA(t, func(t *testing.T, alg zkpass.Algorithm, key *rsa.PrivateKey, public *zkpass.PublicKey) {
		token := opensslToken(t, alg, key, "32")
		if outputs, err := proveAbout(t, token, public); err != nil || outputs != `{"result":true}` {
			t.Errorf("outputs %s, %v", outputs, err)
		}
		if alg != zkpass.PS256 {
			return
		}
		// RFC 7518, section 3.5: the salt is as long as the hash.
		for _, salt := range []string{"0", "20", "31", "33", "64"} {
			if _, err := proveAbout(t, opensslToken(t, alg, key, salt), public); !errors.Is(err, zkpass.ErrSignature) {
				t.Errorf("a salt of %s bytes: %v", salt, err)
			}
		}
	})
}

func opensslToken(t *testing.T, alg zkpass.Algorithm, key *rsa.PrivateKey, salt string) string {
	t.Helper()
	dir := t.TempDir()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	input := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"`+string(alg)+`","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(idToken))
	for name, content := range map[string][]byte{
		"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), "input": []byte(input),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"dgst", "-sha256", "-sign", "key.pem"}
	if alg == zkpass.PS256 {
		args = append(args, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:"+salt)
	}
	command := exec.Command("openssl", append(args, "input")...)
	command.Dir = dir
	signature, err := command.Output()
	if err != nil {
		t.Fatalf("openssl: %v", err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}
