package zkpass

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func pemText(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func certificate(t *testing.T, key *PrivateKey) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "issuer"}, NotAfter: time.Unix(1, 0)}
	var private, public any = key.rsa, key.public.rsa
	if key.ec != nil {
		private, public = key.ec, key.public.ec
	}
	return must(x509.CreateCertificate(rand.Reader, template, template, public, private))(t)
}

// Keys as OpenSSL and others write them.
func TestPEMKinds(t *testing.T) {
	ec, rs := testKey(t, ES256), testKey(t, RS256)
	sec1 := pemText(pemECPrivate, must(x509.MarshalECPrivateKey(ec.ec))(t))
	pkcs1 := pemText(pemRSAPrivate, x509.MarshalPKCS1PrivateKey(rs.rsa))
	parameters := pemText("EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7})
	pkcs8 := must(ec.PEM())(t)
	ecCertificate, rsCertificate := pemText(pemCertificate, certificate(t, ec)), pemText(pemCertificate, certificate(t, rs))
	crlf := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, test := range map[string]struct {
		text []byte
		want *PrivateKey
	}{
		"SEC 1": {sec1, ec}, "after parameters": {join(parameters, sec1), ec}, "PKCS #1": {pkcs1, rs}, "CRLF": {crlf(sec1), ec},
		"a byte order mark": {join([]byte("\ufeff"), pkcs8), ec}, "with its certificate": {join(ecCertificate, pkcs8), ec},
		"with a comment": {join([]byte("Bag Attributes\n    friendlyName: x\n"), pkcs8), ec},
	} {
		got, err := ParsePrivateKey(test.text)
		if err != nil || !got.Public().Equal(test.want.Public()) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParsePublicKey(test.text); !errors.Is(err, ErrExposed) {
			t.Errorf("%s as a public key: %v", name, err)
		}
	}
	for name, test := range map[string]struct {
		text []byte
		want *PrivateKey
	}{
		"certificate": {ecCertificate, ec}, "RSA certificate": {rsCertificate, rs}, "chain": {join(ecCertificate, rsCertificate), ec},
		"PKCS #1": {pemText(pemRSAPublic, x509.MarshalPKCS1PublicKey(rs.public.rsa)), rs}, "SPKI": {must(rs.Public().PEM())(t), rs},
		"CRLF": {crlf(must(ec.Public().PEM())(t)), ec}, "beside a certificate": {join(rsCertificate, must(ec.Public().PEM())(t)), ec},
	} {
		if got, err := ParsePublicKey(test.text); err != nil || !got.Equal(test.want.Public()) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParsePrivateKey(test.text); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s as a private key: %v", name, err)
		}
	}
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))(t)
	for name, test := range map[string]struct {
		text []byte
		says string
	}{
		"encrypted":       {pemText(pemEncrypted, []byte{0}), "openssl pkey"},
		"encrypted, old":  {[]byte("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n"), "openssl pkey"},
		"OpenSSH":         {pemText(pemOpenSSH, []byte{0}), "ssh-keygen"},
		"P-384":           {pemText(pemECPrivate, must(x509.MarshalECPrivateKey(p384))(t)), "P-256"},
		"DSA":             {pemText("DSA PRIVATE KEY", []byte{0}), "DSA PRIVATE KEY"},
		"two keys":        {join(pkcs8, sec1), "several"},
		"parameters only": {parameters, "no key"},
		"cut off":         {pkcs8[:len(pkcs8)-20], "cut off"},
		"damaged":         {pemText(pemPrivate, []byte{0}), "does not hold"},
		"a certificate":   {ecCertificate, "CERTIFICATE"},
	} {
		if _, err := ParsePrivateKey(test.text); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want something about %s", name, err, test.says)
		}
	}
}

// What the hints say works, with the tools that they name.
func TestPEMHintsWork(t *testing.T) {
	dir := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s here", name)
		}
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v: %s", name, args, err, out)
		}
	}
	run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", "sec1.pem")
	run("openssl", "ec", "-in", "sec1.pem", "-aes256", "-passout", "pass:secret", "-out", "old.pem")
	run("openssl", "pkcs8", "-topk8", "-in", "sec1.pem", "-passout", "pass:secret", "-out", "new.pem")
	want := must(ReadPrivateKey(secured(t, dir, "sec1.pem")))(t)
	for _, name := range []string{"old.pem", "new.pem"} {
		if _, err := ReadPrivateKey(secured(t, dir, name)); err == nil || !strings.Contains(err.Error(), "openssl pkey -in FILE -out NEW.pem") {
			t.Errorf("%s: %v", name, err)
		}
		run("openssl", "pkey", "-in", name, "-passin", "pass:secret", "-out", "plain-"+name)
		if got, err := ReadPrivateKey(secured(t, dir, "plain-"+name)); err != nil || !got.Public().Equal(want.Public()) {
			t.Errorf("%s without its password: %v", name, err)
		}
	}
	run("ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", "ssh")
	if _, err := ReadPrivateKey(secured(t, dir, "ssh")); err == nil || !strings.Contains(err.Error(), "ssh-keygen -p -m PKCS8 -f FILE") {
		t.Errorf("OpenSSH: %v", err)
	}
	run("ssh-keygen", "-q", "-p", "-m", "PKCS8", "-N", "", "-f", "ssh")
	if _, err := ReadPrivateKey(secured(t, dir, "ssh")); err != nil {
		t.Errorf("OpenSSH as PKCS #8: %v", err)
	}
}

func secured(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A public key in place of a private one is named, whatever the mode of the file.
func TestReadPrivateKeyOfPublicFile(t *testing.T) {
	key := testKey(t, ES256).Public()
	set := must(NewKeySet(key))(t)
	for name, text := range map[string][]byte{
		"key.jwk": []byte(mustText(t, key)), "key.pem": must(key.PEM())(t), "jwks.json": must(set.MarshalJSON())(t),
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPrivateKey(path); !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), "public keys") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
