package attest_test

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

// each runs a test for every platform.
func each(t *testing.T, test func(t *testing.T, m machine)) {
	t.Helper()
	for _, m := range machines(t) {
		t.Run(string(m.platform()), func(t *testing.T) { test(t, m) })
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got error %v, want %v", err, target)
	}
}

func TestAccepts(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, nonce := newKeys(t), testNonce(1)
		result, err := attest.Verify(evidenceOf(t, m, nonce, keys, false), nonce, keys, m.policy())
		if err != nil {
			t.Fatal(err)
		}
		if result.Platform != m.platform() || result.Debug || len(result.Keys) != 2 || len(result.Measurements) == 0 {
			t.Errorf("got result %+v", result)
		}
		if !result.Time.Equal(testTime) {
			t.Errorf("got time %s", result.Time)
		}
		for _, measured := range result.Measurements {
			if (measured == attest.Digest{}) && m.platform() != attest.TDX { // RTMR3 is not used in the sample
				t.Error("a measurement is zero")
			}
		}
	})
}

// Whoever is between sends other keys: as they are, with evidence that names them,
// and with a key of the service under another purpose or another name.
func TestSwappedKeys(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, nonce := newKeys(t), testNonce(1)
		evidence := evidenceOf(t, m, nonce, keys, false)
		own := keys.Keys()
		const relabelled = zkpass.ECDHES
		swapped := map[string]*zkpass.KeySet{
			"others":  newKeys(t),
			"fewer":   keySet(t, own[1]),
			"more":    keySet(t, append(own, newKeys(t).Keys()...)...),
			"renamed": keySet(t, own[0], rename(t, own[1], relabelled, "other")),
			"purpose": keySet(t, rename(t, own[0], relabelled, own[0].ID()), own[1]),
			"ids":     keySet(t, rename(t, own[0], own[0].Algorithm(), own[1].ID()), rename(t, own[1], own[1].Algorithm(), own[0].ID())),
		}
		for name, set := range swapped {
			_, err := attest.Verify(evidence, nonce, set, m.policy())
			if want(t, err, attest.ErrKeys); t.Failed() {
				t.Fatal(name)
			}
			e := parse(t, evidence)
			_, err = attest.Verify(wrap(t, e.Platform, nonce, set, e.Report), nonce, set, m.policy())
			if want(t, err, attest.ErrBinding); t.Failed() {
				t.Fatal(name)
			}
		}
		// The order says nothing about who holds the keys.
		if _, err := attest.Verify(evidence, nonce, keySet(t, own[1], own[0]), m.policy()); err != nil {
			t.Error(err)
		}
	})
}

func rename(t *testing.T, key *zkpass.PublicKey, alg zkpass.Algorithm, id string) *zkpass.PublicKey {
	t.Helper()
	text, err := key.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	members["alg"], members["kid"] = string(alg), id
	delete(members, "use")
	if text, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	renamed, err := zkpass.ParsePublicKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return renamed
}

func TestReplayedNonce(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, old, fresh := newKeys(t), testNonce(1), testNonce(2)
		evidence := evidenceOf(t, m, old, keys, false)
		_, err := attest.Verify(evidence, fresh, keys, m.policy())
		want(t, err, attest.ErrNonce)
		_, err = attest.Verify(wrap(t, m.platform(), fresh, keys, parse(t, evidence).Report), fresh, keys, m.policy())
		want(t, err, attest.ErrBinding)
	})
}

func TestMeasurement(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, nonce := newKeys(t), testNonce(1)
		e := parse(t, evidenceOf(t, m, nonce, keys, false))
		other := m.policy()
		if other.SNP != nil {
			other.SNP.Measurements[0][0]++
		}
		if other.TDX != nil {
			other.TDX.Measurements[0].MRTD[0]++
		}
		if other.Nitro != nil {
			other.Nitro.Measurements[0].PCR0[0]++
		}
		_, err := attest.Verify(wrap(t, e.Platform, nonce, keys, e.Report), nonce, keys, other)
		want(t, err, attest.ErrMeasurement)
		// The report edited to say what that policy trusts.
		e.Report[m.measured(t, e.Report)]++
		_, err = attest.Verify(wrap(t, e.Platform, nonce, keys, e.Report), nonce, keys, other)
		want(t, err, attest.ErrSignature)
	})
}

func TestDebug(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, nonce := newKeys(t), testNonce(1)
		evidence := evidenceOf(t, m, nonce, keys, true)
		policy := m.policy()
		if policy.Nitro != nil { // the registers are zero then
			policy.Nitro.Measurements = []attest.NitroMeasurement{{}}
		}
		_, err := attest.Verify(evidence, nonce, keys, policy)
		want(t, err, attest.ErrDebug)
		policy.AllowDebug = true
		result, err := attest.Verify(evidence, nonce, keys, policy)
		if err != nil {
			t.Fatal(err)
		}
		if !result.Debug {
			t.Error("the result does not tell of debugging")
		}
	})
}

