package attest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

// fixedKey makes a public key of a small secret.
func fixedKey(t *testing.T, secret byte, alg zkpass.Algorithm, id string) *zkpass.PublicKey {
	t.Helper()
	raw := make([]byte, 32)
	raw[31] = secret
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		t.Fatal(err)
	}
	public, err := zkpass.NewPublicKey(key.Public(), alg, id)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// The encoding, put together by hand: services and apps of other versions must come
// to the same value.
func TestReportData(t *testing.T) {
	sig, enc := fixedKey(t, 1, zkpass.ES256, "s"), fixedKey(t, 2, zkpass.ECDHES, "e")
	nonce := bytes.Repeat([]byte{7}, 16)
	var input []byte
	input = append(input, "\x00\x15zkpass attestation v1"...)
	input = append(append(input, "\x00\x10"...), nonce...)
	input = append(input, "\x00\x02"...)
	input = append(input, "\x00\x05ES256\x00\x01s\x00\x2b"+sig.Thumbprint()...)
	input = append(input, "\x00\x07ECDH-ES\x00\x01e\x00\x2b"+enc.Thumbprint()...)
	for _, keys := range []*zkpass.KeySet{keySet(t, sig, enc), keySet(t, enc, sig)} {
		got, err := attest.ReportData(nonce, keys)
		if err != nil {
			t.Fatal(err)
		}
		if want := sha512.Sum512(input); got != want {
			t.Errorf("got  %x\nwant %x", got, want)
		}
	}
	const golden = "5b949b3c569056d41279ce223a7e767abd15d7249076c8aa1c39030b65cb9f2db2ce482bf5810a995b80c5a86e0ba191ea0eba1ecc1dcef87c82fff7bd4cd3bf"
	if got := sha512.Sum512(input); hex.EncodeToString(got[:]) != golden {
		t.Errorf("the value itself has changed: %x", got)
	}
}

func TestReportDataRefuses(t *testing.T) {
	keys := newKeys(t)
	for _, size := range []int{0, 15, 65} {
		if _, err := attest.ReportData(make([]byte, size), keys); !errors.Is(err, zkpass.ErrMalformed) {
			t.Errorf("a nonce of %d bytes: %v", size, err)
		}
	}
	for _, size := range []int{16, 64} {
		if _, err := attest.ReportData(make([]byte, size), keys); err != nil {
			t.Errorf("a nonce of %d bytes: %v", size, err)
		}
	}
	for name, set := range map[string]*zkpass.KeySet{"nil": nil, "empty": keySet(t), "nothing to encrypt to": keySet(t, keys.Keys()[0])} {
		if _, err := attest.ReportData(testNonce(1), set); !errors.Is(err, attest.ErrKeys) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
