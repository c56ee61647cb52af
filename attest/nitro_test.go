package attest_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

func verifyNitroEdited(t *testing.T, m nitroMachine, policy attest.Policy, edit func(map[string]any)) error {
	t.Helper()
	enclave := *m.Enclave
	enclave.Edit = edit
	keys, nonce := newKeys(t), testNonce(1)
	evidence, err := enclave.Evidence(context.Background(), nonce, keys)
	if err != nil {
		t.Fatal(err)
	}
	_, err = attest.Verify(evidence, nonce, keys, policy)
	return err
}

func set(name string, value any) func(map[string]any) {
	return func(document map[string]any) { document[name] = value }
}

// Both the nonce and the hash over it count, each by itself.
func TestNitroBinding(t *testing.T) {
	m := newNitro(t)
	for _, edit := range []func(map[string]any){
		set("nonce", testNonce(9)), set("nonce", nil), set("user_data", nil), set("user_data", make([]byte, 64)),
	} {
		want(t, verifyNitroEdited(t, m, m.policy(), edit), attest.ErrBinding)
	}
}

func TestNitroTime(t *testing.T) {
	m := newNitro(t)
	for name, at := range map[string]struct {
		now time.Time
		err error
	}{
		"in time":        {testTime.Add(attest.DefaultMaxAge), nil},
		"too old":        {testTime.Add(attest.DefaultMaxAge + time.Second), attest.ErrTime},
		"clocks differ":  {testTime.Add(-time.Minute), nil},
		"from tomorrow":  {testTime.Add(-time.Minute - time.Second), attest.ErrTime},
		"the next month": {testTime.AddDate(0, 1, 0), attest.ErrTime},
	} {
		t.Run(name, func(t *testing.T) {
			policy := m.policy()
			policy.Now = at.now
			want(t, verifyNitroEdited(t, m, policy, nil), at.err)
		})
	}
	policy := m.policy()
	policy.Now, policy.Nitro.MaxAge = testTime.Add(time.Hour), time.Hour
	if err := verifyNitroEdited(t, m, policy, nil); err != nil {
		t.Error(err)
	}
	// The certificates must be valid when the document was made.
	early := testTime.Add(-2 * time.Hour)
	policy = m.policy()
	policy.Now = early
	want(t, verifyNitroEdited(t, m, policy, set("timestamp", uint64(early.UnixMilli()))), attest.ErrSignature)
}

func TestNitroRegisters(t *testing.T) {
	m := newNitro(t)
	policy := m.policy()
	other := attest.Digest{1}
	policy.Nitro.Measurements[0].PCR2 = &other
	want(t, verifyNitroEdited(t, m, policy, nil), attest.ErrMeasurement)
	policy.Nitro.Measurements[0].PCR2 = nil
	if err := verifyNitroEdited(t, m, policy, nil); err != nil {
		t.Error(err)
	}
	policy.Nitro.Measurements[0].PCR1 = &other
	want(t, verifyNitroEdited(t, m, policy, nil), attest.ErrMeasurement)
}

func TestNitroForm(t *testing.T) {
	m := newNitro(t)
	pcr := func(size int) map[uint64][]byte {
		return map[uint64][]byte{0: make([]byte, size), 1: make([]byte, 48), 2: make([]byte, 48)}
	}
	for name, edit := range map[string]func(map[string]any){
		"no module":       set("module_id", ""),
		"no time":         set("timestamp", 0),
		"negative time":   set("timestamp", -1),
		"another digest":  set("digest", "SHA256"),
		"no registers":    set("pcrs", map[uint64][]byte{}),
		"short register":  set("pcrs", pcr(32)),
		"no PCR2":         set("pcrs", map[uint64][]byte{0: make([]byte, 48), 1: make([]byte, 48)}),
		"no bundle":       set("cabundle", [][]byte{}),
		"long bundle":     set("cabundle", make([][]byte, 9)),
		"no certificate":  set("certificate", []byte{}),
		"no DER":          set("certificate", []byte{1}),
		"unknown member":  set("other", 1),
		"case of members": set("NONCE", testNonce(1)),
		"long user data":  set("user_data", make([]byte, 1025)),
		"too long":        set("module_id", string(make([]byte, 17<<10))),
	} {
		t.Run(name, func(t *testing.T) {
			want(t, verifyNitroEdited(t, m, m.policy(), edit), zkpass.ErrMalformed)
		})
	}
}

// Certificates of another enclave, an authority's key, a root without the rest.
func TestNitroChain(t *testing.T) {
	m, other := newNitro(t), newNitro(t)
	var theirs map[string]any
	if err := verifyNitroEdited(t, other, other.policy(), func(d map[string]any) { theirs = d }); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(map[string]any){
		"their certificate": set("certificate", theirs["certificate"]),
		"their chain":       set("cabundle", theirs["cabundle"]),
		"both": func(d map[string]any) {
			d["certificate"], d["cabundle"] = theirs["certificate"], theirs["cabundle"]
		},
		"no intermediate": func(d map[string]any) { d["cabundle"] = d["cabundle"].([][]byte)[:1] },
		"an authority":    func(d map[string]any) { d["certificate"] = d["cabundle"].([][]byte)[1] },
		"root last": func(d map[string]any) {
			bundle := d["cabundle"].([][]byte)
			d["cabundle"] = [][]byte{bundle[1], bundle[0]}
		},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, verifyNitroEdited(t, m, m.policy(), edit), attest.ErrSignature)
		})
	}
	// A chain that is all right, but the key is not the leaf's.
	policy := m.policy()
	policy.Nitro.Roots = append(policy.Nitro.Roots, other.Root())
	want(t, verifyNitroEdited(t, m, policy, func(d map[string]any) {
		d["certificate"], d["cabundle"] = theirs["certificate"], theirs["cabundle"]
	}), attest.ErrSignature)
}

func TestNitroEnvelope(t *testing.T) {
	m, keys, nonce := newNitro(t), newKeys(t), testNonce(1)
	e := parse(t, evidenceOf(t, m, nonce, keys, false))
	verify := func(report []byte) error {
		_, err := attest.Verify(wrap(t, attest.Nitro, nonce, keys, report), nonce, keys, m.policy())
		return err
	}
	if err := verify(append([]byte{0xd2}, e.Report...)); err != nil {
		t.Errorf("tagged: %v", err)
	}
	want(t, verify(append([]byte{0xd1}, e.Report...)), zkpass.ErrMalformed)
	want(t, verify(append(e.Report[:len(e.Report):len(e.Report)], 0)), zkpass.ErrMalformed)
	header := []byte{0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0} // {1: -35}, {}
	if !bytes.HasPrefix(e.Report, header) {
		t.Fatal("the envelope begins otherwise")
	}
	replaced := func(with ...byte) []byte { return append(with, e.Report[len(header):]...) }
	want(t, verify(replaced(0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0)), attest.ErrSignature)                      // ES256
	want(t, verify(replaced(0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa1, 0x04, 0x41, 1)), zkpass.ErrMalformed) // a key id
	e.Report[len(e.Report)-1] ^= 1
	want(t, verify(e.Report), attest.ErrSignature)
}