func TestPlatformNotInPolicy(t *testing.T) {
	all := machines(t)
	for i, m := range all {
		t.Run(string(m.platform()), func(t *testing.T) {
			keys, nonce := newKeys(t), testNonce(1)
			e := parse(t, evidenceOf(t, m, nonce, keys, false))
			other := all[(i+1)%len(all)]
			_, err := attest.Verify(wrap(t, m.platform(), nonce, keys, e.Report), nonce, keys, other.policy())
			want(t, err, attest.ErrPlatform)
			// The report of one under the name of another.
			_, err = attest.Verify(wrap(t, other.platform(), nonce, keys, e.Report), nonce, keys, other.policy())
			want(t, err, zkpass.ErrMalformed)
			_, err = attest.Verify(wrap(t, "sgx", nonce, keys, e.Report), nonce, keys, m.policy())
			want(t, err, attest.ErrPlatform)
		})
	}
}

// The vendor's roots do not know what a test has made, nor do another test's.
func TestOtherRoots(t *testing.T) {
	others := machines(t)
	for i, m := range machines(t) {
		t.Run(string(m.platform()), func(t *testing.T) {
			keys, nonce := newKeys(t), testNonce(1)
			evidence := evidenceOf(t, m, nonce, keys, false)
			policy := m.policy()
			for _, part := range rootsOf(policy) {
				if len(part) == 0 {
					t.Fatal("the policy has no roots to begin with")
				}
			}
			setRoots(&policy, nil)
			_, err := attest.Verify(evidence, nonce, keys, policy)
			want(t, err, attest.ErrSignature)
			if m.platform() == attest.SEVSNP {
				return // go-sev-guest makes the same chain each time
			}
			setRoots(&policy, rootsOf(others[i].policy())[0])
			_, err = attest.Verify(evidence, nonce, keys, policy)
			want(t, err, attest.ErrSignature)
		})
	}
}

func TestExpired(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, nonce := newKeys(t), testNonce(1)
		evidence := evidenceOf(t, m, nonce, keys, false)
		policy := m.policy()
		policy.Now = testTime.Add(100 * 365 * 24 * time.Hour)
		_, err := attest.Verify(evidence, nonce, keys, policy)
		if m.platform() == attest.Nitro {
			want(t, err, attest.ErrTime)
		} else {
			want(t, err, attest.ErrSignature)
		}
	})
}

// No cut of a report is accepted or panics.
func TestTruncated(t *testing.T) {
	each(t, func(t *testing.T, m machine) {
		keys, nonce := newKeys(t), testNonce(1)
		e := parse(t, evidenceOf(t, m, nonce, keys, false))
		for n := 0; n < len(e.Report); n += 1 + len(e.Report)/150 {
			_, err := attest.Verify(wrap(t, e.Platform, nonce, keys, e.Report[:n]), nonce, keys, m.policy())
			if err == nil {
				t.Fatalf("accepted after %d of %d bytes", n, len(e.Report))
			}
		}
	})
}

func TestPolicyMustSayWhatItTrusts(t *testing.T) {
	keys, nonce := newKeys(t), testNonce(1)
	var none attest.Digest
	for name, policy := range map[string]attest.Policy{
		"empty":            {},
		"no measurement":   {SNP: &attest.SNPPolicy{MinTCB: &attest.SNPTCB{}}},
		"no TDX":           {TDX: &attest.TDXPolicy{MinTCB: &attest.TDXTCB{}}},
		"no Nitro":         {Nitro: &attest.NitroPolicy{}},
		"no minimum":       {SNP: &attest.SNPPolicy{Measurements: []attest.Digest{none}}},
		"no TDX minimum":   {TDX: &attest.TDXPolicy{Measurements: []attest.TDXMeasurement{{}}}},
		"privilege level":  {SNP: &attest.SNPPolicy{Measurements: []attest.Digest{none}, MinTCB: &attest.SNPTCB{}, VMPL: 4}},
		"one of two lacks": {SNP: &attest.SNPPolicy{}, Nitro: &attest.NitroPolicy{Measurements: []attest.NitroMeasurement{{}}}},
	} {
		if _, err := attest.Verify([]byte("{}"), nonce, keys, policy); !errors.Is(err, attest.ErrPolicy) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func TestConcurrent(t *testing.T) {
	keys, nonce := newKeys(t), testNonce(1)
	var all sync.WaitGroup
	for _, m := range machines(t) {
		evidence, policy := evidenceOf(t, m, nonce, keys, false), m.policy()
		vendor := m.policy()
		setRoots(&vendor, nil)
		for range 3 {
			all.Go(func() {
				_, err := attest.Verify(evidence, nonce, keys, policy)
				want(t, err, nil)
				_, err = attest.Verify(evidence, nonce, keys, vendor)
				want(t, err, attest.ErrSignature)
			})
		}
	}
	all.Wait()
}

// setRoots replaces the roots of every platform in a policy.
func setRoots(p *attest.Policy, roots []*x509.Certificate) {
	if p.SNP != nil {
		p.SNP.Roots = roots
	}
	if p.TDX != nil {
		p.TDX.Roots = roots
	}
	if p.Nitro != nil {
		p.Nitro.Roots = roots
	}
}
