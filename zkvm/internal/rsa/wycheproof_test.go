package rsa

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
)

// TestWycheproof compares verdicts with Wycheproof's on RSA signatures (github.com/C2SP/wycheproof). What it
// calls acceptable, a DigestInfo without NULL, is refused here.
func TestWycheproof(t *testing.T) {
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS is not set: no vectors beside testdata")
	}
	for _, bits := range Sizes {
		for pattern, message := range map[string]func(m Modulus, digest [32]byte, signature []byte) *big.Int{
			"rsa_signature_%d_sha256_test.json": func(m Modulus, digest [32]byte, _ []byte) *big.Int { return m.PKCS1Message(digest) },
			"rsa_pss_%d_sha256_mgf1_32_test.json": func(m Modulus, digest [32]byte, signature []byte) *big.Int {
				return m.PSSMessage(digest, m.Salt(signature))
			},
		} {
			b, err := os.ReadFile(filepath.Join(dir, "wycheproof", fmt.Sprintf(pattern, bits)))
			if err != nil {
				t.Fatal(err)
			}
			var file struct {
				TestGroups []struct {
					PublicKey struct{ Modulus, PublicExponent hexBytes }
					Tests     []struct {
						TcID     int
						Comment  string
						Msg, Sig hexBytes
						Result   string
					}
				}
			}
			if err := json.Unmarshal(b, &file); err != nil {
				t.Fatal(err)
			}
			valid, invalid := 0, 0
			for _, g := range file.TestGroups {
				if new(big.Int).SetBytes(g.PublicKey.PublicExponent).Cmp(big.NewInt(Exponent)) != 0 {
					continue
				}
				m, err := CheckModulus(new(big.Int).SetBytes(g.PublicKey.Modulus).Bytes())
				if err != nil {
					t.Fatal(err)
				}
				for _, test := range g.Tests {
					_, err := NewChain(m, test.Sig, message(m, sha256.Sum256(test.Msg), test.Sig))
					if (err == nil) != (test.Result == "valid") {
						t.Errorf(pattern+", test %d (%s): %v, want %s", bits, test.TcID, test.Comment, err, test.Result)
					}
					if err == nil {
						valid++
					} else {
						invalid++
					}
				}
			}
			if valid < 5 || invalid < 40 {
				t.Errorf(pattern+": %d valid, %d invalid", bits, valid, invalid)
			}
		}
	}
}
