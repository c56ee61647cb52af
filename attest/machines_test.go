package attest_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/attest/attesttest"
)

// testTime is when all that is made here is valid.
var testTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// machine makes reports of a platform, signed by keys of its own.
type machine interface {
	platform() attest.Platform
	// report signs data and nonce, in debug mode or not.
	report(t testing.TB, data [64]byte, nonce []byte, debug bool) []byte
	// policy trusts what report makes.
	policy() attest.Policy
	// measured returns the offset of a byte of the measurement in a report.
	measured(t *testing.T, report []byte) int
}

// machines returns one of each platform.
func machines(t *testing.T) []machine {
	t.Helper()
	return []machine{newSNP(t), newTDX(t), newNitro(t)}
}

// evidenceOf makes evidence as a service does.
func evidenceOf(t *testing.T, m machine, nonce []byte, keys *zkpass.KeySet, debug bool) []byte {
	t.Helper()
	data, err := attest.ReportData(nonce, keys)
	if err != nil {
		t.Fatal(err)
	}
	return wrap(t, m.platform(), nonce, keys, m.report(t, data, nonce, debug))
}

func wrap(t testing.TB, platform attest.Platform, nonce []byte, keys *zkpass.KeySet, report []byte) []byte {
	t.Helper()
	evidence, err := attest.NewEvidence(platform, nonce, keys, report)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(evidence)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parse(t *testing.T, text []byte) *attest.Evidence {
	t.Helper()
	e, err := attest.ParseEvidence(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// newKeys makes the key set of a service: one key to sign, one to encrypt to.
func newKeys(t testing.TB) *zkpass.KeySet {
	t.Helper()
	var public []*zkpass.PublicKey
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.ECDHES} {
		key, err := zkpass.GenerateKey(alg, "")
		if err != nil {
			t.Fatal(err)
		}
		public = append(public, key.Public())
	}
	return keySet(t, public...)
}

func keySet(t testing.TB, keys ...*zkpass.PublicKey) *zkpass.KeySet {
	t.Helper()
	set, err := zkpass.NewKeySet(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// testNonce returns a nonce that is different for each n.
func testNonce(n byte) []byte {
	nonce := make([]byte, 32)
	nonce[0] = n
	return nonce
}

// nitroMachine is an enclave of attesttest as a machine.
type nitroMachine struct{ *attesttest.Enclave }

func newNitro(t testing.TB) nitroMachine {
	t.Helper()
	e, err := attesttest.New(testTime)
	if err != nil {
		t.Fatal(err)
	}
	e.Now = func() time.Time { return testTime }
	return nitroMachine{e}
}

func (m nitroMachine) platform() attest.Platform { return attest.Nitro }
func (m nitroMachine) policy() attest.Policy     { return m.Policy() }

func (m nitroMachine) report(t testing.TB, data [64]byte, nonce []byte, debug bool) []byte {
	enclave := *m.Enclave
	if debug {
		enclave.PCRs = [3]attest.Digest{}
	}
	report, err := enclave.Report(context.Background(), data, nonce)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (m nitroMachine) measured(t *testing.T, report []byte) int { return find(t, report, m.PCRs[0][:]) }

// certificates is for policies whose roots are another machine's.
func rootsOf(p attest.Policy) [][]*x509.Certificate {
	var all [][]*x509.Certificate
	if p.SNP != nil {
		all = append(all, p.SNP.Roots)
	}
	if p.TDX != nil {
		all = append(all, p.TDX.Roots)
	}
	if p.Nitro != nil {
		all = append(all, p.Nitro.Roots)
	}
	return all
}
