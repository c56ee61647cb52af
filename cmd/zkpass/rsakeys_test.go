package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rsaKeyOf makes a key that no proof is about: its exponent is any prime.
func rsaKeyOf(t *testing.T, bits int, exponent int64) *rsa.PrivateKey {
	t.Helper()
	e, one := big.NewInt(exponent), big.NewInt(1)
	for {
		p, err := rand.Prime(rand.Reader, bits/2)
		if err != nil {
			t.Fatal(err)
		}
		q, err := rand.Prime(rand.Reader, bits-bits/2)
		if err != nil {
			t.Fatal(err)
		}
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		n := new(big.Int).Mul(p, q)
		if d == nil || n.BitLen() != bits {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: int(exponent)}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		return key
	}
}

// TestRSAKeysThatCannotBeProvenWith: sizes and exponents that the circuits are not for
// are refused before anything is signed or asked, by a message that says what will do.
func TestRSAKeysThatCannotBeProvenWith(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	command := func(args ...string) (status int, stdout, stderr string) {
		var out, errs bytes.Buffer
		status = run(context.Background(), args, &out, &errs)
		return status, out.String(), errs.String()
	}
	data, query := write("data.json", `{"a":1}`), write("query.json", `{"==":[{"dvar":"a"},1]}`)
	verifier := filepath.Join(dir, "verifier.jwk")
	if status, _, text := command("keygen", "--out", verifier); status != 0 {
		t.Fatal(text)
	}
	create := func(issuer string, more ...string) (int, string, string) {
		return command(append([]string{"dvr", "create", "--key", verifier, "--title", "T", "--query", query, "--issuer", issuer}, more...)...)
	}
	sets := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, sets[r.URL.Path]) }))
	defer server.Close()

	for name, test := range map[string]struct {
		bits     int
		exponent int64
		says     string
	}{
		"1024 bits":         {1024, 65537, "want an RSA key of 2048, 3072 or 4096 bits, not of 1024"},
		"2047 bits":         {2047, 65537, "want an RSA key of 2048, 3072 or 4096 bits, not of 2047"},
		"2056 bits":         {2056, 65537, "want an RSA key of 2048, 3072 or 4096 bits, not of 2056"},
		"exponent 3":        {2048, 3, "want an RSA key with exponent 65537"},
		"exponent 17":       {2048, 17, "want an RSA key with exponent 65537"},
		"a larger exponent": {2048, 65539, "want an RSA key with exponent 65537"},
	} {
		t.Run(name, func(t *testing.T) {
			key := rsaKeyOf(t, test.bits, test.exponent)
			refused := func(what string, status int, stdout, stderr string) {
				t.Helper()
				if status == 0 || stdout != "" || !strings.Contains(stderr, test.says) {
					t.Errorf("%s: status %d, %s%s", what, status, stdout, stderr)
				}
			}
			der, err := x509.MarshalPKCS8PrivateKey(key)
			if err != nil {
				t.Fatal(err)
			}
			private := write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
			status, stdout, stderr := command("issue", "--key", private, data)
			refused("issue", status, stdout, stderr)

			e := big.NewInt(test.exponent)
			jwk := fmt.Sprintf(`{"kty":"RSA","alg":"RS256","use":"sig","kid":"k","n":%q,"e":%q}`,
				base64.RawURLEncoding.EncodeToString(key.N.Bytes()), base64.RawURLEncoding.EncodeToString(e.Bytes()))
			set := `{"keys":[` + jwk + `]}`
			status, stdout, stderr = create(write("jwks.json", set))
			refused("dvr create with a file", status, stdout, stderr)
			sets["/jwks"] = set
			for _, location := range []string{server.URL + "/jwks", server.URL + "/jwks#k"} {
				status, stdout, stderr = create(location)
				refused("dvr create with "+location, status, stdout, stderr)
			}
			if status, stdout, stderr = create(server.URL+"/jwks#k", "--offline"); status != 0 || stdout == "" {
				t.Errorf("dvr create --offline fetches nothing, and says %s", stderr)
			}
			public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			status, stdout, stderr = create(write("public.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))))
			refused("dvr create with PEM", status, stdout, stderr)
		})
	}
}
