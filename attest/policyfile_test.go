package attest_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

// hexOf returns a measurement of one byte again and again, and its digits.
func hexOf(b byte) (attest.Digest, string) {
	d := attest.Digest(bytes.Repeat([]byte{b}, 48))
	return d, d.String()
}

func policyText() string {
	_, one := hexOf(1)
	_, two := hexOf(2)
	return `{
	"sev-snp": {"measurements": ["` + one + `"], "min_tcb": {"bootloader": 4, "tee": 0, "snp": 22, "microcode": 213}, "vmpl": 2},
	"tdx": {"measurements": [{"mrtd": "` + one + `", "rtmr0": "` + one + `", "rtmr1": "` + one + `", "rtmr2": "` + one + `", "rtmr3": "` + two + `"}],
		"min_tcb": {"tee": "03000500000000000000000000000000", "cpu": "05050000000000000000000000000000", "pce": 13, "qe": 4}},
	"nitro": {"measurements": [{"pcr0": "` + one + `", "pcr2": "` + two + `"}], "max_age": 60},
	"allow_debug": true
}`
}

func TestParsePolicy(t *testing.T) {
	one, _ := hexOf(1)
	two, _ := hexOf(2)
	want := &attest.Policy{
		SNP: &attest.SNPPolicy{Measurements: []attest.Digest{one}, MinTCB: &attest.SNPTCB{Bootloader: 4, SNP: 22, Microcode: 213}, VMPL: 2},
		TDX: &attest.TDXPolicy{
			Measurements: []attest.TDXMeasurement{{MRTD: one, RTMR0: one, RTMR1: one, RTMR2: one, RTMR3: &two}},
			MinTCB:       &attest.TDXTCB{TEE: [16]byte{3, 0, 5}, CPU: [16]byte{5, 5}, PCE: 13, QE: 4},
		},
		Nitro:      &attest.NitroPolicy{Measurements: []attest.NitroMeasurement{{PCR0: one, PCR2: &two}}, MaxAge: time.Minute},
		AllowDebug: true,
	}
	got, err := attest.ParsePolicy([]byte(policyText()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParsePolicyIsStrict(t *testing.T) {
	_, one := hexOf(1)
	for name, c := range map[string]struct{ old, with string }{
		"unknown member":            {`"allow_debug"`, `"x": 1, "allow_debug"`},
		"unknown platform":          {`"nitro"`, `"sgx"`},
		"debug a string":            {`"allow_debug": true`, `"allow_debug": "no"`},
		"digits missing":            {`["` + one, `["` + one[1:]},
		"not digits":                {`["` + one, `["g` + one[1:]},
		"a measurement, not a list": {`["` + one + `"]`, `"` + one + `"`},
		"a number":                  {`["` + one + `"]`, `[1]`},
		"version too large":         {`213`, `256`},
		"version negative":          {`213`, `-1`},
		"version a fraction":        {`213`, `213.0`},
		"version missing":           {`"snp": 22, `, ``},
		"unknown version":           {`"snp": 22`, `"snp": 22, "x": 1`},
		"minimum twice":             {`"min_tcb": {"boot`, `"min_tcb": 1, "min_tcb": {"boot`},
		"level":                     {`"vmpl": 2`, `"vmpl": 4`},
		"no RTMR1":                  {`"rtmr1": "` + one + `", `, ``},
		"unknown register":          {`"rtmr3"`, `"rtmr4"`},
		"versions too short":        {`"05050000000000000000000000000000"`, `"0505"`},
		"PCE too large":             {`13`, `65536`},
		"no PCR0":                   {`"pcr0": "` + one + `", `, ``},
		"age zero":                  {`"max_age": 60`, `"max_age": 0`},
		"age over a day":            {`"max_age": 60`, `"max_age": 86401`},
		"roots of nothing":          {`"max_age": 60`, `"roots": ""`},
		"roots that are none":       {`"max_age": 60`, `"roots": "x"`},
		"roots in PEM of junk":      {`"max_age": 60`, `"roots": "-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n"`},
	} {
		text := strings.Replace(policyText(), c.old, c.with, 1)
		if text == policyText() {
			t.Fatalf("%s: nothing to replace", name)
		}
		if _, err := attest.ParsePolicy([]byte(text)); !errors.Is(err, zkpass.ErrMalformed) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"nothing trusted": `{}`,
		"debug alone":     `{"allow_debug": true}`,
		"no measurement":  `{"nitro": {"measurements": []}}`,
		"no minimum":      `{"sev-snp": {"measurements": ["` + one + `"]}}`,
	} {
		if _, err := attest.ParsePolicy([]byte(text)); !errors.Is(err, attest.ErrPolicy) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	long := policyText() + strings.Repeat(" ", attest.MaxPolicy)
	if _, err := attest.ParsePolicy([]byte(long)); !errors.Is(err, zkpass.ErrTooLarge) {
		t.Errorf("too long: got error %v", err)
	}
}

// Roots in a file replace the vendor's.
func TestParsePolicyRoots(t *testing.T) {
	m, keys, nonce := newNitro(t), newKeys(t), testNonce(1)
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.Root().Raw})
	text, err := json.Marshal(map[string]any{"nitro": map[string]any{
		"measurements": []any{map[string]string{"pcr0": m.PCRs[0].String()}}, "roots": string(root) + "\n" + string(root),
	}})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := attest.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	policy.Now = testTime
	if _, err := attest.Verify(evidenceOf(t, m, nonce, keys, false), nonce, keys, *policy); err != nil {
		t.Error(err)
	}
}
